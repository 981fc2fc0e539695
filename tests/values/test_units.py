"""Units as written in a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import TextError
from kpi.values import Unit, parse_unit
from kpi.values.units import CURRENCIES


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (None, Unit()),
        ("%", Unit("%", "percent", "%")),
        ("percent", Unit("percent", "percent", "%")),
        ("USD", Unit("USD", "currency", "$")),
        ("CHF", Unit("CHF", "currency", "CHF")),
        ("ms", Unit("ms", "duration", seconds=0.001)),
        ("seconds", Unit("seconds", "duration", seconds=1)),
        ("Min", Unit("Min", "duration", seconds=60)),
        ("hours", Unit("hours", "duration", seconds=3600)),
        (" days ", Unit("days", "duration", seconds=86400)),
        ("week", Unit("week", "duration", seconds=604800)),
        ("points", Unit("points", "noun")),
        ("NPS", Unit("NPS", "noun")),
        ("m", Unit("m", "noun")),
        ("orders per week", Unit("orders per week", "noun")),
        ("°C", Unit("°C", "noun")),
        ("★", Unit("★", "noun")),
    ],
)
def test_units_as_written(text: str | None, unit: Unit) -> None:
    assert parse_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "omit the field if there is no unit"),
        ("percentage", 'write "%", with the quotes'),
        ("% of users", 'write "%", with the quotes'),
        ("$", "write the currency's code: USD, AUD, CAD"),
        ("€", "write the currency's code: EUR"),
        ("Usd", "write USD"),
        ("5 stars", 'a unit is "%", a currency such as USD, a duration such as minutes, or a noun such as points'),
        ("?", 'a unit is "%", a currency such as USD, a duration such as minutes, or a noun such as points'),
        ("a\x1bb", 'a unit is "%", a currency such as USD, a duration such as minutes, or a noun such as points'),
    ],
)
def test_what_is_no_unit_is_mended(text: str, hint: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_unit(text)
    assert caught.value.hint == hint
    assert (caught.value.start, caught.value.end) == (0, len(text))


def test_no_two_currencies_are_shown_with_one_sign() -> None:
    signs = [sign for sign in CURRENCIES.values() if sign]
    assert len(signs) == len(set(signs))
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


@given(st.text(max_size=10))
def test_any_text_is_a_unit_or_refused_with_a_hint(text: str) -> None:
    try:
        unit = parse_unit(text)
    except TextError as error:
        hint = error.hint
    else:
        hint = None
        assert unit.text == text.strip() != ""
    assert hint is None or hint
