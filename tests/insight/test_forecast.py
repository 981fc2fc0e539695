"""The forecast: its properties, its limits, and when it is refused."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from helpers.builders import PLAIN
from hypothesis import given
from hypothesis import strategies as st

from kpi.insight.forecast import Bounds, Forecast, forecast
from kpi.insight.history import History, TooLittle, history_of
from kpi.insight.theta import rolling_errors, theta
from kpi.run.series import Point
from kpi.values import Period, period_of, shift

SEASON = [0.0, 3.0, -2.0, 5.0, 1.0, -4.0, 2.0, 0.0, -1.0, -3.0, 4.0, -5.0]


def periods(count: int, every: Any = "month") -> tuple[Period, ...]:
    last = period_of(date(2026, 6, 30), every, PLAIN)
    return tuple(shift(last, place - count + 1, PLAIN) for place in range(count))


def history(*values: float, every: Any = "month") -> History:
    return History(values, periods(len(values), every))


def found(one: Forecast | TooLittle) -> Forecast:
    assert isinstance(one, Forecast), one
    return one


def test_a_constant_series_stays_as_it_is() -> None:
    steps = found(forecast(history(*[7.0] * 30), 3)).steps
    assert [(step.low, step.value, step.high) for step in steps] == [(7.0, 7.0, 7.0)] * 3


def test_half_the_slope_is_kept_as_drift() -> None:
    # Without noise the level follows the line closely, and each further step adds half its slope.
    steps = theta([2.0 * place for place in range(40)], 3)
    assert steps[1] - steps[0] == pytest.approx(1.0)
    assert steps[2] - steps[1] == pytest.approx(1.0)
    assert steps[0] == pytest.approx(79.0, abs=1.5)


@pytest.mark.parametrize("level", [100.0, 0.0])
def test_a_season_is_found_whether_or_not_values_are_positive(level: float) -> None:
    values = [level + SEASON[place % 12] for place in range(48)]
    assert theta(values, 12, 12) == pytest.approx([level + one for one in SEASON], abs=0.6)


def test_no_season_from_less_than_two_of_them() -> None:
    values = [100 + SEASON[place % 12] for place in range(23)]
    steps = theta(values, 3, 12)
    assert steps[1] - steps[0] == pytest.approx(steps[2] - steps[1])


@given(st.lists(st.integers(-1000, 1000), min_size=10, max_size=40), st.sampled_from([0.001, 3.0, 1e6]))
def test_in_another_unit_the_forecast_is_the_same(values: list[int], scale: float) -> None:
    plain, scaled = theta(values, 4, 4), theta([value * scale for value in values], 4, 4)
    assert scaled == pytest.approx([value * scale for value in plain], rel=1e-6, abs=1e-6 * scale)


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40))
def test_the_interval_holds_the_value_and_widens(values: list[float]) -> None:
    steps = found(forecast(history(*values), 4)).steps
    widths = [step.high - step.low for step in steps]
    assert all(step.low <= step.value <= step.high for step in steps)
    assert all(after >= before - 1e-6 for before, after in pairwise(widths))


def test_the_interval_is_at_the_conformal_rank_of_the_errors() -> None:
    errors = rolling_errors([1.0, 4.0, 2.0, 8.0, 5.0, 7.0, 1.0, 9.0, 3.0, 6.0], 1)
    sizes, count = errors.sizes, len(errors.sizes)
    rank = 0.8 * (1 + 1 / count) * (count - 1)
    expected = sizes[int(rank)] + (sizes[int(rank) + 1] - sizes[int(rank)]) * (rank - int(rank))
    assert errors.width(1) == pytest.approx(expected)
    assert errors.width(8) == pytest.approx(expected * 8**0.35)


@given(st.lists(st.floats(0, 1), min_size=8, max_size=30))
def test_what_is_between_0_and_100_percent_stays_there(values: list[float]) -> None:
    for step in found(forecast(history(*values), 6, Bounds(0.0, 1.0))).steps:
        assert 0 <= step.low <= step.value <= step.high <= 1


def test_the_chance_is_the_share_of_errors_that_would_meet_the_condition() -> None:
    one = found(forecast(history(*[5.0, 6.0] * 10), 2))
    centre, sizes = one.steps[1].value, one.errors.sizes
    limit = centre + sizes[len(sizes) // 2] * 2**0.35
    above = sum(size * 2**0.35 + centre >= limit for size in sizes)
    assert one.chance(2, lambda value: value >= limit) == (above + 1) / (2 * len(sizes) + 2)
    assert 0 < one.chance(2, lambda value: value > 1e9) < one.chance(2, lambda value: value < 1e9) < 1
    assert one.chance(2, lambda value: value >= centre - 1e-9) >= 0.5


@pytest.mark.parametrize(
    ("values", "horizon", "reason"),
    [
        ([1.0], 1, "it needs 8 values and has 1"),
        ([1.0] * 7, 1, "it needs 8 values and has 7"),
        ([1.0] * 9, 10, "10 periods ahead is too far for 9 values"),
    ],
)
def test_it_is_refused_with_the_reason(values: list[float], horizon: int, reason: str) -> None:
    assert forecast(history(*values), horizon) == TooLittle(reason)


def points(*values: float | None, **fields: Any) -> list[Point]:
    return [Point(period, value) for period, value in zip(periods(len(values), **fields), values, strict=True)]


def test_a_few_missing_values_are_filled_in() -> None:
    one = history_of(points(*[1.0] * 18, 1.0, None, None, 4.0))
    assert isinstance(one, History)
    assert one.values[-4:] == pytest.approx((1.0, 2.0, 3.0, 4.0))
    assert one.filled == 2


def test_many_missing_values_are_too_many() -> None:
    assert history_of(points(1.0, None, 3.0, None, 5.0)) == TooLittle("2 of 5 values are missing")


def test_leading_and_trailing_gaps_running_periods_and_partial_windows_are_left_out() -> None:
    some = points(None, 1.0, 2.0, 3.0, None)
    some[1] = Point(some[1].period, 1.0, partial=True)
    one = history_of(some)
    assert isinstance(one, History)
    assert (one.values, [period.label for period in one.periods]) == ((2.0, 3.0), ["2026-04", "2026-05"])
    running = Point(Period("month", date(2026, 7, 1), date(2026, 7, 9), "2026-07", whole=False), 9.0)
    one = history_of([*points(1.0, 2.0), running])
    assert isinstance(one, History)
    assert one.values == (1.0, 2.0)


def test_a_series_starts_anew_at_a_break() -> None:
    one = history_of(points(*map(float, range(12))), [date(2026, 3, 1), date(2025, 9, 1), date(2027, 1, 1)])
    assert isinstance(one, History)
    assert (one.values, one.since_break) == ((8.0, 9.0, 10.0, 11.0), True)
    assert forecast(one, 1) == TooLittle("it needs 8 values and has 4 since the break")
