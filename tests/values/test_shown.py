"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kpi.values import (
    display_against,
    display_apart,
    format_change,
    format_exact,
    format_value,
    holds,
    parse_number,
    parse_unit,
    round12,
)

UNITS = [None, "%", "USD", "CHF", "minutes", "ms", "hours", "days", "weeks", "points"]
OPS = [">=", ">", "<=", "<", "=="]
names = st.sampled_from(UNITS)
values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-2, 2),
    st.floats(-1e6, 1e6),
    st.integers(-10000, 10000).map(lambda n: n / 1000),
).map(round12)
near = st.sampled_from([0, 1e-11, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1]).flatmap(lambda r: st.sampled_from([r, -r]))


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("%", 0.262, "26.2%"), ("%", 0.3, "30.0%"), ("%", 0, "0.0%"), ("%", 1, "100.0%"), ("%", 12.345, "1,234.5%"),
        ("%", 0.0008, "0.08%"), ("%", 0.00034, "0.034%"), ("%", 0.005, "0.5%"), ("%", 0.00996, "1.0%"),
        ("%", -0.0123, "-1.2%"), ("%", 0.2625, "26.3%"),
        ("USD", 0, "$0"), ("USD", 950, "$950"), ("USD", 950.4, "$950"), ("USD", 999.6, "$1k"), ("USD", 1234, "$1.23k"),
        ("USD", -1200, "-$1.2k"), ("USD", 12400, "$12.4k"), ("USD", 1.24e6, "$1.24M"), ("USD", 999999, "$1M"),
        ("USD", 1.23e12, "$1,230B"), ("EUR", 9.5, "€9.50"), ("EUR", 9, "€9"), ("EUR", 0.05, "€0.05"),
        ("EUR", 0.0156, "€0.016"), ("EUR", 99.999, "€100"), ("CHF", 12400, "CHF 12.4k"), ("CHF", -9.5, "-CHF 9.50"),
        ("minutes", 0, "0 s"), ("minutes", 4.5333, "4 min 32 s"), ("minutes", 4, "4 min"),
        ("minutes", 125, "2 h 5 min"),
        ("hours", 26, "26 h"), ("hours", 76.2, "76 h 12 min"), ("hours", 120.4, "120 h"), ("hours", 0.5, "30 min"),
        ("days", 34.875, "34.9 d"), ("days", 5, "5 d"), ("days", 0.5, "12 h"), ("days", 120.4, "120 d"),
        ("days", 12345, "12,345 d"), ("s", 0.25, "250 ms"),
        ("s", 12.34, "12.3 s"), ("s", 1.256, "1.26 s"), ("s", 0.0005, "0.5 ms"), ("s", 59.96, "1 min"),
        ("s", 3599.7, "1 h"), ("s", 86399, "1 d"), ("s", 0.9996, "1 s"), ("s", -272, "-4 min 32 s"),
        ("points", 44, "44"), ("points", 2.5, "2.5"), ("points", 1234, "1,234"), ("points", 1234.567, "1,234.57"),
        ("points", 12345, "12.3k"), ("points", 12000, "12k"), ("points", 9999.996, "10k"), ("points", 999999, "1M"),
        ("points", 3.14159, "3.14"), ("points", 0.0346, "0.035"), ("points", 0.00123, "0.0012"), (None, -0.05, "-0.05"),
        (None, 1e-10, "1e-10"), (None, 1e20, "100,000,000,000B"), (None, 1e30, "1e+21B"),
    ],
)  # fmt: skip
def test_values_as_people_read_them(unit: str | None, value: float, text: str) -> None:
    assert format_value(value, parse_unit(unit)) == text


@pytest.mark.parametrize(
    ("unit", "one", "other", "texts"),
    [
        ("%", 0.03012, 0.03003, ("3.01%", "3.0%")), ("%", 0.2, 0.3, ("20.0%", "30.0%")),
        ("%", 0.3, 0.3, ("30.0%", "30.0%")),
        ("USD", 12444, 12446, ("$12.44k", "$12.45k")), ("days", 34.91, 34.94, ("34.91 d", "34.94 d")),
    ],
)  # fmt: skip
def test_two_values_that_differ_look_different(unit: str, one: float, other: float, texts: tuple[str, str]) -> None:
    assert display_apart(one, other, parse_unit(unit)) == texts


@pytest.mark.parametrize(
    ("unit", "value", "digits", "text"),
    [
        ("%", 0.26234, 2, "26.23%"), ("%", 0.3, 0, "30%"), ("USD", 12400, 2, "$12.40k"), ("USD", 9.999, 0, "$10"),
        (None, 999960, 1, "1.0M"), (None, 2.5, 3, "2.500"), (None, 1234.5, 0, "1,235"),
        ("minutes", 125.5, 0, "2 h 5 min 30 s"), ("minutes", 125.51, 1, "2 h 5 min 30.6 s"),
        ("s", 0.2504, 1, "250.4 ms"), ("s", 0.25, 1, "250 ms"),
    ],
)  # fmt: skip
def test_digits_can_be_asked_for(unit: str | None, value: float, digits: int, text: str) -> None:
    assert format_value(value, parse_unit(unit), digits=digits) == text


@pytest.mark.parametrize(
    ("unit", "change", "text"),
    [
        ("%", 0.004, "▲ 0.4 pt"), ("%", -0.05, "▼ 5.0 pt"), ("%", 0.0004, "▲ 0.04 pt"), ("%", -0.000034, "▼ 0.0034 pt"),
        ("%", 0, "="), ("points", 2.5, "▲ 2.5"), ("USD", -1200, "▼ $1.2k"), ("minutes", 0.2, "▲ 12 s"),
        (None, 0.00001, "▲ 0.00001"), (None, 0, "="),
    ],
)  # fmt: skip
def test_changes_as_people_read_them(unit: str | None, change: float, text: str) -> None:
    assert format_change(change, parse_unit(unit)) == text


