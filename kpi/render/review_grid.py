"""``kpi review --grid`` and ``--trailing`` for people in a terminal: a row a KPI, a column a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from kpi.render.kpi_notes import notes_of
from kpi.render.layout import Line, Piece, cut, cut_text, fill, line, width_of, wrap
from kpi.render.matrix_table import SHORTEST_NAME, period_labels
from kpi.render.output import Page
from kpi.render.review_view import (
    UNKNOWN_STATUS,
    YEAR_ON_YEAR,
    grid_signs,
    grid_title,
    has_unknown,
    owner_of,
    trailing_title,
)
from kpi.render.sanitize import columns, one_line
from kpi.render.status_icons import SIGNS, STYLES
from kpi.render.status_table import GAP, INDENT, MISSING, TRENDS
from kpi.render.style import paint
from kpi.review.grid import Grid, GridCell, GridRow
from kpi.review.trailing import Trailing, TrailingBlock
from kpi.status import KpiRow

OWNERS_FROM = 120  # columns: narrower tables have no owners
WIDEST_TARGET = 26

T = TypeVar("T")


class _Row(NamedTuple):
    """A row of a table. ``short`` is what its cells become where there is no room for them."""

    name: Line
    cells: Sequence[Line]
    tail: Sequence[Line]
    short: Sequence[Piece] = ()


class _Table:
    """Rows laid out in a width: as many of the last columns as there is room for, and those before in short."""

    def __init__(self, rows: Sequence[_Row], labels: Sequence[Sequence[str]], tail: Sequence[str], width: int) -> None:
        self.width, self.tail = width, tail
        total = len(rows[0].cells)
        names = max(width_of(row.name) for row in rows)
        self.tails = [
            max(columns(head), *(width_of(row.tail[place]) for row in rows)) for place, head in enumerate(tail)
        ]
        for shown in range(total, 0, -1):
            self.shown, self.before = shown, total - shown
            self.widths = [
                max(*(width_of(row.cells[place]) for row in rows), *(columns(one[place]) for one in labels))
                for place in range(self.before, total)
            ]
            self.block = self.before if rows[0].short else 0
            beside = (*self.widths, *self.tails, *([self.block] if self.block else ()))
            for self.gap in (GAP, 1):
                room = width - INDENT - sum(self.gap + one for one in beside)
                self.name = max(min(names, room), 4)
                if self.name >= min(SHORTEST_NAME, names):
                    return

    def head(self, labels: Sequence[str], heading: str) -> Line:
        cells = [fill(line(Piece(one, "dim")), width, "right") for one, width in self._last(labels)]
        block = [fill(line(Piece(cut_text(labels[0], self.block), "dim")), self.block)] if self.block else []
        tails = [line(Piece(one, "dim")) for one in self.tail]
        return self._line([fill(line(Piece(heading, "dim")), self.name), *block, *cells], tails)

    def row(self, row: _Row) -> Line:
        cells = [fill(one, width, "right") for one, width in self._last(row.cells)]
        block = [tuple(row.short[: self.block])] if self.block else []
        return self._line([fill(cut(row.name, self.name), self.name), *block, *cells], row.tail)

    def _last(self, texts: Sequence[T]) -> list[tuple[T, int]]:
        return list(zip(texts[self.before :], self.widths, strict=True))

    def _line(self, cells: Sequence[Line], tails: Sequence[Line]) -> Line:
        filled = [fill(one, width) for one, width in zip(tails, self.tails, strict=True)]
        pieces = [Piece(" " * INDENT)]
        for one in [*cells, *filled[:-1], *tails[-1:]]:
            pieces += [*([Piece(" " * self.gap)] if len(pieces) > 1 else []), *one]
        return cut(tuple(pieces), self.width)


def render_grid_text(view: Grid, page: Page) -> str:
    """Return the grid as text for a terminal."""
    return paint(grid_lines(view, page.width), color=page.color)


def grid_lines(view: Grid, width: int) -> list[Line]:
    """The grid in at most ``width`` columns; where that is too narrow, older periods have only the sign of their
    status."""
    lines: list[Line] = [cut(_title(view.title, grid_title(view)), width)]
    if not view.rows:
        return [*lines, (), line(Piece("No KPI to show.", "dim"))]
    labels = [period_labels(block.periods) for block in view.blocks]
    table, made = _grid_table(view, labels, width)
    for block, heads in zip(view.blocks, labels, strict=True):
        lines.append(())
        if block.heading:
            lines.append(line(Piece(block.heading, "bold")))
        lines.append(table.head(heads, "KPI"))
        lines += [table.row(made[id(one)]) for one in block.rows]
    legend = "   ".join(f"{SIGNS[status]} {status}" for status in grid_signs(view))
    said = [legend, *([UNKNOWN_STATUS] if has_unknown(view) else [])]
    if table.before:
        first = f"The first {table.before} periods have" if table.before > 1 else "The first period has"
        said.append(f"{first} only the status: a wider terminal shows the values.")
    lines += [(), *(line(Piece(part, "dim")) for text in said for part in wrap(text, width))]
    return [*lines, *_notes([one.row for one in view.rows], width)]


def _grid_table(view: Grid, labels: Sequence[Sequence[str]], width: int) -> tuple[_Table, dict[int, _Row]]:
    """The layout of the grid and its rows by their ``id``: owners and dates of targets give way to values."""
    tails = [(("Target", "Owner"), True), (("Target",), True), (("Target",), False)]
    found: list[tuple[_Table, dict[int, _Row]]] = []
    for tail, dated in tails if width >= OWNERS_FROM else tails[1:]:
        made = {id(one): _grid_row(one, tail, dated=dated) for one in view.rows}
        found.append((_Table(list(made.values()), labels, tail, width), made))
    return min(found, key=lambda one: one[0].before)


def _grid_row(one: GridRow, tail: Sequence[str], *, dated: bool) -> _Row:
    row = one.row
    target = one_line(row.target_display or "")
    if not dated or columns(target) > WIDEST_TARGET:
        target = cut_text(target.partition(" by ")[0], WIDEST_TARGET)
    tails = [line(target), line(Piece(one_line(owner_of(row)), "dim"))][: len(tail)]
    return _Row(line(one_line(row.name)), [*map(_cell, one.cells)], tails, [*map(_sign, one.cells)])


def _cell(cell: GridCell) -> Line:
    sign = _sign(cell)
    return line(Piece(one_line(cell.display or MISSING), sign.style), sign)


def _sign(cell: GridCell) -> Piece:
    return Piece(" ") if cell.status is None else Piece(SIGNS[cell.status], STYLES[cell.status])


def render_trailing_text(view: Trailing, page: Page) -> str:
    """Return six weeks and twelve months as text for a terminal."""
    return paint(trailing_lines(view, page.width), color=page.color)


def trailing_lines(view: Trailing, width: int) -> list[Line]:
    """All blocks in at most ``width`` columns; where that is too narrow, a block is in several parts."""
    lines: list[Line] = [cut(_title(view.title, trailing_title(view)), width)]
    if not view.blocks:
        lines += [(), line(Piece("No KPI to show.", "dim"))]
    for block in view.blocks:
        lines += [(), *_trailing_block(block, width)]
    if view.left_out:
        names = ", ".join(one_line(row.name) for row in view.left_out)
        lines += [(), *(line(Piece(part, "dim")) for part in wrap(f"Not in these periods: {names}", width))]
    return [*lines, *_notes(view.rows, width)]


def _trailing_block(block: TrailingBlock, width: int) -> list[Line]:
    """The rows of a block; where it is too wide, one part of its periods below the other."""
    labels = period_labels(block.periods)
    rows: list[_Row] = []
    for one in block.rows:
        status = one.row.status
        name = line(Piece(f"{SIGNS[status]} ", STYLES[status]), one_line(one.row.name))
        change = line(Piece(" ".join(filter(None, (one.change, one.trend))), TRENDS.get(one.trend or "", "")))
        rows.append(_Row(name, [line(one_line(cell.display or MISSING)) for cell in one.cells], [change]))
        before = [line(Piece(one_line(cell.before_display or MISSING), "dim")) for cell in one.cells]
        rows.append(_Row(line(Piece("  a year before", "dim")), before, [()]))
    lines = [line(Piece(block.heading, "bold"))]
    shown = _Table(rows, [labels], (YEAR_ON_YEAR,), width).shown
    parts = -(-len(labels) // shown)
    size = -(-len(labels) // parts)
    for first in range(0, len(labels), size):
        is_last = first + size >= len(labels)
        some = [row._replace(cells=row.cells[first : first + size], tail=row.tail if is_last else ()) for row in rows]
        heads = period_labels(block.periods[first : first + size])
        table = _Table(some, [heads], (YEAR_ON_YEAR,) if is_last else (), width)
        lines += [*([()] if first else []), table.head(heads, "KPI"), *map(table.row, some)]
    return lines


def _title(title: str | None, rest: str) -> Line:
    return line(Piece(one_line(title or "Review"), "bold"), f" · {rest}")


def _notes(rows: Sequence[KpiRow], width: int) -> list[Line]:
    lines: list[Line] = []
    for text in notes_of(rows):
        parts = wrap(one_line(text), max(width - INDENT, 8))
        lines += [line(Piece(("! " if number == 0 else "  ") + part, "yellow")) for number, part in enumerate(parts)]
    return [(), *lines] if lines else []
