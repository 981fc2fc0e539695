"""Values that are behind: which there are, what the last fresh one is, and its history (S5, B4, V3)."""

from __future__ import annotations

from datetime import date

import pytest
from engine.support import Project, days

from kpi.run import Series


def told(series: Series) -> tuple[bool, str | None, float | None, date | None, str | None]:
    """Whether it is fresh, else the label and value of the last fresh one, the newest row, and whose it is."""
    last = series.last
    return series.fresh, last and last.period.label, last and last.value, series.newest, series.behind


FRESH = (True, None, None, None, None)
SKIPS = {"on_bad_rows": "skip up to 60%"}


@pytest.fixture
def orders(project: Project) -> Project:
    """One order a day until 20 May 2026."""
    project.rows("orders.csv", "day,n", [(day, 1) for day in days("2026-01-01", 140)])
    project.source("orders")
    project.kpi("k", "sum(orders.n)")
    return project


def test_S5_without_a_row_in_the_period_it_is_stale(orders: Project) -> None:
    assert told(orders.series("k", "2026-05-31")) == FRESH
    assert told(orders.series("k", "2026-06-30")) == (False, "2026-05", 20, date(2026, 5, 20), "orders")
    series = orders.series("k", "2026-08-31")
    assert told(series) == (False, "2026-05", 20, date(2026, 5, 20), "orders")
    assert series.shown.value is None
    assert [(point.period.label, point.value) for point in series.last_history] == [
        ("2026-01", 31), ("2026-02", 28), ("2026-03", 31), ("2026-04", 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("updated", "as_of", "expected"),
    [
        # The newest row is of 20 May, and that of the period shown may be so many days older than its last day.
        ("daily", "2026-05-31", (False, "2026-04", 30, date(2026, 5, 20), "orders")),
        ("weekly", "2026-05-31", (False, "2026-04", 30, date(2026, 5, 20), "orders")),
        ("10 days", "2026-05-31", (False, "2026-04", 30, date(2026, 5, 20), "orders")),
        ("11 days", "2026-05-31", FRESH),
        ("2 weeks", "2026-05-31", FRESH),
        ("monthly", "2026-05-31", FRESH),
        ("monthly", "2026-06-30", (False, "2026-05", 20, date(2026, 5, 20), "orders")),
        ("daily", "2026-04-30", FRESH),
        ("hourly", "2026-04-30", FRESH),
    ],
)
def test_S5_updated_says_how_old_the_newest_row_may_be(
    orders: Project, updated: str, as_of: str, expected: tuple[object, ...]
) -> None:
    orders.source("orders", updated=updated)
    assert told(orders.series("k", as_of)) == expected


SURVEY = "day,score\n2024-02-10,4\n2024-02-11,5\n2025-05-31,7"


@pytest.mark.parametrize(
    ("as_of", "updated", "shown", "fresh"),
    [
        ("2025-04-30", "2 years", ("2024-02", 4.5), True),
        ("2025-05-31", "2 years", ("2025-05", 7), True),
        ("2027-05-31", "2 years", ("2025-05", 7), True),
        ("2027-06-30", "2 years", ("2027-06", None), False),
        # A year and six weeks: as old as it may be, and a month older.
        ("2026-06-30", "395 days", ("2025-05", 7), True),
        ("2026-07-31", "395 days", ("2026-07", None), False),
        # Not longer than a month: a month without a row is stale.
        ("2025-06-30", "monthly", ("2025-06", None), False),
        ("2025-06-30", None, ("2025-06", None), False),
    ],
)
def test_S5_a_value_holds_as_long_as_updated_says(
    project: Project, as_of: str, updated: str | None, shown: tuple[str, float | None], fresh: bool
) -> None:
    project.table("survey", SURVEY, updated=updated)
    project.kpi("score", "avg(survey.score)")
    series = project.series("score", as_of)
    assert (series.shown.period.label, series.shown.value) == shown
    assert series.fresh == fresh
    held = shown[0] != as_of[:7]
    assert [note for note in series.notes if "lets that hold" in note] == (
        [f'this is the value of {shown[0]}: the last row of survey is of {series.shown.period.start:%Y}-'
         + ("02-11" if shown[0] == "2024-02" else "05-31") + f', and its "updated: {updated}" lets that hold']
        if held else []
    )  # fmt: skip


def test_S5_a_source_that_is_behind_lets_nothing_hold(project: Project) -> None:
    project.table("survey", SURVEY, updated="2 years")
    project.rows("visits.csv", "day,n", [(day, 1) for day in days("2025-01-01", 400)])
    project.source("visits", updated="daily")
    project.kpi("k", "avg(survey.score) / sum(visits.n)")
    held = project.series("k", "2026-01-31")
    assert (held.shown.period.label, held.shown.value) == ("2025-05", pytest.approx(7 / 31))
    assert not project.series("k", "2026-04-30").fresh


def test_S5_a_row_of_tomorrow_is_not_known_today(orders: Project) -> None:
    orders.source("orders", updated="daily")
    orders.kpi("k", "sum(orders.n)", every="day")
    assert told(orders.series("k", "2026-05-20")) == FRESH
    assert told(orders.series("k", "2026-05-22")) == (False, "2026-05-20", 1, date(2026, 5, 20), "orders")


def test_S5_the_last_fresh_value_is_looked_for_far_back(project: Project) -> None:
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2025-01-01", 31)] + [("2025-11-30", 7)])
    project.source("d", updated="monthly")
    project.kpi("k", "sum(d.n)")
    assert told(project.series("k"))[:3] == (False, "2025-11", 7)
    project.kpi("k", "sum(d.n[n < 5])")
    # November has rows, though none through the filter: 0 is a value (V3).
    assert told(project.series("k"))[:3] == (False, "2025-11", 0)
    project.kpi("k", "avg(d.n[n < 5])")
    assert told(project.series("k"))[:3] == (False, "2025-01", 1)


def test_S5_windows_do_not_make_it_fresh(orders: Project) -> None:
    """Three months have rows enough, but June has none."""
    orders.kpi("k", "sum(orders.n)", window="3 months")
    series = orders.series("k", "2026-06-30")
    assert series.shown.value == 30 + 20
    assert told(series) == (False, "2026-05", 31 + 30 + 20, date(2026, 5, 20), "orders")


def test_S5_the_source_that_is_behind_decides(orders: Project) -> None:
    orders.rows("visits.csv", "day,n", [(day, 1) for day in days("2026-01-01", 181)])
    orders.source("visits")
    orders.measure("visited", "sum(visits.n)")
    orders.kpi("share", "sum(orders.n) / visited")
    orders.kpi("twice", "2 * share")
    orders.kpi("visits", "visited")
    series = orders.results("2026-06-30").series
    assert told(series["share"]) == (False, "2026-05", pytest.approx(20 / 31), date(2026, 5, 20), "orders")
    assert told(series["twice"])[:2] == (False, "2026-05")
    assert told(series["visits"]) == FRESH


def test_S5_references_are_those_of_the_last_fresh_value(orders: Project) -> None:
    orders.measure("some", "max(orders.n) * count(orders)")
    orders.kpi("k", "sum(orders.n)", target="at least some")
    assert orders.series("k", "2026-06-30").references == {"some": 20}


def test_V3_where_no_row_is_good_news_nothing_is_ever_stale(project: Project) -> None:
    project.table("faults", "day,n\n2026-02-10,5", no_rows="zero", updated="daily")
    project.kpi("k", "count(faults)")
    series = project.series("k")
    assert told(series) == FRESH
    assert series.shown.value == 0
    project.kpi("k", "avg(faults.n)")
    assert (told(project.series("k")), project.series("k").shown.value) == (FRESH, None)


def test_V3_before_its_first_row_even_such_a_source_is_unknown(project: Project) -> None:
    project.table("faults", "day,n\n2026-02-10,5", no_rows="zero")
    project.kpi("k", "count(faults)")
    series = project.series("k", "2026-01-31")
    assert (series.shown.value, series.fresh) == (None, True)
    # The month of the first row is the first that is known.
    assert project.history("count(faults)", "2026-03-31") == {"2026-02": 1, "2026-03": 0}
    assert project.value("count(faults)", "2026-02-10", every="day") == 1
    assert project.value("count(faults)", "2026-02-09", every="day") is None
    assert project.value("count(faults)", "2026-02-11", every="day") == 0
    project.table("faults", "day,n", no_rows="zero")
    assert project.value("count(faults)") is None


def test_V3_no_rows_beside_a_source_that_has_them(project: Project) -> None:
    project.rows("orders.csv", "day,n", [(day, 2) for day in days("2026-01-01", 181)])
    project.source("orders")
    project.table("refunds", "day,n\n2026-02-10,5\n2026-06-01,3", no_rows="zero")
    found = project.history("sum(refunds.n) / sum(orders.n)")
    assert found == {
        "2026-02": 0.0892857142857, "2026-03": 0, "2026-04": 0, "2026-05": 0, "2026-06": 0.05,
    }  # fmt: skip


def test_S5_no_row_ever(project: Project) -> None:
    project.table("d", "day,n")
    project.kpi("k", "sum(d.n)")
    series = project.series("k")
    assert (series.fresh, series.last, series.newest, series.behind) == (False, None, None, "d")


def test_S5_typed_in_values(project: Project) -> None:
    project.kpi("nps", values={"2025-Q4": 38, "2026-Q1": 41}, every="quarter")
    assert told(project.series("nps", "2026-03-31")) == FRESH
    assert told(project.series("nps", "2026-06-30"))[:3] == (False, "2026-Q1", 41)
    assert told(project.series("nps", "2025-09-30"))[:3] == (False, None, None)
    assert [point.value for point in project.series("nps", "2026-06-30").last_history] == [38]


def test_B4_a_query_may_be_stale_like_any_dated_source(orders: Project) -> None:
    orders.source(
        "weeks", query="select date_trunc('month', day) as month, sum(n) as n from orders group by 1", date="month"
    )
    orders.kpi("w", "sum(weeks.n)")
    assert told(orders.series("w", "2026-06-30")) == (False, "2026-05", 20, date(2026, 5, 1), "weeks")


def test_S5_in_the_running_period(orders: Project) -> None:
    assert told(orders.series("k", "2026-05-25", to_date=True)) == FRESH
    orders.source("orders", updated="daily")
    assert told(orders.series("k", "2026-05-21", to_date=True)) == FRESH
    series = orders.series("k", "2026-05-25", to_date=True)
    assert told(series) == (False, "2026-04", 30, date(2026, 5, 20), "orders")


@pytest.mark.parametrize(
    ("rows", "fields", "missing"),
    [
        ("2026-04-10,1,a", {}, "no rows of o since 10 Apr 2026"),
        ("2026-04-10,1,a\n2026-06-05,2,a", {}, "no rows of o between 10 Apr 2026 and 5 June 2026"),
        ("2026-06-05,2,a", {}, "no rows of o before 5 June 2026"),
        ("2026-04-10,1,a\n2026-05-05,2,b", {"where": 's == "a"'}, "no rows of o that pass its where since 10 Apr 2026"),
        (
            "2026-04-10,1,a\n2026-05-05,x,a",
            {"on_bad_rows": "skip up to 60%"},
            "no readable rows of o since 10 Apr 2026",
        ),
        ("2026-07-01,1,a", {}, "no rows of o"),
    ],
)
def test_S5_no_row_is_denied_that_there_is(project: Project, rows: str, fields: dict[str, str], missing: str) -> None:
    """As of 12 June, May is shown, and rows of June do not make it fresh."""
    project.table("o", f"day,n,s\n{rows}", **fields)
    project.kpi("k", "sum(o.n)")
    series = project.series("k", "2026-06-12")
    assert (series.fresh, series.missing) == (False, missing)
