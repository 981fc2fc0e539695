"""Dates and labels, right and nearly right."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi.errors import TextError
from kpi.values import EVERY, Calendar, Every, a_period, parse_date, parse_every, parse_label, period_of

PLAIN, APRIL, SUNDAYS = Calendar(), Calendar(fiscal_year_starts=4), Calendar(week_starts=6)
calendars = st.builds(Calendar, st.integers(0, 6), st.integers(1, 12))


def refusal(text: str, calendar: Calendar = PLAIN, every: Every | None = None) -> TextError:
    with pytest.raises(TextError) as caught:
        parse_label(text, calendar, every)
    assert 0 <= caught.value.start <= caught.value.end <= len(text)
    return caught.value


@given(st.dates(date(1, 2, 1), date(9998, 12, 31)), st.sampled_from(EVERY), calendars)
def test_T3_a_label_names_its_period(day: date, every: Every, calendar: Calendar) -> None:
    period = period_of(day, every, calendar)
    assert parse_label(period.label, calendar, every) == period
    if every != "week" or calendar.week_starts == 0:
        assert parse_label(period.label, calendar) == period


@given(st.text(max_size=12) | st.from_regex(r"(FY)?[0-9]{4}(-[QW]?[0-9]{1,2}){0,2}", fullmatch=True), calendars)
@example("²026", PLAIN)
@example("٢٠٢٦", PLAIN)
@example("0000-W00", PLAIN)
@example("9999-W53", PLAIN)
@example("9999-12-31", SUNDAYS)
@example("FY9999", APRIL)
@example("2026-Q5", APRIL)
@example("0000-Q1", APRIL)
def test_any_text_is_a_period_or_refused_with_a_hint(text: str, calendar: Calendar) -> None:
    for every in (None, *EVERY):
        try:
            period = parse_label(text, calendar, every)
        except TextError:
            assert not (refusal(text, calendar, every).hint or "").endswith(".")
        else:
            assert period.label == text
            assert every in (None, period.every)


@pytest.mark.parametrize(
    ("every", "expected"),
    [("day", "2026-06-30"), ("week", "2026-W27"), ("month", "2026-06"), ("quarter", "2026-Q1"), ("half", "2026-H1"),
     ("year", "2026")],
)  # fmt: skip
def test_a_label_of_another_length_is_answered_with_what_is_expected(every: Every, expected: str) -> None:
    for text in {"2026-05-14", "2026-W20", "2026-05", "2026-Q2", "2026-H2", "2025"} - {expected}:
        if period_kind(text) != every:
            assert f"such as {expected} is expected" in refusal(text, every=every).message
    assert f"{a_period(every)} is written {expected}" == refusal("soon", every=every).hint


def period_kind(text: str) -> Every:
    return parse_label(text, PLAIN).every


@pytest.mark.parametrize(
    ("text", "every", "hint"),
    [
        ("2026-06-30", "month", "write 2026-06"),
        ("2026-W27", "month", "write 2026-07"),
        ("2026-W53", "year", "write 2027"),
        ("2026", "week", "a week within it is e.g. 2026-W01"),
        ("2026-Q2", "month", "a month within it is e.g. 2026-04"),
        ("2026-Q2", "half", "write 2026-H1"),
        ("2026-H2", "year", "write 2026"),
        ("2026-H2", "quarter", "a quarter within it is e.g. 2026-Q3"),
        ("2026-13", "quarter", None),
    ],
)
def test_T3_a_label_of_another_length_is_mended_by_its_last_day(text: str, every: Every, hint: str | None) -> None:
    assert refusal(text, every=every).hint == hint


def test_T4_plain_years_are_ambiguous_where_years_are_fiscal() -> None:
    error = refusal("2026-Q1", APRIL)
    assert "fiscal years start in April" in error.message
    assert error.hint == ("write FY2026-Q1 for April 2025 to June 2025, or FY2026-Q4 for January 2026 to March 2026")
    assert refusal("2026", APRIL, "year").hint == (
        "write FY2026 for April 2025 to March 2026, or FY2027 for April 2026 to March 2027"
    )
    assert refusal("2026-H1", APRIL).hint == (
        "write FY2026-H1 for April 2025 to September 2025, or FY2026-H2 for October 2025 to March 2026"
    )
    assert parse_label("2026-06", APRIL).label == "2026-06"


def test_T4_fiscal_years_are_refused_where_years_are_plain() -> None:
    assert refusal("FY2027-Q1").hint == "write 2027-Q1, or set calendar.fiscal_year_starts"
    assert refusal("FY2027", every="year").hint == "write 2027, or set calendar.fiscal_year_starts"


def test_T3_weeks_that_do_not_start_on_monday_are_named_by_their_first_day() -> None:
    assert parse_label("2026-06-28", SUNDAYS, "week").every == "week"
    assert parse_label("2026-06-28", SUNDAYS).every == "day"
    assert refusal("2026-06-30", SUNDAYS, "week").hint == "write 2026-06-28"
    assert "write 2026-06-28" in (refusal("2026-W27", SUNDAYS, "week").hint or "")


SPRINTS = Calendar(weeks_from=date(2026, 1, 7))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(2, 52))
def test_T10_several_weeks_are_labelled_by_their_first_day(day: date, weeks: int) -> None:
    period = period_of(day, f"{weeks} weeks", SPRINTS)
    assert period.label == period.start.isoformat()
    assert parse_label(period.label, SPRINTS, f"{weeks} weeks") == period
    assert (period.start - date(2026, 1, 7)).days % (weeks * 7) == 0


def test_T10_another_day_of_several_weeks_is_answered_with_their_first() -> None:
    error = refusal("2026-01-20", SPRINTS, "2 weeks")
    assert error.message == (
        '"2026-01-20" is not the first day of a period of 2 weeks: they are counted from 2026-01-07 here'
    )
    assert error.hint == "write 2026-01-07"
    assert refusal("2026-W03", SPRINTS, "2 weeks").hint == "write 2026-01-07"
    assert refusal("soon", SPRINTS, "2 weeks").hint == "a period of 2 weeks is written 2026-06-24"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("monthly", 'did you mean "month"?'),
        ("fortnight", 'did you mean "2 weeks"?'),
        ("every two weeks", 'did you mean "2 weeks"?'),
        ("14 days", 'did you mean "2 weeks"?'),
        ("1 week", 'did you mean "week"?'),
        ("6 months", 'did you mean "half"?'),
        ("half-year", 'did you mean "half"?'),
        ("3 months", 'did you mean "quarter"?'),
        ("mnth", 'did you mean "month"?'),
        ("biweekly", 'write day, week, month, quarter, half, year or several weeks, as in "2 weeks"'),
        ("5 months", 'write day, week, month, quarter, half, year or several weeks, as in "2 weeks"'),
    ],
)
def test_T10_what_is_nearly_a_length_is_answered(text: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_every(text)
    assert caught.value.hint == hint


def test_T10_a_length_is_written_in_one_way() -> None:
    assert [parse_every(text) for text in (*EVERY, "2 weeks", "02  week")] == [*EVERY, "2 weeks", "2 weeks"]


CORRECTED = [
    ("2026-13", "months are 01 to 12", (5, 7)),
    ("2026-Q5", "quarters are Q1 to Q4", (5, 7)),
    ("2026-H3", "halves are H1, H2", (5, 7)),
    ("H1 2026", "write 2026-H1", (0, 7)),
    ("2026 h2", "write 2026-H2", (0, 7)),
    ("2025-W53", "the weeks of 2025 are 2025-W01 to 2025-W52", (5, 8)),
    ("2026-W00", "the weeks of 2026 are 2026-W01 to 2026-W53", (5, 8)),
    ("2026-02-30", "write 2026-02-28", (8, 10)),
    ("0000", "write a year such as 2026", (0, 4)),
    ("2026-q1", "write 2026-Q1", (0, 7)),
    ("Q1 2026", "write 2026-Q1", (0, 7)),
    ("2026Q1", "write 2026-Q1", (0, 6)),
    ("FY 2026 Q1", "write 2026-Q1", (0, 10)),
    ("2026-w7", "write 2026-W07", (0, 7)),
    ("Week 7 2026", "write 2026-W07", (0, 11)),
    ("June 2026", "write 2026-06", (0, 9)),
    ("2026 Sept", "write 2026-09", (0, 9)),
    ("6/2026", "write 2026-06", (0, 6)),
    ("2026-6", "write 2026-06", (0, 6)),
    ("30.06.2026", "write 2026-06-30", (0, 10)),
    ("Quux 2026", "a period is written 2026, 2026-H1, 2026-Q1, 2026-06, 2026-W27, 2026-06-30", (0, 9)),
]
NEARLY_LABELS = [text for text, _, _ in CORRECTED]


@pytest.mark.parametrize(("text", "hint", "span"), CORRECTED)
def test_what_is_nearly_a_label_is_mended(text: str, hint: str, span: tuple[int, int]) -> None:
    error = refusal(text)
    assert (error.hint, (error.start, error.end)) == (hint, span)


def test_T4_a_habit_is_mended_into_a_fiscal_label() -> None:
    assert refusal("fy2027 q1", APRIL).hint == "write FY2027-Q1"
    assert refusal("Q1 FY 2027", APRIL, "quarter").hint == "write FY2027-Q1"


@given(st.dates())
def test_a_date_is_written_in_one_way(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30/06/2026", "write 2026-06-30"),
        ("5/6/2026", "write 2026-06-05 or 2026-05-06"),
        ("5.5.2026", "write 2026-05-05"),
        ("2026/6/3", "write 2026-06-03"),
        ("20260630", "write 2026-06-30"),
        ("30 June 2026", "write 2026-06-30"),
        ("Jun 30th, 2026", "write 2026-06-30"),
        ("2026-06-30T10:00:00Z", "write 2026-06-30"),
        ("2026-12", "write 2026-12-01 or 2026-12-31"),
        ("2028/2", "write 2028-02-01 or 2028-02-29"),
        ("December 2026", "write 2026-12-01 or 2026-12-31"),
        ("202612", "write 2026-12-01 or 2026-12-31"),
        ("2026-123", "dates are written YYYY-MM-DD, e.g. 2026-06-30"),
        ("99/99/2026", "dates are written YYYY-MM-DD, e.g. 2026-06-30"),
        ("end of June", "dates are written YYYY-MM-DD, e.g. 2026-06-30"),
        ("", "dates are written YYYY-MM-DD, e.g. 2026-06-30"),
        ("2026-00-10", "months are 01 to 12"),
        ("2027-02-29", "write 2027-02-28"),
        ("2027-03-00", "write 2027-03-01"),
        ("2026-W27-1", "dates are written YYYY-MM-DD, e.g. 2026-06-30"),
    ],
)
def test_what_is_nearly_a_date_is_mended(text: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_date(text)
    assert caught.value.hint == hint
