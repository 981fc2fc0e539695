"""Hover, definitions and completion, at marked places of small plans."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lsp.asked import PLAN, analysed, symbol, written

from kpi.lsp.completing import complete
from kpi.lsp.definitions import definitions
from kpi.lsp.hovering import describe_symbol, pages_at
from kpi.lsp.position_encoding import Lines
from kpi.lsp.symbols import symbol_at
from kpi.lsp.values import Value
from kpi.lsp.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def test_the_plan_of_these_tests_has_no_errors(folder: Path) -> None:
    assert [one for one in analysed(folder).findings if one.severity == "error"] == []


# What words mean.


@pytest.mark.parametrize(
    ("before", "kind", "name", "source"),
    [
        ("vers", "field", "version", ""),
        ("  ord", "source", "orders", ""),
        ("    pa", "field", "path", ""),
        ("    path: [da", "data", "data/orders-1.csv", "orders"),
        ("    date: d", "column", "day", "orders"),
        ("columns: {to", "column", "total", "orders"),
        ('columns: {total: "Caf', "column", "total", "orders"),
        ("types: {d", "column", "day", "orders"),
        ("where: st", "column", "state", "orders"),
        ("      ta", "column", "tax", "orders"),
        ("net: total - t", "column", "tax", "orders"),
        ("until: l", "column", "left", "staff"),
        ("from Ord", "source", "orders", ""),
        ("  rev", "measure", "revenue", ""),
        ("revenue: su", "function", "sum", ""),
        ("sum(ord", "source", "orders", ""),
        ("orders.n", "column", "net", "orders"),
        ("[st", "column", "state", "orders"),
        ('"paid" an', "function", "and", ""),
        ("day < window_", "function", "window_end", ""),
        ("parent: gr", "goal", "grow", ""),
        ("    goal: t", "goal", "tea", ""),
        ("formula: rev", "measure", "revenue", ""),
        ("/ prev", "function", "previous", ""),
        ("{2026-06: at least bud", "kpi", "budget", ""),
        ("yellow: at least rev", "measure", "revenue", ""),
        ("guardrails: [ret", "kpi", "returns", ""),
        ("+ ended(count(sta", "source", "staff", ""),
        ("thresholds: {gr", "field", "green", ""),
        ("ignore: [A1", "rule", "A101", ""),
        ("severity: {wea", "rule", "weasel-word", ""),
    ],
)
def test_a_word_means(folder: Path, before: str, kind: str, name: str, source: str) -> None:
    found = symbol(analysed(folder), before)
    assert found is not None
    assert (found.kind, found.name, found.source) == (kind, name, source)


@pytest.mark.parametrize(
    "before",
    ["name: Dou", "version: ", "at lea", 'state == "pa', "2026-06", "level: obj", "select m", "* 0.1", "values: {2026"],
)
def test_nothing_is_named(folder: Path, before: str) -> None:
    assert symbol(analysed(folder), before) is None


# Hover.


def hover(folder: Path, before: str, value: Value | None = None) -> str | None:
    analysis = analysed(folder)
    found = symbol(analysis, before)
    assert found is not None
    return describe_symbol(analysis, found, value)


def test_hover_over_a_kpi_describes_it_and_escapes_names(folder: Path) -> None:
    assert hover(folder, "  sal", Value(problem="no value *yet*")) == (
        "**Sales \\*of\\* \\`tea\\`** · KPI `sales`\n\n"
        "no value \\*yet\\*\n\n"
        "How much tea is sold?\n\n"
        "Revenue divided by revenue one period earlier; revenue is the sum of net in orders where state is "
        '"paid" and day is before the end of the window.\n\n'
        "```\nrevenue / previous(revenue)\n```\n\n"
        "every month · lagging\n\n"
        "Goal: Sell the best tea in town"
    )
    told = hover(folder, "  bud")
    assert (
        told
        == "**Budget** · KPI `budget`\n\nIts value is still being computed.\n\nValues entered by hand.\n\nevery month"
    )


def test_hover_over_a_goal_a_measure_and_a_source(folder: Path) -> None:
    assert hover(folder, "parent: gr") == (
        "**Double the sales of tea** · goal `grow`\n\nobjective · owner Ben · due 31 Dec 2026\n\nWe like tea."
    )
    assert hover(folder, "  te") == (
        "**Sell the best tea in town** · goal `tea`\n\n"
        "Parent goal: Double the sales of tea\n\n"
        "KPIs: Sales \\*of\\* \\`tea\\`"
    )
    told = hover(folder, "formula: rev")
    assert told is not None
    assert told.startswith('measure `revenue`\n\nThe sum of net in orders where state is "paid"')
    assert hover(folder, "sum(ord") == (
        "source `orders`\n\n"
        "Rows of `data/orders-1.csv`, `data/orders-2.csv` (2 files), dated by `day`.\n\n"
        'Only rows where state is not "test".\n\n'
        "owner ana@example.com · updated weekly\n\n"
        "Columns: `total`, `order_no`, `day`, `state`, `tax`, `net`"
    )
    told = hover(folder, "count(sta")
    assert told is not None
    assert "(1 file), intervals from `hired` until `left`." in told
    told = hover(folder, "  spr")
    assert told is not None
    assert "Rows of a query over other sources" in told
    assert "(no file found)" in str(hover(folder, "count(ra"))


def test_hover_over_a_column_a_field_a_function_and_a_rule(folder: Path) -> None:
    assert hover(folder, "total - ta") == "column `tax` of `orders`\n\nTotal times 0.19.\n\n```\ntotal * 0.19\n```"
    assert hover(folder, "net: tot") == "column `total` of `orders`\n\nThe header in the file is `Café, total`."
    assert hover(folder, "types: {da") == "column `day` of `orders`\n\nRead as `date`."
    assert hover(folder, "    eve") == (
        "`every`: The length of its period; several weeks are written as in 2 weeks.\n\n"
        "One of `day`, `week`, `month`, `quarter`, `half`, `year`. Default: `month`."
    )
    assert hover(folder, "vers") == "`version`: The version of this language: 1.\n\nRequired."
    assert hover(folder, "revenue: su") == "`sum(orders.amount)`\n\nThe sum of a column."
    assert str(hover(folder, "ignore: [A1")).startswith("# A101 no-owner\n")


def test_hover_over_several_findings_shows_how_to_fix_each(folder: Path) -> None:
    analysis = analysed(folder, PLAN.replace("ignore: [A101, T104, R101], ", ""))
    line, column = Lines(PLAN).place(PLAN.index("  budget:") + 4)
    pages = pages_at(analysis, "kpi.yaml", line + 1, column + 1)
    assert [text.splitlines()[0] for text in pages] == [
        "# M102 kpi-without-target",
        "# M104 kpi-without-unit",
        "# A101 no-owner",
        "# R101 kpi-without-goal",
    ]
    assert pages[2] == (
        "# A101 no-owner\n\nEvery goal and KPI has an owner. (warning by default)\n\nSMART: A, assignable.\n\n"
        "Name the person who will explain the number when it is red. An e-mail address is unambiguous."
    )
    assert pages_at(analysis, "other.yaml", line + 1, column + 1) == []


# All of it, everywhere.


def test_hover_works_at_every_character_of_a_plan(folder: Path) -> None:
    example = Path(__file__).parents[2] / "kpi.yaml.example"
    text = example.read_text(encoding="utf-8")
    workspace = Workspace(lambda plan: date(2026, 6, 30), example)
    workspace.write(example, text)
    analysis = workspace.analysis(example)
    assert analysis is not None
    answered = 0
    for offset in range(0, len(text), 3):
        found = symbol_at(analysis, analysis.plan.files[0], offset)
        if found is not None:
            describe_symbol(analysis, found)
            answered += bool(definitions(analysis, found))
        if offset % 33 == 0:
            complete([analysis], text[:offset], offset, included=False)
            complete([analysis], text, offset, included=False)
    assert answered > 50
