"""Which column of a sheet is which field of a KPI, by its name, in English and German."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kpi.data.excel_files import Cell

# The field: what its column is called, folded.
COLUMNS: Mapping[str, str] = {
    "name":
    "kpi; kpis; kpi name; name; metric; metric name; measure; indicator; indicator name; key figure; kennzahl; "
    "kennzahlen; kennzahl name; name der kennzahl; messgrösse; messgröße; messgroesse; metrik; indikator; "
    "bezeichnung; titel; title; key performance indicator; key result; schlüsselergebnis; schluesselergebnis; "
    "leistungskennzahl",
    "id":
    "id; kpi id; key; kürzel; kuerzel; code; kpi code; short name; kurzname",
    "goal":
    "objective; objectives; strategic objective; strategic goal; goal name; business goal; related goal; okr; "
    "strategisches ziel; oberziel; unternehmensziel; zielsetzung; übergeordnetes ziel; strategie; critical "
    "success factor; kritischer erfolgsfaktor; erfolgsfaktor",
    "target":
    "target; targets; target value; goal value; zielwert; zielwerte; soll; sollwert; soll wert; planwert; plan; "
    "vorgabe; zielvorgabe; zielgröße; zielgroesse; value target; plan value",
    "due":
    "due; due date; deadline; by; by when; target date; due by; termin; fällig; faellig; fällig am; fälligkeit; "
    "zieldatum; zieltermin; bis; bis wann; end date; enddatum",
    "baseline":
    "baseline; base; base value; baseline value; start; start value; starting value; initial value; ausgangswert; "
    "startwert; basiswert; basis; value start; ausgangslage",
    "unit":
    "unit; units; uom; unit of measure; unit of measurement; einheit; masseinheit; maßeinheit; messeinheit; "
    "währung; waehrung; currency",
    "every":
    "frequency; every; periodicity; interval; cadence; reporting frequency; measurement frequency; review "
    "frequency; frequenz; intervall; turnus; messintervall; messfrequenz; häufigkeit; haeufigkeit; rhythmus; "
    "erhebungsintervall; berichtszyklus; erhebungsfrequenz; messturnus; reporting period",
    "direction":
    "direction; polarity; better; desired direction; desired trend; richtung; polarität; polaritaet; "
    "zielrichtung; gewünschte richtung; optimierung; indicator direction; good is; what is better",
    "owner":
    "owner; kpi owner; metric owner; responsible; responsible person; accountable; assignee; lead; dri; "
    "verantwortlich; verantwortliche; verantwortlicher; verantwortliche person; verantwortung; eigentümer; "
    "eigentuemer; zuständig; zustaendig; zuständigkeit; ansprechpartner; ansprechpartnerin; related owner; "
    "responsibility",
    "formula":
    "formula; calculation; calculation method; how calculated; how to calculate; formel; berechnung; "
    "berechnungsformel; berechnungsmethode; rechenweg",
    "definition":
    "description; definition; beschreibung; erläuterung; erlaeuterung; erklärung; erklaerung; meaning; what it "
    "measures; kpi definition; kpi description",
    "question":
    "question; key question; key performance question; kpq; frage; schlüsselfrage; schluesselfrage; leitfrage",
    "green":
    "green; green threshold; threshold green; grün; gruen; grün ab; ampel grün; schwelle grün; on target",
    "yellow":
    "yellow; amber; yellow threshold; threshold yellow; amber threshold; gelb; gelb ab; ampel gelb; schwelle "
    "gelb; warning threshold; warnschwelle",
    "red":
    "red; red threshold; threshold red; rot; rot ab; ampel rot; schwelle rot; critical threshold",
    "actual":
    "actual; actuals; actual value; current; current value; value; result; ist; istwert; ist wert; aktuell; "
    "aktueller wert; wert; ergebnis; value current; latest; latest value; letzter wert",
    "date":
    "as of; date; stand vom; stand am; datenstand; "
    "reporting date; month; monat; datum; stichtag; per; quarter; quartal; year; jahr; messdatum; "
    "measured on; gemessen am; datum der messung",
    "indicator":
    "leading lagging; leading or lagging; lead lag; früh spätindikator; frühindikator spätindikator",
    "kind":
    "direct or proxy; direct proxy",
    "perspective":
    "perspective; bsc perspective; balanced scorecard perspective; perspektive; bsc perspektive",
    "tags":
    "tags; tag; category; categories; kategorie; bereich; department; area; abteilung; team; thema; schlagworte; "
    "business unit; geschäftsbereich; org; organisation; organization; group; gruppe; themenfeld",
    "source":
    "source; data source; datasource; quelle; datenquelle; system; datenherkunft; quellsystem; source system",
    "when_red":
    "action; actions; corrective action; countermeasure; countermeasures; when red; action when red; maßnahme; "
    "massnahme; maßnahmen; massnahmen; gegenmaßnahme; gegenmaßnahmen; maßnahme bei abweichung; maßnahmen bei "
    "abweichung; escalation; eskalation; action plan",
    "why":
    "why; rationale; purpose; reason; warum; zweck; begründung; begruendung; nutzen; business value; why it "
    "matters",
    "comment":
    "comment; comments; note; notes; remark; remarks; kommentar; kommentare; bemerkung; bemerkungen; anmerkung; "
    "anmerkungen; notiz; notizen; hinweis; hinweise",
    "computed":
    "status; rag; rag status; ampel; ampelstatus; trend; tendenz; progress; fortschritt; achievement; "
    "zielerreichung; zielerreichungsgrad; variance; abweichung; delta; change; veränderung; change in percent; "
    "gap; erreichungsgrad; target achievement; progress pct",
    "number":
    "nr; no; number; nummer; lfd nr; lfd; pos; position; row; zeile; rank; rang",
    # What the name alone does not say: the cells do.
    "goal or target":
    "goal; goals; ziel; ziele",
    "actual or date":
    "stand",
    "every or date":
    "period; periode; zeitraum; berichtszeitraum; zeit; time period",
    "type":
    "type; typ; art; kpi type; kpi typ; indikator typ; indicator type; indikatortyp; indikatorart",
}  # fmt: skip
_BY_NAME = {name.strip(): field for field, names in COLUMNS.items() for name in names.split(";")}
LABELS = {
    "definition": "Definition", "formula": "Calculation", "source": "Source", "why": "Why", "comment": "Note",
}  # fmt: skip


class Names(NamedTuple):
    """The names of columns in the language of a sheet, for hints."""

    known: str
    comments: str
    direction: str
    date: str
    target: str


ENGLISH = Names(
    "KPI, Goal, Owner, Unit, Frequency, Direction, Target, Due, Baseline, Actual, Date, Green, Yellow, Question, Tags",
    "Description, Formula, Source, Note",
    "Direction",
    "Date",
    "Target",
)
GERMAN = Names(
    "Kennzahl, Ziel, Verantwortlich, Einheit, Frequenz, Richtung, Zielwert, Termin, Ausgangswert, Istwert, Datum, "
    "Grün, Gelb, Frage, Bereich",
    "Beschreibung, Formel, Quelle, Bemerkung",
    "Richtung",
    "Datum",
    "Zielwert",
)
_IN_GERMAN = re.compile(
    r"kennzahl|messgr|metrik|schlüssel|bezeichnung|titel|kürzel|ziel|strateg\w+e|\bsoll|vorgabe|termin|fällig|bis\b|wert\b|"
    r"basis\b|einheit|währung|frequenz|intervall\b|turnus|häufigkeit|rhythmus|richtung|polarität|verantwort|eigentümer|"
    r"zuständig|ansprechpartner|formel|berechnung|rechenweg|beschreibung|erläuterung|erklärung|frage\b|grün|gelb|\brot\b|"
    r"ampel|\bist(?:wert)?\b|aktuell|ergebnis|\bstand\b|datum|stichtag|monat\b|quartal\b|jahr\b|perspektive|kategorie|bereich|abteilung|"
    r"thema|quelle|maßnahme|massnahme|eskalation|warum|zweck|nutzen|kommentar|bemerkung|anmerkung|hinweis|notiz|tendenz|"
    r"abweichung|veränderung|nummer|\bnr\b|zeile|zeitraum|periode|\bart\b|\btyp\b|[äöüß]",
    re.IGNORECASE,
)


def language_of(headers: Iterable[str], one: str = "") -> Names:
    """The names of columns in the language of one header, or else of most of them."""
    if _IN_GERMAN.search(one):
        return GERMAN
    named = [folded(header) for header in headers if header]
    german = sum(_IN_GERMAN.search(header) is not None for header in named)
    return GERMAN if german * 2 >= max(len(named), 1) else ENGLISH


_EVERY = {
    "daily": "day", "täglich": "day", "taeglich": "day", "tag": "day", "pro tag": "day", "weekly": "week",
    "wöchentlich": "week", "woechentlich": "week", "woche": "week", "pro woche": "week", "biweekly": "2 weeks",
    "fortnightly": "2 weeks", "zweiwöchentlich": "2 weeks", "14-tägig": "2 weeks", "sprint": "2 weeks",
    "monthly": "month", "monatlich": "month", "monat": "month", "pro monat": "month", "quarterly": "quarter",
    "quartalsweise": "quarter", "vierteljährlich": "quarter", "vierteljaehrlich": "quarter", "quartal": "quarter",
    "pro quartal": "quarter", "half-yearly": "half", "half yearly": "half", "semi-annually": "half",
    "halbjährlich": "half", "halbjaehrlich": "half", "halbjahr": "half", "yearly": "year", "annually": "year",
    "annual": "year", "jährlich": "year", "jaehrlich": "year", "jahr": "year", "pro jahr": "year",
    "per annum": "year",
}  # fmt: skip
_LEADING = re.compile(r"\b(leading|lead|früh|frueh|vorlauf)", re.IGNORECASE)
_LAGGING = re.compile(r"\b(lagging|lag|spät|spaet|nachlauf)", re.IGNORECASE)
PERSPECTIVES = {
    "financial": ("financ", "finanz"), "customer": ("customer", "kund", "stakeholder", "markt"),
    "internal": ("internal", "process", "prozess", "intern"),
    "learning": ("learning", "growth", "lern", "entwicklung", "mitarbeiter", "people", "potenzial",
                 "potential", "innovation"),
}  # fmt: skip


def folded(header: str) -> str:
    """A header as :data:`COLUMNS` has it: letters and digits, what is in brackets left out."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", header.casefold())
    bare = re.sub(r"[*:/]\s*(?:r|in|innen)\b", "", bare)  # Verantwortliche/r, Eigentümer:in
    return " ".join(re.findall(r"[^\W_]+", bare))


