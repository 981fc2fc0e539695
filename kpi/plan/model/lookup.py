"""Finds a KPI by what people call it."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.errors import UsageError, did_you_mean
from kpi.plan.model.kpi import Kpi


def find_kpi(kpis: Mapping[str, Kpi], text: str, *, by_beginning: bool = False) -> str:
    """The id of the only KPI of :func:`matching_kpis`.

    Raises UsageError where none fits, with the most similar, or several do, with their ids.
    """
    fits = matching_kpis(kpis, text, by_beginning=by_beginning)
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UsageError(f'"{text}" may be {", ".join(fits)}', hint="write the id of one of them")
    raise UsageError(f'there is no KPI "{text}"', hint=_near(kpis, text))


def matching_kpis(kpis: Mapping[str, Kpi], text: str, *, by_beginning: bool = False) -> list[str]:
    """The ids of the KPIs that ``text`` may mean: its id, else its name in any letter case, else, ``by_beginning``, how
    its id or name begins (for commands that only show it)."""
    if text in kpis:
        return [text]
    asked = " ".join(text.split()).casefold()
    names = {id_: " ".join(kpi.name.split()).casefold() for id_, kpi in kpis.items()}
    exact = [id_ for id_, name in names.items() if asked in (name, id_)]
    if exact or not by_beginning or not asked:
        return exact
    return [id_ for id_, name in names.items() if name.startswith(asked) or id_.startswith(asked)]


def _near(kpis: Mapping[str, Kpi], text: str) -> str:
    """A hint with the most similar id or name, else with all ids if there are few."""
    hint = did_you_mean(text, [*(kpi.name for kpi in kpis.values()), *kpis])  # an id wins over a name like it
    if hint is None or not hint.startswith("did"):
        hint = did_you_mean(text, kpis)
    return hint or "kpi list shows all of them"
