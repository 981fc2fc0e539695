"""The signs of currencies are in one list, and every place that reads or writes numbers takes all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpi.data.non_data_rows import number
from kpi.lint.text import find_number
from kpi.plan.yaml.round_trip import set_entry
from kpi.render.fallback import encodable
from kpi.values.units import CURRENCIES, CURRENCY_SIGNS

PACKAGE = Path(__file__).parents[2] / "kpi"


def test_no_file_has_a_list_of_its_own() -> None:
    own = re.compile(rf"[{re.escape(CURRENCY_SIGNS)}]\W{{0,4}}[{re.escape(CURRENCY_SIGNS.replace('$', ''))}]")
    found = {path.name for path in PACKAGE.rglob("*.py") if own.search(path.read_text(encoding="utf-8"))}
    assert found <= {"units.py"}


@pytest.mark.parametrize("sign", CURRENCY_SIGNS)
def test_every_sign_is_known_everywhere(sign: str) -> None:
    place = find_number(f"Sell for {sign}2500 a week")
    assert place is not None
    assert number(f"{sign} 2,500", ".") == 2500
    assert f"name: {sign}5 vouchers" in set_entry("kpis:\n  a: {}\n", ["kpis", "a"], "name", f"{sign}5 vouchers")


@pytest.mark.parametrize("code", [code for code, sign in CURRENCIES.items() if sign])
def test_a_terminal_without_a_sign_shows_the_code(code: str) -> None:
    sign = CURRENCIES[code]
    assert encodable(f"{sign}5", "ascii") == (f"{sign}5" if sign.isascii() else f"{code}5")