@given(values, names)
@example(5e-324, "%")
@example(5e-324, "ms")
def test_only_zero_is_shown_as_zero(value: float, name: str | None) -> None:
    unit = parse_unit(name)
    assume(value == 0 or abs(value) > 1e-300)  # what is less cannot be told from zero in a smaller unit
    assert (parse_number(format_value(value, unit), unit) == 0) == (value == 0)
    change = format_change(value, unit)
    assert (change == "=") == (value == 0)
    assert any(digit in change for digit in "123456789") == (value != 0)
    assert change.startswith("▲") == (value > 0)


@given(values, names)
def test_what_is_shown_is_near(value: float, name: str | None) -> None:
    unit = parse_unit(name)
    assume(1e-300 < abs(value) < 1e300)
    shown = parse_number(format_value(value, unit), unit)
    # Half of the last of three digits (two, where there are fewer); of durations half of the smaller of the two parts.
    assert math.isclose(shown, value, rel_tol=0.051)


@given(values, names)
def test_a_greater_value_is_never_shown_as_a_smaller_one(value: float, name: str | None) -> None:
    unit = parse_unit(name)
    assume(abs(value) < 1e300)
    more = round12(value + abs(value) * 0.003 + 1e-9)
    first, second = (parse_number(format_value(one, unit), unit) for one in (value, more))
    assert first <= second or math.isclose(first, second, rel_tol=1e-11)


@pytest.mark.parametrize(
    ("unit", "value", "op", "bound", "text"),
    [
        ("%", 0.29996, ">=", 0.3, "29.996%"),
        ("%", 0.30004, ">", 0.3, "30.004%"),
        ("%", 0.3, ">=", 0.3, "30.0%"),
        ("%", 0.3, ">", 0.3, "30.0%"),
        ("%", 0.2596, ">=", 0.3, "26.0%"),
        ("%", 0.04999999, "<", 0.05, "4.999999%"),
        ("USD", 12449, ">=", 12445, "$12.45k"),
        ("USD", 999960, "<", 1e6, "$999.96k"),
        ("USD", 950.4, ">", 950, "$950.40"),
        ("USD", 1199999, ">=", 1.2e6, "$1.199999M"),
        ("points", 49.999, ">=", 50, "49.999"),
        ("minutes", 4.995, "<", 5, "4 min 59.7 s"),
        ("minutes", 125.4, "<=", 125, "2 h 5 min 24 s"),
        ("days", 119.9, "<", 120, "119.9 d"),
        ("points", 19.999, "between", (20, 30), "19.999"),
        ("points", 30.001, "between", (20, 30), "30.001"),
        ("points", 29.999, "between", (20, 30), "30"),
        ("points", 3.14159, "==", 3.14, "3.142"),
        ("%", 1 / 3, "==", 1 / 3, "33.33333333333333%"),
    ],
)
def test_S9_digits_are_added_until_the_verdict_shows(
    unit: str | None, value: float, op: str, bound: float | tuple[float, float], text: str
) -> None:
    assert display_against(value, parse_unit(unit), [(op, bound)]) == text


def test_S9_without_bounds_nothing_is_added() -> None:
    assert display_against(0.29996, parse_unit("%"), []) == "30.0%"


@given(names, values, near, st.lists(st.tuples(st.sampled_from(OPS), near), max_size=3), st.booleans())
@example("%", 0.3, -0.0001, [(">=", 0)], False)
def test_S9_what_is_shown_never_contradicts_the_verdict(
    name: str | None, bound: float, away: float, others: list[tuple[str, float]], between: bool
) -> None:
    unit = parse_unit(name)
    value = round12(bound * (1 + away))
    assume(math.isfinite(value))
    bounds: list[tuple[str, float | tuple[float, float]]] = [(op, round12(bound * (1 + by))) for op, by in others]
    if between:
        bounds.append(("between", (min(bound, value) * 0.9, bound)))
    shown = parse_number(display_against(value, unit, bounds), unit)
    for op, limit in bounds:
        assert holds(shown, op, limit) == holds(value, op, limit)


@given(names, st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e-14, 1e-14), st.sampled_from(OPS))
def test_S9_holds_for_numbers_that_were_never_rounded(name: str | None, value: float, away: float, op: str) -> None:
    unit, bound = parse_unit(name), value * (1 + away)
    assume(math.isfinite(bound))
    shown = parse_number(display_against(value, unit, [(op, bound)]), unit)
    assert holds(shown, op, bound) == holds(value, op, bound)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("%", 0.3, "30%"), ("%", 0.2995, "29.95%"), ("%", 0, "0%"), ("%", -0.05, "-5%"), ("%", 0.07, "7%"),
        ("USD", 12345, "$12,345"), ("USD", 12400, "$12.4k"), ("CHF", 9.5, "CHF 9.50"),
        ("USD", 1234567.5, "$1,234,567.5"),
        ("points", 50, "50"), ("minutes", 4.5, "4 min 30 s"), ("hours", 1.1, "1 h 6 min"), (None, 0.123456, "0.123456"),
    ],
)  # fmt: skip
def test_what_people_chose_is_shown_with_just_its_digits(unit: str | None, value: float, text: str) -> None:
    assert format_exact(value, parse_unit(unit)) == text


def test_an_unknown_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a comparison"):
        holds(1, "!=", 2)
    with pytest.raises(ValueError, match="one number"):
        holds(1, ">=", (2, 3))
    assert [holds(2, op, 2) for op in OPS] == [True, False, True, False, True]
    assert [holds(value, "between", (2, 3)) for value in (1, 2, 3, 4)] == [False, True, True, False]
