"""M121: numbers that half of the readers take for a thousand times as much."""

from __future__ import annotations

import pytest
from lint.linted import findings

PLAN = """\
version: 1
kpis:
  sales:
    name: Sales
    unit: EUR
"""


def numbers(fields: str, head: str = "") -> list[tuple[str, str | None]]:
    text = PLAN.replace("version: 1\n", f"version: 1\n{head}") + "".join(
        f"    {line}\n" for line in fields.splitlines()
    )
    found = [one for one in findings(text) if one.code == "M121"]
    lines = text.splitlines()
    return [
        (lines[one.location.line - 1][one.location.column - 1 : one.location.end_column - 1], one.hint) for one in found
    ]


@pytest.mark.parametrize(
    ("fields", "written", "hint"),
    [
        ("target: at least 50.000", "50.000", "write at least 50000 or at least 50.0"),
        ("target: at least €1.250", "1.250", "write at least €1250 or at least €1.25"),
        ("target: {2026-06: at least 12.500}", "12.500", "write at least 12500 or at least 12.5"),
        ("baseline: 40.000", "40.000", "write 40000 or 40.0"),
        ("values: {2026-06: 1.234}", "1.234", "write 1234 or 1.2340"),
        ("target: at least 9\nthresholds: {green: at least 9, yellow: at least 8.000}", "8.000",
         "write at least 8000 or at least 8.0"),
        ("baseline: 1\ntarget: at least 9 by 2026-12-31\npath: {2026-06: 5.000}", "5.000", "write 5000 or 5.0"),
        ("formula: count(o)\nsplit: {by: shop, targets: {web: at least 2.000}}", "2.000",
         "write at least 2000 or at least 2.0"),
    ],
)  # fmt: skip
def test_a_point_before_three_digits_is_said_where_it_is(fields: str, written: str, hint: str) -> None:
    assert numbers(fields) == [(written, hint)]


@pytest.mark.parametrize(
    "fields",
    [
        "target: at least 50000",
        "target: at least 50,000",
        "target: at least 50_000",
        "target: at least 1.234M",
        "target: at least 0.125",
        "target: at least 50.0",
        "values: {2026-05: 4.5, 2026-06: 4.375}",
        "values: {2026-05: 0.5, 2026-06: 4.375}",
    ],
)
def test_numbers_with_one_reading_are_not_flagged(fields: str) -> None:
    assert numbers(fields) == []


def test_the_locale_of_the_file_says_which_mark_is_which() -> None:
    assert numbers("target: at least 50.000", "locale: en\n") == []
    assert [written for written, _ in numbers("target: at least 50.000", "locale: de\n")] == ["50.000"]
    assert numbers('target: "at least 1,250"', "locale: de\n") == [("1,250", "write at least 1250 or at least 1.25")]
    assert numbers('target: "at least 1,250"') == numbers('target: "at least 1,250"', "locale: en_GB\n") == []
