"""The report of ``kpi import`` for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpi.render.layout import Line, Piece, line
from kpi.render.sanitize import one_line
from kpi.render.style import paint

if TYPE_CHECKING:
    from kpi.importing import ImportView, Outcome
    from kpi.render.output import Page

STYLES = {"refused": "bold red", "note": "bold cyan"}
NOUNS = (("kpis", "KPI"), ("measures", "measure"), ("goals", "goal"), ("sources", "source"))


def render_import_text(view: ImportView, page: Page) -> str:
    """Return what was refused and noted, each with its line, reason and workaround, and a summary below."""
    outcomes = view.imported.outcomes
    lines = [part for state in ("note", "refused") for one in outcomes if one.state == state for part in _lines(one)]
    return paint([*lines, line(Piece(one_line(_summary(view)), "bold"))], color=page.color)


def _lines(one: Outcome) -> Iterator[Line]:
    place = one.origin.file + (f":{one.origin.line}" if one.origin.line is not None else "")
    yield line(one_line(place), ": ", Piece(one.state, STYLES[one.state]),
               f": {one_line(one.origin.construct)}: {one_line(one.reason or '')}")  # fmt: skip
    if one.workaround:
        yield line("  = help: ", one_line(one.workaround))


def _summary(view: ImportView) -> str:
    plan, outcomes = view.imported.plan, view.imported.outcomes
    counts = [(len(getattr(plan, section)), noun) for section, noun in NOUNS]
    made = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number)
    refused = _count(outcomes, "refused")
    where = "" if view.file is None else f"{view.file}: "
    return f"{where}{made}; {refused or 'nothing'} refused"


def _count(outcomes: Iterable[Outcome], state: str) -> int:
    return sum(one.state == state for one in outcomes)
