"""The numbers of tables that people read, with one precision a column for each unit (see
:func:`kpi.values.format_column`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kpi.status.matrix import Cell, Matrix
from kpi.status.view import KpiRow, PartRow, StatusView
from kpi.values import Figure, format_column, parse_unit

if TYPE_CHECKING:
    from kpi.status.kpi_view import ShowView


def with_even_precision(view: StatusView) -> StatusView:
    """The view with values and changes as they are shown one below the other."""
    every = {id(row): row for rows in (view.rows, *(group.rows for group in view.groups)) for row in rows}
    shown = dict(zip(every, even_rows([*every.values()]), strict=True))
    groups = tuple(replace(group, rows=tuple(shown[id(row)] for row in group.rows)) for group in view.groups)
    return replace(view, rows=tuple(shown[id(row)] for row in view.rows), groups=groups)


def even_rows(rows: Sequence[KpiRow]) -> list[KpiRow]:
    """The rows of a table, their parts included, with values and changes as they are shown one below the other."""
    every = [one for row in rows for one in row.rows]
    values, changes = format_column([_value(row) for row in every]), format_column([_change(row) for row in every])
    shown = iter(
        [
            replace(row, display=value, change_display=change)
            for row, value, change in zip(every, values, changes, strict=True)
        ]
    )
    return [replace(next(shown), parts=_parts(row.parts, shown)) for row in rows]


def _parts(parts: tuple[PartRow, ...], shown: Iterator[KpiRow]) -> tuple[PartRow, ...]:
    return tuple(replace(part, row=next(shown)) for part in parts)


def even_cells(matrix: Matrix, rows: Iterable[KpiRow]) -> dict[int, tuple[Cell, ...]]:
    """The cells of the rows of a table over periods, by the ``id`` of the row."""
    cells = [(row, cell) for row in rows for cell in matrix.cells(row)]
    figures = [
        None if cell.point is None else _value(row) if cell.point is row.point else _figure(row, cell.point.value)
        for row, cell in cells
    ]
    found: dict[int, tuple[Cell, ...]] = {}
    for (row, cell), text in zip(cells, format_column(figures), strict=True):
        found[id(row)] = (*found.get(id(row), ()), cell._replace(display=text))
    return found


def even_points(show: ShowView) -> list[str | None]:
    """The values of the history of a KPI."""
    return format_column([_figure(show.row, point.value) for point in show.points])


def _value(row: KpiRow) -> Figure | None:
    value = row.point.value if row.display is not None else None
    return None if value is None else Figure(value, parse_unit(row.kpi.unit), _group(row), bounds=row.bounds)


def _change(row: KpiRow) -> Figure | None:
    if row.change is None or row.point.value is None:
        return None
    return Figure(row.change, parse_unit(row.kpi.unit), _group(row), change=True, of=row.point.value)


def _figure(row: KpiRow, value: float | None) -> Figure | None:
    return None if value is None else Figure(value, parse_unit(row.kpi.unit), _group(row))


def _group(row: KpiRow) -> str:
    """What is measured in one unit; without a unit, only a KPI with its parts and its history."""
    return row.kpi.unit or f"kpi {row.kpi.id}"
