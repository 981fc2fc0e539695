"""The table of the last periods: its heads, and that it fits whatever the width."""

from __future__ import annotations

import pytest
from helpers.builders import kpi_of, plan_of, results_of, series_of
from helpers.shop import shop, shop_plan

from kpi.render.matrix_table import matrix_lines, period_labels
from kpi.render.sanitize import columns
from kpi.render.style import as_plain
from kpi.status import status_view
from kpi.status.matrix import matrix
from kpi.values import Calendar, Every, Period, parse_label, shift


def before(label: str, count: int, calendar: Calendar = Calendar(), every: Every | None = None) -> list[Period]:  # noqa: B008
    last = parse_label(label, calendar, every)
    return [shift(last, -n, calendar) for n in range(count - 1, -1, -1)]


@pytest.mark.parametrize(
    ("periods", "labels"),
    [
        (before("2026-02", 4), ["Nov 2025", "Dec", "Jan 2026", "Feb"]),
        (before("2026-Q2", 3), ["2025-Q4", "2026-Q1", "Q2"]),
        (before("FY2027-Q1", 2, Calendar(fiscal_year_starts=7)), ["FY2026-Q4", "FY2027-Q1"]),
        (before("2026-W02", 3), ["2025-W52", "2026-W01", "W02"]),
        (before("2026", 2), ["2025", "2026"]),
        (before("2026-01-02", 3), ["31 Dec 2025", "1 Jan 2026", "2 Jan"]),
        (before("2026-01-04", 2, Calendar(week_starts=6), "week"), ["28 Dec 2025", "4 Jan 2026"]),
    ],
)
def test_the_year_is_shown_where_it_changes(periods: list[Period], labels: list[str]) -> None:
    assert period_labels(periods) == labels


@pytest.mark.parametrize("count", [1, 6, 12, 40])
@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int, count: int) -> None:
    plan, view = shop_plan(), shop()
    lines = as_plain(matrix_lines(matrix(plan, view, count), width)).splitlines()
    assert max(map(columns, lines)) <= width
    for row in view.rows:
        if row.display is not None and row.status != "stale" and width >= 40:
            assert any(row.display in line for line in lines), row.kpi.id


def test_the_oldest_periods_give_way() -> None:
    plan = plan_of([kpi_of(name="Sales of the year")])
    view = status_view(plan, results_of([series_of(1111.0, 2222.0, 3333.0, 4444.0)]))
    text = as_plain(matrix_lines(matrix(plan, view, 4), 40))
    assert "1,111" not in text
    assert "4,444" in text
    assert "The last 2 of 4 periods: a wider" in text
    assert "periods:" not in as_plain(matrix_lines(matrix(plan, view, 4), 80))


def test_nothing_to_show() -> None:
    plan = plan_of([])
    assert "No KPI to show." in as_plain(matrix_lines(matrix(plan, status_view(plan, results_of([])), 6), 80))
