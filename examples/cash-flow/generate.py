"""Make the data of this example: an engineering office that bills its customers and waits for the money. Seeded.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
Invoices peak at the end of a quarter; each customer has a habit of paying, some in two parts, some never; the bank
reports balances on working days only.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp
from pathlib import Path

FIRST, LAST = date(2024, 1, 2), date(2026, 6, 30)
HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
PLAN_GROWTH = {2023: 1.00, 2024: 1.06, 2025: 1.17, 2026: 1.36}  # by the calendar year in which the fiscal year starts
QUARTER_END = 1.45

Row = Sequence[object]


class Invoice:
    def __init__(self, number: int, customer: int, issued: date, amount: float) -> None:
        self.number, self.customer, self.issued, self.amount = f"I{number:05}", f"K{customer:03}", issued, amount
        self.due = issued + timedelta(days=30)
        self.payments: list[tuple[date, float, float]] = []  # day, money received, discount taken

    @property
    def paid(self) -> date | None:
        """The day on which nothing was left to pay, if there is one."""
        settled = sum(money + discount for _, money, discount in self.payments)
        return self.payments[-1][0] if settled > self.amount - 0.005 else None


def write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson draw by Knuth's product of uniforms, which needs nothing but random()."""
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def growth(day: date) -> float:
    """How far the office has come: 0 at the first day, 1 at the last."""
    return (day - FIRST).days / (LAST - FIRST).days


def working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def next_working_day(day: date) -> date:
    while not working_day(day):
        day += timedelta(days=1)
    return day


def all_days() -> Iterable[date]:
    return (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


def make_invoices(rng: random.Random) -> list[Invoice]:
    """Invoices by day, each with its payments, those after the last day left out."""
    habits = {customer: rng.choices((9, 29, 38, 62), weights=(14, 40, 32, 14))[0] for customer in range(1, 181)}
    invoices: list[Invoice] = []
    for day in all_days():
        if not working_day(day):
            continue
        month_end = next_working_day(day + timedelta(days=1)).month != day.month
        mean = (4.3 + 1.3 * growth(day)) * (2.2 if month_end else 1) * (QUARTER_END if day.month % 3 == 0 else 0.92)
        for _ in range(poisson(rng, mean)):
            amount = round(min(9800.0, max(90.0, rng.lognormvariate(6.55, 0.75))), 2)
            invoice = Invoice(len(invoices) + 20001, rng.randrange(1, 181), day, amount)
            pay(rng, invoice, habits[int(invoice.customer[1:])])
            invoices.append(invoice)
    return invoices


def pay(rng: random.Random, invoice: Invoice, habit: int) -> None:
    if rng.random() < 0.006:
        return  # a bad debt
    slower = 7 if invoice.issued >= date(2026, 4, 1) else 0  # since April one bookkeeper is missing and nobody reminds
    wait = max(1, round(rng.gauss(habit - 3 * growth(invoice.issued) + slower, 5)))
    discount = round(invoice.amount * 0.02, 2) if wait <= 10 and rng.random() < 0.75 else 0.0
    first = next_working_day(invoice.issued + timedelta(days=wait))
    if rng.random() < 0.08:
        half = round(invoice.amount / 2, 2)
        second = next_working_day(first + timedelta(days=rng.randint(14, 45)))
        parts = [(first, half, 0.0), (second, round(invoice.amount - half, 2), 0.0)]
    else:
        parts = [(first, round(invoice.amount - discount, 2), discount)]
    invoice.payments = [part for part in parts if part[0] <= LAST]


def make_bank(rng: random.Random, invoices: list[Invoice]) -> Iterable[Row]:
    """Balances of two accounts at the end of each working day: wages on the 28th, rent on the 1st, bills in between."""
    received: dict[date, float] = {}
    for invoice in invoices:
        for day, money, _ in invoice.payments:
            received[day] = received.get(day, 0.0) + money
    current, savings, due = 190_000.0, 60_000.0, 0.0
    for day in all_days():
        scale = 1 + 0.22 * growth(day)
        due += (67_000 * scale if day.day == 28 else 0) + (9_500 if day.day == 1 else 0)
        if not working_day(day):
            continue
        current += received.get(day, 0.0) - due - 1_150 * scale * rng.uniform(0.4, 1.6)
        due = 0.0
        move = 20_000.0 if current > 160_000 else -20_000.0 if current < 25_000 and savings >= 20_000 else 0.0
        current, savings = current - move, savings + move
        yield day, "current", f"{current:.2f}"
        yield day, "savings", f"{savings:.2f}"


def make_plan(invoices: list[Invoice]) -> Iterable[Row]:
    """The plan of each fiscal year by month, made from the mean of the first months and a growth that was hoped for."""
    base = sum(invoice.amount for invoice in invoices if invoice.issued < date(2024, 4, 1)) / 3
    for number in range(39):
        month = date(2024 + number // 12, number % 12 + 1, 1)
        year = month.year if month.month >= 4 else month.year - 1
        issued = base * 0.94 * PLAN_GROWTH[year] * (1.24 if month.month % 3 == 0 else 0.88)
        cash_in = base * 0.91 * PLAN_GROWTH[year] * (1.10 if month.month % 3 == 1 else 0.95)
        yield month, int(round(issued, -2)), int(round(cash_in, -2))


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20240401)
    invoices = make_invoices(rng)
    header = ("invoice", "customer", "issued_on", "due_on", "amount", "paid_on")
    rows = [(i.number, i.customer, i.issued, i.due, f"{i.amount:.2f}", i.paid or "") for i in invoices]
    for year in range(FIRST.year, LAST.year + 1):
        write(data / f"invoices-{year}.csv", header, (row for row in rows if str(row[2]).startswith(str(year))))
    payments = sorted(
        (day, i.number, i.issued, f"{money:.2f}", f"{discount:.2f}")
        for i in invoices
        for day, money, discount in i.payments
    )
    for year in range(FIRST.year, LAST.year + 1):
        part = (row for row in payments if row[0].year == year)
        write(data / f"payments-{year}.csv", ("received_on", "invoice", "issued_on", "amount", "discount"), part)
    write(data / "bank.csv", ("day", "account", "balance"), make_bank(rng, invoices))
    write(data / "plan.csv", ("month", "invoices", "cash_in"), make_plan(invoices))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
