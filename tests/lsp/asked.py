"""A plan as an editor has it open, for the tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi.lsp.analysis import Analysis
from kpi.lsp.symbols import Symbol, symbol_at
from kpi.lsp.workspace import Workspace

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


def written(tmp_path: Path) -> Path:
    """A folder with the files that the plan reads."""
    (tmp_path / "data").mkdir()
    for number in (1, 2):
        (tmp_path / "data" / f"orders-{number}.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "staff.jsonl").write_text('{"hired": "2026-01-01", "left": null}\n', encoding="utf-8")
    return tmp_path


def analysed(folder: Path, text: str = PLAN) -> Analysis:
    """What an editor knows of ``text``, as kpi.yaml in ``folder``."""
    workspace = Workspace(lambda plan: date(2026, 6, 30))
    workspace.write(folder / "kpi.yaml", text)
    found = workspace.analysis(folder / "kpi.yaml")
    assert found is not None
    return found


def symbol(analysis: Analysis, before: str) -> Symbol | None:
    """What the word means in which the cursor is, once ``before`` has been typed for the first time."""
    text = analysis.read.texts["kpi.yaml"]
    return symbol_at(analysis, "kpi.yaml", text.index(before) + len(before))
