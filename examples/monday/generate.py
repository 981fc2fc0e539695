"""Make the data of this example: 26 weeks of a shop for tea. Seeded, so always the same.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
How many orders come from customers who were here before depends on how many parcels were on time three weeks earlier,
and more come every week in which parcels were on time. From 20 April 2026 to 24 May parcels go by another carrier.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

FIRST, WEEKS = date(2025, 12, 29), 26
SLOW, BACK = date(2026, 4, 20), date(2026, 5, 25)  # the other carrier begins, and the old one is back
LAG, GOOD = 3, 0.935

Rows = list[tuple[object, ...]]


def make(back: date = BACK) -> tuple[Rows, Rows]:
    """The rows of parcels and orders, if the old carrier is back from this Monday on."""
    rng = random.Random(20260639)
    on_time = [min(0.96 + 0.005 * rng.gauss(0, 1), 0.995) for _ in range(LAG)]
    parcels: Rows = []
    orders: Rows = []
    regular = 0.194
    for number in range(WEEKS):
        monday = FIRST + timedelta(weeks=number)
        lost = 0.045 + 0.004 * rng.gauss(0, 1)
        lost = lost if SLOW <= monday < back else 0.015 if monday == back else 0.0
        on_time.append(min(0.96 + 0.005 * rng.gauss(0, 1), 0.995) - lost)
        sent = round(1400 + 60 * rng.gauss(0, 1))
        parcels.append((monday, sent, round(sent * on_time[-1])))
        felt = on_time[-1 - LAG]
        regular += 0.0023 if felt >= GOOD else 0
        placed = round(1250 + 50 * rng.gauss(0, 1))
        share = regular + 0.7 * (felt - 0.96) + 0.003 * rng.gauss(0, 1)
        orders.append((monday, placed, round(placed * share), round(placed * (0.08 + 0.006 * rng.gauss(0, 1)))))
    return parcels, orders


def main(folder: Path = Path(__file__).parent) -> None:
    parcels, orders = make()
    write(folder / "data" / "parcels.csv", ("week", "sent", "on_time"), parcels)
    write(folder / "data" / "orders.csv", ("week", "orders", "from_returning", "discounted"), orders)


def write(path: Path, header: tuple[str, ...], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
