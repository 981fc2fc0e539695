"""The forecast of a KPI: its values to come, their intervals, and the chance that they meet a condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpi.insight.history import History, TooLittle, too_few
from kpi.insight.theta import COVERAGE, FEWEST, Errors, rolling_errors, theta
from kpi.values import round12

ORIGINS_AHEAD = 6  # horizons of the errors; longer ones are grown from these


@dataclass(frozen=True)
class Bounds:
    """What values cannot be below and above, None where there is no such bound."""

    floor: float | None = None
    ceiling: float | None = None

    def cut(self, value: float) -> float:
        """The nearest value that is possible."""
        if self.floor is not None and value < self.floor:
            return self.floor
        return self.ceiling if self.ceiling is not None and value > self.ceiling else value


@dataclass(frozen=True)
class Expected:
    """One value to come with its interval, which holds it in :data:`kpi.insight.theta.COVERAGE` of cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """The values after a history, the next one first. ``errors`` are those of earlier forecasts."""

    steps: tuple[Expected, ...]
    errors: Errors
    bounds: Bounds

    def chance(self, horizon: int, meets: Callable[[float], bool]) -> float:
        """The chance (0…1, both excluded) that the value ``horizon`` periods ahead meets a condition: the share of
        the earlier errors with which it would. An error is as likely up as down, as for the interval."""
        centre, growth = self.steps[horizon - 1].value, self.errors.growth(horizon)
        hits = sum(
            meets(self.bounds.cut(centre + sign * size * growth)) for size in self.errors.sizes for sign in (1, -1)
        )
        return (hits + 1) / (2 * len(self.errors.sizes) + 2)


def forecast(history: History, horizon: int, bounds: Bounds = Bounds()) -> Forecast | TooLittle:
    """The forecast of the next ``horizon`` periods, or why there is none."""
    short = too_few(history, FEWEST)
    if short is not None:
        return short
    count = len(history.values)
    if horizon > count:
        return TooLittle(f"{horizon} periods ahead is too far for {count} values")
    errors = rolling_errors(history.values, min(horizon, ORIGINS_AHEAD), history.season)
    found = theta(history.values, horizon, history.season)
    steps = []
    for step, value in enumerate(found, start=1):
        width = errors.width(step, COVERAGE)
        steps.append(Expected(*(round12(bounds.cut(one)) for one in (value, value - width, value + width))))
    return Forecast(tuple(steps), errors, bounds)
