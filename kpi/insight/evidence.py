"""Whether one series leads another: a test that holds its level for series that have nothing to do with each other.

Both series are differenced, freed of a season where an F-test finds one, and whitened by an autoregression of their
own, because trends, seasons and autocorrelation alone make correlations. The largest cross-correlation over the lags is
then compared with critical values that were simulated (``critical_values.py``), larger where autocorrelation is left.
docs/judging.md has the error rates and the power, and compares them with other tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atanh, log, sqrt, tanh
from typing import Literal

from kpi.insight.critical_values import CRITICAL
from kpi.insight.seasonality import has_season, without_season

FEWEST = 24  # values of both
LAGS = range(1, 7)  # where none is declared
ORDERS = range(4)  # of the autoregressions tried
Z = 1.96  # of a 95% interval
SEASON_LEVEL = 0.01  # taking out a season that is none costs power

Verdict = Literal["supported", "not supported", "contradicted", "too little data"]


@dataclass(frozen=True)
class Evidence:
    """What the data say of a claim. ``lag`` is that of the largest correlation in periods, ``size`` that correlation of
    what is new in both series, signed by the claim, ``interval`` its interval of 95%. ``n`` is the number of periods
    with both values. There are no numbers where there is too little data."""

    verdict: Verdict
    n: int
    lag: int | None = None
    size: float | None = None
    interval: tuple[float, float] | None = None


def evidence(
    leading: Sequence[float], led: Sequence[float], *, season: int = 1, sign: int = 1, lags: Sequence[int] = LAGS
) -> Evidence:
    """Whether ``leading`` moves before ``led`` does, ``lags`` periods earlier; both have values of the same periods.

    ``sign`` is 1 where more is said to lead to more, -1 where more leads to less. ``season`` is the number of periods
    in a season.
    """
    n = len(leading)
    if n < FEWEST or n - 4 - max(lags) < FEWEST / 2:
        return Evidence("too little data", n)
    seasonal = [has_season(values, season, SEASON_LEVEL) for values in (leading, led)]
    first, second = (
        new_in(values, season if found else 1) for values, found in zip((leading, led), seasonal, strict=True)
    )  # fmt: skip
    if first is None or second is None:
        return Evidence("too little data", n)
    length = min(len(first), len(second))
    first, second = first[-length:], second[-length:]
    found = [(lag, sign * correlation(first[: len(first) - lag], second[lag:])) for lag in lags]
    lag, size = max(found, key=lambda one: abs(one[1]))
    # Each mean of a season that was taken out costs a value.
    critical = critical_value(n - (season - 1) * any(seasonal), len(found)) * inflation(first, second)
    verdict: Verdict = "not supported"
    if abs(size) > critical:
        verdict = "supported" if size > 0 else "contradicted"
    else:
        lag, size = max(found, key=lambda one: one[1])
    return Evidence(verdict, n, lag, size, _interval(size, len(first) - lag))


def new_in(values: Sequence[float], season: int = 1) -> list[float] | None:
    """What is new in each period: the changes less those of the season, whitened. None without variation."""
    changes = [after - before for before, after in pairwise(values)]
    return whitened(without_season(changes, season) if season > 1 else changes)


def whitened(values: Sequence[float]) -> list[float] | None:
    """The residuals of the autoregression of order 0 to 3 with the least AICc; None for values that are all the
    same."""
    count = len(values)
    mean = sum(values) / count
    off = [value - mean for value in values]
    variance = sum(one * one for one in off) / count
    if variance <= 1e-24 * max(1.0, mean * mean):
        return None
    covariances = [sum(off[i] * off[i + lag] for i in range(count - lag)) / count for lag in ORDERS]
    weights: list[float] = []
    best: tuple[float, list[float]] | None = None
    for order in ORDERS:
        if order:  # Levinson and Durbin
            missing = covariances[order] - sum(w * covariances[order - 1 - i] for i, w in enumerate(weights))
            last = missing / variance
            weights = [w - last * weights[order - 2 - i] for i, w in enumerate(weights)] + [last]
            variance *= 1 - last * last
        if variance <= 0:
            break
        terms = order + 2
        score = count * log(variance) + 2 * terms * count / (count - terms - 1)
        if best is None or score < best[0]:
            best = score, weights
    assert best is not None
    weights = best[1]
    order = len(weights)
    return [off[i] - sum(w * off[i - 1 - k] for k, w in enumerate(weights)) for i in range(order, count)]


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """The correlation of two series of one length, 0 where one of them does not vary."""
    count = len(first)
    one, other = sum(first) / count, sum(second) / count
    across = sum((a - one) * (b - other) for a, b in zip(first, second, strict=True))
    size = sqrt(sum((a - one) ** 2 for a in first) * sum((b - other) ** 2 for b in second))
    return across / size if size > 0 else 0.0


def inflation(first: Sequence[float], second: Sequence[float]) -> float:
    """By how much larger chance correlations are because both series still have autocorrelation, at least 1: the root
    of the sum of the products of their autocorrelations (Bartlett 1935). Sums over overlapping windows have some."""
    products = sum(_autocorrelation(first, lag) * _autocorrelation(second, lag) for lag in LAGS)
    return sqrt(max(1.0, 1 + 2 * products))


def _autocorrelation(values: Sequence[float], lag: int) -> float:
    mean = sum(values) / len(values)
    off = [value - mean for value in values]
    squares = sum(one * one for one in off)
    return sum(one * later for one, later in zip(off, off[lag:], strict=False)) / squares if squares > 0 else 0.0


def critical_value(n: int, lags: int) -> float:
    """The correlation that the largest of ``lags`` exceeds by chance, in 4% of pairs of ``n`` unrelated values."""
    table = CRITICAL[1 if lags == 1 else len(LAGS)]
    sizes = sorted(table)
    if n >= sizes[-1]:
        return table[sizes[-1]] * sqrt(sizes[-1] / n)
    above = next(size for size in sizes if size >= n)
    below = max((size for size in sizes if size <= n), default=above)
    if above == below:
        return table[above]
    return table[below] + (table[above] - table[below]) * (n - below) / (above - below)


def _interval(size: float, count: int) -> tuple[float, float]:
    """Fisher's interval of a correlation of ``count`` pairs."""
    centre, width = atanh(max(min(size, 1 - 1e-12), 1e-12 - 1)), Z / sqrt(max(count - 3, 1))
    return tanh(centre - width), tanh(centre + width)
