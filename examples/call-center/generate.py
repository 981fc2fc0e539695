"""Make the data of this example: the service desk of a regional water company. Seeded, so always the same.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
Calls follow weekday, winter bursts and holidays; who was not helped calls again; two days of a failed telephone line
are missing altogether.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from math import exp
from pathlib import Path

FIRST, LAST = date(2024, 1, 2), date(2026, 6, 30)
LINE_DOWN = {date(2025, 2, 6), date(2025, 2, 7)}
HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
SEASON = (1.30, 1.20, 1.05, 0.95, 0.90, 0.85, 0.85, 0.85, 0.90, 1.00, 1.10, 1.20)
WEEKDAY = (1.35, 1.10, 1.00, 0.95, 0.90, 0.0, 0.0)  # shut at weekends
TOPICS = {"bill": 0.38, "leak": 0.22, "moving": 0.18, "meter": 0.14, "other": 0.08}
TALK = {"bill": 290, "leak": 380, "moving": 240, "meter": 330, "other": 210}  # seconds
AGENTS = ("Amal", "Bruno", "Chiara", "Dev", "Esther", "Femi", "Greta")
HEADER = (
    *("Call ID", "Date", "Time", "Customer", "Topic", "Agent"),
    *("Answered (Y/N)", "Wait (s)", "Talk", "Wrap-up", "Rating (1-5)"),
)

Row = Sequence[object]
Call = tuple[datetime, str, str, bool, int, bool]  # started, customer, topic, answered, seconds of waiting, helped


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
    """How far the desk has come: 0 at the first day, 1 at the last."""
    return (day - FIRST).days / (LAST - FIRST).days


def shut(day: date) -> bool:
    return day.weekday() >= 5 or (day.month, day.day) in HOLIDAYS or day in LINE_DOWN


def clock(seconds: float) -> str:
    """Seconds as the telephone system writes them: H:MM:SS with two digits each."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def make_calls(rng: random.Random) -> list[list[object]]:
    """All calls by day and time. A call that did not help brings another by the same customer on the same topic."""
    waiting: dict[date, list[tuple[str, str]]] = {}  # who will call again on which day, about what
    rows: list[list[object]] = []
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)):
        again = waiting.pop(day, [])
        if shut(day):
            waiting.setdefault(day + timedelta(days=1), []).extend(again)
            continue
        new = poisson(rng, 12.5 * SEASON[day.month - 1] * WEEKDAY[day.weekday()])
        topics = rng.choices(list(TOPICS), weights=list(TOPICS.values()), k=new)
        callers = [*again, *((f"K{rng.randrange(1, 40000):05}", topic) for topic in topics)]
        load = len(callers) / 14
        calls: list[Call] = []
        for customer, topic in callers:
            started = datetime.combine(day, time(8)) + timedelta(seconds=int(rng.betavariate(1.6, 2.1) * 36000))
            wait = int(rng.expovariate(1 / (26 * load)))
            answered = rng.random() > 0.055 * load and wait < 240
            helped = answered and rng.random() < 0.66 + 0.10 * growth(day)
            calls.append((started, customer, topic, answered, wait, helped))
            if not helped and rng.random() < (0.72 if answered else 0.6):
                later = day + timedelta(days=0 if not answered else 1 + int(rng.expovariate(1 / 2.2)))
                waiting.setdefault(max(later, day + timedelta(days=1)), []).append((customer, topic))
        for call in sorted(calls, key=lambda call: call[0]):
            rows.append(describe(rng, len(rows) + 1, call))
    return rows


def describe(rng: random.Random, number: int, call: Call) -> list[object]:
    """A row of the file; a call that nobody answered has no agent, times or rating."""
    started, customer, topic, answered, wait, helped = call
    head: list[object] = [f"A{number:05}", started.date(), f"{started:%H:%M:%S}", customer, topic]
    if not answered:
        return [*head, "", "N", wait, "", "", ""]
    talk = max(25.0, rng.gauss(TALK[topic] * (1.04 - 0.16 * growth(started.date())), 80))
    wrap_up = max(5.0, rng.gauss(62, 20))
    rating: object = ""
    if rng.random() < 0.34:
        mean = (4.35 if helped else 2.9) + 0.15 * growth(started.date()) - min(0.6, wait / 400)
        rating = min(5, max(1, round(rng.gauss(mean, 0.9))))
    return [*head, rng.choice(AGENTS), "Y", wait, clock(talk), clock(wrap_up), rating]


def make_reviews(rng: random.Random, calls: list[list[object]]) -> Iterable[Row]:
    """A supervisor listens to one answered call in twenty and scores it from 0 to 100, a few days later."""
    rows = []
    for number, day, *_, agent, answered, _wait, _talk, _wrap_up, _rating in calls:
        assert isinstance(day, date)
        if answered == "Y" and rng.random() < 0.05:
            listened = day + timedelta(days=rng.randint(1, 6))
            while shut(listened):
                listened += timedelta(days=1)
            hurried = 6 if day >= date(2026, 4, 1) else 0  # since spring the desk is short of two people
            if listened <= LAST:
                rows.append((listened, number, agent, min(100, max(20, round(rng.gauss(88 - hurried, 7))))))
    return sorted(rows)


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20240215)
    calls = make_calls(rng)
    for month in sorted({str(row[1])[:7] for row in calls}):
        write(data / f"calls-{month}.csv", HEADER, (row for row in calls if str(row[1]).startswith(month)))
    write(data / "reviews.csv", ("Listened on", "Call ID", "Agent", "Score"), make_reviews(rng, calls))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
