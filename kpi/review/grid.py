"""The grid of a review: the last thirteen periods of every KPI with the status that each had, inputs first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kpi.plan.checks.dependencies import target_anchors
from kpi.plan.model import Plan
from kpi.review.agenda import inputs_first
from kpi.run.series import Point, Results, Series
from kpi.status import KpiRow, Status, StatusView, status_then
from kpi.status.columns import even_cells
from kpi.status.matrix import matrix
from kpi.values import Calendar, Every, Period

GRID = 13  # periods: a quarter of weeks
_A_YEAR: Mapping[Every, int] = {"day": 366, "week": 53, "month": 12, "quarter": 4, "half": 2}


@dataclass(frozen=True)
class GridCell:
    """A KPI in one period. ``display`` is its value, None without one; ``status`` is None where it cannot be known
    afterwards, because the target names other values."""

    period: Period
    value: float | None = None
    display: str | None = None
    status: Status | None = None


@dataclass(frozen=True)
class GridRow:
    """A KPI and its cells, oldest first; the last is the period that ``kpi status`` shows."""

    row: KpiRow
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class GridBlock:
    """Rows with the same ``periods``. ``heading`` is what they are: ``Leading indicators``, ``Other KPIs``; "" if there
    are no others."""

    heading: str
    periods: tuple[Period, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True)
class Grid:
    """What ``kpi review --grid`` shows."""

    title: str | None
    as_of: date
    blocks: tuple[GridBlock, ...]

    @property
    def rows(self) -> tuple[GridRow, ...]:
        """All rows."""
        return tuple(row for block in self.blocks for row in block.rows)


def periods_back(plan: Plan) -> int:
    """How many periods before the one shown are needed: twelve, and a year before these for targets that are relative
    to a year ago."""
    years = [_A_YEAR.get(kpi.every, 1) for kpi in plan.kpis.values() if "a year ago" in target_anchors(kpi)]
    return GRID - 1 + max(years, default=0)


def grid(plan: Plan, view: StatusView, results: Results) -> Grid:
    """The grid of a view whose rows have the values of :func:`periods_back` as their history."""
    calendar = plan.calendar.build()
    table = matrix(plan, view, GRID)
    rows = inputs_first(view.rows)
    texts = even_cells(table, rows)
    leading = tuple(row for row in rows if row.kpi.indicator == "leading")
    others = rows[len(leading) :]
    parts = [("Leading indicators", leading), ("Other KPIs", others)] if leading and others else [("", rows)]
    blocks = []
    for heading, some in parts:
        for number, (periods, same) in enumerate(table.by_length(some)):
            shown = tuple(
                GridRow(
                    row,
                    tuple(
                        _cell(row, period, cell.point, cell.display, results.series[row.kpi.id], calendar)
                        for period, cell in zip(periods, texts[id(row)], strict=True)
                    ),
                )
                for row in same
            )
            blocks.append(GridBlock(heading if number == 0 else "", periods, shown))
    return Grid(view.title, view.as_of, tuple(blocks))


def _cell(
    row: KpiRow, period: Period, point: Point | None, display: str | None, series: Series, calendar: Calendar
) -> GridCell:
    if point is None or point.value is None:
        is_shown = period.start == series.shown.period.start
        return GridCell(period, status=row.status if is_shown else None)
    is_current = point is row.point and row.status != "stale"
    status = row.status if is_current else status_then(row.kpi, series, point, calendar)
    return GridCell(period, point.value, display, status)
