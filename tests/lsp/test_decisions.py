"""reviews.yaml in an editor: completion, hover, definitions and findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsp.asked import CURSOR, analysed, written

from kpi.lsp.analysis import Analysis
from kpi.lsp.completing import complete
from kpi.lsp.definitions import definitions
from kpi.lsp.hovering import describe_symbol
from kpi.lsp.symbols import Symbol, symbol_at

ENTRY = '- {date: 2026-06-10, kpi: sales, decided: "call them", by: ana@example.com, until: 2026-07-10}\n'


def opened(folder: Path, text: str = ENTRY) -> Analysis:
    if not (folder / "data").exists():
        written(folder)
    (folder / "reviews.yaml").write_text(text, encoding="utf-8")
    return analysed(folder)


def items(folder: Path, typed: str) -> dict[str, str]:
    """What can be typed at the cursor in reviews.yaml, and what it would make of that line."""
    analysis = opened(folder)
    offset = typed.index(CURSOR)
    text = typed.replace(CURSOR, "", 1)
    return {
        item.label: text[: offset - item.typed] + item.text.replace("$0", "") + text[offset:]
        for item in complete([analysis], text, offset, included=True)
    }


def symbol(analysis: Analysis, before: str) -> Symbol | None:
    text = analysis.read.texts["reviews.yaml"]
    return symbol_at(analysis, "reviews.yaml", text.index(before) + len(before))


@pytest.mark.parametrize("line", ["- {date: 2026-06-10, ‸}", "- date: 2026-06-10\n  ‸\n", "- date: 2026-06-10\n  ex‸"])
def test_fields_that_are_not_there_yet(tmp_path: Path, line: str) -> None:
    assert items(tmp_path, line).keys() == {"kpi", "value", "decided", "by", "expect", "until"}


def test_ids_people_and_targets(tmp_path: Path) -> None:
    assert items(tmp_path, "- {date: 2026-06-10, kpi: s‸}")["sales"] == "- {date: 2026-06-10, kpi: sales}"
    assert items(tmp_path, "- {date: 2026-06-10, kpi: ‸}").keys() == {"sales", "returns", "budget", "yearly"}
    assert items(tmp_path, "- {kpi: sales, by: ‸}").keys() == {"Ben"}
    assert items(tmp_path, "- {kpi: sales, expect: at‸}").keys() == {"at least", "at most"}
    assert items(tmp_path, "- {kpi: sales, date: ‸}").keys() == {"2026-07-01"}
    assert items(tmp_path, "- {kpi: sales, until: ‸}").keys() == {"2026-08-01"}


def test_a_whole_entry(tmp_path: Path) -> None:
    (made,) = items(tmp_path, ENTRY + "- ‸\n").values()
    assert made == ENTRY + "- {date: 2026-07-01, kpi: , decided: , by: , until: 2026-08-01}\n"


def test_hover_and_definition(tmp_path: Path) -> None:
    analysis = opened(tmp_path)
    kpi = symbol(analysis, "kpi: sa")
    assert kpi is not None
    assert (kpi.kind, kpi.name) == ("kpi", "sales")
    assert str(describe_symbol(analysis, kpi)).startswith("**Sales \\*of\\* \\`tea\\`** · KPI `sales`")
    (place,) = definitions(analysis, kpi)
    assert (place.path.name, place.place.line) == (
        "kpi.yaml",
        analysis.read.texts["kpi.yaml"].split("  sales:")[0].count("\n") + 1,
    )
    until = symbol(analysis, "unt")
    assert until is not None
    assert describe_symbol(analysis, until) == "`until`: The day on which its effect is looked at.\n\nRequired."
    assert symbol(analysis, "call th") is None


def test_findings_are_those_of_the_file(tmp_path: Path) -> None:
    found = opened(tmp_path, ENTRY.replace("sales", "salse")).findings
    (one,) = [each for each in found if each.location.file == "reviews.yaml"]
    assert (one.location.line, one.location.column) == (1, ENTRY.index("sales") + 1)
    assert "sales" in str(one.hint)
