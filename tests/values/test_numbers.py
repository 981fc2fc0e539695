"""Numbers as people write them, right and nearly right."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi.errors import TextError
from kpi.values import format_exact, format_plain, format_value, parse_number, parse_unit, round12

UNITS = [None, "%", "USD", "CHF", "BRL", "minutes", "ms", "s", "hours", "days", "weeks", "points"]
units = st.sampled_from(UNITS).map(parse_unit)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=64).map(round12)


def refusal(text: str, unit: str | None = None, *, relative: bool = False) -> TextError:
    with pytest.raises(TextError) as caught:
        parse_number(text, parse_unit(unit), relative=relative)
    error = caught.value
    assert error.hint is not None
    assert not error.hint.endswith(".")
    assert 0 <= error.start <= error.end <= len(text)
    return error


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("44", 44), ("  44 ", 44), ("+3", 3), ("-3", -3), ("−3", -3), ("0", 0), ("-0", 0), ("0123", 123), ("2.5", 2.5),
        (".5", 0.5), ("1e5", 1e5), ("1.5E-3", 0.0015), ("1,234", 1234), ("1_234_567.5", 1234567.5), ("12.4k", 12400),
        ("12.4 K", 12400), ("1.24M", 1240000), ("1,000M", 1e9), ("2B", 2e9), ("-1.2k", -1200),
    ],
)  # fmt: skip
def test_R7_numbers_as_written(text: str, number: float) -> None:
    for unit in (None, "points", "USD", "minutes"):
        assert parse_number(text, parse_unit(unit)) == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1,5", "write 1.5"),
        ("12,34", "write 12.34, or 1,234"),
        ("1,0000", "write 1.0000, or 10,000"),
        ("0,500", "write 0.500"),
        ("-1,5k", "write -1.5k"),
        ("1.234,5", "write 1,234.5"),
        ("1.234.567", "write 1,234,567"),
        ("1,00,000", "write 100,000"),
        ("1_0", "write 10"),
        ("1,234_567", "write 1,234,567"),
        ("12 345.5", "write 12,345.5"),
        ("1'234", "write 1,234"),
        ("--3", "write -3"),
        ("++3", "write 3"),
        ("–3", "write -3"),
        ("- 3", "write -3"),
        ("5.", "write 5"),
        ("1e5x", 'unknown unit "x"; write e.g. 1234.5, 1,234 or 12.4k'),
        ("nan", "write a finite number, or omit the field"),
        ("-.inf", "write a finite number, or omit the field"),
        ("1e999", "write e.g. 1234.5, 1,234 or 12.4k"),
        ("9" * 400, "write e.g. 1234.5, 1,234 or 12.4k"),
        ("5m", "write 5M"),
        ("5 million", "write 5M"),
        ("1,5 bn", "write 1.5B"),
        ("3 trillion", "write 3e12"),
        ("5 thousand", "write 5k"),
        ("thirty", "write 30"),
        ("", "write e.g. 1234.5, 1,234 or 12.4k"),
        ("٣", "write e.g. 1234.5, 1,234 or 12.4k"),
        ("0x1F", "write e.g. 1234.5, 1,234 or 12.4k"),
        (">= 5", "write e.g. 1234.5, 1,234 or 12.4k"),
        ("many", "write e.g. 1234.5, 1,234 or 12.4k"),
    ],
)
def test_R7_what_is_nearly_a_number_is_mended(text: str, hint: str) -> None:
    assert refusal(text).hint == hint


def test_the_unit_needs_not_be_repeated() -> None:
    assert refusal("50 points", "points").hint == "write 50"
    assert refusal("1 point", "points").hint == "write 1"


@pytest.mark.parametrize(
    ("text", "number"),
    [("30%", 0.3), ("30 %", 0.3), ("0.3", 0.3), ("0", 0), ("-5%", -0.05), ("29.996%", 0.29996), ("1,000%", 10)],
)
def test_S2_a_share_is_a_percentage_or_below_one(text: str, number: float) -> None:
    assert parse_number(text, parse_unit("%")) == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30", "write 30%, or 3000% if you mean that"),
        ("1", "write 1%, or 100% if you mean that"),
        ("-2.5", "write -2.5%, or -250% if you mean that"),
        ("2k", "write 2000%, or 200000% if you mean that"),
        ("2,5%", "write 2.5%"),
        ("5 percent", "write 5%"),
        ("$5", "write the number without $, or change the unit of the KPI"),
    ],
)
def test_S2_a_bare_number_of_one_or_more_is_no_share(text: str, hint: str) -> None:
    assert refusal(text, "%").hint == hint


@pytest.mark.parametrize(
    ("unit", "hint"),
    [
        (None, 'is the value a share, such as 0.08 for 8%? then add unit: "%" to the KPI'),
        ("points", 'is it a share of another number? then say of which; else write a number in "points"'),
        ("USD", 'is it a share of another number? then say of which; else write a number in "USD"'),
        ("minutes", 'is it a share of another number? then say of which; else write a number in "minutes"'),
    ],
)
def test_S2_a_percentage_fits_other_units_only_where_it_is_relative(unit: str | None, hint: str) -> None:
    error = refusal(" 30%", unit)
    assert error.hint == hint
    assert (error.start, error.end) == (3, 4)
    assert parse_number("30%", parse_unit(unit), relative=True) == 0.3


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("20", "write 20%, or 2000% if you mean that"),
        ("0.2", "write 0.2%, or 20% if you mean that"),
        ("$5%", "write 5%"),
        ("lots", "write e.g. 20%"),
    ],
)
def test_S2_what_is_relative_has_a_percent_sign(text: str, hint: str) -> None:
    for unit in ("points", "USD", "minutes", "%"):
        assert refusal(text, unit, relative=True).hint == hint


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("$950", "USD", 950), ("-$1.2k", "USD", -1200), ("−$1.2k", "USD", -1200), ("$-5", "USD", -5),
        ("$ 12,345.67", "USD", 12345.67), ("USD 950", "USD", 950), ("CHF 12.4k", "CHF", 12400), ("CHF5", "CHF", 5),
        ("$5", "CAD", 5), ("¥5", "CNY", 5), ("¥5", "JPY", 5), ("R$ 5", "BRL", 5), ("€9.50", "EUR", 9.5),
    ],
)  # fmt: skip
def test_a_currency_sign_stands_before_the_number(text: str, unit: str, number: float) -> None:
    assert parse_number(text, parse_unit(unit)) == number


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("50000 EUR", "EUR", 50000), ("98500EUR", "EUR", 98500), ("-1.2k CHF", "CHF", -1200), ("−5 USD", "USD", -5),
        ("12,345.67 USD", "USD", 12345.67), (".5 GBP", "GBP", 0.5),
    ],
)  # fmt: skip
def test_a_currency_code_may_follow_the_number(text: str, unit: str, number: float) -> None:
    assert parse_number(text, parse_unit(unit)) == number


@pytest.mark.parametrize(
    ("text", "unit", "hint", "span"),
    [
        (
            "950 EUR",
            "USD",
            'is the amount in "USD"? then write it without EUR; else change the unit of the KPI',
            (4, 7),
        ),
        ("950 EUR", None, "write the amount without EUR, and give the KPI its unit, such as unit: EUR", (4, 7)),
        ("EUR 5 EUR", "EUR", "write EUR 5", (0, 9)),
        ("€5 EUR", "EUR", "write €5", (0, 6)),
        ("$5 EUR", "EUR", "write e.g. €950, €12.4k or €1.24M", (0, 6)),
        ("50.000 EUR", "EUR", "write €50000, or €50.0 if the point is a decimal point", (0, 10)),
        ("€950", "USD", 'is the amount in "USD"? then write it without €; else change the unit of the KPI', (0, 1)),
        ("-€950", "USD", 'is the amount in "USD"? then write it without €; else change the unit of the KPI', (1, 2)),
        ("$5", "CHF", 'is the amount in "CHF"? then write it without $; else change the unit of the KPI', (0, 1)),
        ("CHF 5", "USD", 'is the amount in "USD"? then write it without CHF; else change the unit of the KPI', (0, 3)),
        ("$5", "BRL", 'is the amount in "BRL"? then write it without $; else change the unit of the KPI', (0, 1)),
        ("$5", "points", "write the number without $, or change the unit of the KPI", (0, 1)),
        ("€5", None, "write the amount without €, and give the KPI its unit, such as unit: EUR", (0, 1)),
        ("5 €", "EUR", "write €5", (0, 3)),
        ("5 chf", "CHF", "write CHF 5", (0, 5)),
        ("$1,5", "USD", "write $1.5", (0, 4)),
        ("lots", "CHF", "write e.g. CHF 950, CHF 12.4k or CHF 1.24M", (0, 4)),
    ],
)
def test_a_currency_sign_fits_the_unit(text: str, unit: str | None, hint: str | None, span: tuple[int, int]) -> None:
    error = refusal(text, unit)
    assert (error.hint, (error.start, error.end)) == (hint, span)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("4 min 30 s", "minutes", 4.5), ("-4 min 30 s", "minutes", -4.5), ("250 ms", "seconds", 0.25),
        ("1h30m", "hours", 1.5), ("90 seconds", "min", 1.5), ("2 weeks 1 day", "days", 15), ("1.5 h", "minutes", 90),
        ("5 m", "minutes", 5), ("5M", "minutes", 5e6), ("4.1 min", "minutes", 4.1), ("1,000 ms", "s", 1),
    ],
)  # fmt: skip
def test_V6_a_duration_is_converted_into_the_unit(text: str, unit: str, number: float) -> None:
    assert parse_number(text, parse_unit(unit)) == number


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        ("4:30", "minutes", "write 4 min 30 s, or 4 h 30 min"),
        ("1:04:30", "hours", "write 1 h 4 min 30 s"),
        ("1,5 h", "minutes", "write 1.5 h"),
        ("5 min.", "minutes", "write 5 min"),
        (
            "4 min 30",
            "s",
            'the 30 has no unit; write e.g. 4 min 30 s, 250 ms, or a number of "s" such as 4.5',
        ),
        ("30 s 4 min", "s", 'write e.g. 4 min 30 s, 250 ms, or a number of "s" such as 4.5'),
        ("4 min 4 min", "s", 'write e.g. 4 min 30 s, 250 ms, or a number of "s" such as 4.5'),
        ("5 days", "tickets", "write a plain number, or give the KPI a unit of time such as minutes"),
        ("250 ms", None, "write a plain number, or give the KPI a unit of time such as minutes"),
    ],
)
def test_V6_what_is_nearly_a_duration_is_mended(text: str, unit: str | None, hint: str) -> None:
    assert refusal(text, unit).hint == hint


@given(numbers, units)
@example(1e300, parse_unit("%"))
@example(-1.79769313486e308, parse_unit("weeks"))
@example(5e-324, parse_unit("ms"))
def test_what_is_written_in_full_is_read_as_the_same_number(value: float, unit: object) -> None:
    for known in map(parse_unit, UNITS):
        assert parse_number(format_exact(value, known), known) == value


@given(numbers, st.sampled_from(UNITS))
def test_S2_plain_digits_are_read_as_the_same_number(value: float, unit: str | None) -> None:
    text = format_plain(value)
    assert "e" not in text
    assert float(text) == value
    if unit != "%" or abs(value) < 1:
        assert parse_number(text, parse_unit(unit)) == value


@given(st.floats(-1e9, 1e9).map(round12), st.sampled_from(UNITS), st.integers(0, 6))
@example(100.92578125, "weeks", 0)
def test_digits_asked_for_are_that_close(value: float, name: str | None, digits: int) -> None:
    unit = parse_unit(name)
    text = format_value(value, unit, digits=digits)
    scale = next((scale for suffix, scale in (("k", 1e3), ("M", 1e6), ("B", 1e9)) if text.endswith(suffix)), 1.0)
    step = {"percent": 0.01, "duration": 1 / (unit.seconds or 1)}.get(unit.kind, scale) * 10.0**-digits
    # Half a step, and what is lost beyond 12 digits when parts such as "706 d 11 h" are read.
    assert math.isclose(parse_number(text, unit), value, rel_tol=0, abs_tol=step * 0.5001 + abs(value) * 1e-11)


@given(
    st.text(max_size=12)
    | st.text("0123456789.,_-+%$€kKMBe ", max_size=10)
    | st.tuples(
        st.sampled_from(["", "-", "$", "CHF "]), st.text("0123456789,._'", max_size=8), st.text(max_size=4)
    ).map("".join),
    st.sampled_from(UNITS),
    st.booleans(),
)
def test_any_text_is_a_finite_number_or_refused_with_a_hint(text: str, unit: str | None, relative: bool) -> None:
    with suppress(TextError):
        assert math.isfinite(parse_number(text, parse_unit(unit), relative=relative))
        return
    assert refusal(text, unit, relative=relative).message
