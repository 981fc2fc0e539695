"""Numbers one below the other: one precision for each unit, and changes no finer than makes sense."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.values import Figure, format_change, format_column, format_value, holds, parse_number, parse_unit, round12


def column(unit: str, *values: float) -> list[str | None]:
    return format_column([Figure(value, parse_unit(unit), unit) for value in values])


def test_zeros_are_kept_so_that_a_column_has_one_precision() -> None:
    assert column("EUR", 57, 75.77, 950) == ["€57.00", "€75.77", "€950.00"]
    assert column("points", 44, 2.5, 1234) == ["44.0", "2.5", "1,234.0"]
    assert column("%", 0.262, 0.0034, 1) == ["26.20%", "0.34%", "100.00%"]
    assert column("points", 44, 7) == ["44", "7"]


def test_thousands_and_millions_have_a_precision_of_their_own() -> None:
    assert column("EUR", 12000, 12437, 1240000, 5) == ["€12.0k", "€12.4k", "€1.24M", "€5"]
    assert column("EUR", 999.996, 5.25) == ["€1k", "€5.25"]


def test_a_number_that_needs_more_than_two_decimals_does_not_give_them_to_the_others() -> None:
    assert column("EUR", 0.0156, 57) == ["€0.016", "€57"]
    judged = Figure(0.29996, parse_unit("%"), "%", bounds=[(">=", 0.3)])
    assert format_column([judged, Figure(0.262, parse_unit("%"), "%")]) == ["29.996%", "26.2%"]


def test_units_and_groups_do_not_affect_each_other_and_gaps_stay() -> None:
    assert format_column([Figure(57, parse_unit("EUR"), "EUR"), None, Figure(1.25, parse_unit("USD"), "USD")]) == [
        "€57",
        None,
        "$1.25",
    ]
    assert column("minutes", 4.5333, 125) == ["4 min 32 s", "2 h 5 min"]


def test_more_decimals_are_left_out_where_they_would_contradict_the_status() -> None:
    # With two decimals 30.0396 would be 30.04, which is not below 30.04.
    judged = Figure(30.0396, parse_unit("points"), "points", bounds=[("<", 30.04)])
    other = Figure(1.25, parse_unit("points"), "points")
    assert format_column([judged, other]) == ["30.0396", "1.25"]


numbers = st.floats(-1e7, 1e7).map(lambda value: round12(round(value, 4)))


@given(st.lists(st.tuples(numbers, numbers, st.sampled_from([">=", ">", "<=", "<"])), min_size=1, max_size=6))
def test_no_number_of_a_column_contradicts_its_bounds(rows: list[tuple[float, float, str]]) -> None:
    unit = parse_unit("EUR")
    shown = format_column([Figure(value, unit, "EUR", bounds=[(op, bound)]) for value, bound, op in rows])
    for (value, bound, op), text in zip(rows, shown, strict=True):
        assert text is not None
        assert holds(parse_number(text, unit), op, bound) == holds(value, op, bound)


@pytest.mark.parametrize(
    ("unit", "change", "of", "text"),
    [
        ("%", 0.000088, 0.262, "▲ 0.009 pt"), ("%", -1e-7, 0.262, "▼ <0.001 pt"), ("%", 0.004, 0.262, "▲ 0.4 pt"),
        ("%", 0.000088, 0.0034, "▲ 0.0088 pt"), ("USD", 1234, 1.24e6, "▲ $1.2k"), ("USD", 0.4, 12400, "▲ <$1"),
        ("USD", -0.6, 12400, "▼ $1"), ("points", 0.0123, 44, "▲ 0.01"), ("points", 2.5, 44, "▲ 2.5"),
        ("minutes", 0.2, 90, "▲ 12 s"), ("points", 3, 0, "▲ 3"), (None, 0, 5, "="),
    ],
)  # fmt: skip
def test_a_change_is_at_most_two_digits_finer_than_the_value(
    unit: str | None, change: float, of: float, text: str
) -> None:
    assert format_change(change, parse_unit(unit), of) == text


def last_digit(text: str) -> Decimal:
    """What the last digit of a number counts."""
    found = re.search(r"([\d,]+)(?:\.(\d+))?([kMB]?)", text)
    assert found is not None
    scale = {"": 0, "k": 3, "M": 6, "B": 9}[found[3]]
    return Decimal(1).scaleb(scale - len(found[2] or ""))


@given(numbers, numbers, st.sampled_from(["EUR", "points", None]))
def test_no_change_is_finer_than_two_digits_below_its_value(value: float, change: float, name: str | None) -> None:
    unit = parse_unit(name)
    text = format_change(change, unit, value)
    if change != 0:
        step = last_digit(format_value(value, unit)) / 100
        shown = parse_number(text.lstrip("▲▼ <"), unit)
        # A multiple of the step, or of a coarser one.
        assert abs(shown / float(step) - round(shown / float(step))) < 1e-6
        assert any(digit in text for digit in "123456789")
