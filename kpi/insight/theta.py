"""The theta method with shrunk seasonal indices, and an interval from the errors of rolling origins.

The theta method (Assimakopoulos and Nikolopoulos 2000) is simple exponential smoothing with half the drift of the
trend line (Hyndman and Billah 2003). Seasonal indices come from a centred moving average and are shrunk towards none
after James and Stein (Miller and Williams 2003). docs/judging.md compares the result with other methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

ALPHAS = tuple(0.04 * step - 0.02 for step in range(1, 26))  # smoothing parameters tried
ORIGINS = 24  # the latest origins whose errors are used
FEWEST = 8  # values
GROWTH = 0.35  # errors grow with the horizon to this power
COVERAGE = 0.8


@dataclass(frozen=True)
class Errors:
    """The absolute errors of forecasts from rolling origins, in ascending order, divided by ``h ** GROWTH`` for a
    horizon of ``h`` periods."""

    sizes: tuple[float, ...]

    def width(self, horizon: int, coverage: float = COVERAGE) -> float:
        """Half the width of the interval ``horizon`` periods ahead: the error at the conformal rank."""
        last = len(self.sizes) - 1
        rank = min(1.0, coverage * (1 + 1 / len(self.sizes))) * last
        lower = floor(rank)
        upper = min(lower + 1, last)
        size = self.sizes[lower] + (self.sizes[upper] - self.sizes[lower]) * (rank - lower)
        return size * self.growth(horizon)

    @staticmethod
    def growth(horizon: int) -> float:
        """How much larger errors are ``horizon`` periods ahead than one period ahead."""
        return float(horizon**GROWTH)


def theta(values: Sequence[float], horizon: int, season: int = 1) -> list[float]:
    """The forecasts of the ``horizon`` periods after ``values``. ``season`` is the number of periods in a season;
    a season is only estimated from two of them or more. Needs at least two values."""
    indices = seasonal_indices(values, season) if season > 1 and len(values) >= 2 * season else None
    if indices is None:
        return _smoothed(values, horizon)
    factors, multiplicative = indices
    count = len(values)
    if multiplicative:
        plain = _smoothed([value / factors[i % season] for i, value in enumerate(values)], horizon)
        return [value * factors[(count + i) % season] for i, value in enumerate(plain)]
    plain = _smoothed([value - factors[i % season] for i, value in enumerate(values)], horizon)
    return [value + factors[(count + i) % season] for i, value in enumerate(plain)]


def rolling_errors(values: Sequence[float], horizon: int, season: int = 1) -> Errors:
    """The errors of the forecasts that would have been made before. Needs at least :data:`FEWEST` values."""
    count = len(values)
    enough = 2 * season if count >= 2 * season + 6 else season + 1
    start = max(min(count - 6, max(enough, count - ORIGINS)), 4)
    sizes: list[float] = []
    for origin in range(start, count):
        found = theta(values[:origin], min(horizon, count - origin), season)
        sizes += [abs(values[origin + i] - value) / Errors.growth(i + 1) for i, value in enumerate(found)]
    return Errors(tuple(sorted(sizes)))


def seasonal_indices(values: Sequence[float], season: int) -> tuple[list[float], bool] | None:
    """The shrunk seasonal indices by position in the season, and whether they are factors (where all values are
    positive) rather than terms. None where a factor would not be positive. Needs two seasons."""
    multiplicative = min(values) > 0
    trend, offset = _centred_average(values, season)
    ratios = [
        values[offset + i] / level if multiplicative else values[offset + i] - level for i, level in enumerate(trend)
    ]
    none = 1.0 if multiplicative else 0.0
    by_position: list[list[float]] = [[] for _ in range(season)]
    for i, ratio in enumerate(ratios):
        by_position[(offset + i) % season].append(ratio)
    raw = [sum(group) / len(group) if group else none for group in by_position]
    mean = sum(raw) / season
    raw = [value / mean if multiplicative else value - mean for value in raw]
    noise = sum((ratio - raw[(offset + i) % season]) ** 2 for i, ratio in enumerate(ratios))
    noise /= max(1, len(ratios) - season) * len(ratios) / season
    spread = sum((value - none) ** 2 for value in raw) / (season - 1)
    kept = max(0.0, 1 - noise * (season - 3) / (season - 1) / spread) if spread > 0 else 0.0
    factors = [none + kept * (value - none) for value in raw]
    return None if multiplicative and min(factors) <= 0 else (factors, multiplicative)


def _centred_average(values: Sequence[float], season: int) -> tuple[list[float], int]:
    """The moving average over one season, and the position of its first value."""
    count = len(values)
    if season % 2:
        return [sum(values[i : i + season]) / season for i in range(count - season + 1)], (season - 1) // 2
    middle = [
        (values[i] / 2 + sum(values[i + 1 : i + season]) + values[i + season] / 2) / season
        for i in range(count - season)
    ]
    return middle, season // 2


def _smoothed(values: Sequence[float], horizon: int) -> list[float]:
    """Simple exponential smoothing with half the slope of the trend line as drift."""
    alpha, level = _best_level(values)
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / count
    slope = sum((i - middle) * (value - mean) for i, value in enumerate(values))
    slope /= sum((i - middle) ** 2 for i in range(count))
    lag = (1 - (1 - alpha) ** count) / alpha
    return [level + slope / 2 * (i + lag) for i in range(horizon)]


def _best_level(values: Sequence[float]) -> tuple[float, float]:
    """The smoothing parameter with the least squared one-step errors, and the level that it ends at."""
    best: tuple[float, float, float] | None = None
    for alpha in ALPHAS:
        level, squares = values[0], 0.0
        for value in values[1:]:
            error = value - level
            squares += error * error
            level += alpha * error
        if best is None or squares < best[0]:
            best = squares, alpha, level
    assert best is not None
    return best[1], best[2]