def field_of(header: str) -> str | None:
    """The field whose column is called so; None for an unknown name."""
    name = folded(header)
    if name in _BY_NAME:
        return _BY_NAME[name]
    parts = [_BY_NAME.get(folded(part)) for part in re.split(r"[/|,&]| und | and | or | oder ", header)]
    known = {part for part in parts if part is not None}
    return known.pop() if len(known) == 1 and all(parts) else None


def dated_field_of(header: str) -> tuple[str, str] | None:
    """The field of a header that names a period or date too, and that part of it: ``Zielwert 2026``, ``2026 target``,
    ``Soll (2027)``; None for a header that does not."""
    words = re.sub(r"[()\[\]_:]|(?<=[^\W\d])-(?=\d)|\s[-–]\s", " ", header).split()
    for count in range(len(words) - 1, 0, -1):
        for name, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            field = _BY_NAME.get(folded(" ".join(name)))
            if field in ("target", "goal or target", "actual") and any(c.isdigit() for c in "".join(rest)):
                return field, " ".join(rest)
    return None


def every_of(text: str) -> str | None:
    """The length of a period that words mean; None where they mean none."""
    words = " ".join(text.casefold().split())
    for prefix in ("every ", "each ", "per ", "once a ", "1x ", "jeden ", "jede ", "jedes ", "einmal pro ", "alle "):
        words = words.removeprefix(prefix)
    if words in _EVERY:
        return _EVERY[words]
    from kpi.values.calendar import EVERY

    if words in EVERY:
        return words
    several = re.fullmatch(r"(\d{1,2}) (?:weeks?|wochen)", words)
    return None if several is None or int(several[1]) < 2 else f"{int(several[1])} weeks"


def indicator_of(text: str) -> str | None:
    """Leading or lagging; None where the words say neither."""
    leading, lagging = _LEADING.search(text), _LAGGING.search(text)
    return None if bool(leading) == bool(lagging) else "leading" if leading else "lagging"


def kind_of(text: str) -> str | None:
    """Direct or proxy; None where the words say neither."""
    word = text.strip().casefold()
    return "direct" if word in ("direct", "direkt") else "proxy" if word in ("proxy", "indirect", "indirekt") else None


def perspective_of(text: str) -> str | None:
    """The perspective of a balanced scorecard that words mean."""
    found = [one for one, words in PERSPECTIVES.items() if any(word in text.casefold() for word in words)]
    return found[0] if len(found) == 1 else None


def header_row(rows: Sequence[tuple[int, Sequence[Cell]]], most: int) -> int | None:
    """The place of the row that names the columns: of the first ones that which names most of them, a KPI's name among
    them; None where there is none."""
    best, place = 0, None
    for number, (_, cells) in enumerate(rows[:most]):
        fields = [field_of(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
        known = len({field for field in fields if field is not None})
        if "name" in fields and known > best:
            best, place = known, number
    return place
