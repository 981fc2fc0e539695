"""An editor and ``kpi lsp`` in conversation over standard input and output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.editor import LONGEST, Editor, position, span

from kpi.lint.rule_docs import find_rule, page

pytestmark = pytest.mark.slow

ORDERS = """\
order,Customer Id,day,amount,state
1,ada,2026-06-02,31.50,paid
2,ben,2026-06-03,20.00,refunded
3,ada,2026-05-03,20.00,paid
"""
MAIN = """\
version: 1
title: Tea shop
as_of: 2026-06-30
include: [teams/*.kpi.yaml]

sources:
  orders:
    path: data/orders.csv
    date: day
    owner: ana@example.com
    columns: {buyer: Customer Id}
    computed: {dear: amount > 25}

measures:
  revenue: sum(orders.amount[state == "paid"])

goals:
  loyalty:
    name: Half of the customers buy a second time
    owner: ana@example.com
    due: 2026-12-31
    review: {every: month, last: 2026-06-02}

kpis:
  sales:
    name: 𝒳 sales
    goal: loyalty
    owner: ana@example.com
    unit: EUR
    every: month
    formula: revenue
    target: at least 10
    guardrails: [refunds]
    when_red: Call five customers.
"""
PART = """\
kpis:
  refunds:
    name: Refunds
    goal: loyalty
    owner: ana@example.com
    unit: "%"
    every: month
    formula: count(orders[state == "refunded"]) / count_distinct(orders.buyer)
    target: at most 60%
    when_red: Ask why.
"""
PART_NAME = "teams/money.kpi.yaml"
MISTAKEN = MAIN.replace("formula: revenue", 'formula: count(orders[state == "𝒳"]) + sum(orders.amout)')


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in {"kpi.yaml": MAIN, PART_NAME: PART, "data/orders.csv": ORDERS}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def in_short(found: list[dict[str, Any]]) -> list[tuple[object, object]]:
    return [(one["code"], one["range"]) for one in found]


def test_a_mistake_is_published_at_its_characters_and_cleared_once_fixed(shop: Path) -> None:
    with Editor(shop) as editor:
        able = editor.begin()
        assert able["serverInfo"]["name"] == "kpi"
        assert able["capabilities"]["positionEncoding"] == "utf-16"
        editor.open("kpi.yaml", MISTAKEN)
        (found,) = editor.findings("kpi.yaml")
        assert found["range"] == span(MISTAKEN, "orders.«amout»")  # the letter 𝒳 before it is two units of UTF-16
        assert found["range"]["start"]["character"] - MISTAKEN.splitlines()[30].index("amout") == 1
        assert (found["code"], found["severity"], found["source"]) == ("E043", 1, "kpi unknown-column")
        assert found["message"] == 'there is no column "amout" in orders\ndid you mean "amount"?'
        editor.change("kpi.yaml", MAIN)
        assert editor.findings("kpi.yaml") == []
        assert editor.end() == 0


def test_nothing_but_messages_is_written_and_nothing_is_complained_of(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        text = editor.open("kpi.yaml")
        assert editor.findings("kpi.yaml") == []
        assert editor.hover("kpi.yaml", text, "  sal") is not None
        assert editor.end() == 0
        assert editor.process.stderr is not None
        assert editor.process.stderr.read() == b""
        assert [one for one in editor.notices if one["method"] != "textDocument/publishDiagnostics"] == []


def test_hover_over_a_kpi_shows_its_value_and_its_definition_in_words(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        text = editor.open("kpi.yaml")
        shown = editor.hover("kpi.yaml", text, "guardrails: [ref")
        assert shown is not None
        assert shown.startswith(
            "**Refunds** · KPI `refunds`\n\n**50.0%** in 2026-06, ▲ 50.0 pt  \n● green · target ≤ 60%"
        )
        assert (
            'The number of rows in orders where state is "refunded", divided by the number of different buyer' in shown
        )
        assert editor.at("hover", "kpi.yaml", text, "  sal")["range"] == span(text, "«sales»:\n")
        # What is typed counts, not what is saved.
        editor.change("kpi.yaml", text.replace('state == "paid"', 'state != "paid"'))
        shown = editor.hover("kpi.yaml", text, "  sal")
        assert shown is not None
        assert "**€20** in 2026-06" in shown
        editor.change("kpi.yaml", MISTAKEN)
        shown = editor.hover("kpi.yaml", MISTAKEN, "  sal")
        assert shown is not None
        assert "no value while the plan has errors" in shown


def test_hover_over_a_finding_shows_the_page_of_its_rule(shop: Path) -> None:
    text = MAIN.replace("Half of the customers", "Half of the world-class customers")
    with Editor(shop) as editor:
        editor.begin()
        editor.open("kpi.yaml", text)
        assert in_short(editor.findings("kpi.yaml")) == [("S101", span(text, "world-class"))]
        assert editor.hover("kpi.yaml", text, "world-") == page(find_rule("S101")).strip()
        assert editor.hover("kpi.yaml", text, "Half of") is None


def test_definitions_lead_into_included_files_and_into_the_data(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        text = editor.open("kpi.yaml")

        def goes(before: str) -> list[object]:
            found = editor.at("definition", "kpi.yaml", text, before)
            return [(one["uri"].removeprefix(shop.as_uri() + "/"), one["range"]) for one in found]

        assert goes("guardrails: [refu") == [(PART_NAME, span(PART, "refunds"))]
        assert goes("goal: loy") == [("kpi.yaml", span(text, "goals:\n  «loyalty»"))]
        assert goes("formula: rev") == [("kpi.yaml", span(text, "«revenue»: sum"))]
        assert goes("sum(ord") == [("kpi.yaml", span(text, "sources:\n  «orders»"))]
        assert goes("orders.amo") == [("data/orders.csv", span(ORDERS, "amount"))]
        assert goes("include: [team") == [(PART_NAME, span("", ""))]


def test_an_included_file_that_is_open_belongs_to_the_plan_that_includes_it(shop: Path) -> None:
    wrong = PART.replace("orders.buyer", "orders.byer")
    with Editor(shop) as editor:
        editor.begin()
        editor.open(PART_NAME, wrong)
        assert in_short(editor.findings(PART_NAME)) == [("E043", span(wrong, "byer"))]
        found = editor.at("definition", PART_NAME, wrong, "goal: loy")
        assert [(one["uri"], one["range"]) for one in found] == [
            (editor.uri("kpi.yaml"), span(MAIN, "goals:\n  «loyalty»"))
        ]
        (column,) = editor.at("definition", PART_NAME, PART, "count(orders[sta")
        assert column["uri"] == editor.uri("data/orders.csv")
        # The main file sees what is typed here, and this one what is typed there.
        editor.change(PART_NAME, wrong.replace("refunds", "returns"))
        editor.open("kpi.yaml")
        assert in_short(editor.findings("kpi.yaml")) == [("E041", span(MAIN, "guardrails: [«refunds»]"))]
        editor.change("kpi.yaml", MAIN.replace("buyer", "byer").replace("[refunds]", "[returns]"))
        assert editor.findings("kpi.yaml") == []
        while editor.findings(PART_NAME) != []:
            pass


def test_findings_in_closed_files_are_published_and_cleared(shop: Path) -> None:
    (shop / PART_NAME).write_text(PART.replace("orders.buyer", "orders.byer"), encoding="utf-8")
    with Editor(shop) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        assert [one["code"] for one in editor.findings(PART_NAME)] == ["E043"]
        editor.close("kpi.yaml")
        assert editor.findings(PART_NAME) == []


def test_changes_outside_of_the_editor_are_seen_on_notification(shop: Path) -> None:
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with Editor(shop, capabilities=watching) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        assert editor.findings("kpi.yaml") == []
        (asked,) = (one["params"]["registrations"] for one in editor.asked)
        assert [one["method"] for one in asked] == ["workspace/didChangeWatchedFiles"]
        (shop / "data" / "orders.csv").write_text(ORDERS.replace("amount", "total"), encoding="utf-8")
        change = {"uri": editor.uri("data/orders.csv"), "type": 2}
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        assert {one["code"] for one in editor.findings("kpi.yaml")} == {"E043"}


def test_completion_of_columns_inside_a_formula(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        text = editor.open("kpi.yaml")
        assert editor.findings("kpi.yaml") == []
        typed = text.replace("formula: revenue", "formula: revenue / sum(orders.")
        editor.change("kpi.yaml", typed)
        columns = ["amount", "buyer", "day", "dear", "order", "state"]
        assert editor.offers("kpi.yaml", typed, "/ sum(orders.") == columns
        typed = text.replace("formula: revenue", 'formula: count(orders[state == "𝒳" and sta')
        editor.change("kpi.yaml", typed)
        found = editor.at("completion", "kpi.yaml", typed, "and sta")
        (state,) = (one for one in found if one["label"] == "state")
        assert state["textEdit"] == {"range": span(typed, "and «sta»\n"), "newText": "state"}


def test_completion_of_fields_ids_and_functions(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        text = editor.open("kpi.yaml")
        typed = text.replace("    when_red: Call five customers.\n", "    ind")
        editor.change("kpi.yaml", typed)
        found = editor.at("completion", "kpi.yaml", typed, "[refunds]\n    ind")
        (field,) = (one for one in found if one["label"] == "indicator")
        assert field["textEdit"] == {"range": span(typed, "\n    «ind»"), "newText": "indicator: "}
        assert field["documentation"]["value"] == "Leading (moves first) or lagging (tells the outcome)."
        assert editor.offers("kpi.yaml", typed, "    goal: ") == ["loyalty"]
        assert editor.offers("kpi.yaml", typed, "guardrails: [") == ["refunds"]
        (count,) = (one for one in editor.at("completion", "kpi.yaml", typed, "formula: ") if one["label"] == "count")
        assert (count["textEdit"]["newText"], count["insertTextFormat"]) == ("count(", 1)
    snippets = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
    with Editor(shop, capabilities=snippets) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        found = editor.at("completion", "kpi.yaml", text, "formula: ")
        (count,) = (one for one in found if one["label"] == "count")
        assert (count["textEdit"]["newText"], count["insertTextFormat"]) == ("count($0)", 2)


HOSTILE = [
    "",
    "\t",
    "kpis: [",
    "kpis: {a: {name: 'x",
    "a: b: c\n- d",
    "&a [*a]",
    "- - - -" * 100,
    "kpis:\n  a:\n    formula: sum(orders.\n    target: >= 3",
    "lint: {severity: {S101: ",
    '"\\ud800',
    "\ud83d",
    "\ufeffversion: 1",
    "version: 1\r\nkpis:\r  a: {name: x}\u2028\u0085",
    "%YAML 9.9\n---\n--- !!python/object:os.system\n",
]


def test_whatever_is_typed_the_server_stays_up(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        for text in HOSTILE:
            editor.change("kpi.yaml", text)
            editor.findings("kpi.yaml")
            end = {"line": len(text.splitlines()), "character": 99}
            for question in ("hover", "definition", "completion"):
                for place in ({"line": 0, "character": 0}, {"line": 0, "character": 5}, end):
                    document = {"uri": editor.uri("kpi.yaml")}
                    editor.ask(f"textDocument/{question}", {"textDocument": document, "position": place})
        editor.change("kpi.yaml", MAIN)
        assert editor.findings("kpi.yaml") == []
        assert editor.end() == 0
        assert {one["method"] for one in editor.notices} <= {"textDocument/publishDiagnostics"}, editor.notices


def test_other_yaml_is_none_of_our_business(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        editor.open("compose.yaml", "services: {web: {image: x}}\n")
        document = {"uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": "kpis: ["}
        editor.notify("textDocument/didOpen", {"textDocument": document})
        editor.open("kpi.yaml")
        assert editor.findings("kpi.yaml") == []
        assert {one["params"]["uri"] for one in editor.notices} <= {editor.uri(PART_NAME)}
        assert editor.hover("compose.yaml", "services", "serv") is None
        assert editor.at("completion", "compose.yaml", "services", "serv") is None
        place = {"textDocument": {"uri": "untitled:Untitled-1"}, "position": position("k", "k")}
        assert editor.ask("textDocument/hover", place) is None


def test_typing_fast_is_looked_at_once(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        assert editor.findings("kpi.yaml") == []
        for number in range(20):
            editor.change("kpi.yaml", MAIN + "#" * number)
        assert editor.findings("kpi.yaml") == []
        heard = [one for one in editor.quiet(0.5) if one["params"]["uri"] == editor.uri("kpi.yaml")]
        assert heard == []


@pytest.mark.parametrize(("encoding", "width"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_columns_are_counted_as_the_editor_asks(shop: Path, encoding: str, width: int) -> None:
    text = MAIN.replace("formula: revenue", 'formula: count(orders[state == "𝒳"]) + sum(orders.amout)')
    with Editor(shop, capabilities={"general": {"positionEncodings": [encoding]}}) as editor:
        assert editor.begin()["capabilities"]["positionEncoding"] == encoding
        editor.open("kpi.yaml", text)
        (found,) = editor.findings("kpi.yaml")
        characters = text.splitlines()[30].index("amout")
        assert found["range"]["start"] == {"line": 30, "character": characters + width - 1}


def test_the_main_file_may_have_any_name_when_it_is_named(shop: Path) -> None:
    (shop / "kpi.yaml").rename(shop / "plan.yaml")
    with Editor(shop, "-f", "plan.yaml", "--stdio") as editor:
        editor.begin()
        editor.open("plan.yaml")
        assert editor.findings("plan.yaml") == []
        editor.open(PART_NAME)
        assert editor.findings(PART_NAME) == []


def test_the_end(shop: Path) -> None:
    with Editor(shop) as editor:
        editor.begin()
        editor.notify("exit")  # without asking to shut down first
        assert editor.process.wait(LONGEST) == 1
    with Editor(shop) as editor:
        editor.begin()
        assert editor.ask("shutdown") is None
        assert editor.process.stdin is not None
        editor.process.stdin.close()  # the editor is gone
        assert editor.process.wait(LONGEST) == 0


@pytest.mark.skipif(os.name == "nt", reason="no pseudo terminals")
def test_a_person_at_a_terminal_gets_an_explanation(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kpi", "lsp"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.write(ours, b"\x04")  # Ctrl+D
    output, messages = process.communicate(timeout=LONGEST)
    os.close(ours)
    os.close(theirs)
    assert (output, process.returncode) == (b"", 1)
    assert messages == b"kpi lsp is started by editors; press Ctrl+D to end it.\n"


def test_G3_what_a_hint_says_to_write_is_a_quick_fix(tmp_path: Path) -> None:
    text = "version: 1\nkpis:\n  nps:\n    name: 𝒳 NPS\n    every: monthly\n    since: 05/04/2026\n"
    (tmp_path / "kpi.yaml").write_text(text, encoding="utf-8")
    with Editor(tmp_path) as editor:
        assert editor.begin()["capabilities"]["codeActionProvider"]["codeActionKinds"] == ["quickfix"]
        editor.open("kpi.yaml", text)
        editor.findings("kpi.yaml")
        uri = editor.uri("kpi.yaml")

        def actions(part: str) -> list[dict[str, Any]]:
            params = {"textDocument": {"uri": uri}, "range": span(text, part), "context": {"diagnostics": []}}
            found: list[dict[str, Any]] = editor.ask("textDocument/codeAction", params)
            return found

        (month,) = actions("monthly")
        assert (month["title"], month["kind"], month["isPreferred"]) == ("Write month", "quickfix", True)
        assert month["edit"] == {"changes": {uri: [{"range": span(text, "monthly"), "newText": "month"}]}}
        assert [one["title"] for one in actions("05/04")] == ["Write 2026-04-05", "Write 2026-05-04"]
        assert actions("name") == []
