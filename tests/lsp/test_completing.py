"""Completion while typing."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsp.asked import CURSOR, PLAN, analysed, written

from kpi.lsp.completing import complete


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def items(folder: Path, typed: str, replaced: str, *, included: bool = False) -> dict[str, str]:
    """What can be typed at the cursor in ``typed``, which stands in the plan instead of ``replaced``, and what it would
    make of that line."""
    analysis = analysed(folder)
    assert replaced in PLAN
    marked = PLAN.replace(replaced, typed, 1)
    offset = marked.index(CURSOR)
    text = marked.replace(CURSOR, "", 1)
    made = {}
    for item in complete([analysis], text, offset, included=included):
        after = text[: offset - item.typed] + item.text.replace("$0", "") + text[offset:]
        made[item.label] = after.splitlines()[text.count("\n", 0, offset)].strip()
    return made


def test_fields_that_are_not_there_yet(folder: Path) -> None:
    found = items(folder, "    own‸\n    unit: EUR\n", "    unit: EUR\n")
    assert found["owner"] == "owner:"
    assert found["notes"] == "notes:"
    assert not found.keys() & {"name", "goal", "formula", "parent"}
    assert "timezone" in items(folder, "calendar: {ti‸}\nlint:", "lint:")
    assert "calendar" in items(folder, "‸\nlint:", "lint:")
    assert set(items(folder, "‸\nlint:", "lint:", included=True)) == set()
    assert items(folder, "    una‸: EUR\n", "    unit: EUR\n")["unit"] == "unit: EUR"
    assert set(items(folder, "thresholds: {‸}", "thresholds: {green: at least 2, yellow: at least revenue}")) == {
        "green", "yellow",
    }  # fmt: skip


def test_ids_after_the_fields_that_name_something(folder: Path) -> None:
    assert items(folder, "goal: g‸", "goal: tea") == {"grow": "goal: grow", "tea": "goal: tea"}
    assert set(items(folder, "parent: ‸", "parent: grow")) == {"grow"}
    assert set(items(folder, "guardrails: [returns, ‸]", "guardrails: [returns]")) == {"budget", "yearly"}
    assert set(items(folder, "leads:\n      - ‸", "guardrails: [returns]")) == {"returns", "budget", "yearly"}
    mapping = items(folder, "leads: {re‸}", "guardrails: [returns]")
    assert mapping["returns"].startswith("leads: {returns: ")
    assert "3 months" in items(folder, "leads: {returns: ‸}", "guardrails: [returns]")
    assert items(folder, "notes: {2026-03: {br‸}}", "guardrails: [returns]").keys() == {"break"}


def test_a_split_is_by_a_column_that_all_sources_have(folder: Path) -> None:
    columns = {"total", "order_no", "day", "state", "tax", "net"}
    line = "formula: revenue / previous(revenue)"
    assert set(items(folder, f"{line}\n    split: ‸", line)) == columns
    assert items(folder, f"{line}\n    split: {{by: st‸}}", line)["state"].endswith("split: {by: state}")
    assert set(items(folder, f"{line}\n    split: {{‸}}", line)) == {"by", "limit", "judge", "targets"}
    assert set(items(folder, f"{line}\n    split: {{by: state, targets: {{a: at least bud‸}}}}", line)) >= {"budget"}


def test_choices_and_usual_words(folder: Path) -> None:
    assert list(items(folder, "every: ‸", "every: month")) == [
        "day", "week", "month", "quarter", "half", "year", "2 weeks",
    ]  # fmt: skip
    assert items(folder, "unit: ‸", "unit: EUR")["%"[:0] + '"%"'] == 'unit: "%"'
    assert items(folder, 'unit: "‸"', "unit: EUR")['"%"'] == 'unit: "%"'
    assert "year to date" in items(folder, "window: ye‸", "unit: EUR")
    assert items(folder, "question: ‸", "question: How much tea is sold?") == {
        "How much tea is sold?": "question: How much tea is sold?"
    }
    assert "ana@example.com" in items(folder, "owner: ‸", "owner: ana@example.com")
    assert "S101" in items(folder, "ignore: [‸]", "ignore: [A101, T104, R101]")
    assert set(items(folder, "weasel-word: ‸", "weasel-word: info")) == {"error", "warning", "info"}
    assert items(folder, "name: ‸", "name: Double the sales of tea") == {}


def test_what_formulas_know(folder: Path) -> None:
    line = "formula: revenue / previous(revenue)"
    found = items(folder, "formula: ‸", line)
    assert found["sum"] == "formula: sum()"
    assert {"revenue", "returns", "budget"} < set(found)
    assert not {"sales", "yearly", "orders", "order_no"} & set(found)  # itself, another period, no value, no value
    found = items(folder, "formula: sum(‸)", line)
    assert {"orders", "staff", "raw", "spread", "per", "abs", "window_end"} < set(found)
    assert not {"revenue", "sum", "growth"} & set(found)
    assert {"orders", "floor"} < set(items(folder, "formula: sum(abs(orders.net) - ‸)", line))
    assert {"revenue", "growth"} < set(items(folder, "formula: max(sum(orders.net), ‸)", line))
    condition = "formula: count(per(orders.state, count(orders))[‸"
    assert items(folder, condition, line)["value"] == "formula: count(per(orders.state, count(orders))[value"
    assert not {"net", "orders"} & set(items(folder, condition, line))
    assert "net" in items(folder, "formula: sum((orders.net * orders.tax)[‸", line)
    assert set(items(folder, "formula: sum(orders.‸)", line)) == {"total", "order_no", "day", "state", "tax", "net"}
    assert items(folder, "formula: sum(orders.n‸)", line)["net"] == "formula: sum(orders.net)"
    found = items(folder, "formula: count(orders[st‸", line)
    assert found["state"] == "formula: count(orders[state"
    assert {"filename", "lower", "window_end", "not"} < set(found)
    assert set(items(folder, "formula: count(raw[‸", line)) > {"at", "filename"}
    assert items(folder, 'formula: count(orders[state == "‸', line) == {}
    assert "and" in items(folder, "formula: count(orders[state ‸", line)
    assert "revenue" not in items(
        folder, "revenue: ‸", 'revenue: sum(orders.net[state == "paid" and day < window_end])'
    )


def test_what_row_expressions_queries_and_targets_know(folder: Path) -> None:
    found = items(folder, "net: total - ‸", "net: total - tax")
    assert {"total", "tax", "coalesce"} < set(found)
    assert "window_end" not in found
    assert set(items(folder, "date: ‸", "date: day")) == {"total", "order_no", "day", "state", "tax", "net"}
    assert set(items(folder, "types: {da‸}", "types: {day: date}")) == {
        "total",
        "order_no",
        "day",
        "state",
        "tax",
        "net",
    }
    assert set(items(folder, "from ‸", "from Orders")) == {"orders", "staff", "raw"}
    assert "order_no" in items(folder, "select orders.‸", "select max(total)")
    assert items(folder, "target: at l‸", "target: {2026-06: at least budget}")["at least"] == "target: at least"
    assert set(items(folder, "target: at least 95% of b‸", "target: {2026-06: at least budget}")) == {
        "revenue", "returns", "budget", "yearly",
    }  # fmt: skip


def test_names_come_from_before_the_file_broke(folder: Path) -> None:
    before, now = analysed(folder), analysed(folder, "version: 1\n")
    text = PLAN.replace("goal: tea", "goal: ")
    offset = text.index("    goal: ") + 10
    assert {item.label for item in complete([now, before], text, offset, included=False)} == {"grow", "tea"}
    assert complete([now], text, offset, included=False) == []
