"""Every number of the web shop, computed again in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from helpers.oracle import ExpectedKpi, Row, Value, between, day, glide, read, share, total

FILE = "examples/ecommerce/kpi.yaml"
# A usual day; one whose twelve months begin before the shop opened; 29 February; a quarter that ends with a year.
DAYS = ("2026-06-30", "2024-06-30", "2024-02-29", "2025-12-31")


@cache
def paid() -> list[Row]:
    return [row for row in read("ecommerce/data/orders-*.csv") if row["status"] == "paid"]


def orders(start: date, end: date) -> list[Row]:
    return between(paid(), "ordered_on", start, end)


@cache
def rows_of(name: str) -> list[Row]:
    return read(f"ecommerce/data/{name}.csv")


@cache
def first_orders() -> dict[str, str]:
    """The first paid order of each customer. Orders to come cannot change the first one of who has ordered already."""
    found: dict[str, str] = {}
    for row in paid():
        found[row["customer_id"]] = min(row["ordered_on"], found.get(row["customer_id"], "9"))
    return found


def customers(rows: list[Row]) -> set[str]:
    return {row["customer_id"] for row in rows}


def revenue(start: date, end: date) -> Value:
    rows = orders(start, end)
    return total(rows, "net_amount") if rows else None


def visits(start: date, end: date) -> Value:
    rows = between(rows_of("visits"), "day", start, end)
    return total(rows, "sessions") if rows else None


def conversion_rate(start: date, end: date) -> Value:
    return share(len(orders(start, end)), total(between(rows_of("visits"), "day", start, end), "sessions"))


def average_order_value(start: date, end: date) -> Value:
    rows = orders(start, end)
    return share(total(rows, "net_amount"), len(rows))


def margin(rows: list[Row]) -> float:
    return sum(float(row["net_amount"]) - float(row["cost"]) for row in rows)


def customer_lifetime_value(start: date, end: date) -> Value:
    """What is left of all sales after their cost, by customer: written in another way than in the file."""
    rows = orders(start, end)
    return share(margin(rows), len(customers(rows)))


def gross_margin_rate(start: date, end: date) -> Value:
    rows = orders(start, end)
    return share(margin(rows), total(rows, "net_amount"))


def annual_purchase_frequency(start: date, end: date) -> Value:
    rows = orders(start, end)
    return share(len(rows), len(customers(rows)))


def repurchase_rate(start: date, end: date) -> Value:
    rows = orders(start, end)
    back = [row for row in rows if row["ordered_on"] > first_orders()[row["customer_id"]]]
    return share(len(customers(back)), len(customers(rows)))


def net_promoter_score(start: date, end: date) -> Value:
    scores = [int(row["score"]) for row in between(rows_of("survey"), "answered_on", start, end)]
    if not scores:
        return None
    points = [100 if score >= 9 else -100 if score <= 6 else 0 for score in scores]
    return sum(points) / len(points)


def return_rate(start: date, end: date) -> Value:
    back = {row["order_id"] for row in between(rows_of("returns"), "returned_on", start, end)}
    return share(len(back), len(orders(start, end))) if back else None


OPENED, FIRST_RETURN, FIRST_ANSWER = date(2024, 1, 2), date(2024, 1, 7), date(2024, 1, 10)
KPIS = {
    "revenue": ExpectedKpi("month", revenue, first=OPENED),
    "visits": ExpectedKpi("month", visits, first=OPENED),
    "conversion_rate": ExpectedKpi("month", conversion_rate, first=OPENED),
    "average_order_value": ExpectedKpi("month", average_order_value, months=12, first=OPENED),
    "customer_lifetime_value": ExpectedKpi("month", customer_lifetime_value, months=12, first=OPENED),
    "gross_margin_rate": ExpectedKpi("month", gross_margin_rate, first=OPENED),
    "annual_purchase_frequency": ExpectedKpi("month", annual_purchase_frequency, months=12, first=OPENED),
    "repurchase_rate": ExpectedKpi("month", repurchase_rate, months=12, first=OPENED),
    "net_promoter_score": ExpectedKpi("quarter", net_promoter_score, first=FIRST_ANSWER),
    "return_rate": ExpectedKpi("month", return_rate, months=3, first=FIRST_RETURN),
}


def test_first_days_are_as_assumed() -> None:
    assert day(min(row["ordered_on"] for row in paid())) == OPENED
    assert day(min(row["returned_on"] for row in rows_of("returns"))) == FIRST_RETURN
    assert day(min(row["answered_on"] for row in rows_of("survey"))) == FIRST_ANSWER


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over; yellow reaches a sixth of the way below the line."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "revenue": ("green", None),  # 11,966 against a budget of 11,500
        "visits": ("green", None),  # 12,331 are 111% of the 11,068 of June 2025
        "conversion_rate": ("green", "on pace"),  # 3.001%; line 2.80 + 0.35 x 181/364 = 2.974, ahead from 3.032
        "average_order_value": ("green", "on pace"),  # 32.51; target 31.97 x 1.03 = 32.93, line 32.45, ahead from 32.61
        "customer_lifetime_value": ("yellow", "behind"),  # 19.07; line 17.75 + 3.25 x 181/364 = 19.37, red under 18.82
        "gross_margin_rate": ("yellow", None),  # 41.2%, between 40 and 42
        "annual_purchase_frequency": (
            "green",
            "on pace",
        ),  # 1.406; line 1.32 + 0.14 x 181/364 = 1.390, ahead from 1.413
        "repurchase_rate": ("green", "on pace"),  # 26.15%; line 22 + 8 x 181/364 = 25.98, ahead from 27.31
        "net_promoter_score": ("yellow", "behind"),  # 28.3; line 25 + 9 x 181/364 = 29.48, red under 27.98
        "return_rate": ("red", None),  # 7.3%, not below 7
    }


def test_glide_path_of_the_repurchase_rate(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    target = status(FILE)["repurchase_rate"]["target"]
    expected = glide(0.22, 0.30, date(2026, 1, 1), date(2026, 12, 31), date(2026, 7, 1))
    assert target["expected_now"] == pytest.approx(expected, rel=1e-9)
