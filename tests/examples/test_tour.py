"""Every number of kpi.yaml.example, computed again in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from statistics import median
from typing import Any

import pytest
from helpers.oracle import (
    EXAMPLES,
    ExpectedKpi,
    Row,
    Value,
    between,
    by_quarter,
    day,
    months_later,
    read,
    read_json_lines,
    running_on,
    share,
    total,
)

FILE = "kpi.yaml.example"
# A usual day; the end of a year with windows that are just whole; 29 February.
DAYS = ("2026-06-30", "2024-12-31", "2024-02-29")


@cache
def paid() -> list[Row]:
    return [row for row in read("ecommerce/data/orders-*.csv") if row["status"] == "paid"]


def revenue(start: date, end: date) -> Value:
    rows = between(paid(), "ordered_on", start, end)
    return total(rows, "net_amount") if rows else None


def revenue_growth(start: date, end: date) -> Value:
    now, before = revenue(start, end), revenue(months_later(start, -12), months_later(end, -12))
    return None if now is None or before is None else (now - before) / before


@cache
def wholesale() -> list[tuple[date, float]]:
    """Day and amount of each invoice to a café that was not cancelled and has a price."""
    lines = (EXAMPLES / "ecommerce/data/wholesale.csv").read_bytes().decode("cp1252").splitlines()
    assert lines[2] == "Beleg;Datum;Kunde;Ort;Menge (g);Preis je kg;Status"
    found = []
    for _, when, _, _, grams, price, state in (line.split(";") for line in lines[3:]):
        if state != "storniert" and price != "k. A.":
            moment = date(int(when[6:]), int(when[3:5]), int(when[:2]))
            found.append((moment, int(grams.replace(".", "")) / 1000 * float(price.replace(",", "."))))
    return found


def wholesale_revenue(start: date, end: date) -> Value:
    amounts = [amount for moment, amount in wholesale() if start <= moment < end]
    return sum(amounts) if amounts else None


@cache
def boxes() -> list[Row]:
    return read("ecommerce/data/subscriptions.csv")


def box_income(_: date, end: date) -> Value:
    rows = running_on(boxes(), end - timedelta(days=1))
    return total(rows, "monthly_price") if rows else None


def box_churn(start: date, end: date) -> Value:
    return share(len(between(boxes(), "ended_on", start, end)), len(running_on(boxes(), start - timedelta(days=1))))


@cache
def orders_by_customer() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in sorted(paid(), key=lambda row: (row["ordered_on"], row["order_id"])):
        found.setdefault(row["customer_id"], []).append(row["ordered_on"])
    return found


def repurchase_rate(start: date, end: date) -> Value:
    here = [[when for when in days if str(start) <= when < str(end)] for days in orders_by_customer().values()]
    firsts = [days[0] for days in orders_by_customer().values()]
    back = sum(any(when > first for when in days) for days, first in zip(here, firsts, strict=True))
    return share(back, sum(bool(days) for days in here))


def days_to_second_order(start: date, end: date) -> Value:
    seconds = [days[:2] for days in orders_by_customer().values() if len(days) > 1]
    waited = [(day(second) - day(first)).days for first, second in seconds if str(start) <= second < str(end)]
    return median(waited) if waited else None


RATING: Sequence[float] = (4.2, 4.3, 4.35, 4.4, 4.45, 4.55)  # by quarter, from the first of 2025


@cache
def returns() -> list[Row]:
    return read("ecommerce/data/returns.csv")


def return_rate(start: date, end: date) -> Value:
    back = {row["order_id"] for row in between(returns(), "returned_on", start, end)}
    return share(len(back), len(between(paid(), "ordered_on", start, end))) if back else None


def serious_complaints(start: date, end: date) -> Value:
    """No complaint counts as none, from the first one ever on."""
    complaints = [
        (str(row["reported_on"]), row["serious"]) for row in read_json_lines("ecommerce/data/complaints.jsonl")
    ]
    if str(end) <= min(complaints)[0]:
        return None
    return sum(serious is True for reported, serious in complaints if str(start) <= reported < str(end))


OPENED = date(2024, 1, 2)
FIRST_BOX = min(day(row["started_on"]) for row in boxes())
FIRST_SECOND = min(day(days[1]) for days in orders_by_customer().values() if len(days) > 1)
FIRST_RETURN = min(day(row["returned_on"]) for row in returns())
FIRST_COMPLAINT = date(2024, 2, 3)
KPIS = {
    "revenue": ExpectedKpi("month", revenue, first=OPENED),
    "revenue_growth": ExpectedKpi("month", revenue_growth, first=OPENED),
    "wholesale_revenue": ExpectedKpi("quarter", wholesale_revenue, first=date(2025, 1, 6)),
    "box_income": ExpectedKpi("month", box_income),  # at_end is never partial
    "box_churn": ExpectedKpi("month", box_churn, first=FIRST_BOX),
    "repurchase_rate": ExpectedKpi("month", repurchase_rate, months=12, first=OPENED),
    "days_to_second_order": ExpectedKpi("quarter", days_to_second_order, first=FIRST_SECOND),
    "public_rating": ExpectedKpi("quarter", by_quarter(RATING, 2025)),
    "return_rate": ExpectedKpi("month", return_rate, months=3, first=FIRST_RETURN),
    "serious_complaints": ExpectedKpi("month", serious_complaints, months=3, first=FIRST_COMPLAINT),
}


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over; yellow reaches a sixth of the way below the line."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "revenue": ("green", None),  # 11,966 against 11,500
        "revenue_growth": ("green", None),  # 35.7%
        "wholesale_revenue": ("green", None),  # 9,860 against the 8,000 of 2026-Q2
        "box_income": ("yellow", "behind"),  # 5,133; line 4,672 + 1,328 x 181/364 = 5,332, red under 5,111
        "box_churn": ("yellow", None),  # 7.4%, between 6 and 8
        "repurchase_rate": ("yellow", "on pace"),  # 26.2%: over the line at 25.98, but thresholds decide the colour
        "days_to_second_order": ("green", None),  # 46
        "public_rating": ("green", "ahead"),  # 4.55; line 4.4 + 0.2 x 181/364 = 4.499, ahead from 4.533
        "return_rate": ("red", None),  # 7.3%
        "serious_complaints": ("green", None),  # none in three months
    }
