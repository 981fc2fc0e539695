"""Periods tile the time line, move by whole numbers, and their parts are clipped."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.values import (
    EVERY,
    Calendar,
    Every,
    Period,
    Span,
    add_units,
    before,
    last_over,
    length,
    period_of,
    running,
    shift,
    whole,
    year_ago,
)

PLAIN = Calendar()
DAY = timedelta(days=1)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))
any_day = st.dates()
everies = st.sampled_from(EVERY)
all_everies = everies | st.integers(2, 52).map("{} weeks".format)
calendars = st.builds(Calendar, st.integers(0, 6), st.integers(1, 12), weeks_from=st.none() | days)


def month(label: str) -> Period:
    return period_of(date.fromisoformat(f"{label}-01"), "month", PLAIN)


# Whole periods


@given(days, all_everies, calendars)
def test_periods_tile_the_time_line(day: date, every: Every, calendar: Calendar) -> None:
    period = period_of(day, every, calendar)
    assert period.span.contains(day)
    assert period.last_day == period.end - DAY
    assert period_of(period.start - DAY, every, calendar).end == period.start
    assert period_of(period.end, every, calendar).start == period.end
    assert period_of(period.last_day, every, calendar) == period
    assert period.span.days <= length(every)


@given(days, everies, calendars)
def test_T3_periods_are_those_of_another_library(day: date, every: Every, calendar: Calendar) -> None:
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    last_weekday = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"][(calendar.week_starts - 1) % 7]
    last_month = months[(calendar.fiscal_year_starts - 2) % 12]
    frequencies = {"day": "D", "week": f"W-{last_weekday}", "month": "M", "quarter": f"Q-{last_month}"}
    period = period_of(day, every, calendar)
    if every == "half":  # which pandas has as two quarters
        first = pd.Period(day, f"Q-{last_month}")
        first -= (first.quarter - 1) % 2
        assert (period.start, period.last_day) == (first.start_time.date(), (first + 1).end_time.date())
        prefix = "FY" if calendar.fiscal_year_starts > 1 else ""
        assert period.label == f"{prefix}{first.qyear}-H{(first.quarter + 1) // 2}"
        return
    other = pd.Period(day, frequencies.get(every, f"Y-{last_month}"))
    assert (period.start, period.last_day) == (other.start_time.date(), other.end_time.date())
    prefix = "FY" if calendar.fiscal_year_starts > 1 else ""
    if every == "quarter":
        assert period.label == f"{prefix}{other.qyear}-Q{other.quarter}"
    elif every == "year":
        assert period.label == f"{prefix}{other.end_time.year}"
    elif every == "week":
        assert period.label == period.start.strftime("%G-W%V" if calendar.week_starts == 0 else "%Y-%m-%d")


@given(days, all_everies, calendars, st.integers(-400, 400))
def test_T6_moving_there_and_back_changes_nothing(day: date, every: Every, calendar: Calendar, n: int) -> None:
    period = period_of(day, every, calendar)
    assert shift(shift(period, n, calendar), -n, calendar) == period


@given(days, all_everies, calendars, st.integers(1, 30))
def test_T6_moving_by_n_is_n_steps(day: date, every: Every, calendar: Calendar, n: int) -> None:
    stepped = period_of(day, every, calendar)
    for _ in range(n):
        stepped = period_of(stepped.start - DAY, every, calendar)
    assert shift(period_of(day, every, calendar), -n, calendar) == stepped


def test_T3_week_53_belongs_to_the_year_of_its_thursday() -> None:
    assert period_of(date(2027, 1, 3), "week", PLAIN).label == "2026-W53"
    assert period_of(date(2027, 1, 4), "week", PLAIN).label == "2027-W01"
    assert period_of(date(2024, 12, 30), "week", PLAIN).label == "2025-W01"


def test_T3_other_weeks_are_named_by_their_first_day() -> None:
    sunday = Calendar(week_starts=6)
    week = period_of(date(2026, 6, 30), "week", sunday)
    assert (week.label, week.start, week.last_day) == ("2026-06-28", date(2026, 6, 28), date(2026, 7, 4))


@pytest.mark.parametrize(
    ("starts", "day", "quarter", "year"),
    [
        (4, date(2026, 4, 1), "FY2027-Q1", "FY2027"),
        (4, date(2026, 3, 31), "FY2026-Q4", "FY2026"),
        (7, date(2026, 12, 31), "FY2027-Q2", "FY2027"),
        (2, date(2026, 1, 31), "FY2026-Q4", "FY2026"),
        (12, date(2026, 12, 1), "FY2027-Q1", "FY2027"),
        (1, date(2026, 12, 31), "2026-Q4", "2026"),
    ],
)
def test_T4_fiscal_years_are_named_by_the_year_in_which_they_end(
    starts: int, day: date, quarter: str, year: str
) -> None:
    calendar = Calendar(fiscal_year_starts=starts)
    assert period_of(day, "quarter", calendar).label == quarter
    assert period_of(day, "year", calendar).label == year


@pytest.mark.parametrize(
    ("every", "label"),
    [("day", "2026-06-30"), ("week", "2026-W26"), ("month", "2026-06"), ("quarter", "2026-Q2"), ("half", "2026-H1"),
     ("year", "2025")],
)  # fmt: skip
def test_the_day_as_of_counts_as_over(every: Every, label: str) -> None:
    assert last_over(date(2026, 6, 30), every, PLAIN).label == label


@given(days, all_everies, calendars)
def test_the_last_period_over_is_over_and_the_next_is_not(as_of: date, every: Every, calendar: Calendar) -> None:
    period = last_over(as_of, every, calendar)
    assert period.last_day <= as_of < shift(period, 1, calendar).last_day
    assert period.whole


@pytest.mark.parametrize(
    ("every", "day", "label"),
    [
        ("day", date(2024, 2, 29), "2023-02-28"),
        ("day", date(2025, 3, 1), "2024-03-01"),
        ("week", date(2026, 6, 30), "2025-W27"),
        ("month", date(2026, 6, 30), "2025-06"),
        ("quarter", date(2026, 6, 30), "2025-Q2"),
        ("half", date(2026, 6, 30), "2025-H1"),
        ("year", date(2026, 6, 30), "2025"),
    ],
)
def test_T6_a_year_ago(every: Every, day: date, label: str) -> None:
    assert year_ago(period_of(day, every, PLAIN), PLAIN).label == label


def test_T6_a_year_ago_is_52_weeks_even_after_a_year_of_53() -> None:
    week = period_of(date(2027, 6, 30), "week", PLAIN)
    assert week.start - year_ago(week, PLAIN).start == timedelta(weeks=52)
    assert year_ago(week, PLAIN).label == "2026-W27"


@pytest.mark.parametrize(
    ("weeks", "label"),
    [(2, "2025-01-06"), (3, "2025-01-13"), (4, "2025-01-06"), (5, "2025-01-20"), (6, "2024-12-23"), (52, "2025-01-06")],
)
def test_T10_a_year_ago_of_several_weeks_is_what_is_nearest_to_52(weeks: int, label: str) -> None:
    calendar = Calendar(weeks_from=date(2026, 1, 5))
    assert year_ago(period_of(date(2026, 1, 5), f"{weeks} weeks", calendar), calendar).label == label


# Parts


def test_T7_the_30th_of_march_is_compared_with_february_up_to_the_28th() -> None:
    part = running(date(2026, 3, 30), "month", PLAIN)
    assert part == Period("month", date(2026, 3, 1), date(2026, 3, 31), "2026-03", whole=False)
    assert shift(part, -1, PLAIN) == month("2026-02")
    assert shift(part, -2, PLAIN).span == Span(date(2026, 1, 1), date(2026, 1, 31))
    assert year_ago(part, PLAIN).span == Span(date(2025, 3, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("every", "as_of", "start", "last"),
    [
        ("week", date(2026, 7, 2), date(2026, 6, 22), date(2026, 6, 25)),
        ("month", date(2026, 6, 17), date(2026, 5, 1), date(2026, 5, 17)),
        ("quarter", date(2026, 5, 31), date(2026, 1, 1), date(2026, 2, 28)),
        ("quarter", date(2026, 11, 30), date(2026, 7, 1), date(2026, 8, 30)),
        ("year", date(2024, 2, 29), date(2023, 1, 1), date(2023, 2, 28)),
    ],
)
def test_T7_the_part_before_ends_on_the_same_day_clipped(every: Every, as_of: date, start: date, last: date) -> None:
    part = shift(running(as_of, every, PLAIN), -1, PLAIN)
    assert (part.start, part.last_day, part.whole) == (start, last, False)


@given(days, all_everies, calendars)
def test_T7_a_running_part_ends_with_the_day_asked_for(as_of: date, every: Every, calendar: Calendar) -> None:
    part = running(as_of, every, calendar)
    complete = period_of(as_of, every, calendar)
    assert (part.start, part.last_day, part.label) == (complete.start, as_of, complete.label)
    assert part.whole == (part == complete)
    assert whole(part, calendar) == complete


@given(days, all_everies, calendars, st.integers(-60, 60))
def test_T7_a_moved_part_is_a_part_of_the_moved_period(as_of: date, every: Every, calendar: Calendar, n: int) -> None:
    part = running(as_of, every, calendar)
    moved, complete = shift(part, n, calendar), shift(whole(part, calendar), n, calendar)
    assert whole(moved, calendar) == complete
    assert moved.start == complete.start < moved.end <= complete.end
    assert moved.whole == (moved.end == complete.end)
    if every in ("day", "week"):
        assert moved.span.days == part.span.days


# Arithmetic on days, and its ends


@given(days, st.integers(-500, 500))
def test_T2_months_are_clipped_as_another_library_clips_them(day: date, n: int) -> None:
    units: list[tuple[Every, int]] = [("month", 1), ("quarter", 3), ("year", 12)]
    for unit, months in units:
        assert add_units(day, n, unit) == (pd.Timestamp(day) + pd.DateOffset(months=months * n)).date()
    assert add_units(day, n, "week") == day + timedelta(weeks=n)
    assert before(day, "day", n) == day - timedelta(days=n)


def test_T2_the_31st_of_may_less_three_months_is_the_28th_of_february() -> None:
    assert before(date(2026, 5, 31), "month", 3) == date(2026, 2, 28)


@given(any_day, everies, calendars, st.integers(-(10**9), 10**9))
def test_nothing_overflows(day: date, every: Every, calendar: Calendar, n: int) -> None:
    moved = add_units(day, n, every)
    assert (moved > day) == (n > 0) or moved == day
    for period in (period_of(day, every, calendar), running(day, every, calendar), last_over(day, every, calendar)):
        assert period.start <= period.end
        assert (shift(period, n, calendar).start > period.start) <= (n > 0)
        assert year_ago(period, calendar).start <= period.start


@given(everies, calendars)
def test_the_first_and_last_days_have_periods(every: Every, calendar: Calendar) -> None:
    first, last = period_of(date.min, every, calendar), period_of(date.max, every, calendar)
    assert first.start == date.min
    assert last.end == date.max
    assert shift(first, -1, calendar) == first
    assert shift(last, 1, calendar) == last


def test_adding_nothing_to_the_last_day_is_the_last_day() -> None:
    assert add_units(date.max, 0, "month") == date.max
    assert add_units(date.max, 1, "month") == date.max
    assert add_units(date.min, -1, "year") == date.min


def test_a_span_does_not_contain_its_end() -> None:
    span = Span(date(2026, 6, 1), date(2026, 6, 3))
    assert [span.contains(date(2026, 6, day)) for day in (1, 2, 3)] == [True, True, False]
    assert not span.contains(date(2026, 5, 31))
    assert span.days == 2
