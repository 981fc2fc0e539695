"""Headers to names (rule R3)."""

import pytest

from kpi.formulas.column_names import column_name, folded


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("customer_id", "customer_id"),
        ("CustomerID", "CustomerID"),
        ("Answered (Y/N)", "answered_y_n"),
        ("  Units Sold ", "units_sold"),
        ("2026", "_2026"),
        ("2026 Q1", "_2026_q1"),
        ("% New Sessions", "new_sessions"),
        ("__Total  --  amount__!", "total_amount"),
        ("class", "class"),
        ("_", "_"),
        ("Größe", "Größe"),
        ("Größe (cm)", "größe_cm"),
        ("हिन्दी नाम", "हिन्दी_नाम"),
        ("売上 高", "売上_高"),
        ("m²", "m2"),
        ("", ""),
        (" %/% ", ""),
    ],
)
def test_R3_headers_become_names(header: str, name: str) -> None:
    assert column_name(header) == name


def test_R3_a_name_in_another_unicode_spelling_is_the_one_that_a_formula_can_reach() -> None:
    decomposed = "Gro\u0308ße"
    assert column_name(decomposed) == "Größe"
    assert folded(decomposed) == folded("GRÖSSE")


def test_R3_what_comes_out_is_a_python_name_or_nothing() -> None:
    for number in range(0x3000):
        name = column_name(f"a {chr(number)} {chr(number)}b")
        assert name.isidentifier(), hex(number)
        assert column_name(name) == name, hex(number)
        alone = column_name(chr(number))
        assert alone == "" or alone.isidentifier(), hex(number)
