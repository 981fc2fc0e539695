"""The values of a KPI as a series of numbers without gaps, from which forecasts and signals are made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kpi.run.series import Point
from kpi.values import Period

GAPS = 0.1  # the share of values that may be missing
# How many periods make a season. Others have none.
SEASONS: dict[str, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "half": 2}
# How many periods before the one shown are computed for forecasts, signals and evidence.
LENGTHS: dict[str, int] = {"day": 120, "week": 120, "month": 72, "quarter": 40}


@dataclass(frozen=True)
class History:
    """Consecutive values. ``periods`` has their periods; ``filled`` is how many were missing and lie on the line
    between their neighbours; ``since_break`` is true if values before a break were left out."""

    values: tuple[float, ...]
    periods: tuple[Period, ...]
    filled: int = 0
    since_break: bool = False

    @property
    def season(self) -> int:
        """The number of periods in a season, 1 without one."""
        return SEASONS.get(self.periods[-1].every, 1) if self.periods else 1


@dataclass(frozen=True)
class TooLittle:
    """There are too few values. ``reason`` says so in one sentence, without a full stop."""

    reason: str


def history_of(points: Sequence[Point], breaks: Collection[date] = ()) -> History | TooLittle:
    """The values of consecutive periods, oldest first.

    A running period at the end and windows that begin before the data are left out, and so is everything before the
    last of ``breaks`` (first days of periods). Missing values are filled in where they are few: see :data:`GAPS`.
    """
    known = [point for point in points if point.period.whole]
    while known and (known[-1].value is None or known[0].value is None or known[0].partial):
        known = known[:-1] if known[-1].value is None else known[1:]
    begin = max((day for day in breaks if known and day <= known[-1].period.last_day), default=None)
    kept = known if begin is None else [point for point in known if point.period.start >= begin]
    while kept and kept[0].value is None:
        kept = kept[1:]
    missing = sum(point.value is None for point in kept)
    if missing > GAPS * len(kept):
        return TooLittle(f"{missing} of {len(kept)} values are missing")
    periods = tuple(point.period for point in kept)
    return History(_filled([point.value for point in kept]), periods, missing, len(kept) < len(known))


def too_few(history: History, fewest: int) -> TooLittle | None:
    """Why ``history`` is too short where ``fewest`` values are needed; None if it is not."""
    count = len(history.values)
    if count >= fewest:
        return None
    since = " since the break" if history.since_break else ""
    return TooLittle(f"it needs {fewest} values and has {count}{since}")


def _filled(values: Sequence[float | None]) -> tuple[float, ...]:
    """The values, with missing ones on the line between their neighbours. The first and the last are not missing."""
    found: list[float] = []
    for place, value in enumerate(values):
        if value is not None:
            found.append(value)
            continue
        after = next(i for i in range(place, len(values)) if values[i] is not None)
        target = values[after]
        assert target is not None
        found.append(found[-1] + (target - found[-1]) / (after - place + 1))
    return tuple(found)
