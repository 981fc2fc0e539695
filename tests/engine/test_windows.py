"""Periods and windows: which days a value looks back over (T1, T2, T3, T4, T6, T8), against a calendar of its own."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from engine.support import Project, days

from kpi.engine import aggregation as gather

DAY = timedelta(days=1)
EVERY = ("day", "week", "month", "quarter", "year")
WINDOWS = (
    None,
    "1 day",
    "10 days",
    "2 weeks",
    "1 month",
    "3 months",
    "2 quarters",
    "1 year",
    "year to date",
    "all time",
)


def months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of(day: date, every: str, week_starts: int, fiscal: int) -> date:
    """The first day of the period that contains a day; ``fiscal`` is the month in which the year starts."""
    if every == "day":
        return day
    if every == "week":
        return day - timedelta(days=(day.weekday() - week_starts) % 7)
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    return months_back(day.replace(day=1), (day.month - fiscal) % months)


def next_start(start: date, every: str) -> date:
    if every in ("day", "week"):
        return start + timedelta(days=1 if every == "day" else 7)
    return months_back(start, -{"month": 1, "quarter": 3, "year": 12}[every])


def last_over(as_of: date, every: str, week_starts: int, fiscal: int) -> tuple[date, date]:
    """The last period that is over when ``as_of`` is, as [start, end)."""
    end = start_of(as_of + DAY, every, week_starts, fiscal)
    return start_of(end - DAY, every, week_starts, fiscal), end


def window_start(window: str | None, start: date, end: date, fiscal: int) -> date:
    match (window or "").split():
        case []:
            return start
        case ["all", "time"]:
            return date.min
        case ["year", "to", "date"]:
            return start_of(end - DAY, "year", 0, fiscal)
        case [count, unit]:
            if unit.startswith(("day", "week")):
                return end - timedelta(days=int(count) * (7 if unit.startswith("week") else 1))
            months = {"m": 1, "q": 3, "y": 12}[unit[0]]
            return months_back(end, int(count) * months)
    raise AssertionError(window)


def expected(rows: list[tuple[date, int, int]], first: date, end: date) -> list[float | None]:
    """Sum, different customers, median and largest of the rows in [first, end)."""
    inside = [row for row in rows if first <= row[0] < end]
    if not inside:
        return [None, None, None, None]
    amounts = [amount for _, amount, _ in inside]
    return [sum(amounts), len({who for _, _, who in inside}), median(amounts), max(amounts)]


FORMULAS = ["sum(d.amount)", "count_distinct(d.who)", "median(d.amount)", "max(d.amount)"]
ROWS = [
    (day, (7 * number) % 101, (number * number) % 13)
    for number, day in enumerate(days("2023-01-01", 1300))
    if number % 5 and day.month != 9
]
CALENDARS = [("monday", 0, "january", 1), ("sunday", 6, "april", 4), ("thursday", 3, "december", 12)]


@pytest.mark.parametrize("calendar", CALENDARS, ids=[f"{weekday}-{month}" for weekday, _, month, _ in CALENDARS])
@pytest.mark.parametrize("as_of", ["2024-02-29", "2025-03-30", "2026-01-03", "2026-05-31"])
@pytest.mark.parametrize("many", [0, 10**9], ids=["sightings", "window by window"])
def test_T2_values_over_every_window(
    project: Project, monkeypatch: pytest.MonkeyPatch, calendar: tuple[str, int, str, int], as_of: str, many: int
) -> None:
    monkeypatch.setattr(gather, "MANY_ROWS", many)
    weekday, week_starts, month, fiscal = calendar
    project.calendar(week_starts=weekday, fiscal_year_starts=month)
    project.rows("d.csv", "day,amount,who", ROWS)
    project.source("d")
    day = date.fromisoformat(as_of)
    wanted: dict[str, tuple[date, date, list[float | None]]] = {}
    for every in EVERY:
        for window in WINDOWS:
            start, end = last_over(day, every, week_starts, fiscal)
            found = expected([row for row in ROWS if row[0] <= day], window_start(window, start, end, fiscal), end)
            for number, formula in enumerate(FORMULAS):
                name = f"{every}_{WINDOWS.index(window)}_{number}"
                project.kpi(name, formula, every=every, window=window)
                if window is None:
                    del project.plan["kpis"][name]["window"]
                wanted[name] = (start, end, found[number : number + 1])
    results = project.results(as_of, periods=0)
    found_all = {
        name: (series.shown.period.start, series.shown.period.end, [series.shown.value])
        for name, series in results.series.items()
    }
    assert found_all == wanted
    assert results.scans == {"d": 1}


@pytest.mark.parametrize("calendar", CALENDARS, ids=[f"{weekday}-{month}" for weekday, _, month, _ in CALENDARS])
@pytest.mark.parametrize("every", EVERY)
def test_T6_history_is_each_period_s_own_window(
    project: Project, calendar: tuple[str, int, str, int], every: str
) -> None:
    weekday, week_starts, month, fiscal = calendar
    project.calendar(week_starts=weekday, fiscal_year_starts=month)
    project.rows("d.csv", "day,amount,who", ROWS)
    project.source("d")
    as_of = date(2026, 3, 30)
    start, end = last_over(as_of, every, week_starts, fiscal)
    for window in (None, "3 months", "year to date"):
        periods = [(start, end)]
        for _ in range(6):
            periods.append(last_over(periods[-1][0] - DAY, every, week_starts, fiscal))
        values = [expected(ROWS, window_start(window, *period, fiscal), period[1])[1] for period in reversed(periods)]
        while values[0] is None:
            del values[0]
        fields: dict[str, Any] = {"every": every, "periods": 6} | ({"window": window} if window else {})
        assert list(project.history("count_distinct(d.who)", "2026-03-30", **fields).values()) == values


def test_T2_31_may_less_three_months_is_28_february(project: Project) -> None:
    """The window of a week that ends on 30 May 2027 is [28 February, 31 May)."""
    project.table("d", "day,n\n2027-02-27,1\n2027-02-28,2\n2027-05-30,4\n2027-05-31,8")
    assert project.value("sum(d.n)", "2027-05-30", every="week", window="3 months") == 6
    assert project.value("sum(d.n)", "2027-05-30", every="day", window="3 months") == 6


def test_T2_a_window_that_begins_before_the_data_is_partial(project: Project) -> None:
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2026-02-10", 140)])
    project.source("d")
    partial = {
        # The window of May begins on 1 March, that of April on 1 February: nine of its 89 days are without data.
        "3 months": {"2026-03": True, "2026-04": True, "2026-05": False, "2026-06": False},
        "2 weeks": {"2026-03": False, "2026-04": False, "2026-05": False, "2026-06": False},
        "year to date": {"2026-03": True, "2026-04": True, "2026-05": True, "2026-06": True},
        "all time": {"2026-03": False, "2026-04": False, "2026-05": False, "2026-06": False},
    }
    for window, by_period in partial.items():
        project.kpi("k", "sum(d.n)", window=window)
        series = project.series("k")
        points = [*series.history, series.shown]
        found = {point.period.label: point.partial for point in points}
        assert {label: found[label] for label in by_period} == by_period, window
        change = not (by_period["2026-06"] or by_period["2026-05"]) and window != "year to date"
        assert (series.previous is not None) == change, window
    project.kpi("k", "sum(d.n)", window="3 months")
    assert project.series("k", "2026-03-31").previous is None
    assert project.series("k", "2026-05-31").previous is None  # against April, which is partial itself
    june = project.series("k", "2026-06-30").previous
    assert june is not None
    assert (june.period.label, june.value) == ("2026-05", 92)


@pytest.mark.parametrize(
    ("first", "every", "as_of", "partial"),
    [
        # A tenth of a January are three days.
        ("2026-01-01", "month", "2026-01-31", False), ("2026-01-04", "month", "2026-01-31", False),
        ("2026-01-05", "month", "2026-01-31", True), ("2026-01-31", "month", "2026-01-31", True),
        # The week from 29 December, with three days of data or with all.
        ("2026-01-02", "week", "2026-01-04", True), ("2025-12-29", "week", "2026-01-04", False),
        ("2025-12-30", "week", "2026-01-04", True), ("2026-01-31", "day", "2026-01-31", False),
        ("2025-10-01", "year", "2025-12-31", True), ("2025-02-06", "year", "2025-12-31", False),
        ("2025-02-07", "year", "2025-12-31", True),
    ],
)  # fmt: skip
def test_T2_the_first_period_may_be_partial(
    project: Project, first: str, every: str, as_of: str, partial: bool
) -> None:
    project.rows("d.csv", "day,n", [(day, 1) for day in days(first, 800)])
    project.source("d", no_rows="zero")
    project.kpi("k", "sum(d.n)", every=every)
    project.kpi("end", "at_end(sum(d.n))", every=every)
    project.kpi("ever", "sum(d.n)", every=every, window="all time")
    series = project.results(as_of).series
    assert {name: one.shown.partial for name, one in series.items()} == {"k": partial, "end": False, "ever": False}


def test_T2_nothing_is_measured_against_a_partial_value(project: Project) -> None:
    """Three days in January against a full week: no change, no growth."""
    project.rows("d.csv", "day,n,part", [(day, 2, number % 2) for number, day in enumerate(days("2026-01-02", 24))])
    project.source("d")
    project.kpi("units", "sum(d.n)", every="week")
    project.kpi("growth", "sum(d.n) / previous(sum(d.n)) - 1", every="week")
    project.kpi("named", "units - previous(units)", every="week", split="part")
    project.kpi("grown", "growth(sum(d.n))", every="week")
    project.kpi("ahead", "over(sum(d.n), '1 week') - previous(over(sum(d.n), '1 week'))", every="week")
    first, second = project.results("2026-01-11").series, project.results("2026-01-18").series
    assert {name: one.shown.value for name, one in first.items()} == {
        "units": 14, "growth": None, "named": None, "grown": None, "ahead": None,
    }  # fmt: skip
    assert {name: one.shown.value for name, one in second.items()} == {
        "units": 14, "growth": 0, "named": 0, "grown": 0, "ahead": 0,
    }  # fmt: skip
    assert first["units"].previous is None
    assert second["units"].previous is not None
    note = "nothing is measured against 2026-W01, because the data begins later than its window"
    assert {name: one.notes for name, one in first.items()} == {name: (note,) * (name != "units") for name in first}
    assert not any(one.notes for one in second.values())
    split = first["named"].split
    assert split is not None
    assert {part.series.shown.value for part in split.parts} <= {None}


def test_T2_a_kpi_that_is_named_brings_its_own_window(project: Project) -> None:
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2026-02-10", 140)])
    project.source("d")
    project.kpi("long", "sum(d.n)", window="1 year")
    project.kpi("ever", "sum(d.n)", window="all time")
    project.kpi("share", "sum(d.n) / long")
    project.kpi("of_ever", "sum(d.n) / ever")
    project.kpi("growth", "sum(d.n) - previous(sum(d.n), 3)")
    project.kpi("longer", "sum(d.n) - previous(sum(d.n), 4)")
    series = project.results().series
    assert {name: series[name].shown.partial for name in series} == {
        "long": True, "ever": False, "share": True, "of_ever": False, "growth": False, "longer": True,
    }  # fmt: skip
    assert (series["growth"].shown.value, series["longer"].shown.value) == (-2, None)
    assert series["share"].shown.value == pytest.approx(29 / 140, rel=1e-11)  # 29 days of June


def test_T1_rows_after_as_of_do_not_exist(project: Project) -> None:
    project.table("d", "day,n\n2026-06-01,1\n2026-06-15,2\n2026-06-16,4\n2026-07-01,8")
    assert project.value("sum(d.n)", "2026-06-15", every="day", window="all time") == 3
    assert project.value("sum(d.n)", "2026-06-15", to_date=True) == 3
    assert project.value("sum(d.n)", "2026-06-15", to_date=True, every="year", window="all time") == 3
    project.kpi("n", "sum(d.n)")
    use = project.results("2026-06-15").sources["d"]
    assert (use.rows, use.last) == (2, date(2026, 6, 15))
    assert project.value("sum(d.n)", "2026-06-30") == 7


@pytest.mark.parametrize(
    ("calendar", "every", "as_of", "labels"),
    [
        ({}, "week", "2027-01-10", ["2026-W52", "2026-W53", "2027-W01"]),
        ({"week_starts": "sunday"}, "week", "2027-01-09", ["2026-12-20", "2026-12-27", "2027-01-03"]),
        ({}, "month", "2027-02-28", ["2026-12", "2027-01", "2027-02"]),
        ({}, "quarter", "2027-06-30", ["2026-Q4", "2027-Q1", "2027-Q2"]),
        ({"fiscal_year_starts": "april"}, "quarter", "2026-06-30", ["FY2026-Q3", "FY2026-Q4", "FY2027-Q1"]),
        ({"fiscal_year_starts": "april"}, "year", "2027-03-31", ["FY2025", "FY2026", "FY2027"]),
        ({"fiscal_year_starts": "april"}, "month", "2026-04-30", ["2026-02", "2026-03", "2026-04"]),
        ({}, "day", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
    ],
)  # fmt: skip
def test_T3_T4_labels_and_days_of_periods(
    project: Project, calendar: dict[str, str], every: str, as_of: str, labels: list[str]
) -> None:
    if calendar:
        project.calendar(**calendar)
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2023-01-01", 1700)])
    project.source("d")
    assert list(project.history("count(d)", as_of, every=every, periods=2)) == labels


def test_T3_a_week_belongs_to_the_year_in_which_its_last_day_lies(project: Project) -> None:
    """The week from 28 December 2026 to 3 January 2027 has only three days of the year to date."""
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2026-01-01", 400)])
    project.source("d")
    found = project.history("sum(d.n)", "2027-01-10", every="week", window="year to date", periods=2)
    assert found == {"2026-W52": 361, "2026-W53": 3, "2027-W01": 10}


def test_T4_year_to_date_is_that_of_the_fiscal_year(project: Project) -> None:
    project.calendar(fiscal_year_starts="july")
    project.rows("d.csv", "day,n", [(day, 1) for day in days("2025-01-01", 600)])
    project.source("d")
    found = project.history("sum(d.n)", "2026-07-31", window="year to date", periods=2)
    assert found == {"2026-05": 335, "2026-06": 365, "2026-07": 31}


# Looking back.


@pytest.fixture
def counter(project: Project) -> Project:
    """One row a day from 2023 on, n counts them from 1."""
    project.rows("d.csv", "day,n", [(day, number) for number, day in enumerate(days("2023-01-01", 1400), 1)])
    project.source("d")
    return project


def number_of(day: str) -> int:
    return (date.fromisoformat(day) - date(2022, 12, 31)).days


@pytest.mark.parametrize(
    ("every", "as_of", "formula", "day"),
    [
        ("day", "2026-06-30", "previous(last(d.n))", "2026-06-29"),
        ("day", "2026-03-01", "previous(last(d.n), 2)", "2026-02-27"),
        ("week", "2026-06-28", "previous(last(d.n), 3)", "2026-06-07"),
        ("month", "2026-03-31", "previous(last(d.n))", "2026-02-28"),
        ("month", "2026-06-30", "previous(previous(last(d.n)))", "2026-04-30"),
        ("month", "2026-06-30", "previous(previous(last(d.n), 2), 3)", "2026-01-31"),
        ("month", "2026-06-30", "previous(last(d.n), 12)", "2025-06-30"),
        ("month", "2026-06-30", "year_ago(last(d.n))", "2025-06-30"),
        ("month", "2024-02-29", "year_ago(last(d.n))", "2023-02-28"),
        ("month", "2026-06-30", "year_ago(year_ago(last(d.n)))", "2024-06-30"),
        ("month", "2026-06-30", "previous(year_ago(last(d.n)))", "2025-05-31"),
        ("month", "2026-06-30", "year_ago(previous(last(d.n)))", "2025-05-31"),
        ("quarter", "2026-06-30", "previous(last(d.n))", "2026-03-31"),
        ("quarter", "2026-06-30", "year_ago(last(d.n))", "2025-06-30"),
        ("year", "2025-12-31", "year_ago(last(d.n))", "2024-12-31"),
        ("year", "2025-12-31", "previous(last(d.n))", "2024-12-31"),
        ("week", "2026-06-28", "year_ago(last(d.n))", "2025-06-29"),
        ("day", "2024-02-29", "year_ago(last(d.n))", "2023-02-28"),
        ("day", "2025-02-28", "year_ago(last(d.n))", "2024-02-28"),
    ],
)
def test_T6_looking_back(counter: Project, every: str, as_of: str, formula: str, day: str) -> None:
    assert counter.value(formula, as_of, every=every) == number_of(day)


def test_T6_a_windowed_kpi_is_moved_by_its_every(counter: Project) -> None:
    """Three months up to the end of May, not the three months before these three."""
    found = counter.value("previous(sum(d.n))", "2026-06-30", window="3 months")
    assert found == sum(range(number_of("2026-03-01"), number_of("2026-05-31") + 1))
    assert counter.value("previous(first(d.n), 2)", "2026-06-30", window="3 months") == number_of("2026-02-01")


def test_T6_periods_without_rows_count(project: Project) -> None:
    project.table("d", "day,n\n2026-03-02,3\n2026-06-05,6")
    found = project.values(["previous(sum(d.n))", "previous(sum(d.n), 3)", "sum(d.n) - previous(sum(d.n), 3)"])
    assert found == [None, 3, 3]


def test_T6_a_change_is_against_the_period_before_and_to_date_against_a_year_ago(counter: Project) -> None:
    for window, label in (
        (None, "2026-05"),
        ("3 months", "2026-05"),
        ("all time", "2026-05"),
        ("year to date", "2025-06"),
    ):
        counter.kpi("k", "sum(d.n)", **({"window": window} if window else {}))
        previous = counter.series("k").previous
        assert previous is not None
        assert previous.period.label == label
    assert previous.value == sum(range(number_of("2025-01-01"), number_of("2025-06-30") + 1))


def test_T8_the_window_may_stand_in_filters(project: Project) -> None:
    project.table(
        "tickets",
        """
        opened,closed,n
        2026-04-02,,1
        2026-06-01,2026-06-02,2
        2026-06-23,2026-07-05,4
        2026-06-24,,8
        2026-06-30,,16
        """,
        date="opened",
    )
    asked = {
        "sum(tickets.n[opened <= window_end - 7])": 2 + 4 + 8,
        "sum(tickets.n[opened < window_start + 23])": 2 + 4,
        "sum(tickets.n[closed is None or closed >= window_end])": 4 + 8 + 16,
        "median(tickets.n[opened >= window_end - 8])": 8,
        "last(tickets.n[opened != window_end - 1])": 8,
        "count_distinct(tickets.n[days(window_end - opened) > 7])": 2,
    }
    assert project.values(asked) == list(asked.values())
    found = project.values(
        ["sum(tickets.n[opened >= window_start])", "previous(count(tickets[opened < window_end]), 2)"]
    )
    assert found == [30, 1]
    wide = project.values(
        ["sum(tickets.n[opened < window_start + 1])", "sum(tickets.n[opened < window_start + 30])"], window="3 months"
    )
    assert wide == [0, 1]


def test_T8_the_window_of_a_balance_is_that_of_the_kpi(project: Project) -> None:
    project.table(
        "stock",
        "day,shelf,n\n2026-05-20,2026-05-01,1\n2026-05-20,2026-05-20,2\n2026-06-10,2026-06-09,4\n2026-06-10,2026-01-01,8",
    )
    asked = ["at_end(sum(stock.n[shelf >= window_start]))", "at_start(sum(stock.n[shelf >= window_start - 31]))"]
    assert project.values(asked) == [4, 3]


def test_T2_many_windows_do_not_change_a_value(counter: Project) -> None:
    """The history may be as long as one likes; it ends before the period shown and begins where the data does."""
    short = counter.history("count(d)", periods=3)
    long = counter.history("count(d)", periods=60)
    assert len(long) == 42
    assert dict(list(long.items())[-4:]) == short
    assert sum(value or 0 for value in long.values()) == number_of("2026-06-30")
