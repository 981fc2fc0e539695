"""Make the data of this example: a small web shop for tea that opened in January 2024. Seeded, so always the same.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
Customers come in by season and come back by habit; visits have a tracking outage, the shop shuts at Christmas.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import NamedTuple

FIRST, LAST = date(2024, 1, 2), date(2026, 6, 30)
LEAKING = (date(2026, 3, 20), date(2026, 6, 10))  # a batch of leaking tins was sold between these days
SEASON = (1.05, 0.95, 0.95, 0.90, 0.85, 0.75, 0.70, 0.75, 0.95, 1.10, 1.35, 1.60)  # by month: tea sells in the cold
WEEKDAY = (1.10, 1.05, 1.00, 1.00, 0.95, 0.90, 1.00)
CHANNELS = {"search": 0.42, "direct": 0.28, "social": 0.20, "email": 0.10}
CONVERTS = {"search": 0.029, "direct": 0.034, "social": 0.014, "email": 0.046}
SHUT = {date(year, 12, day) for year in (2024, 2025) for day in (25, 26)}
TRACKING_DOWN = {date(2025, 3, 11) + timedelta(days=n) for n in range(3)}
CITIES = ("Bremen", "Köln", "München", "Lübeck", "Göttingen", "Zürich", "Graz")

Row = Sequence[object]


class Order(NamedTuple):
    order_id: str
    ordered_on: date
    customer_id: str
    channel: str
    status: str
    items: int
    net_amount: float
    cost: float


def days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


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
    """How far the shop has come: 0 at the opening, 1 at the last day."""
    return (day - FIRST).days / (LAST - FIRST).days


def open_day(day: date) -> date:
    while day in SHUT:
        day += timedelta(days=1)
    return day


def make_orders(rng: random.Random) -> list[tuple[date, str]]:
    """Day and customer of every order, by day: a first order, then another with a chance that rises over the years."""
    found: list[tuple[date, str]] = []
    customer = 0
    for day in days(FIRST, LAST):
        mean = (7.4 + 3.0 * growth(day)) * SEASON[day.month - 1] * WEEKDAY[day.weekday()]
        for _ in range(0 if day in SHUT else poisson(rng, mean)):
            customer += 1
            bought = day
            chance = 0.20 + 0.07 * growth(day)
            while bought <= LAST:
                found.append((bought, f"C{customer:05}"))
                if rng.random() > chance:
                    break
                chance = min(0.85, chance + 0.14)  # who came twice comes a third time
                bought = open_day(bought + timedelta(days=5 + int(rng.expovariate(1 / 62))))
    return sorted(found)


def describe_orders(rng: random.Random, orders: list[tuple[date, str]]) -> list[Order]:
    rows: list[Order] = []
    for number, (day, customer) in enumerate(orders, 100001):
        items = 1 + min(11, int(rng.expovariate(1 / 1.9)))
        gift = 1.22 if day.month == 12 else 1.0
        amount = round(items * rng.uniform(7.9, 15.9) * gift * (1 + 0.10 * growth(day)), 2)
        cost = round(amount * min(0.9, max(0.35, rng.gauss(0.575 + 0.01 * growth(day), 0.05))), 2)
        channel = rng.choices(list(CHANNELS), weights=(42, 30, 13, 15))[0]
        status = "cancelled" if rng.random() < 0.024 else "paid"
        rows.append(Order(f"T{number}", day, customer, channel, status, items, amount, cost))
    return rows


def make_visits(rng: random.Random, orders: list[Order]) -> Iterable[Row]:
    """Sessions by day and channel, such that conversion creeps up as the shop learns."""
    wanted: dict[tuple[date, str], int] = {}
    for order in orders:
        wanted[order.ordered_on, order.channel] = wanted.get((order.ordered_on, order.channel), 0) + 1
    for day in days(FIRST, LAST):
        if day in TRACKING_DOWN:
            continue
        for channel, share in CHANNELS.items():
            usual = (9.4 + 6.6 * growth(day)) * SEASON[day.month - 1] * share
            expected = 0.6 * usual + 0.4 * wanted.get((day, channel), 0)
            rate = CONVERTS[channel] * (0.95 + 0.18 * growth(day))
            yield day, channel, max(1, round(expected / rate * rng.gauss(1, 0.09)))


def make_returns(rng: random.Random, orders: list[Order]) -> Iterable[Row]:
    rows = []
    for order in orders:
        leaks = LEAKING[0] <= order.ordered_on <= LEAKING[1]
        if order.status == "paid" and rng.random() < (0.077 if leaks else 0.042):
            back = order.ordered_on + timedelta(days=4 + int(rng.expovariate(1 / 9)))
            part = rng.randint(1, order.items) / order.items
            weights = (12 if leaks else 4, 2, 3, 1)
            reason = rng.choices(("damaged", "wrong item", "taste", "late"), weights=weights)[0]
            if back <= LAST:
                rows.append((back, order.order_id, f"{order.net_amount * part:.2f}", reason))
    return sorted(rows)


def make_survey(rng: random.Random, orders: list[Order]) -> Iterable[Row]:
    rows = []
    for order in orders:
        if order.status == "paid" and rng.random() < 0.16:
            answered = order.ordered_on + timedelta(days=7 + int(rng.expovariate(1 / 4)))
            mean = 7.6 + 0.9 * growth(order.ordered_on) - (0.7 if LEAKING[0] <= order.ordered_on <= LEAKING[1] else 0)
            score = min(10, max(0, round(rng.gauss(mean, 2.0))))
            if answered <= LAST:
                rows.append((answered, order.order_id, score))
    return sorted(rows)


def make_budget(rng: random.Random, orders: list[Order]) -> Iterable[Row]:
    """A budget by month to the end of 2026: last year's shape, a growth that was wished for, rounded to hundreds."""
    sold: dict[int, float] = {}
    for order in orders:
        if order.status == "paid":
            sold[order.ordered_on.year] = sold.get(order.ordered_on.year, 0.0) + order.net_amount
    year_total = {2024: sold[2024] * 0.97, 2025: sold[2025] * 0.98, 2026: sold[2025] * 1.24}
    for year, total in year_total.items():
        for month in range(1, 13):
            share = SEASON[month - 1] / sum(SEASON) * (1 + 0.02 * (month - 6.5))
            yield date(year, month, 1), int(round(total * share, -2))


