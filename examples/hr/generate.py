"""Make the data of this example: the people of a maker of bicycle parts. Seeded, so always the same.

Run `python generate.py` to write `data/` beside this file, or `python generate.py FOLDER` to write it elsewhere.
People are hired to replace and to grow, leave mostly in their second year, and answer a pulse survey each quarter.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

FOUNDED, LAST = date(2016, 4, 1), date(2026, 6, 30)
SURVEYS_FROM = date(2024, 2, 5)
DEPARTMENTS = {"assembly": 0.46, "machining": 0.24, "sales": 0.12, "design": 0.10, "office": 0.08}
REASONS = ("resigned", "dismissed", "retired", "contract ended")

Row = Sequence[object]


class Person:
    """One employment, from the first to the last working day."""

    def __init__(self, number: int, department: str, key: bool, hired: date) -> None:
        self.number, self.department, self.key, self.hired = number, department, key, hired
        self.last_day: date | None = None
        self.reason = ""


def write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def wanted(day: date) -> int:
    """How many people the company means to employ: 240 at the start, 620 now."""
    return round(240 + 380 * (day - FOUNDED).days / (LAST - FOUNDED).days)


def leaves(rng: random.Random, person: Person, month: date) -> bool:
    """Whether a person leaves in this month: most likely in the second year, key people more since autumn 2025."""
    years = (month - person.hired).days / 365.25
    chance = 0.009 if years < 1 else 0.016 if years < 2 else 0.0075
    if month >= date(2025, 1, 1):
        chance *= 0.78
    if person.key:
        chance *= 0.55 if month < date(2025, 10, 1) else 1.5
    return rng.random() < chance * (1.3 if month.month in (3, 9) else 0.95)


def make_staff(rng: random.Random) -> list[Person]:
    staff: list[Person] = []
    month = FOUNDED
    while month <= LAST:
        after = next_month(month)
        length = (after - month).days
        present = [person for person in staff if person.last_day is None]
        for person in present:
            if leaves(rng, person, month):
                end = after - timedelta(days=1) if rng.random() < 0.7 else month + timedelta(days=rng.randrange(length))
                person.last_day = max(end, person.hired + timedelta(days=20))
                person.reason = rng.choices(REASONS, weights=(60, 12, 12, 16))[0]
        missing = wanted(month) - sum(person.last_day is None for person in staff)
        for _ in range(max(0, missing if month == FOUNDED else round(missing * rng.uniform(0.5, 1.0)))):
            first = month if rng.random() < 0.65 else month + timedelta(days=rng.randrange(length))
            department = rng.choices(list(DEPARTMENTS), weights=list(DEPARTMENTS.values()))[0]
            key = rng.random() < (0.22 if department in ("design", "machining") else 0.07)
            staff.append(Person(len(staff) + 1001, department, key, first))
        month = after
    return sorted(staff, key=lambda person: (person.hired, person.number))


def make_costs(rng: random.Random, staff: list[Person]) -> Iterable[Row]:
    """What hiring costs: advertisements, agencies, time of interviewers and bonuses, booked around the first day."""
    rows = []
    for person in staff:
        if person.hired < date(2023, 1, 1):
            continue
        rows.append((person.hired - timedelta(days=rng.randint(35, 80)), "advertisement", rng.randint(35, 90) * 10))
        rows.append((person.hired - timedelta(days=rng.randint(8, 30)), "interviews", rng.randint(40, 110) * 10))
        if rng.random() < (0.7 if person.key else 0.22):
            rows.append((person.hired + timedelta(days=rng.randint(0, 25)), "agency", rng.randint(45, 98) * 100))
        if rng.random() < 0.25:
            rows.append((person.hired + timedelta(days=rng.randint(1, 40)), "referral bonus", 750))
    return sorted(row for row in rows if row[0] <= LAST)


def make_survey(rng: random.Random, staff: list[Person]) -> Iterable[Row]:
    """The pulse survey: ten working days in February, May, August and November; six in ten answer."""
    start = SURVEYS_FROM
    while start <= LAST:
        progress = (start - SURVEYS_FROM).days / (LAST - SURVEYS_FROM).days
        rows = []
        for person in staff:
            if person.hired > start or (person.last_day and person.last_day < start) or rng.random() > 0.6:
                continue
            answered = start + timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 3, 4, 7, 8, 9, 10, 11)))
            role = min(5, max(1, round(rng.gauss(4.28 + 0.22 * progress, 0.68))))
            future = min(5, max(1, round(rng.gauss(3.80 + 0.36 * progress - (0.25 if person.key else 0), 0.85))))
            skipped = rng.random() < 0.03
            rows.append((answered, person.department, role, "" if skipped else future))
        yield from sorted(rows, key=lambda row: (row[0], row[1], row[2], str(row[3])))
        for _ in range(3):
            start = next_month(start)
        start += timedelta(days=(7 - start.weekday()) % 7)


def main(folder: Path) -> None:
    data = folder / "data"
    rng = random.Random(20160401)
    staff = make_staff(rng)
    header = ("employee_id", "department", "key_position", "first_day", "last_day", "reason")
    rows = ((p.number, p.department, str(p.key).lower(), p.hired, p.last_day or "", p.reason) for p in staff)
    write(data / "staff.csv", header, rows)
    write(data / "hiring-costs.csv", ("booked_on", "kind", "amount"), make_costs(rng, staff))
    write(data / "pulse-survey.csv", ("answered_on", "department", "role", "future"), make_survey(rng, staff))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
