"""What is offered to somebody who types."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving.asked import CURSOR, PLAN, analysed, written

from kpi.lsp.completing import complete


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def offers(folder: Path, typed: str, replaced: str, *, included: bool = False) -> dict[str, str]:
    """What can be typed at the cursor in ``typed``, which stands in the plan instead of ``replaced``, and what it would
    make of that line."""
    analysis = analysed(folder)
    assert replaced in PLAN
    marked = PLAN.replace(replaced, typed, 1)
    offset = marked.index(CURSOR)
    text = marked.replace(CURSOR, "", 1)
    made = {}
    for offer in complete([analysis], text, offset, included=included):
        after = text[: offset - offer.typed] + offer.text.replace("$0", "") + text[offset:]
        made[offer.label] = after.splitlines()[text.count("\n", 0, offset)].strip()
    return made


def test_fields_that_are_not_there_yet(folder: Path) -> None:
    found = offers(folder, "    own‸\n    unit: EUR\n", "    unit: EUR\n")
    assert found["owner"] == "owner:"
    assert found["notes"] == "notes:"
    assert not found.keys() & {"name", "goal", "formula", "parent"}
    assert "timezone" in offers(folder, "calendar: {ti‸}\nlint:", "lint:")
    assert "calendar" in offers(folder, "‸\nlint:", "lint:")
    assert set(offers(folder, "‸\nlint:", "lint:", included=True)) == set()
    assert offers(folder, "    una‸: EUR\n", "    unit: EUR\n")["unit"] == "unit: EUR"
    assert set(offers(folder, "thresholds: {‸}", "thresholds: {green: at least 2, yellow: at least revenue}")) == {
        "green", "yellow",
    }  # fmt: skip


def test_ids_after_the_fields_that_name_something(folder: Path) -> None:
    assert offers(folder, "goal: g‸", "goal: tea") == {"grow": "goal: grow", "tea": "goal: tea"}
    assert set(offers(folder, "parent: ‸", "parent: grow")) == {"grow"}
    assert set(offers(folder, "guardrails: [returns, ‸]", "guardrails: [returns]")) == {"budget", "yearly"}
    assert set(offers(folder, "leads:\n      - ‸", "guardrails: [returns]")) == {"returns", "budget", "yearly"}


def test_a_split_is_by_a_column_that_all_sources_have(folder: Path) -> None:
    columns = {"total", "order_no", "day", "state", "tax", "net"}
    line = "formula: revenue / previous(revenue)"
    assert set(offers(folder, f"{line}\n    split: ‸", line)) == columns
    assert offers(folder, f"{line}\n    split: {{by: st‸}}", line)["state"].endswith("split: {by: state}")
    assert set(offers(folder, f"{line}\n    split: {{‸}}", line)) == {"by", "limit", "targets"}
    assert set(offers(folder, f"{line}\n    split: {{by: state, targets: {{a: at least bud‸}}}}", line)) >= {"budget"}


def test_choices_and_usual_words(folder: Path) -> None:
    assert list(offers(folder, "every: ‸", "every: month")) == ["day", "week", "month", "quarter", "year"]
    assert offers(folder, "unit: ‸", "unit: EUR")["%"[:0] + '"%"'] == 'unit: "%"'
    assert offers(folder, 'unit: "‸"', "unit: EUR")['"%"'] == 'unit: "%"'
    assert "year to date" in offers(folder, "window: ye‸", "unit: EUR")
    assert offers(folder, "question: ‸", "question: How much tea is sold?") == {
        "How much tea is sold?": "question: How much tea is sold?"
    }
    assert "ana@example.com" in offers(folder, "owner: ‸", "owner: ana@example.com")
    assert "S101" in offers(folder, "ignore: [‸]", "ignore: [A101, T104, R101]")
    assert set(offers(folder, "weasel-word: ‸", "weasel-word: info")) == {"error", "warning", "info"}
    assert offers(folder, "name: ‸", "name: Double the sales of tea") == {}


def test_what_formulas_know(folder: Path) -> None:
    line = "formula: revenue / previous(revenue)"
    found = offers(folder, "formula: ‸", line)
    assert found["sum"] == "formula: sum()"
    assert {"revenue", "returns", "budget"} < set(found)
    assert not {"sales", "yearly", "orders", "total"} & set(found)  # itself, another period, no value, no value
    assert set(offers(folder, "formula: sum(‸)", line)) == {"orders", "staff", "raw", "spread"}
    assert set(offers(folder, "formula: sum(orders.‸)", line)) == {"total", "order_no", "day", "state", "tax", "net"}
    assert offers(folder, "formula: sum(orders.n‸)", line)["net"] == "formula: sum(orders.net)"
    found = offers(folder, "formula: count(orders[st‸", line)
    assert found["state"] == "formula: count(orders[state"
    assert {"filename", "lower", "window_end", "not"} < set(found)
    assert set(offers(folder, "formula: count(raw[‸", line)) > {"at", "filename"}
    assert offers(folder, 'formula: count(orders[state == "‸', line) == {}
    assert "and" in offers(folder, "formula: count(orders[state ‸", line)
    assert "revenue" not in offers(
        folder, "revenue: ‸", 'revenue: sum(orders.net[state == "paid" and day < window_end])'
    )


def test_what_row_expressions_queries_and_targets_know(folder: Path) -> None:
    found = offers(folder, "net: total - ‸", "net: total - tax")
    assert {"total", "tax", "coalesce"} < set(found)
    assert "window_end" not in found
    assert set(offers(folder, "date: ‸", "date: day")) == {"total", "order_no", "day", "state", "tax", "net"}
    assert set(offers(folder, "types: {da‸}", "types: {day: date}")) == {
        "total",
        "order_no",
        "day",
        "state",
        "tax",
        "net",
    }
    assert set(offers(folder, "from ‸", "from Orders")) == {"orders", "staff", "raw"}
    assert "order_no" in offers(folder, "select orders.‸", "select max(total)")
    assert offers(folder, "target: at l‸", "target: {2026-06: at least budget}")["at least"] == "target: at least"
    assert set(offers(folder, "target: at least 95% of b‸", "target: {2026-06: at least budget}")) == {
        "revenue", "returns", "budget", "yearly",
    }  # fmt: skip


def test_names_come_from_before_the_file_broke(folder: Path) -> None:
    before, now = analysed(folder), analysed(folder, "version: 1\n")
    text = PLAN.replace("goal: tea", "goal: ")
    offset = text.index("    goal: ") + 10
    assert {offer.label for offer in complete([now, before], text, offset, included=False)} == {"grow", "tea"}
    assert complete([now], text, offset, included=False) == []
