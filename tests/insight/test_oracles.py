"""The statistics behind forecasts, signals and contributions, against numpy, pandas and decimals of fifty digits."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext
from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest

from kpi.insight.contributions import Segment, logarithmic_mean, ratio_by_segments
from kpi.insight.seasonality import LEVEL, f_tail, has_season
from kpi.insight.signals import is_steady
from kpi.insight.theta import _centred_average


def series(seed: int, slope: float) -> list[float]:
    random_ = random.Random(seed)
    return [random_.gauss(10, 3) + slope * place for place in range(24)]


SERIES = [series(seed, slope) for seed in range(12) for slope in (0, 0.2)]


@pytest.mark.parametrize("other", [1 + 9e-7, 1 - 9e-7, 1 + 1e-9, 1.5, 7.0, 0.01, 1e9])
def test_the_logarithmic_mean_is_exact_also_where_the_numbers_are_nearly_equal(other: float) -> None:
    for one in (1.0, 3e-5, 4e7):
        with localcontext() as context:
            context.prec = 50
            a, b = Decimal(one), Decimal(one * other)
            exact = float((b - a) / (b / a).ln())
        assert logarithmic_mean(one, one * other) == pytest.approx(exact, rel=2e-14)


def parts(*pairs: tuple[tuple[float, float], tuple[float, float]]) -> list[Segment]:
    return [Segment(str(number), before, after) for number, (before, after) in enumerate(pairs)]


def test_the_rate_of_a_segment_is_weighted_by_its_share() -> None:
    """Positive ratios: by the logarithmic mean. Others: by the mean of the shares."""
    positive, negative = ratio_by_segments(parts(((4, 10), (9, 15)), ((-3, 30), (6, 5))))
    weighted = logarithmic_mean(4 / 40, 9 / 20) * log((9 / 15) / (4 / 10))
    assert positive.rate == pytest.approx(weighted, rel=1e-12)
    assert negative.rate == pytest.approx((30 / 40 + 5 / 20) / 2 * (6 / 5 + 3 / 30), rel=1e-12)
    whole = (9 + 6) / 20 - (4 - 3) / 40
    assert positive.amount + negative.amount == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("values", SERIES)
def test_a_series_is_steady_by_its_correlation_with_time_and_with_itself(values: list[float]) -> None:
    trend = np.corrcoef(np.arange(len(values)), values)[0, 1]
    off = np.array(values) - np.mean(values)
    lagged = float((off[1:] * off[:-1]).sum() / (off**2).sum())
    assert is_steady(values) == (max(abs(trend), abs(lagged)) * sqrt(len(values)) < 2)


@pytest.mark.parametrize("season", [2, 4, 7])
def test_a_season_is_found_by_an_analysis_of_variance_of_the_changes(season: int) -> None:
    found = set()
    for values in SERIES:
        seasonal = [value + 6 * (place % season) / season for place, value in enumerate(values)]
        changes = pd.Series(np.diff(seasonal))
        groups = changes.groupby(changes.index % season)
        between = (groups.size() * (groups.mean() - changes.mean()) ** 2).sum() / (season - 1)
        within = ((changes - groups.transform("mean")) ** 2).sum() / (len(changes) - season)
        expected = f_tail(between / within, season - 1, len(changes) - season) < LEVEL
        assert has_season(seasonal, season) == expected
        found.add(expected)
    assert found == {True, False}


@pytest.mark.parametrize("season", [3, 4, 7, 12])
def test_the_centred_average_is_that_of_pandas(season: int) -> None:
    values = [exp(i / 9) + i % season for i in range(30)]
    means = pd.Series(values).rolling(season).mean()
    if season % 2 == 0:
        means = means.rolling(2).mean()
    found, first = _centred_average(values, season)
    assert found == pytest.approx(means.dropna().tolist(), rel=1e-12)
    assert first == season // 2
