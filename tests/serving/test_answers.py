"""Hover, definitions and completion, at marked places of small plans."""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest

from kpi.serving.analysis import Analysis
from kpi.serving.completing import complete
from kpi.serving.definitions import Definition, definitions
from kpi.serving.desk import Desk
from kpi.serving.hovering import describe_thing, pages_at
from kpi.serving.things import Thing, thing_at
from kpi.serving.units import Lines
from kpi.serving.values import Value

CURSOR = "‸"
ORDERS = '"Order no","Café, total",day,state\n1,3,2026-06-01,paid\n'
PLAN = """\
version: 1
lint: {ignore: [A101, T104, R101], severity: {weasel-word: info}}
sources:
  orders:
    path: [data/orders-1.csv, data/orders-2.csv]
    date: day
    owner: ana@example.com
    updated: weekly
    columns: {total: "Café, total"}
    types: {day: date}
    where: state != "test"
    computed:
      tax: total * 0.19
      net: total - tax
  staff: {path: staff.jsonl, from: hired, until: left}
  raw: {path: raw.parquet, date: at}
  spread:
    query: |
      select max(total) - min(total) as width, day
      from Orders group by day
    date: day
measures:
  revenue: sum(orders.net[state == "paid" and day < window_end])
goals:
  grow: {name: Double the sales of tea, level: objective, why: We like tea., due: 2026-12-31, owner: Ben}
  tea: {name: Sell the best tea in town, parent: grow, questions: [How much tea is sold?]}
kpis:
  sales:
    name: Sales *of* `tea`
    goal: tea
    question: How much tea is sold?
    every: month
    unit: EUR
    indicator: lagging
    formula: revenue / previous(revenue)
    target: {2026-06: at least budget}
    thresholds: {green: at least 2, yellow: at least revenue}
    guardrails: [returns]
  returns:
    name: Returns
    every: month
    formula: count(orders[state == "returned"]) + ended(count(staff))
  budget: {name: Budget, every: month, values: {2026-06: 3}}
  yearly:
    name: Yearly
    every: year
    formula: count(raw[size > 3])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for number in (1, 2):
        (tmp_path / "data" / f"orders-{number}.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "staff.jsonl").write_text('{"hired": "2026-01-01", "left": null}\n', encoding="utf-8")
    return tmp_path


def analysed(folder: Path, text: str = PLAN) -> Analysis:
    desk = Desk(lambda plan: date(2026, 6, 30))
    desk.write(folder / "kpi.yaml", text)
    found = desk.analysis(folder / "kpi.yaml")
    assert found is not None
    return found


def thing(analysis: Analysis, before: str) -> Thing | None:
    """What the word means in which the cursor is, once ``before`` has been typed for the first time."""
    text = analysis.read.texts["kpi.yaml"]
    return thing_at(analysis, "kpi.yaml", text.index(before) + len(before))


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
    found = thing(analysed(folder), before)
    assert found is not None
    assert (found.kind, found.name, found.source) == (kind, name, source)


@pytest.mark.parametrize(
    "before",
    ["name: Dou", "version: ", "at lea", 'state == "pa', "2026-06", "level: obj", "select m", "* 0.1", "values: {2026"],
)
def test_nothing_is_named(folder: Path, before: str) -> None:
    assert thing(analysed(folder), before) is None


# Hover.


def hover(folder: Path, before: str, value: Value | None = None) -> str | None:
    analysis = analysed(folder)
    found = thing(analysis, before)
    assert found is not None
    return describe_thing(analysis, found, value)


def test_a_kpi_is_told_with_its_definition_in_words_and_names_are_no_markup(folder: Path) -> None:
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
        == "**Budget** · KPI `budget`\n\nIts value is still being computed.\n\nValues typed in by hand.\n\nevery month"
    )


def test_a_goal_a_measure_and_a_source_are_told_in_words(folder: Path) -> None:
    assert hover(folder, "parent: gr") == (
        "**Double the sales of tea** · goal `grow`\n\nobjective · owner Ben · due 31 Dec 2026\n\nWe like tea."
    )
    assert hover(folder, "  te") == (
        "**Sell the best tea in town** · goal `tea`\n\n"
        "Serves Double the sales of tea.\n\n"
        "KPIs: Sales \\*of\\* \\`tea\\`"
    )
    told = hover(folder, "formula: rev")
    assert told is not None
    assert told.startswith('measure `revenue`\n\nThe sum of net in orders where state is "paid"')
    assert hover(folder, "sum(ord") == (
        "source `orders`\n\n"
        "Rows of `data/orders-1.csv`, `data/orders-2.csv` (2 files), each on the day in `day`.\n\n"
        'Only rows where state is not "test".\n\n'
        "collected by ana@example.com · updated weekly\n\n"
        "Columns: `total`, `order_no`, `day`, `state`, `tax`, `net`"
    )
    told = hover(folder, "count(sta")
    assert told is not None
    assert "(1 file), each lasting from `hired` until `left`." in told
    told = hover(folder, "  spr")
    assert told is not None
    assert "Rows of a query over other sources" in told
    assert "(no such file here)" in str(hover(folder, "count(ra"))


def test_a_column_a_field_a_function_and_a_rule_are_told(folder: Path) -> None:
    assert hover(folder, "total - ta") == "column `tax` of `orders`\n\nTotal times 0.19.\n\n```\ntotal * 0.19\n```"
    assert hover(folder, "net: tot") == "column `total` of `orders`\n\nThe header in the file is `Café, total`."
    assert hover(folder, "types: {da") == "column `day` of `orders`\n\nRead as `date`."
    assert hover(folder, "    eve") == (
        "`every`: The length of its period.\n\nOne of `day`, `week`, `month`, `quarter`, `year`. Default: `month`."
    )
    assert hover(folder, "vers") == "`version`: The version of this language: 1.\n\nRequired."
    assert hover(folder, "revenue: su") == "`sum(orders.amount)`\n\nThe sum of a column."
    assert str(hover(folder, "ignore: [A1")).startswith("# A101 no-owner\n")


def test_where_several_rules_found_something_their_mends_are_told(folder: Path) -> None:
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
        "# A101 no-owner\n\nEvery goal and KPI has one person who answers for it. (warning by default)\n\n"
        "Name the person who will explain the number when it is red. An e-mail address survives two people of one name."
    )
    assert pages_at(analysis, "other.yaml", line + 1, column + 1) == []


# Definitions.


def goes(folder: Path, before: str, text: str = PLAN) -> list[tuple[str, str]]:
    """Where a word is defined: the file, and the text at the very characters."""
    analysis = analysed(folder, text)
    found = thing(analysis, before)
    assert found is not None
    return [(one.path.relative_to(folder).as_posix(), characters(one)) for one in definitions(analysis, found)]


def characters(definition: Definition) -> str:
    place, lines = definition.place, definition.lines
    start = lines.start(place.line - 1) + place.column - 1
    return lines.text[start : lines.start(place.end_line - 1) + place.end_column - 1]


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("    goal: t", [("kpi.yaml", "tea")]),
        ("formula: rev", [("kpi.yaml", "revenue")]),
        ("guardrails: [ret", [("kpi.yaml", "returns")]),
        ("sum(ord", [("kpi.yaml", "orders")]),
        ("from Ord", [("kpi.yaml", "orders")]),
        ("least bud", [("kpi.yaml", "budget")]),
        ("orders.n", [("kpi.yaml", "net")]),
        ("net: tot", [("kpi.yaml", "total")]),
        ("columns: {to", [("data/orders-1.csv", "Café, total")]),
        ("[st", [("data/orders-1.csv", "state")]),
        ("until: l", [("staff.jsonl", "left")]),
        ("count(raw[si", [("kpi.yaml", "raw")]),
        ("    path: [da", [("data/orders-1.csv", ""), ("data/orders-2.csv", "")]),
        ("vers", []),
        ("revenue: su", []),
    ],
)
def test_a_word_is_defined(folder: Path, before: str, wanted: list[tuple[str, str]]) -> None:
    assert goes(folder, before) == wanted


def test_a_header_is_found_in_whatever_way_the_file_is_written(folder: Path) -> None:
    text = PLAN.replace(
        "date: day\n    owner", "date: day\n    read: {skip_rows: 2, encoding: utf-16, delimiter: ;}\n    owner"
    )
    written = 'Orders of tea\r\n\r\nstate;"Order; no";day;\'x;"Café, total"\r\npaid;1;2026-06-01;2;3\r\n'
    for number in (1, 2):
        (folder / "data" / f"orders-{number}.csv").write_bytes(codecs.BOM_UTF16_LE + written.encode("utf-16-le"))
    assert goes(folder, "columns: {to", text) == [("data/orders-1.csv", "Café, total")]
    assert goes(folder, "where: st", text) == [("data/orders-1.csv", "state")]
    assert goes(folder, "date: d", text) == [("data/orders-1.csv", "day")]


def test_what_is_not_there_is_defined_nowhere(folder: Path) -> None:
    assert goes(folder, "goal: x", PLAN.replace("goal: tea", "goal: xx")) == []
    assert goes(folder, "sum(orders.x", PLAN.replace("orders.net", "orders.xx")) == []
    assert goes(folder, "sum(x", PLAN.replace("orders.net", "xx.net")) == []


# Completion.


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


# All of it, everywhere.


def test_every_place_of_a_plan_can_be_asked_about(folder: Path) -> None:
    example = Path(__file__).parents[2] / "kpi.yaml.example"
    text = example.read_text(encoding="utf-8")
    desk = Desk(lambda plan: date(2026, 6, 30), example)
    desk.write(example, text)
    analysis = desk.analysis(example)
    assert analysis is not None
    answered = 0
    for offset in range(0, len(text), 3):
        found = thing_at(analysis, analysis.plan.files[0], offset)
        if found is not None:
            describe_thing(analysis, found)
            answered += bool(definitions(analysis, found))
        if offset % 33 == 0:
            complete([analysis], text[:offset], offset, included=False)
            complete([analysis], text, offset, included=False)
    assert answered > 50
