"""Make the data of this example: an app that helps choirs to plan rehearsals, sold by subscription. Seeded.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
A choir signs up, sets the app up (or not), and pays by plan; those who set it up stay longer. A change of plan ends one
subscription and starts the next on the same day. Usage by day and platform has gaps and one release that crashed.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp
from pathlib import Path

FIRST, LAST = date(2023, 7, 3), date(2026, 6, 30)
USAGE_FROM = date(2024, 1, 1)
PLANS = {"small": 19, "choir": 49, "academy": 129}
SEASON = (1.15, 1.05, 1.00, 0.95, 0.90, 0.75, 0.60, 0.95, 1.40, 1.20, 1.05, 0.80)  # choirs start after the holidays
PLATFORMS = {"ios": 0.46, "android": 0.38, "web": 0.16}
NOT_COUNTED = {date(2025, 8, 9), date(2025, 8, 10), date(2025, 8, 11)}
BAD_RELEASE = (date(2026, 6, 16), date(2026, 6, 27))

Row = Sequence[object]


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
    """How far the app has come: 0 at the first day, 1 at the last."""
    return (day - FIRST).days / (LAST - FIRST).days


def days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def make_accounts(rng: random.Random) -> list[tuple[str, date, date | None]]:
    """Account, day of signing up, day on which the first rehearsal was planned (None: never)."""
    accounts: list[tuple[str, date, date | None]] = []
    for day in days(FIRST, LAST):
        for _ in range(poisson(rng, (1.05 + 0.85 * growth(day)) * SEASON[day.month - 1])):
            ready = (
                day + timedelta(days=int(rng.expovariate(1 / 6.0)))
                if rng.random() < 0.62 + 0.14 * growth(day)
                else None
            )
            accounts.append((f"A{len(accounts) + 1:04}", day, ready if ready and ready <= LAST else None))
    return accounts


def make_subscriptions(rng: random.Random, accounts: list[tuple[str, date, date | None]]) -> Iterable[Row]:
    """What each account paid from when until when; the last row of an account may still be open."""
    names = list(PLANS)
    rows: list[Row] = []
    for account, signed_up, ready in accounts:
        if rng.random() > 0.82:
            continue  # tried the app and never paid
        started = signed_up + timedelta(days=14)
        plan = rng.choices(names, weights=(55, 36, 9))[0]
        while started <= LAST:
            mean = (1500 if ready else 480) * (1 + 0.50 * growth(started))
            length = timedelta(days=28 + int(rng.expovariate(1 / mean)))
            change = timedelta(days=60 + int(rng.expovariate(1 / 560)))
            ended, reason = started + min(length, change), "cancelled"
            following = plan
            if change < length:
                step = 1 if rng.random() < 0.80 else -1
                place = names.index(plan) + step
                if not 0 <= place < len(names):
                    ended = started + length
                else:
                    following, reason = names[place], "changed plan"
            over = ended <= LAST
            rows.append((account, plan, PLANS[plan], started, ended if over else "", reason if over else ""))
            if reason == "cancelled":
                break
            started, plan = ended, following
    return sorted(rows, key=lambda row: (str(row[3]), str(row[0])))


def make_usage(rng: random.Random, subscriptions: list[Row]) -> Iterable[Row]:
    for day in days(USAGE_FROM, LAST):
        if day in NOT_COUNTED:
            continue
        paying = sum(str(row[3]) <= str(day) and (row[4] == "" or str(row[4]) > str(day)) for row in subscriptions)
        for platform, share in PLATFORMS.items():
            weekday = (0.9, 1.15, 1.25, 1.2, 0.8, 0.7, 1.0)[day.weekday()]
            sessions = max(1, round(paying * 19 * share * weekday * SEASON[day.month - 1] * rng.gauss(1, 0.06)))
            rate = 0.00115 - 0.00050 * growth(day)
            if platform == "android" and BAD_RELEASE[0] <= day <= BAD_RELEASE[1]:
                rate = 0.0021
            yield day, platform, sessions, min(sessions, poisson(rng, sessions * rate))


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20230703)
    accounts = make_accounts(rng)
    subscriptions = list(make_subscriptions(rng, accounts))
    write(
        data / "accounts.csv",
        ("account", "signed_up_on", "first_rehearsal_on"),
        ((a, s, r or "") for a, s, r in accounts),
    )
    header = ("account", "plan", "monthly_price", "started_on", "ended_on", "end_reason")
    write(data / "subscriptions.csv", header, subscriptions)
    usage = list(make_usage(rng, subscriptions))
    for month in sorted({str(row[0])[:7] for row in usage}):
        part = (row for row in usage if str(row[0]).startswith(month))
        write(data / f"usage-{month}.csv", ("day", "platform", "sessions", "crashed"), part)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
