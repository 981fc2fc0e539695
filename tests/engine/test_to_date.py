"""The running period, and what of its target is due (T7)."""

from __future__ import annotations

from datetime import date

import pytest
from engine.support import Project, days


@pytest.fixture
def daily(project: Project) -> Project:
    """One row a day from 2023 to the end of 2026; n is the day of the month."""
    project.rows("d.csv", "day,n", [(day, day.day) for day in days("2023-01-01", 1461)])
    project.source("d")
    return project


@pytest.mark.parametrize(
    ("every", "as_of", "shown", "previous"),
    [
        ("month", "2026-03-30", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-03-01")),
        ("month", "2026-03-15", ("2026-03-01", "2026-03-16"), ("2026-02-01", "2026-02-16")),
        ("month", "2024-03-30", ("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-03-01")),
        ("month", "2026-03-31", ("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01")),
        ("month", "2026-05-01", ("2026-05-01", "2026-05-02"), ("2026-04-01", "2026-04-02")),
        ("month", "2026-02-28", ("2026-02-01", "2026-03-01"), ("2026-01-01", "2026-02-01")),
        ("week", "2026-06-24", ("2026-06-22", "2026-06-25"), ("2026-06-15", "2026-06-18")),
        ("quarter", "2026-05-31", ("2026-04-01", "2026-06-01"), ("2026-01-01", "2026-03-01")),
        ("quarter", "2026-08-15", ("2026-07-01", "2026-08-16"), ("2026-04-01", "2026-05-16")),
        ("year", "2025-03-01", ("2025-01-01", "2025-03-02"), ("2024-01-01", "2024-03-02")),
        ("day", "2026-06-24", ("2026-06-24", "2026-06-25"), ("2026-06-23", "2026-06-24")),
    ],
)
def test_T7_the_running_period_and_the_same_part_of_the_one_before(
    daily: Project, every: str, as_of: str, shown: tuple[str, str], previous: tuple[str, str]
) -> None:
    daily.kpi("k", "sum(d.n)", every=every)
    series = daily.series("k", as_of, to_date=True)
    before = series.previous
    assert before is not None
    for point, span in ((series.shown, shown), (before, previous)):
        start, end = map(date.fromisoformat, span)
        assert (point.period.start, point.period.end) == (start, end)
        assert point.value == sum(day.day for day in days(span[0], (end - start).days))


def test_T7_history_is_of_whole_periods(daily: Project) -> None:
    found = daily.history("count(d)", "2026-03-15", to_date=True, periods=3)
    assert found == {"2025-12": 31, "2026-01": 31, "2026-02": 28, "2026-03": 15}


def test_T7_looking_back_from_a_part_looks_at_parts(daily: Project) -> None:
    asked = {
        "count(d)": 15, "previous(count(d))": 15, "year_ago(count(d))": 15, "previous(last(d.n))": 15,
        "count(d) - previous(count(d), 12)": 0, "at_end(sum(d.n))": 15, "at_start(sum(d.n))": 28,
    }  # fmt: skip
    assert daily.values(asked, "2026-03-15", to_date=True) == list(asked.values())
    assert daily.values(["previous(count(d))", "year_ago(count(d))"], "2024-02-29", to_date=True) == [31, 28]
    assert daily.values(["previous(count(d))", "year_ago(count(d))"], "2024-02-28", to_date=True) == [28, 28]


def test_T7_windows_end_with_the_part(daily: Project) -> None:
    for window, first in (("3 months", "2025-12-16"), ("year to date", "2026-01-01"), ("10 days", "2026-03-06")):
        expected = (date(2026, 3, 16) - date.fromisoformat(first)).days
        assert daily.value("count(d)", "2026-03-15", to_date=True, window=window) == expected
    daily.kpi("k", "count(d)", window="year to date")
    previous = daily.series("k", "2026-03-15", to_date=True).previous
    assert previous is not None
    assert previous.value == 74  # 1 January to 15 March 2025


def test_T7_the_window_of_a_filter_ends_with_the_part(daily: Project) -> None:
    asked = ["count(d[day >= window_end - 7])", "count(d[day == window_start])"]
    assert daily.values(asked, "2026-03-15", to_date=True) == [7, 1]


def additive(project: Project, formula: str, **fields: object) -> bool:
    project.kpi("k", formula, **fields)
    found = project.series("k", "2026-03-15", to_date=True).additive
    del project.plan["kpis"]["k"]
    return found


def test_T7_what_is_shared_out_by_days(daily: Project) -> None:
    daily.table("staff", "begun,over,pay\n2026-01-01,,5\n2026-03-02,2026-03-09,6", from_="begun", until="over")
    daily.table("shelf", "item,n\na,5", date=None)
    daily.source("seen", query="select day, n from d")
    daily.measure("total", "sum(d.n)")
    daily.measure("heads", "count(staff)")
    daily.kpi("other", "count(d[n > 3])")
    daily.kpi("long", "count(d)", window="3 months")
    yes = [
        "sum(d.n)", "count(d)", "count(d[n > 3])", "sum(d.n) - count(d)", "-count(d)", "2 * sum(d.n)", "sum(d.n) * 2",
        "sum(d.n) / 4", "total", "total + other", "started(count(staff))", "ended(sum(staff.pay))", "started(heads)",
        "started(heads) - ended(heads)", "sum(seen.n)",
    ]  # fmt: skip
    no = [
        "avg(d.n)", "max(d.n)", "median(d.n)", "count_distinct(d.n)", "sum(d.n) / count(d)", "last(d.n)",
        "at_end(sum(d.n))", "at_end(total)", "at_end(heads)", "heads", "count(staff)", "sum(staff.pay)", "sum(shelf.n)",
        "previous(sum(d.n))", "sum(d.n) + 5", "total + long", "100 / sum(d.n)", "count(d[day < window_end - 7])",
        "sum(d.n) * sum(d.n)", "started(heads) / heads",
    ]  # fmt: skip
    assert [formula for formula in yes if not additive(daily, formula)] == []
    assert [formula for formula in no if additive(daily, formula)] == []
    assert not additive(daily, "sum(d.n)", window="3 months")
    assert not additive(daily, "sum(d.n)", window="year to date")


def test_T7_what_a_sum_is_held_against_is_that_of_the_whole_period(project: Project) -> None:
    """A budget that is booked on the first of a month is due day by day, like any other target of a sum."""
    project.rows("d.csv", "day,n", [(day, 10) for day in days("2026-01-01", 200)])
    project.source("d")
    project.table("plan", "day,amount\n2026-02-01,280\n2026-03-01,310\n2026-04-01,300", date="day")
    project.measure("budget", "sum(plan.amount)")
    project.kpi("sold", "sum(d.n)", target="at least budget")
    series = project.series("sold", "2026-03-15", to_date=True)
    assert series.additive
    assert series.shown.value == 150
    assert series.references == {"budget": 310}
