"""Make the data of this example: a maker of oat drinks among five rivals. Seeded, so always the same.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
Weekly sales of a retail panel and weekly advertising by brand. Share of market follows share of voice some weeks later;
one region of the panel is missing for three weeks.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import cos, pi
from pathlib import Path

FIRST, LAST = date(2024, 1, 7), date(2026, 6, 28)  # Sundays, the last days of the panel's weeks
OURS = "Havre"
BRANDS = {
    "Havre": 0.125,
    "Milkless": 0.27,
    "Barn & Grain": 0.21,
    "Avena Co": 0.16,
    "Soft Oat": 0.135,
    "store brands": 0.10,
}
VOICE = {
    "Havre": 0.12,
    "Milkless": 0.33,
    "Barn & Grain": 0.22,
    "Avena Co": 0.17,
    "Soft Oat": 0.12,
    "store brands": 0.04,
}
PRICE = {
    "Havre": 2.19,
    "Milkless": 2.29,
    "Barn & Grain": 1.99,
    "Avena Co": 2.09,
    "Soft Oat": 2.39,
    "store brands": 1.29,
}
REGIONS = {"north": 0.31, "south": 0.27, "east": 0.18, "west": 0.24}
CHANNELS = {"supermarket": 0.64, "discounter": 0.25, "organic shop": 0.11}
MEDIA = {"television": 0.36, "outdoor": 0.18, "social": 0.28, "search": 0.18}
CONTACT_COST = {"television": 14.0, "outdoor": 7.5, "social": 5.5, "search": 21.0}  # € per thousand contacts
MISSING = ("east", date(2024, 9, 8), date(2024, 9, 22))

Row = Sequence[object]


def write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def weeks() -> list[date]:
    return [FIRST + timedelta(weeks=n) for n in range((LAST - FIRST).days // 7 + 1)]


def season(week: date) -> float:
    """Oat drinks sell a little more in January, when people mean to change, and less in summer."""
    return 1 + 0.09 * cos(2 * pi * (week.timetuple().tm_yday - 20) / 365)


def make_voice(rng: random.Random) -> dict[tuple[date, str], float]:
    """Advertising by week and brand in €. From autumn 2025 we speak louder; in spring 2026 one rival answers."""
    spend = {}
    for week in weeks():
        for brand, share in VOICE.items():
            factor = 1.0
            if brand == OURS:
                factor = 1.55 if week >= date(2025, 9, 1) else 1.05
            if brand == "Milkless" and week >= date(2026, 3, 29):
                factor = 1.35
            pulse = 1.4 if (week.isocalendar().week // 4) % 2 else 0.6  # campaigns come in flights of four weeks
            spend[week, brand] = 210_000 * share * factor * (0.75 + 0.25 * pulse) * rng.gauss(1, 0.12)
    return spend


def voice_share(spend: dict[tuple[date, str], float], week: date, brand: str) -> float:
    past = [day for day in (week - timedelta(weeks=n) for n in range(4, 22)) if day >= FIRST] or [week]
    return sum(spend[day, brand] for day in past) / sum(spend[day, other] for day in past for other in BRANDS)


def make_panel(rng: random.Random, spend: dict[tuple[date, str], float]) -> Iterable[Row]:
    pull = dict(BRANDS)
    for number, week in enumerate(weeks()):
        for brand in BRANDS:
            pull[brand] *= 1 + 0.10 * (voice_share(spend, week, brand) - pull[brand] / sum(pull.values()))
        market = 310_000 * (1 + 0.0022 * number) * season(week)
        for region, weight in REGIONS.items():
            if region == MISSING[0] and MISSING[1] <= week <= MISSING[2]:
                continue
            for channel, part in CHANNELS.items():
                for brand in BRANDS:
                    discount = 0.90 if rng.random() < 0.10 else 1.0
                    price = (
                        PRICE[brand] * discount * (1 + 0.0005 * number) * (1.06 if channel == "organic shop" else 1.0)
                    )
                    share = pull[brand] / sum(pull.values()) * rng.gauss(1, 0.07) * (1.12 if discount < 1 else 1.0)
                    packs = round(market * weight * part * share / PRICE[brand])
                    yield week, region, channel, brand, packs, f"{packs * price:.0f}"


def make_media(rng: random.Random, spend: dict[tuple[date, str], float]) -> Iterable[Row]:
    for (week, brand), amount in spend.items():
        for medium, part in MEDIA.items():
            if brand == "store brands" and medium == "television":
                continue  # they never advertise there
            paid = round(amount * part * rng.gauss(1, 0.08))
            price = CONTACT_COST[medium] * (1 + 0.04 * (week.year - 2024)) * rng.gauss(1, 0.05)
            yield week, brand, medium, paid, round(1000 * paid / price)


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20240107)
    spend = make_voice(rng)
    panel = list(make_panel(rng, spend))
    header = ("week_ending", "region", "channel", "brand", "packs", "sales")
    for year in range(FIRST.year, LAST.year + 1):
        write(data / f"panel-{year}.csv", header, (row for row in panel if str(row[0]).startswith(str(year))))
    write(data / "media.csv", ("week_ending", "brand", "medium", "spend", "contacts"), make_media(rng, spend))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
