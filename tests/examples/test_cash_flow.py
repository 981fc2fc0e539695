"""Every number of the cash flow, computed again in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from helpers.oracle import ExpectedKpi, Row, Value, between, day, mean, read, share, total

FILE = "examples/cash-flow/kpi.yaml"
# A usual day; 29 February of a fiscal year that began before the data; the last and the first month of a fiscal year.
DAYS = ("2026-06-30", "2024-02-29", "2025-03-31", "2025-04-30")


@cache
def invoices() -> list[Row]:
    return read("cash-flow/data/invoices-*.csv")


@cache
def payments() -> list[Row]:
    return read("cash-flow/data/payments-*.csv")


@cache
def balances() -> list[Row]:
    return read("cash-flow/data/bank.csv")


def cash_at_bank(_: date, end: date) -> Value:
    """For each account its own last balance; both banks report on the same days."""
    last = {row["account"]: float(row["balance"]) for row in balances() if row["day"] < str(end)}
    return sum(last.values()) if last else None


def payments_received(start: date, end: date) -> Value:
    rows = between(payments(), "received_on", start, end)
    return total(rows, "amount") if rows else None


def invoices_issued(start: date, end: date) -> Value:
    rows = between(invoices(), "issued_on", start, end)
    return total(rows, "amount") if rows else None


def days_to_payment(start: date, end: date) -> Value:
    rows = between(payments(), "received_on", start, end)
    return mean([float((day(row["received_on"]) - day(row["issued_on"])).days) for row in rows])


def overdue_share(_: date, end: date) -> Value:
    """By amount, at the end of the last day: invoices that are out and not paid by then, those that were due of all."""
    last = str(end - timedelta(days=1))
    owed = [row for row in invoices() if row["issued_on"] <= last and not (row["paid_on"] and row["paid_on"] <= last)]
    return share(total((row for row in owed if row["due_on"] <= last), "amount"), total(owed, "amount"))


def discount_share(start: date, end: date) -> Value:
    rows = between(payments(), "received_on", start, end)
    given = total(rows, "discount")
    return share(given, given + total(rows, "amount"))


FIRST_DAY, FIRST_PAYMENT = date(2024, 1, 2), date(2024, 1, 10)
KPIS = {
    "cash_at_bank": ExpectedKpi("quarter", cash_at_bank, first=FIRST_DAY),
    "payments_received": ExpectedKpi("month", payments_received, year_from=4, first=FIRST_PAYMENT),
    "invoices_issued": ExpectedKpi("month", invoices_issued, first=FIRST_DAY),
    "days_to_payment": ExpectedKpi("month", days_to_payment, months=3, first=FIRST_PAYMENT),
    "overdue_share": ExpectedKpi("quarter", overdue_share, first=FIRST_DAY),
    "discount_share": ExpectedKpi("quarter", discount_share, first=FIRST_PAYMENT),
}


def test_first_days_are_as_assumed() -> None:
    assert day(min(row["issued_on"] for row in invoices())) == FIRST_DAY
    assert day(min(row["day"] for row in balances())) == FIRST_DAY
    assert day(min(row["received_on"] for row in payments())) == FIRST_PAYMENT


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. The fiscal year of the target began on 1 April 2026: at the end of June 91 of 364 days are over."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "cash_at_bank": ("green", None),  # 156,791 against the 130,000 of FY2027-Q1
        "payments_received": ("yellow", None),  # 378,984 of 395,000 are 95.9%
        "invoices_issued": ("green", None),  # 201,613 against 168,600
        "days_to_payment": ("red", "behind"),  # 36.3; line 33 - 3 x 91/364 = 32.25, red over 32.75
        "overdue_share": ("yellow", None),  # 27.0%, between 22 and 28
        "discount_share": ("green", None),  # 0.14%
    }


def test_labels_and_plan_are_those_of_the_fiscal_year(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    found = status(FILE)
    assert found["cash_at_bank"]["period"]["label"] == "FY2027-Q1"
    assert found["cash_at_bank"]["history"][-1]["period"] == "FY2026-Q4"
    assert found["cash_at_bank"]["target"]["value"] == 130_000
    planned = between(read("cash-flow/data/plan.csv"), "month", date(2026, 4, 1), date(2026, 7, 1))
    assert found["payments_received"]["target"]["value"] == pytest.approx(total(planned, "cash_in"), rel=1e-9)
