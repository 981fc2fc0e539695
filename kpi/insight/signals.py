"""News or noise: whether the last value is outside the usual range of a series (Wheeler, Understanding Variation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Literal, NamedTuple

from kpi.insight.history import History, TooLittle, too_few
from kpi.insight.seasonality import has_season
from kpi.insight.theta import theta
from kpi.values import Period, round12

FEWEST = 12  # values before the one judged
MOVING_RANGE = 2.66  # three standard deviations, in mean moving ranges
FORECAST_ERROR = 3.76  # three standard deviations, in mean absolute errors of normal forecasts
FEWEST_ERRORS = 12
FEWEST_STEADY = 20  # values before the last ones that are judged together; of fewer, the mean is too uncertain
ORIGINS = 36  # one-step forecasts of a seasonal series
RUN, NEAR, OF_LAST = 8, 3, 4

Rule = Literal["outside", "run", "near a limit"]


class Limits(NamedTuple):
    """The usual range of a value, and its middle."""

    low: float
    middle: float
    high: float

    def side(self, value: float) -> int:
        """1 above the limits, -1 below them, 0 within."""
        return (value > self.high) - (value < self.low)


@dataclass(frozen=True)
class Signal:
    """What the last value of a history says.

    ``limits`` are the usual range of that value, from the values before it since the period ``since``; ``seasonal``:
    that of its season, from the forecast. ``side`` is 1 where the value is unusually high, -1 unusually low, 0 neither,
    by ``rule``. ``streak`` is how many values at the end are outside on that side, ``earlier`` the last period before
    those with such a value, None if there was none among the values that could be judged, the first of which is that
    of ``judged_since``.
    """

    limits: Limits
    since: Period
    seasonal: bool = False
    side: int = 0
    rule: Rule | None = None
    streak: int = 0
    earlier: Period | None = None
    judged_since: Period | None = None


def signal(history: History) -> Signal | TooLittle:
    """The signal of the last value of a history, or why it cannot be judged."""
    short = too_few(history, FEWEST + 1)
    if short is not None:
        return short
    values, season = history.values, history.season
    seasonal = has_season(values[:-1], season)
    ranges = _seasonal_ranges(values, season) if seasonal else {}
    if len(values) - 1 not in ranges:
        seasonal = False
        ranges = {place: moving_range_limits(values[:place]) for place in range(FEWEST, len(values))}
    last = len(values) - 1
    sides = {place: limits.side(values[place]) for place, limits in ranges.items()}
    side: int = sides[last]
    rule: Rule | None = "outside" if side else None
    if not side and not seasonal:
        side, rule = run_rules(values)
    streak = 0
    while rule == "outside" and sides.get(last - streak) == side:
        streak += 1
    before = [place for place in sides if place <= last - streak and sides[place] == side]
    return Signal(
        limits=Limits(*map(round12, ranges[last])),
        since=history.periods[0],
        seasonal=seasonal,
        side=side,
        rule=rule,
        streak=streak,
        earlier=history.periods[max(before)] if side and before else None,
        judged_since=history.periods[min(ranges)],
    )


def moving_range_limits(values: Sequence[float]) -> Limits:
    """The limits of an XmR chart: the mean, and 2.66 mean moving ranges to both sides."""
    mean = sum(values) / len(values)
    moving = sum(abs(after - before) for before, after in pairwise(values)) / (len(values) - 1)
    return Limits(mean - MOVING_RANGE * moving, mean, mean + MOVING_RANGE * moving)


def run_rules(values: Sequence[float]) -> tuple[int, Rule | None]:
    """The side and the rule by which the last values are unusual together, if they are: eight in a row on one side of
    the mean, or three of four nearer to a limit than to the mean. The limits are those of the values before, in which
    there must be neither trend nor autocorrelation: those make runs by themselves."""
    before = values[:-RUN]
    if len(before) >= FEWEST_STEADY and is_steady(before):
        middle = moving_range_limits(before).middle
        for side in (1, -1):
            if all(side * (value - middle) > 0 for value in values[-RUN:]):
                return side, "run"
    before = values[:-OF_LAST]
    if len(before) >= FEWEST_STEADY and is_steady(before):
        low, middle, high = moving_range_limits(before)
        for side, half in ((1, (middle + high) / 2), (-1, (middle + low) / 2)):
            near = [side * (value - half) > 0 for value in values[-OF_LAST:]]
            if near[-1] and sum(near) >= NEAR:
                return side, "near a limit"
    return 0, None


def is_steady(values: Sequence[float]) -> bool:
    """Whether neither a trend nor autocorrelation is found, each at about 5%."""
    count = len(values)
    mean, middle = sum(values) / count, (count - 1) / 2
    off = [value - mean for value in values]
    squares = sum(one * one for one in off)
    if squares == 0:
        return True
    across = sum((place - middle) * one for place, one in enumerate(off))
    trend = across / sqrt(squares * count * (count * count - 1) / 12)
    lagged = sum(one * after for one, after in pairwise(off)) / squares
    return abs(trend) * sqrt(count) < 2 and abs(lagged) * sqrt(count) < 2


def _seasonal_ranges(values: Sequence[float], season: int) -> dict[int, Limits]:
    """The ranges of the last values by position: the forecast one period ahead, and three standard deviations of the
    errors of such forecasts before."""
    start = max(2 * season, len(values) - ORIGINS)
    forecasts = {place: theta(values[:place], 1, season)[0] for place in range(start, len(values))}
    found, errors = {}, 0.0
    for place, value in forecasts.items():
        count = place - start
        if count >= FEWEST_ERRORS:
            width = FORECAST_ERROR * errors / count
            found[place] = Limits(value - width, value, value + width)
        errors += abs(values[place] - value)
    return found
