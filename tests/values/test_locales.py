"""Numbers and dates as people of other countries write them."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.errors import TextError
from kpi.values import (
    Figure,
    format_change,
    format_column,
    format_count,
    format_exact,
    format_value,
    parse_locale,
    parse_unit,
    use_locale,
    written_in,
)
from kpi.values.date_words import by_in_words, day_and_month, day_in_full, day_in_words, month_in_words, month_name

VALUES = (
    ("%", 0.262), ("EUR", 57.5), ("EUR", -12437), ("EUR", 1234567), ("EUR", 1.2e9), ("CHF", 12.5),
    ("points", 1234.5), ("minutes", 125), ("s", 12.34),
)  # fmt: skip


def shown(locale: str) -> list[str]:
    with written_in(locale):
        return [format_value(value, parse_unit(unit)).replace("\xa0", "_") for unit, value in VALUES]


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("de", ["26,2_%", "57,50_€", "-12,4_Tsd._€", "1,23_Mio._€", "1,2_Mrd._€", "12,50_CHF", "1.234,5"]),
        ("de-CH", ["26.2%", "€_57.50", "-€_12.4_Tsd.", "€_1.23_Mio.", "€_1.2_Mrd.", "CHF_12.50", "1'234.5"]),
        ("en_IN", ["26.2%", "€57.50", "-€12.4K", "€12.3L", "€120Cr", "CHF_12.50", "1,234.5"]),
        ("es", ["26,2_%", "57,50_€", "-12,4_mil_€", "1,23_M_€", "1.200_M_€", "12,50_CHF", "1.234,5"]),
        ("ja", ["26.2%", "€57.50", "-€12,400", "€123万", "€12億", "CHF_12.50", "1,234.5"]),
        ("tr", ["%26,2", "€57,50", "-€12,4_B", "€1,23_Mn", "€1,2_Mr", "CHF_12,50", "1.234,5"]),
        ("en", ["26.2%", "€57.50", "-€12.4k", "€1.23M", "€1.2B", "CHF 12.50", "1,234.5"]),
    ],
)  # fmt: skip
def test_values(locale: str, texts: list[str]) -> None:
    assert shown(locale)[:7] == texts


def test_durations_keep_the_names_of_their_units() -> None:
    assert shown("de")[7:] == ["2 h 5 min", "12,3 s"]


def test_all_that_formats_numbers_follows_the_locale() -> None:
    with written_in("de"):
        assert format_change(-0.004, parse_unit("%")) == "▼ 0,4 pt"
        assert format_change(0, parse_unit("%")) == "="
        assert format_change(1e-7, parse_unit("%"), 0.5) == "▲ <0,001 pt"
        assert format_exact(1234567, parse_unit("points")) == "1.234.567"
        assert format_count(12345) == "12.345"
        column = [Figure(value, parse_unit("EUR"), "EUR") for value in (57, 75.77)]
        assert format_column(column) == ["57,00\xa0€", "75,77\xa0€"]


def test_dates() -> None:
    day = date(2026, 12, 31)
    texts = [call(day) for call in (day_in_words, month_in_words, day_in_full, month_name, day_and_month, by_in_words)]
    assert texts == ["31 Dec 2026", "Dec 2026", "31 December 2026", "Dec", "31 Dec", "Dec 2026"]
    with written_in("de"):
        assert [day_in_words(day), month_in_words(day), day_in_full(day)] == [
            "31. Dez. 2026", "Dez. 2026", "31. Dezember 2026",
        ]  # fmt: skip
        assert [month_name(date(2026, 5, 3)), day_and_month(date(2026, 5, 3))] == ["Mai", "3. Mai"]
    with written_in("en_US"):
        assert day_in_words(day) == "Dec 31, 2026"


def test_the_locale_ends_with_its_block() -> None:
    with written_in("de"):
        with written_in(None):
            assert format_value(0.262, parse_unit("%")) == "26.2%"
            use_locale("fr")
            assert format_value(2.5, parse_unit(None)) == "2,5"
        assert format_value(1234.5, parse_unit(None)) == "1.234,5"
    assert format_value(1234.5, parse_unit(None)) == "1,234.5"


@pytest.mark.parametrize("text", ["", "xx", "german", "de/AT", "12", "../de"])
def test_what_is_no_locale_is_refused(text: str) -> None:
    with pytest.raises(TextError, match="is not a locale"):
        parse_locale(text)


@pytest.mark.parametrize(
    ("text", "name"), [("de", "de"), (" de-AT ", "de_AT"), ("pt_br", "pt_BR"), ("en", "en"), ("de_DE.UTF-8", "de_DE")]
)
def test_names_of_locales(text: str, name: str) -> None:
    assert parse_locale(text) == name
