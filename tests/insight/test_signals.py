"""Signals: limits by hand, the rules for runs, seasons, breaks, and false alarms."""

from __future__ import annotations

import random

import pytest
from insight.test_forecast import SEASON, history, periods

from kpi.insight.history import TooLittle
from kpi.insight.seasonality import f_tail, has_season
from kpi.insight.signals import Signal, is_steady, moving_range_limits, run_rules, signal

STEADY = [
    12.0, 12.0, 10.0, 9.0, 9.0, 10.0, 9.0, 8.0, 10.0, 10.0, 11.0, 9.0, 10.0, 10.0, 8.0, 11.0, 10.0, 13.0, 10.0, 10.0,
]  # fmt: skip


def found(*values: float) -> Signal:
    one = signal(history(*values))
    assert isinstance(one, Signal), one
    return one


def test_limits_are_2_66_moving_ranges_around_the_mean() -> None:
    # Mean 13, moving ranges 2, 6, 2: their mean is 10 / 3.
    limits = moving_range_limits([12.0, 10.0, 16.0, 14.0])
    assert (limits.low, limits.middle, limits.high) == pytest.approx((13 - 2.66 * 10 / 3, 13.0, 13 + 2.66 * 10 / 3))


def test_the_value_judged_is_not_part_of_its_limits() -> None:
    assert found(*STEADY, 1000.0).limits == pytest.approx(moving_range_limits(STEADY))


@pytest.mark.parametrize(("value", "side", "rule"), [(30.0, 1, "outside"), (-9.0, -1, "outside"), (10.5, 0, None)])
def test_a_value_beyond_the_limits_is_news(value: float, side: int, rule: str | None) -> None:
    one = found(*STEADY, value)
    assert (one.side, one.rule, one.streak) == (side, rule, 1 if side else 0)


def test_since_when_and_how_often() -> None:
    one = found(*STEADY, 30.0, *STEADY, 40.0, 45.0)
    assert (one.streak, one.side) == (2, 1)
    assert one.earlier == periods(len(STEADY) + 3)[0]
    assert found(*STEADY, 30.0).earlier == periods(21)[-4]  # that of 13 in STEADY
    assert found(*STEADY, -30.0).earlier is None  # the one before was high


def test_twelve_values_are_needed_before_the_one_judged() -> None:
    assert signal(history(*STEADY[:12])) == TooLittle("it needs 13 values and has 12")
    assert isinstance(signal(history(*STEADY[:13])), Signal)


def test_eight_in_a_row_on_one_side_and_three_of_four_near_a_limit() -> None:
    assert run_rules([*STEADY, *[11.0] * 8]) == (1, "run")
    assert run_rules([*STEADY, *[9.0] * 8]) == (-1, "run")
    assert run_rules([*STEADY, 11.0, *[9.0] * 7]) == (0, None)
    assert run_rules([*STEADY, 12.0, 10.0, 12.0, 12.0]) == (1, "near a limit")
    assert run_rules([*STEADY, 12.0, 12.0, 12.0, 10.0]) == (0, None)


def test_runs_are_no_news_in_a_trend_or_with_autocorrelation() -> None:
    rising = [value + place for place, value in enumerate(STEADY)]
    waves = [value + 9 * (place // 5 % 2) for place, value in enumerate(STEADY)]
    assert (is_steady(STEADY), is_steady(rising), is_steady(waves)) == (True, False, False)
    assert run_rules([*rising, *[100.0] * 8]) == run_rules([*waves, *[100.0] * 8]) == (0, None)


def test_a_seasonal_value_is_judged_by_its_season() -> None:
    seeded = random.Random(7)
    values = [100 + 8 * SEASON[place % 12] + seeded.gauss(0, 1) for place in range(48)]
    usual, unusual = found(*values), found(*values[:-1], 100.0)  # usual for the year, not for its month
    assert usual.seasonal
    assert (usual.rule, unusual.rule) == (None, "outside")
    assert unusual.limits.low < 100 + 8 * SEASON[11] < unusual.limits.high < 100


@pytest.mark.parametrize(
    ("f", "above", "below", "tail"),
    # From printed tables of the F distribution.
    [(4.9646, 1, 10, 0.05), (3.3258, 5, 10, 0.05), (2.2163, 11, 24, 0.05), (5.6363, 5, 10, 0.01), (1.0, 7, 7, 0.5)],
)
def test_the_tail_of_the_f_distribution(f: float, above: int, below: int, tail: float) -> None:
    assert f_tail(f, above, below) == pytest.approx(tail, rel=2e-3)


def test_a_season_is_found_by_an_f_test() -> None:
    seeded = random.Random(3)
    noise = [seeded.gauss(0, 1) for _ in range(48)]
    assert not has_season(noise, 12)
    assert has_season([one + 2 * SEASON[place % 12] for place, one in enumerate(noise)], 12)
    assert not has_season(noise[:23], 12)


def test_stable_series_raise_few_alarms() -> None:
    """At most one false exception a week among 50 KPIs over a year of weeks: 2%."""
    seeded = random.Random(1)
    alarms = total = 0
    for _ in range(40):
        values = [seeded.gauss(100, 5) for _ in range(65)]
        for week in range(13, 65, 4):
            one = signal(history(*values[:week], every="week"))
            assert isinstance(one, Signal)
            alarms += one.rule is not None
            total += 1
    assert alarms / total <= 0.02
