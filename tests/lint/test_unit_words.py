"""M122: words for units, which would be nouns, come with what to write."""

from __future__ import annotations

import pytest
from lint.linted import findings

from kpi.values import parse_unit
from kpi.values.units import UNIT_WORDS


@pytest.mark.parametrize(
    ("unit", "hint"),
    [
        ("Euro", "write unit: EUR"),
        ("dollars", "write unit: USD, or AUD, or CAD"),
        ("US  Dollar", "write unit: USD"),
        ("Prozent", 'write unit: "%"'),
        ("Std.", "write unit: hours"),
        ("Tage", "write unit: days"),
        ("EUR", None),
        ("hours", None),
        ("orders", None),
        ("Euro per order", None),
    ],
)
def test_what_to_write_is_said(unit: str, hint: str | None) -> None:
    text = f"version: 1\nkpis:\n  a: {{name: Sales, unit: {unit}, values: {{2026-06: 5}}}}\n"
    found = [one.hint for one in findings(text) if one.code == "M122"]
    assert found == ([] if hint is None else [hint])


def test_what_is_to_be_written_is_a_unit_and_the_word_is_none() -> None:
    for word, units in UNIT_WORDS.items():
        assert parse_unit(word).kind == "noun", word
        assert all(parse_unit(unit).kind in ("currency", "percent", "duration") for unit in units)
