"""Every number about people, computed again in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from helpers.oracle import ExpectedKpi, Row, Value, between, by_quarter, day, read, share, total

FILE = "examples/hr/kpi.yaml"
# A usual day; 29 February; a year after the founding, when the twelve months are whole for the first time, and nine
# months after it, when they are partial; a time when hiring costs have just begun to be booked.
DAYS = ("2026-06-30", "2024-02-29", "2017-03-31", "2016-12-31", "2023-03-31")


@cache
def staff() -> list[Row]:
    return read("hr/data/staff.csv")


def everyone(_: Row) -> bool:
    return True


def in_key_position(row: Row) -> bool:
    return row["key_position"] == "true"


def resigned(row: Row) -> bool:
    return row["reason"] == "resigned"


def working_on(moment: date, kind: Callable[[Row], bool]) -> int:
    """How many had their first working day by then, and not yet had their last one before."""
    text = str(moment)
    return sum(kind(row) and row["first_day"] <= text and (row["last_day"] or "9") >= text for row in staff())


def turnover(start: date, end: date, leaver: Callable[[Row], bool], kind: Callable[[Row], bool]) -> Value:
    """Leavers by the mean of two counts of people: the evening before the window, and its last day.

    Who left is counted by the balance: whoever worked on the evening before, or began since, and does not work on the
    last day.
    """
    eve, last = start - timedelta(days=1), end - timedelta(days=1)
    left = [
        row
        for row in staff()
        if leaver(row) and kind(row) and row["last_day"] and str(eve) <= row["last_day"] < str(last)
    ]
    before, after = working_on(eve, kind), working_on(last, kind)
    return share(len(left), (before + after) / 2)


def turnover_rate(start: date, end: date) -> Value:
    return turnover(start, end, everyone, everyone)


def key_position_turnover_rate(start: date, end: date) -> Value:
    return turnover(start, end, everyone, in_key_position)


def voluntary_turnover_rate(start: date, end: date) -> Value:
    return turnover(start, end, resigned, everyone)


@cache
def answers() -> list[Row]:
    return read("hr/data/pulse-survey.csv")


def satisfied(question: str, start: date, end: date) -> Value:
    given = [int(row[question]) for row in between(answers(), "answered_on", start, end) if row[question]]
    return share(sum(answer >= 4 for answer in given), len(given))


def satisfied_in_role(start: date, end: date) -> Value:
    return satisfied("role", start, end)


def future_here(start: date, end: date) -> Value:
    return satisfied("future", start, end)


ENGAGEMENT: Sequence[float] = (64, 65, 65.5, 67, 66, 68, 68.5, 70, 71, 73)  # by quarter, from the first of 2024


@cache
def costs() -> list[Row]:
    return read("hr/data/hiring-costs.csv")


def cost_per_hire(start: date, end: date) -> Value:
    booked = between(costs(), "booked_on", start, end)
    return share(total(booked, "amount"), len(between(staff(), "first_day", start, end))) if booked else None


def agency_share(start: date, end: date) -> Value:
    booked = between(costs(), "booked_on", start, end)
    through = sum(row["kind"] == "agency" for row in booked)
    return share(through, len(between(staff(), "first_day", start, end))) if booked else None


FOUNDED, FIRST_COST, FIRST_ANSWER = date(2016, 4, 1), date(2022, 10, 17), date(2024, 2, 5)
KPIS = {
    "turnover_rate": ExpectedKpi("month", turnover_rate, months=12, first=FOUNDED),
    "key_position_turnover_rate": ExpectedKpi("month", key_position_turnover_rate, months=12, first=FOUNDED),
    "satisfied_in_role": ExpectedKpi("quarter", satisfied_in_role, first=FIRST_ANSWER),
    "future_here": ExpectedKpi("quarter", future_here, first=FIRST_ANSWER),
    "voluntary_turnover_rate": ExpectedKpi("month", voluntary_turnover_rate, months=12, first=FOUNDED),
    "engagement_index": ExpectedKpi("quarter", by_quarter(ENGAGEMENT, 2024)),
    "cost_per_hire": ExpectedKpi("month", cost_per_hire, months=12, first=FIRST_COST),
    "agency_share": ExpectedKpi("month", agency_share, months=12, first=FIRST_COST),
}


def test_first_days_are_as_assumed() -> None:
    assert day(min(row["first_day"] for row in staff())) == FOUNDED
    assert day(min(row["booked_on"] for row in costs())) == FIRST_COST
    assert day(min(row["answered_on"] for row in answers())) == FIRST_ANSWER


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over since 1 January, and 365 of 548 since 1 July 2025."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "turnover_rate": ("green", "ahead"),  # 8.34%; line 10.1 - 2.1 x 181/364 = 9.06, ahead from 8.71
        "key_position_turnover_rate": ("red", None),  # 7.4%, over 7
        "satisfied_in_role": ("green", None),  # 93%
        "future_here": ("yellow", "behind"),  # 75.2%; line 70 + 10 x 365/548 = 76.66, red under 74.99
        "voluntary_turnover_rate": ("yellow", None),  # 5.3%, between 5 and 6
        "engagement_index": ("green", "on pace"),  # 73; line 70 + 5 x 181/364 = 72.5, ahead from 73.3
        "cost_per_hire": ("green", "ahead"),  # 3,177; line 3,900 - 900 x 181/364 = 3,452, ahead from 3,302
        "agency_share": ("green", "on pace"),  # 24.7%; line 31.6 - 12.6 x 181/364 = 25.3, ahead from 23.2
    }
