"""``kpi status --periods`` for people: a row a KPI, a column a period."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.render.layout import Line, Piece, cut, cut_text, fill, line, width_of, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.status_icons import SIGNS, STYLES, status_mark
from kpi.render.status_table import (
    GAP,
    INDENT,
    MISSING,
    NARROWEST,
    group_head,
    hanging,
    indented,
    is_repeated,
    own_notes,
    row_line,
    short_period,
    title_lines,
)
from kpi.render.style import paint
from kpi.status import KpiRow
from kpi.status.columns import even_cells
from kpi.status.matrix import Matrix
from kpi.values import Period
from kpi.values.date_words import day_in_words, month_in_words

SHORTEST_NAME = 16


def render_matrix_table(matrix: Matrix, page: Page) -> str:
    """Return the table as text for a terminal."""
    return paint(matrix_lines(matrix, page.width), color=page.color)


def matrix_lines(matrix: Matrix, width: int) -> list[Line]:
    """The whole table in at most ``width`` columns; where that is too narrow the oldest periods are left out."""
    rows = [one for group in matrix.view.groups for row in group.rows for one in row.rows]
    if not rows:
        return [*title_lines(matrix.view, NARROWEST), (), line(Piece("No KPI to show.", "dim"))]
    shape = _Shape(matrix, rows, width)
    used = min(width, max(shape.used, NARROWEST))
    above = matrix.by_length(matrix.view.groups[0].rows)[0][0]
    lines = [*title_lines(matrix.view, used), (), cut(shape.head(above), width)]
    for number, group in enumerate(matrix.view.groups):
        lines += [()] if number else []
        lines.append(group_head(group, used))
        for periods, same in matrix.by_length(group.rows):
            if periods != above:
                lines.append(cut(shape.head(periods), width))
                above = periods
            for row, whole in ((part, one) for one in same for part in one.rows):
                lines.append(cut(shape.row(row), width))
                message = row.message if not is_repeated(row, whole) else None
                lines += hanging("  ", message, "dim", width) if message else []
                for note in own_notes(row, whole):
                    lines += hanging("! ", note, "yellow", width)
    if shape.left_out:
        words = f"The last {shape.shown} of {shape.shown + shape.left_out} periods: a wider terminal shows more."
        lines += [(), *(line(Piece(part, "dim")) for part in wrap(words, width))]
    return lines


def period_labels(periods: Sequence[Period]) -> list[str]:
    """Return the column heads: the first one and each one where the year changes include the year."""
    found: list[str] = []
    before: str | None = None
    for period in periods:
        named_by_day = period.labelled_by_day
        year = str(period.start.year) if named_by_day or period.every == "month" else period.label.rpartition("-")[0]
        if year == before:
            text = short_period(period)
        elif named_by_day:
            text = day_in_words(period.start)
        else:
            text = month_in_words(period.start) if period.every == "month" else period.label
        found.append(text if period.whole else f"{text} …")
        before = year
    return found


class _Shape:
    """How wide everything is."""

    def __init__(self, matrix: Matrix, rows: Sequence[KpiRow], width: int) -> None:
        self.matrix = matrix
        self.cells = even_cells(matrix, rows)
        total = len(next(iter(matrix.periods.values())))
        for words in (True, False):
            self.words = words
            status = max(width_of(self._status(row)) for row in rows)
            for shown in (total,) if words else range(total, 0, -1):
                self.shown = shown
                self.widths = [max(map(columns, texts)) for texts in zip(*self._texts(rows), strict=True)]
                room = width - INDENT - sum(GAP + one for one in self.widths) - GAP - status
                self.name = max(min(room, max(columns(indented(row)) for row in rows)), 4)
                self.used = INDENT + self.name + sum(GAP + one for one in self.widths) + GAP + status
                if self.name >= min(SHORTEST_NAME, max(columns(indented(row)) for row in rows)):
                    self.left_out = total - shown
                    return
        self.left_out = total - self.shown

    def head(self, periods: Sequence[Period]) -> Line:
        labels = [Piece(text, "dim") for text in period_labels(periods[-self.shown :])]
        cells = [fill((label,), width, "right") for label, width in zip(labels, self.widths, strict=True)]
        status = line(Piece("Status" if self.words else "", "dim"))
        return row_line([fill(line(Piece("KPI", "dim")), self.name), *cells, status])

    def row(self, row: KpiRow) -> Line:
        texts = self._displays(row)
        cells = [fill(line(text), width, "right") for text, width in zip(texts, self.widths, strict=True)]
        return row_line([fill(line(cut_text(indented(row), self.name)), self.name), *cells, self._status(row)])

    def _status(self, row: KpiRow) -> Line:
        return status_mark(row.status) if self.words else (Piece(SIGNS[row.status], STYLES[row.status]),)

    def _displays(self, row: KpiRow) -> list[str]:
        return [one_line(cell.display or MISSING) for cell in self.cells[id(row)]][-self.shown :]

    def _texts(self, rows: Sequence[KpiRow]) -> list[list[str]]:
        labels = [period_labels(periods[-self.shown :]) for periods in self.matrix.periods.values()]
        return [*labels, *map(self._displays, rows)]
