"""Rounding to twelve significant digits."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.values import difference, format_plain, round12


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.1 + 0.2, 0.3), (-(0.1 + 0.2), -0.3), (1 / 3, 0.333333333333), (0, 0.0), (123456789012, 123456789012.0)],
)
def test_V7_values_have_twelve_significant_digits(value: float, rounded: float) -> None:
    assert round12(value) == rounded
    assert isinstance(round12(value), float)


def test_V7_there_is_one_zero() -> None:
    assert math.copysign(1, round12(-0.0)) == 1.0
    assert format_plain(-0.0) == "0"


def test_V7_huge_whole_numbers_are_rounded_too() -> None:
    assert round12(2**127 - 1) == 1.70141183460e38
    assert round12(10**15 + 1) == 1e15


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_V7_rounding_is_within_half_of_the_twelfth_digit(value: float) -> None:
    rounded = round12(value)
    assert round12(rounded) == rounded
    assert math.isclose(rounded, value, rel_tol=5.0000001e-12, abs_tol=5e-324)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.randoms())
def test_V7_the_order_of_rows_does_not_show(values: list[float], random: object) -> None:
    scale = max(map(abs, values))
    if abs(math.fsum(values)) > scale / 10:  # else digits cancel out, and there are not twelve of them
        assert math.isclose(round12(sum(values)), round12(sum(sorted(values))), rel_tol=1.1e-11)


def test_V7_a_difference_has_no_noise() -> None:
    assert difference(0.262, 0.258) == 0.004
    assert difference(0.3, 0.1 + 0.2) == 0.0
    assert difference(44, 41.5) == 2.5
    assert difference(0, 0) == 0


@given(st.floats(-1e15, 1e15).map(round12), st.floats(-1e15, 1e15).map(round12))
def test_V7_two_values_differ_exactly_when_they_have_a_difference(new: float, old: float) -> None:
    assert (difference(new, old) > 0) == (new > old)
    assert (difference(new, old) < 0) == (new < old)


@given(st.floats(1e-6, 1e15).map(round12), st.integers(-3, 3))
def test_V7_neighbours_differ(value: float, steps: int) -> None:
    neighbour = round12(value * (1 + steps * 1.5e-11))
    assert (difference(neighbour, value) == 0) == (neighbour == value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_plain_digits_are_all_digits(value: float) -> None:
    assert Decimal(format_plain(value)) == Decimal(repr(value))
    assert "e" not in format_plain(value).lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [(44.0, "44"), (-2.5, "-2.5"), (1e-7, "0.0000001"), (1e16, "10000000000000000"), (12345.678, "12345.678")],
)
def test_plain_digits_are_plain(value: float, text: str) -> None:
    assert format_plain(value) == text
