"""Windows, and how often data is renewed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import TextError
from kpi.values import (
    EVERY,
    Calendar,
    Every,
    Span,
    Window,
    add_units,
    length,
    parse_label,
    parse_updated,
    parse_window,
    period_of,
    running,
    window_span,
)
from kpi.values.calendar import TimeUnit
from kpi.values.windows import UNITS

PLAIN = Calendar()
JUNE = parse_label("2026-06", PLAIN)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        (None, Window("period")),
        ("3 months", Window("span", 3, "month")),
        ("1 year", Window("span", 1, "year")),
        ("12  Weeks", Window("span", 12, "week")),
        ("90 days", Window("span", 90, "day")),
        ("04 quarters", Window("span", 4, "quarter")),
        ("year to date", Window("to date", unit="year")),
        ("week to date", Window("to date", unit="week")),
        ("Month to  date", Window("to date", unit="month")),
        ("quarter to date", Window("to date", unit="quarter")),
        ("All time", Window("all time")),
    ],
)
def test_windows_as_written(text: str | None, window: Window) -> None:
    """Rule T9."""
    assert parse_window(text) == window


CORRECTED = [
    ("3months", 'write "3 months"'),
    ("last 3 months", 'write "3 months"'),
    ("rolling three-month", 'write "3 months"'),
    ("one year", 'write "1 year"'),
    ("month", 'write "1 month"'),
    ("3", '3 what? write e.g. "3 months"'),
    ("ytd", 'write "year to date"'),
    ("mtd", 'write "month to date"'),
    ("this quarter", 'write "quarter to date"'),
    ("half a year", 'write "6 months"'),
    ("yeer to date", 'did you mean "year to date"?'),
    ("alltime", 'did you mean "all time"?'),
    ("3 mnoths", 'did you mean "3 months"?'),
    ("0 days", "omit window for one period"),
    ("-3 months", 'did you mean "3 months"?'),
    ("9" * 5000 + " days", 'write "all time"'),
    ("", 'write e.g. "3 months", "1 year", "12 weeks", "year to date" or "all time"'),
]
NEARLY_WINDOWS = [text for text, _ in CORRECTED]


@pytest.mark.parametrize(("text", "hint"), CORRECTED)
def test_what_is_nearly_a_window_is_mended(text: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_window(text)
    assert caught.value.hint == hint
    assert (caught.value.start, caught.value.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (None, date(2026, 6, 1)),
        ("3 months", date(2026, 4, 1)),
        ("1 year", date(2025, 7, 1)),
        ("2 weeks", date(2026, 6, 17)),
        ("30 days", date(2026, 6, 1)),
        ("week to date", date(2026, 6, 29)),
        ("month to date", date(2026, 6, 1)),
        ("quarter to date", date(2026, 4, 1)),
        ("year to date", date(2026, 1, 1)),
        ("all time", date.min),
        ("99999 years", date.min),
    ],
)
def test_T2_a_window_is_units_back_from_the_exclusive_end(text: str | None, start: date) -> None:
    assert window_span(parse_window(text), JUNE, PLAIN) == Span(start, date(2026, 7, 1))


def test_T2_a_window_is_clipped_to_the_months_length() -> None:
    part = running(date(2026, 5, 30), "month", PLAIN)  # its exclusive end is 31 May
    assert window_span(parse_window("3 months"), part, PLAIN) == Span(date(2026, 2, 28), date(2026, 5, 31))


def test_T3_year_to_date_is_that_of_the_last_day() -> None:
    week = parse_label("2026-W01", PLAIN)  # from 29 December 2025 to 4 January 2026
    assert window_span(Window("to date", unit="year"), week, PLAIN) == Span(date(2026, 1, 1), date(2026, 1, 5))


def test_T4_year_to_date_follows_the_fiscal_year() -> None:
    april = Calendar(fiscal_year_starts=4)
    february = Calendar(fiscal_year_starts=2)
    assert window_span(Window("to date", unit="quarter"), JUNE, february) == Span(date(2026, 5, 1), date(2026, 7, 1))
    assert window_span(Window("to date", unit="year"), JUNE, april) == Span(date(2026, 4, 1), date(2026, 7, 1))


@given(st.dates(), st.sampled_from(EVERY), st.integers(1, 99_999), st.sampled_from(UNITS))
def test_T8_a_window_always_ends_with_its_period(day: date, every: Every, count: int, unit: TimeUnit) -> None:
    period = period_of(day, every, PLAIN)
    span = window_span(Window("span", count, unit), period, PLAIN)
    assert span.end == period.end
    assert span.start == add_units(period.end, -count, unit) <= span.end


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("hourly", 0), ("daily", 1), ("Weekly", 7), ("monthly", 31), ("quarterly", 92), ("yearly", 366),
        ("2 days", 2), ("3 weeks", 21), ("1 month", 31), ("2 years", 732),
    ],
)  # fmt: skip
def test_S5_how_old_data_may_be(text: str, days: int) -> None:
    assert parse_updated(text) == days


def test_S5_no_period_is_longer_than_data_renewed_once_in_it_may_be_old() -> None:
    words: list[tuple[str, Every]] = [("weekly", "week"), ("monthly", "month"), ("quarterly", "quarter")]
    assert all(parse_updated(word) == length(every) for word, every in words)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("dayly", 'did you mean "daily"?'),
        ("every weekday", "write 3 days to allow for weekends"),
        ("0 days", "write e.g. 2 days"),
        ("when we like", "write hourly, daily, weekly, monthly, quarterly, yearly, or e.g. 2 days"),
    ],
)
def test_what_does_not_say_how_often_is_mended(text: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_updated(text)
    assert caught.value.hint == hint


def test_a_period_has_at_most_52_weeks() -> None:
    from kpi.values import parse_every

    assert parse_every("52 weeks") == "52 weeks"
    with pytest.raises(TextError):
        parse_every("53 weeks")
