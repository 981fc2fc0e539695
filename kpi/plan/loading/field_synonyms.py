"""What people call the fields of a plan elsewhere: in other tools, in sheets, and in German. Data only."""

from __future__ import annotations

from collections.abc import Collection

WORDS = {
    "agreed_with": "agreed",
    "baseline": "start starting_value from_value initial base ausgangswert basiswert startwert",
    "date": "date_column timestamp time day datum tag",
    "due": "deadline due_date end_date until by_when target_date termin frist faellig fällig",
    "every": "frequency interval cadence period periodicity granularity grain frequenz takt turnus rhythmus zeitraum",
    "formula": "calculation expression expr calc sql metric measure computation formel berechnung",
    "goal": "objective aim ziel_id zielsetzung",
    "goals": "objectives okrs ziele",
    "indicator": "type_of_indicator leading_lagging",
    "key": "primary_key id_column unique_key schluessel schlüssel",
    "kpis": "metrics indicators key_results kennzahlen",
    "leads": "leads_to predicts drives",
    "name": "title label display_name titel bezeichnung",
    "notes": "annotations comments events kommentare bemerkungen",
    "owner": "responsible accountable assignee owned_by contact lead verantwortlich verantwortliche verantwortlicher "
             "zustaendig zuständig inhaber",
    "parent": "parent_goal parent_id belongs_to",
    "path": "file filename file_path csv datei pfad quelle",
    "query": "sql select statement abfrage",
    "question": "description definition purpose beschreibung frage",
    "sources": "data_sources datasets datasources tables quellen datenquellen",
    "split": "breakdown group_by dimension dimensions by segments aufteilung",
    "target": "goal_value target_value objective_value threshold_value aim_value ziel zielwert soll sollwert",
    "thresholds": "threshold rag traffic_light limits bands ampel schwellen schwellenwerte",
    "unit": "units format currency measure_unit einheit waehrung währung",
    "values": "data actuals value history manual_values werte istwerte",
    "when_red": "action actions if_red playbook massnahme maßnahme",
    "where": "filter filters condition conditions bedingung",
    "why": "reason rationale motivation because grund begruendung begründung",
}  # fmt: skip


def field_meant(written: str, fields: Collection[str]) -> str | None:
    """The one of ``fields`` that a word from elsewhere most likely means; None if none does, or several may."""
    word = written.strip().casefold().replace(" ", "_").replace("-", "_")
    found = [field for field in fields if word in WORDS.get(field, "").split()]
    return found[0] if len(found) == 1 else None
