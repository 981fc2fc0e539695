"""Records to text and back, to the last bit."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import pytest
from helpers.builders import series_of
from hypothesis import given
from hypothesis import strategies as st

from kpi.run import Point, Results, Series, SourceUse
from kpi.run.cache import from_text, to_text

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def results_of(*series: Series, **fields: object) -> Results:
    uses = {"orders": SourceUse("orders", ("a.csv",), 3, 1, ("line 2: …",), date(2026, 1, 1), None)}
    made = Results(date(2026, 6, 30), {one.kpi: one for one in series}, uses, sql=(("orders", "SELECT 'ü'"),))
    return replace(made, **fields)  # type: ignore[arg-type]


@given(st.lists(st.none() | FLOATS, min_size=1, max_size=5), st.none() | FLOATS, st.booleans(), st.text())
def test_results_come_back_exactly(values: list[float | None], reference: float | None, flag: bool, text: str) -> None:
    series = series_of(*values, references={"budget": reference}, fresh=flag, problem=text, newest=date(2024, 2, 29))
    results = results_of(series)
    again = from_text(Results, to_text(results))
    assert again == results
    assert repr(again) == repr(results)  # -0.0 equals 0.0


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-320, sys.float_info.max, -0.0, 12345678901234567.0, 5])
def test_a_number_comes_back_to_the_last_bit(value: float) -> None:
    again = from_text(Results, to_text(results_of(series_of(value)))).series["sales"].shown.value
    assert repr(again) == repr(value)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "[1,2,3]", '["2026-06-30"]', '["2026-06-31",{},{},[],[],{}]', "[" * 5_000],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_text(Results, text)


def test_each_field_is_checked_against_its_type() -> None:
    text = to_text(results_of(series_of(1.5)))
    for right, wrong in [("1.5", '"1.5"'), ("1.5", "true"), ('"2026-06"', "6"), ("true", "1")]:
        assert right in text
        with pytest.raises(ValueError):
            from_text(Results, text.replace(right, wrong))


def test_what_is_no_number_is_not_written() -> None:
    with pytest.raises(ValueError):
        to_text(Point(series_of(1.0).shown.period, float("nan")))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", str(10**400)])
def test_what_is_no_number_is_not_read(text: str) -> None:
    with pytest.raises(ValueError):
        from_text(tuple[float, ...], f"[{text}]")
