"""Independently computed values of the examples: own reader of the files, own calendar, no code of the program
under test.

A KPI is described by how often it is measured, how far one value looks back, and a function from a window's first day
and the day after its last one to the value. From that all values around a day follow: the one of the last period over
by then, the one that its change is measured against, and up to twelve before it.
"""

from __future__ import annotations

import csv
import json
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
Row = dict[str, str]
Value = float | None


def read(pattern: str) -> list[Row]:
    """The rows of all CSV files below examples/ that fit ``pattern``, as text."""
    rows: list[Row] = []
    files = sorted(EXAMPLES.glob(pattern))
    assert files, pattern
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            rows.extend(csv.DictReader(lines))
    return rows


def read_json_lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (EXAMPLES / path).read_text(encoding="utf-8").splitlines()]


def day(text: str) -> date:
    return date.fromisoformat(text)


def months_later(moment: date, months: int) -> date:
    """The same day some months later, or the month's last day where it has no such day."""
    number = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(moment.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class ExpectedKpi:
    """One KPI. ``every`` is week, month or quarter; ``months`` or ``weeks`` how far one value looks back, by default
    the period; ``year_from`` the month in which the year starts, for a year to date; ``first`` the first day of the
    source that starts last, which makes earlier windows partial, unless the KPI asks for the last rows only;
    ``value`` the computation itself."""

    every: str
    value: Callable[[date, date], Value]
    months: int | None = None
    weeks: int | None = None
    year_from: int | None = None
    first: date = date.min


@dataclass(frozen=True)
class ExpectedResult:
    """What a run is to say about one KPI; ``partial`` and ``previous`` as in the JSON."""

    start: date
    value: Value
    previous: Value
    partial: bool
    history: tuple[tuple[date, Value], ...]


def period_start(moment: date, every: str) -> date:
    """The first day of the week, month or quarter in which a day lies. All fiscal years here start with a quarter."""
    if every == "week":
        return moment - timedelta(days=moment.weekday())
    first = moment.replace(day=1)
    return first if every == "month" else months_later(first, -((moment.month - 1) % 3))


def step(start: date, every: str, count: int) -> date:
    """The first day of the period ``count`` periods later."""
    if every == "week":
        return start + timedelta(weeks=count)
    return months_later(start, count if every == "month" else 3 * count)


def window_start(kpi: ExpectedKpi, start: date, end: date) -> date:
    if kpi.year_from is not None:
        last = end - timedelta(days=1)
        return date(last.year if last.month >= kpi.year_from else last.year - 1, kpi.year_from, 1)
    if kpi.weeks is not None:
        return end - timedelta(weeks=kpi.weeks)
    return start if kpi.months is None else months_later(end, -kpi.months)


def expected(kpi: ExpectedKpi, as_of: date) -> ExpectedResult:
    """The expected result of a KPI on a day, which itself counts as over."""
    shown = step(period_start(as_of + timedelta(days=1), kpi.every), kpi.every, -1)

    def value(start: date) -> Value:
        end = step(start, kpi.every, 1)
        return kpi.value(window_start(kpi, start, end), end)

    def partial(start: date) -> bool:
        ends = step(start, kpi.every, 1)
        return is_partial(kpi.first, window_start(kpi, start, ends), ends)

    history = [(start, value(start)) for start in (step(shown, kpi.every, -n) for n in range(12, 0, -1))]
    while history and history[0][1] is None:
        history.pop(0)
    before = step(shown, kpi.every, -12 if kpi.year_from is not None else -1)
    return ExpectedResult(
        start=shown,
        value=value(shown),
        previous=None if partial(shown) or partial(before) else value(before),
        partial=partial(shown),
        history=tuple(history),
    )


def is_partial(first: date, start: date, end: date) -> bool:
    """Whether more than a tenth of a window is before the first row (T2)."""
    return start != date.min and first < end and 10 * (first - start).days > (end - start).days


def between(rows: Iterable[Row], column: str, start: date, end: date) -> list[Row]:
    """The rows whose day lies from ``start`` to the day before ``end``."""
    return [row for row in rows if str(start) <= row[column] < str(end)]


def running_on(rows: Iterable[Row], evening: date) -> list[Row]:
    """The rows that run on a day: begun by then, and the first day without is still to come."""
    text = str(evening)
    return [row for row in rows if row["started_on"] <= text and (row["ended_on"] or "9") > text]


def by_quarter(values: Sequence[float], first: int) -> Callable[[date, date], Value]:
    """What was typed in for each quarter, from the first one of the year ``first``."""

    def of(start: date, _: date) -> Value:
        quarter = (start.year - first) * 4 + (start.month - 1) // 3
        return values[quarter] if 0 <= quarter < len(values) else None

    return of


def share(part: float, whole: float) -> Value:
    """A ratio, or nothing where there is nothing to divide by."""
    return part / whole if whole else None


def total(rows: Iterable[Mapping[str, str]], column: str) -> float:
    return sum(float(row[column]) for row in rows)


def mean(values: Sequence[float]) -> Value:
    return sum(values) / len(values) if values else None


def glide(baseline: float, target: float, since: date, by: date, on: date) -> float:
    """Where the line from the baseline to the target (at the end of its date) is at the exclusive end of a period."""
    return baseline + (target - baseline) * (on - since).days / ((by - since).days + 1)
