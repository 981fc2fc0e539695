"""``kpi list`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.layout import Line, Piece, cut, cut_text, fill, line
from kpi.render.sanitize import columns, one_line
from kpi.render.style import paint
from kpi.status.kpi_list import KpiList
from kpi.status.view import short_owner

if TYPE_CHECKING:
    from kpi.render.output import Page

GAP = 2
WIDEST_NAME = 40
HEADS = ("id", "name", "goal", "owner")


def render_list_text(view: KpiList, page: Page) -> str:
    """Return a table of ids, names, goals and owners; one line that says so where there is no KPI."""
    if not view.kpis:
        return "There are no KPIs yet: kpi add inserts one from the catalog."
    rows = [
        (
            kpi.id,
            cut_text(one_line(kpi.name), WIDEST_NAME),
            one_line(kpi.goal or ""),
            one_line(short_owner(kpi.owner or "")),
        )
        for kpi in view.kpis
    ]
    widths = [max(columns(row[place]) for row in (HEADS, *rows)) + GAP for place in range(len(HEADS))]
    lines = [_line(HEADS, widths, "dim", page.width), *(_line(row, widths, "", page.width) for row in rows)]
    return paint(lines, color=page.color)


def _line(cells: tuple[str, ...], widths: list[int], style: str, width: int) -> Line:
    pieces: Line = ()
    for cell, space in zip(cells[:-1], widths[:-1], strict=True):
        pieces += fill(line(Piece(cell, style)), space)
    return cut((*pieces, *line(Piece(cells[-1], style))), width)
