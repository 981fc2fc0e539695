"""Whether a series has a season: an F-test of its changes by position in the season."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, lgamma, log, log1p

LEVEL = 0.05
_TINY = 1e-300


def has_season(values: Sequence[float], season: int, level: float = LEVEL) -> bool:
    """Whether the changes of ``values`` differ by position in the season more than by chance. Needs two seasons of
    values; a shorter series has none."""
    if season < 2 or len(values) < 2 * season:
        return False
    changes = [after - before for before, after in pairwise(values)]
    groups = [changes[position::season] for position in range(season)]
    mean = sum(changes) / len(changes)
    means = [sum(group) / len(group) for group in groups]
    between = sum(len(group) * (own - mean) ** 2 for group, own in zip(groups, means, strict=True))
    within = sum((one - own) ** 2 for group, own in zip(groups, means, strict=True) for one in group)
    free = len(changes) - season
    if free < 1 or between == 0:
        return False
    if within <= 1e-18 * between:
        return True
    return f_tail(between / (season - 1) / (within / free), season - 1, free) < level


def without_season(values: Sequence[float], season: int) -> list[float]:
    """``values`` less the mean of their position in the season."""
    means = [sum(values[position::season]) / len(values[position::season]) for position in range(season)]
    return [value - means[place % season] for place, value in enumerate(values)]


def f_tail(f: float, above: int, below: int) -> float:
    """The probability that a variable with the F distribution (``above`` and ``below`` degrees of freedom) exceeds
    ``f``: the regularized incomplete beta function of below / (below + above f)."""
    return _incomplete_beta(below / 2, above / 2, below / (below + above * f))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by its continued fraction (Lentz's method)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 300):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d or _TINY)
            c = 1 + term / c or _TINY
            found *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return front * found
