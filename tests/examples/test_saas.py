"""Every number of the app, computed again in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from helpers.oracle import (
    ExpectedKpi,
    Row,
    Value,
    between,
    day,
    is_partial,
    months_later,
    read,
    running_on,
    share,
    total,
)

FILE = "examples/saas/kpi.yaml"
# A usual day; 29 February, when the twelve months begin before the first subscription; a year that is just whole; the
# week in which three days were not counted.
DAYS = ("2026-06-30", "2024-02-29", "2024-07-31", "2025-08-17")


@cache
def subscriptions() -> list[Row]:
    return read("saas/data/subscriptions.csv")


def monthly_recurring_revenue(_: date, end: date) -> Value:
    rows = running_on(subscriptions(), end - timedelta(days=1))
    return total(rows, "monthly_price") if rows else None


def churn_rate(start: date, end: date) -> Value:
    """Accounts that cancelled, by accounts that were there on the evening before."""
    before = {row["account"] for row in running_on(subscriptions(), start - timedelta(days=1))}
    gone = [row for row in between(subscriptions(), "ended_on", start, end) if row["end_reason"] == "cancelled"]
    return share(len(gone), len(before))


def net_revenue_retention(start: date, end: date) -> Value:
    """By accounts: those of the evening before the window, what they paid then and pay on its last day."""
    then = running_on(subscriptions(), start - timedelta(days=1))
    accounts = {row["account"] for row in then}
    now = [row for row in running_on(subscriptions(), end - timedelta(days=1)) if row["account"] in accounts]
    return share(total(now, "monthly_price"), total(then, "monthly_price"))


@cache
def accounts() -> list[Row]:
    return read("saas/data/accounts.csv")


def sign_up_growth(start: date, end: date) -> Value:
    """Nothing is measured against a window that begins before the first account."""
    year_ago = months_later(start, -12), months_later(end, -12)
    now = len(between(accounts(), "signed_up_on", start, end))
    before = len(between(accounts(), "signed_up_on", *year_ago))
    return (now - before) / before if before and not is_partial(FIRST_ACCOUNT, *year_ago) else None


def first_rehearsal_rate(start: date, end: date) -> Value:
    fortnight = timedelta(days=14)
    judged = [
        row for row in between(accounts(), "signed_up_on", start, end) if day(row["signed_up_on"]) + fortnight < end
    ]
    ready = [
        row
        for row in judged
        if row["first_rehearsal_on"] and day(row["first_rehearsal_on"]) - day(row["signed_up_on"]) <= fortnight
    ]
    return share(len(ready), len(judged))


@cache
def usage() -> list[Row]:
    return read("saas/data/usage-*.csv")


def crash_rate(start: date, end: date) -> Value:
    rows = between(usage(), "day", start, end)
    return share(total(rows, "crashed"), total(rows, "sessions"))


FIRST_PAID, FIRST_ACCOUNT, FIRST_USE = date(2023, 7, 17), date(2023, 7, 3), date(2024, 1, 1)
KPIS = {
    "monthly_recurring_revenue": ExpectedKpi("month", monthly_recurring_revenue, first=FIRST_PAID),
    "churn_rate": ExpectedKpi("month", churn_rate, first=FIRST_PAID),
    "net_revenue_retention": ExpectedKpi("month", net_revenue_retention, months=12, first=FIRST_PAID),
    "sign_up_growth": ExpectedKpi("month", sign_up_growth, months=3, first=FIRST_ACCOUNT),
    "first_rehearsal_rate": ExpectedKpi("month", first_rehearsal_rate, months=3, first=FIRST_ACCOUNT),
    "crash_rate": ExpectedKpi("week", crash_rate, first=FIRST_USE),
}


def test_first_days_are_as_assumed() -> None:
    assert day(min(row["started_on"] for row in subscriptions())) == FIRST_PAID
    assert day(min(row["signed_up_on"] for row in accounts())) == FIRST_ACCOUNT
    assert day(min(row["day"] for row in usage())) == FIRST_USE


def test_nobody_who_left_comes_back() -> None:
    """The rows of an account follow on each other, so first_date(account) is enough to know who paid a year ago."""
    ends: dict[str, str] = {}
    for row in sorted(subscriptions(), key=lambda row: row["started_on"]):
        assert ends.get(row["account"], row["started_on"]) == row["started_on"]
        ends[row["account"]] = row["ended_on"]


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over; yellow reaches a sixth of the way below the line."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "monthly_recurring_revenue": ("green", "on pace"),  # 52,645; line 40,000 + 25,000 x 181/364 = 52,431
        "churn_rate": ("yellow", None),  # 2.06%, between 2 and 3
        "net_revenue_retention": ("green", "ahead"),  # 105.5%; line 93 + 17 x 181/364 = 101.5, ahead from 104.3
        "sign_up_growth": ("yellow", None),  # 133 after 119 are 11.8% more, between 10 and 15
        "first_rehearsal_rate": ("yellow", "behind"),  # 63.8%; line 62.5 + 3.5 x 181/364 = 64.2, red under 63.7
        "crash_rate": ("red", None),  # 0.108%, not below 0.1
    }


def test_a_missed_target_does_not_look_met(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    assert status(FILE)["crash_rate"]["display"] == "0.11%"
