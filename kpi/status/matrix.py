"""The last few periods of every KPI side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kpi.frozen import frozen
from kpi.plan.model import Plan
from kpi.run.series import Point
from kpi.status.result import Status
from kpi.status.view import KpiRow, StatusView
from kpi.values import Every, Period, format_value, last_over, length, parse_unit, running, shift, whole


class Cell(NamedTuple):
    """One KPI in one period; both None where it has no value."""

    point: Point | None = None
    display: str | None = None


@frozen
class Matrix:
    """The view and its columns.

    ``periods`` maps each length of period that occurs in the view, shortest first, to its last periods, oldest first.
    Every length has the same number of periods; the last one is the period that ``kpi status`` shows.
    """

    view: StatusView
    periods: Mapping[Every, tuple[Period, ...]]

    @property
    def summary(self) -> Mapping[Status, int]:
        """How many KPIs have each status."""
        return self.view.summary

    def cells(self, row: KpiRow) -> tuple[Cell, ...]:
        """The values of one KPI, one cell per period of its length. The last cell of a stale KPI is empty."""
        unit = parse_unit(row.kpi.unit)
        points = {point.period.start: point for point in (*row.history, row.point) if point.value is not None}
        found = []
        for period in self.periods[row.kpi.every]:
            point = points.get(period.start)
            if point is None or point.value is None:
                found.append(Cell())
            else:
                found.append(Cell(point, row.display if point is row.point else format_value(point.value, unit)))
        return tuple(found)

    def by_length(self, rows: tuple[KpiRow, ...]) -> list[tuple[tuple[Period, ...], list[KpiRow]]]:
        """The rows by length of period: each entry has the periods and the rows with that length."""
        alike = [(periods, [row for row in rows if row.kpi.every == every]) for every, periods in self.periods.items()]
        return [(periods, same) for periods, same in alike if same]


def matrix(plan: Plan, view: StatusView, count: int) -> Matrix:
    """The last ``count`` periods of each KPI, including the one shown."""
    calendar = plan.calendar.build()
    pick = running if view.to_date else last_over
    periods: dict[Every, tuple[Period, ...]] = {}
    for every in sorted({row.kpi.every for row in view.rows}, key=length):
        now = pick(view.as_of, every, calendar)
        start = whole(now, calendar)
        periods[every] = (*(shift(start, -n, calendar) for n in range(count - 1, 0, -1)), now)
    return Matrix(view, periods)
