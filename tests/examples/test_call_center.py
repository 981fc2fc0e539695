"""Every number of the service desk, computed again in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from helpers.oracle import ExpectedKpi, Row, Value, between, day, mean, read, share

FILE = "examples/call-center/kpi.yaml"
# A usual day; 29 February, with windows of three months that are partial; a Sunday on which a window of four weeks
# begins before the first call; a month with two days of a dead line.
DAYS = ("2026-06-30", "2024-02-29", "2024-01-14", "2025-02-28")


@cache
def all_calls() -> list[Row]:
    return read("call-center/data/calls-*.csv")


def calls(start: date, end: date) -> list[Row]:
    return between(all_calls(), "Date", start, end)


def answered(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["Answered (Y/N)"] == "Y"]


def seconds(clock: str) -> int:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


@cache
def calls_by_matter() -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(all_calls(), key=lambda row: row["Call ID"]):
        found[row["Customer"], row["Topic"]].append(row)
    return found


def called_again_within_a_week(call: Row) -> bool:
    """Whether the same customer called about the same matter after this call, until seven days later."""
    until = str(day(call["Date"]) + timedelta(days=7))
    matter = calls_by_matter()[call["Customer"], call["Topic"]]
    return any(other["Call ID"] > call["Call ID"] and other["Date"] <= until for other in matter)


def first_call_resolution(start: date, end: date) -> Value:
    judged = [call for call in answered(calls(start, end)) if day(call["Date"]) + timedelta(days=7) < end]
    return share(sum(not called_again_within_a_week(call) for call in judged), len(judged))


def customer_satisfaction(start: date, end: date) -> Value:
    ratings = [int(row["Rating (1-5)"]) for row in calls(start, end) if row["Rating (1-5)"]]
    return share(sum(rating in (4, 5) for rating in ratings), len(ratings))


def calls_answered(start: date, end: date) -> Value:
    rows = calls(start, end)
    return len(answered(rows)) if rows else None


def picked_up_in_time(start: date, end: date) -> Value:
    rows = calls(start, end)
    return share(sum(int(row["Wait (s)"]) <= 30 for row in answered(rows)), len(rows))


def average_handle_time(start: date, end: date) -> Value:
    """In minutes."""
    times = [seconds(row["Talk"]) + seconds(row["Wrap-up"]) for row in answered(calls(start, end))]
    return sum(times) / len(times) / 60 if times else None


@cache
def reviews() -> list[Row]:
    return read("call-center/data/reviews.csv")


def call_review_score(start: date, end: date) -> Value:
    return mean([float(row["Score"]) for row in between(reviews(), "Listened on", start, end)])


FIRST_CALL, FIRST_REVIEW = date(2024, 1, 2), date(2024, 1, 10)
KPIS = {
    "first_call_resolution": ExpectedKpi("month", first_call_resolution, first=FIRST_CALL),
    "customer_satisfaction": ExpectedKpi("month", customer_satisfaction, months=3, first=FIRST_CALL),
    "calls_answered": ExpectedKpi("month", calls_answered, first=FIRST_CALL),
    "picked_up_in_time": ExpectedKpi("week", picked_up_in_time, first=FIRST_CALL),
    "average_handle_time": ExpectedKpi("week", average_handle_time, weeks=4, first=FIRST_CALL),
    "call_review_score": ExpectedKpi("month", call_review_score, first=FIRST_REVIEW),
}


def test_first_days_are_as_assumed() -> None:
    assert day(min(row["Date"] for row in all_calls())) == FIRST_CALL
    assert day(min(row["Listened on"] for row in reviews())) == FIRST_REVIEW


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over; at the end of the week of 28 June, 179."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "first_call_resolution": ("green", "ahead"),  # 87.96%; line 82 + 6 x 181/364 = 84.98, ahead from 85.98
        "customer_satisfaction": ("green", "on pace"),  # 71.8%; line 66 + 10 x 181/364 = 70.97, ahead from 72.6
        "calls_answered": ("green", None),  # 280 of 301 calls are 93%
        "picked_up_in_time": ("green", None),  # 65% of 60 calls
        # 336.5 s; line 345 - 21 x 179/364 = 334.7 s, red above 334.7 + 21/6 = 338.2 s
        "average_handle_time": ("yellow", "behind"),
        "call_review_score": ("red", None),  # 80.6, under 82
    }


def test_target_that_is_a_share_of_a_measure(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    offered = len(calls(date(2026, 6, 1), date(2026, 7, 1)))
    assert status(FILE)["calls_answered"]["target"]["value"] == pytest.approx(0.92 * offered, rel=1e-9)