def write_wholesale(rng: random.Random, path: Path) -> None:
    """An export of another system: Windows-1252, semicolons, decimal commas, a preamble, German dates."""
    lines = [
        "Umsätze Großhandel;;;;;;",
        f"erstellt am {LAST:%d.%m.%Y};;;;;;",
        "Beleg;Datum;Kunde;Ort;Menge (g);Preis je kg;Status",
    ]
    buyers = [
        f"{kind} {name}" for kind in ("Café", "Teehaus", "Bäckerei") for name in ("Möwe", "Weiß", "Sommer", "Krüger")
    ]
    for day in days(date(2025, 1, 2), LAST):
        if day.weekday() >= 5:
            continue
        for _ in range(poisson(rng, 1.1 * SEASON[day.month - 1])):
            grams = 250 * rng.randint(2, 30)
            price = f"{rng.uniform(21, 48):.2f}".replace(".", ",") if rng.random() > 0.01 else "k. A."
            status = "storniert" if rng.random() < 0.04 else "bezahlt"
            where = rng.choice(CITIES)
            quantity = f"{grams:,}".replace(",", ".")
            lines.append(
                f"W{len(lines) + 4997};{day:%d.%m.%Y};{rng.choice(buyers)};{where};{quantity};{price};{status}"
            )
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))


def make_subscriptions(rng: random.Random) -> Iterable[Row]:
    """The monthly tea box: who started on which day and, unless still with us, the first day after the end."""
    for number in range(1, 641):
        started = FIRST + timedelta(days=int(rng.random() ** 0.8 * (LAST - FIRST).days))
        ended = started + timedelta(days=30 + int(rng.expovariate(1 / 420)))
        plan = rng.choices((("small", 12), ("classic", 19), ("family", 29)), weights=(5, 4, 2))[0]
        yield f"S{number:04}", plan[0], plan[1], started, ended if ended <= LAST else ""


def write_complaints(rng: random.Random, path: Path) -> None:
    """Few and far between: months without any are good news."""
    lines = []
    for day in days(FIRST, LAST):
        if rng.random() < 0.035:
            kind = rng.choice(("leaking tin", "foreign body", "wrong label"))
            lines.append(json.dumps({"reported_on": str(day), "kind": kind, "serious": rng.random() < 0.3}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20240102)
    orders = describe_orders(rng, make_orders(rng))
    for year in range(FIRST.year, LAST.year + 1):
        part = [order for order in orders if order.ordered_on.year == year]
        rows = ((*order[:-2], f"{order.net_amount:.2f}", f"{order.cost:.2f}") for order in part)
        write(data / f"orders-{year}.csv", Order._fields, rows)
    write(data / "visits.csv", ("day", "channel", "sessions"), make_visits(rng, orders))
    write(data / "returns.csv", ("returned_on", "order_id", "refund", "reason"), make_returns(rng, orders))
    write(data / "survey.csv", ("answered_on", "order_id", "score"), make_survey(rng, orders))
    write(data / "budget.csv", ("month", "revenue"), make_budget(rng, orders))
    write_wholesale(rng, data / "wholesale.csv")
    subscriptions = ("subscriber_id", "plan", "monthly_price", "started_on", "ended_on")
    write(data / "subscriptions.csv", subscriptions, make_subscriptions(rng))
    write_complaints(rng, data / "complaints.jsonl")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
