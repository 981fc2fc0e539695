"""The whole check: what it hands on, its order, what it loads, and that it stays linear."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from helpers.marked_text import checked_plan

from kpi.data import check_plan
from kpi.formulas import parse_formula, parse_row
from kpi.plan.loading import read_plan

PLAN = """
sources:
  orders:
    path: orders.csv
    date: ordered_at
    computed: {total: amount * 2}
    where: amount > 0
  refunds: {path: refunds.csv, date: day}
  unused: {path: unused.csv}
  customers: {query: select customer_id from orders, date: first_order}
measures:
  revenue: sum(orders.total)
  returned: count(refunds)
kpis:
  a: {name: A, formula: revenue / count(customers)}
  b: {name: B, formula: previous(a) + returned, values: {}}
  c: {name: C, values: {2026-01: 3}}
""".replace(", values: {}}", "}")


def test_a_valid_plan_and_its_trees(tmp_path: Path) -> None:
    checked = checked_plan(tmp_path, PLAN, orders_csv="ordered_at,amount\n2026-01-01,1\n")
    assert checked.diagnostics == ()
    assert checked.valid
    assert checked.formulas == {
        "a": parse_formula("revenue / count(customers)"),
        "b": parse_formula("previous(a) + returned"),
    }
    assert checked.measures["revenue"] == parse_formula("sum(orders.total)")
    assert checked.rows == {("orders", "total"): parse_row("amount * 2")}
    assert checked.where == {"orders": parse_row("amount > 0", "where")}
    assert list(checked.facts) == ["orders", "refunds", "unused", "customers"]
    assert checked.facts["orders"].columns == {"ordered_at": "ordered_at", "amount": "amount"}
    assert checked.queries == {"customers": ("orders",)}


def test_the_sources_of_a_kpi_are_found_through_measures_kpis_and_queries(tmp_path: Path) -> None:
    checked = checked_plan(tmp_path, PLAN)
    assert checked.dependencies.sources("a") == {"orders", "customers"}
    assert checked.dependencies.sources("b") == {"orders", "customers", "refunds"}
    assert checked.dependencies.sources("c") == set()
    assert checked.dependencies.sources("nothing") == set()


def test_formulas_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    checked = checked_plan(tmp_path, "\nmeasures: {a: 1 +, b: 2}\nkpis: {k: {name: K, formula: '1 +'}}\n")
    assert not checked.valid
    assert (list(checked.measures), list(checked.formulas)) == (["b"], [])


def test_mistakes_of_reading_and_checking_stand_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    (tmp_path / "a.kpi.yaml").write_text("kpis:\n  b: {name: B, goal: none, target: nonsense}\n")
    (tmp_path / "kpi.yaml").write_text(
        "version: 1\ninclude: [a.kpi.yaml]\nkpis:\n  a: {name: A, goal: none, every: fortnight}\n"
        "goals:\n  g: {name: G, parent: none}\n"
    )
    checked = check_plan(read_plan(tmp_path / "kpi.yaml", cwd=tmp_path))
    places = [(each.location.file, each.location.line, each.code) for each in checked.diagnostics]
    assert places == [
        ("kpi.yaml", 4, "E040"), ("kpi.yaml", 4, "E014"), ("kpi.yaml", 6, "E040"),
        ("a.kpi.yaml", 2, "E040"), ("a.kpi.yaml", 2, "E030"),
    ]  # fmt: skip


def test_a_flood_of_wrong_names_is_reported_soon(tmp_path: Path) -> None:
    kpis = "".join(
        f"  k{number}: {{name: K, goal: goal_{number}x, formula: value_{number}x}}\n" for number in range(2000)
    )
    checked = checked_plan(tmp_path, "\nkpis:\n" + kpis)
    assert [each.code for each in checked.diagnostics] == ["E040", "E044"] * 2000
    assert sum(each.hint is not None for each in checked.diagnostics if each.code == "E044") <= 50


def test_the_check_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_text("version: 1" + PLAN)
    (tmp_path / "orders.csv").write_text("ordered_at,amount\n2026-01-01,1\n")
    code = (
        "import sys, pathlib; from kpi.plan.loading import read_plan; from kpi.data import check_plan;"
        "checked = check_plan(read_plan(pathlib.Path('kpi.yaml'))); assert checked.valid, checked.diagnostics;"
        "heavy = {'duckdb', 'pandas', 'numpy', 'rich', 'json', 'gzip', 'difflib'};"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert found.stdout.split() == []
