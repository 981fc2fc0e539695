"""What moved a KPI, over rows: each part as plain Python has it, adding up, for formulas and rows at random."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from kpi.data import check_plan
from kpi.errors import InputError, UsageError
from kpi.insight.contributions import Contribution
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan
from kpi.render.output import render
from kpi.run import compute
from kpi.status.explain import REST, ExplainView, by_column, by_formula, explain_by_column, explain_by_formula

AS_OF = date(2026, 6, 30)
LETTERS = "abcdefghijkl"


class Row(NamedTuple):
    day: str
    shop: str
    customer: str
    amount: int
    cost: int


def rows(seed: int, letters: str = "abcd") -> list[Row]:
    seeded = random.Random(seed)
    return [
        Row(f"2026-{month:02d}-{seeded.randint(1, 28) if number else 1:02d}", seeded.choice(letters),
            f"c{seeded.randint(1, 9)}", seeded.randint(1, 90), seeded.randint(-40, 40))
        for month in (5, 6) for number in range(seeded.randint(15, 40))
    ]  # fmt: skip


def checked(folder: Path, formula: str, found: list[Row], extra: str = "") -> Checked:
    lines = ["day,shop,customer,amount,cost", *(",".join(map(str, row)) for row in found)]
    (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = (
        f"version: 1\nsources:\n  orders: {{path: orders.csv, date: day}}\nmeasures:\n  sales: sum(orders.amount)\n"
        f"  profit: sales - sum(orders.cost)\nkpis:\n  k: {{name: K, formula: '{formula}'{extra}}}\n"
    )
    (folder / "kpi.yaml").write_text(text, encoding="utf-8")
    plan = check_plan(read_plan(folder / "kpi.yaml"))
    assert plan.valid, plan.diagnostics
    return plan


def explained(plan: Checked) -> ExplainView:
    changed, part = by_formula(plan, "k")
    return explain_by_formula(changed, compute(changed, AS_OF, kpis=list(changed.plan.kpis), periods=1), "k", part)


def explained_by(plan: Checked, column: str) -> ExplainView:
    changed, ratio, ids = by_column(plan, "k", column)
    results = compute(changed, AS_OF, kpis=list(changed.plan.kpis), periods=1)
    return explain_by_column(changed, results, "k", ids, ratio.factor)


def value(formula: str, found: list[Row]) -> float:
    """The value of a formula over rows, in plain Python."""
    sales, cost = sum(row.amount for row in found), sum(row.cost for row in found)
    names = {"sales": sales, "cost": cost, "profit": sales - cost, "count": len(found)}
    for text, name in (("sum(orders.amount)", "sales"), ("sum(orders.cost)", "cost"), ("count(orders)", "count")):
        formula = formula.replace(text, name)
    return float(eval(formula, {"__builtins__": {}}, names))


def leaves(part: Contribution) -> list[Contribution]:
    return [leaf for below in part.below for leaf in leaves(below)] if part.below else [part]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "formula",
    [
        "sales", "sales / count(orders)", "profit / sales", "sum(orders.cost) / count(orders) * 100",
        "sales * sum(orders.cost) / count(orders)", "(profit - 3) / (sales + count(orders))", "-profit",
        "1 - profit / sales",
    ],
)  # fmt: skip
def test_the_parts_of_a_formula_add_up(tmp_path: Path, formula: str, seed: int) -> None:
    found = rows(seed)
    may, june = ([row for row in found if row.day.startswith(f"2026-{month}")] for month in ("05", "06"))
    view = explained(checked(tmp_path, formula, found))
    assert view.tree is not None
    expected = value(formula, june) - value(formula, may)
    assert view.change == pytest.approx(expected)
    assert sum(leaf.amount for leaf in leaves(view.tree)) == pytest.approx(expected)
    for leaf in leaves(view.tree):
        if "(" in leaf.term.name:
            assert (leaf.term.before, leaf.term.after) == (value(leaf.term.name, may), value(leaf.term.name, june))


def test_a_kpi_in_another_unit_than_its_parts(tmp_path: Path) -> None:
    found = rows(1)
    view = explained(checked(tmp_path, "sales / count(orders)", found, ', unit: "%"'))
    assert view.tree is not None
    assert sum(part.amount for part in view.tree.below) == pytest.approx(view.change)


@pytest.mark.parametrize(
    ("formula", "unit", "money"),
    [
        ("profit", "EUR", {"sales - sum(orders.cost)", "sales", "sum(orders.amount)", "sum(orders.cost)"}),
        ("sales / count(orders)", "EUR", {"sales", "sum(orders.amount)"}),
        ("sales / sum(orders.cost)", "EUR", set()),
        ("sum(orders.cost) / sales", '"%"', set()),
        ("2 * sales", "EUR", {"sales", "sum(orders.amount)"}),
    ],
)
def test_parts_in_the_unit_of_the_kpi_have_it(tmp_path: Path, formula: str, unit: str, money: set[str]) -> None:
    view = explained(checked(tmp_path, formula, rows(1), f", unit: {unit}"))
    assert view.tree is not None
    assert {part.term.name for part in every(view.tree) if part.term.same_unit} == money
    before = [line.partition("▲")[0].partition("▼")[0] for line in render(view, "text").splitlines()[2:]]
    assert any("€" in text for text in before) == bool(money)


def every(part: Contribution) -> list[Contribution]:
    """The parts below the whole formula."""
    return [found for below in part.below for found in (below, *every(below))]


@pytest.mark.parametrize("seed", range(4))
def test_a_sum_by_the_values_of_a_column(tmp_path: Path, seed: int) -> None:
    found = rows(seed)
    view = explained_by(checked(tmp_path, "2 * profit", found), "shop")
    amounts = {one.segment.name: one.amount for one in view.segments}
    for shop in "abcd":
        signs = ((row.amount - row.cost) * (1 if row.day >= "2026-06" else -1) for row in found if row.shop == shop)
        assert amounts.pop(shop, 0) == pytest.approx(2 * sum(signs))
    assert not amounts


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("formula", "top", "bottom"),
    [
        ("profit / sales", lambda row: row.amount - row.cost, lambda row: row.amount),
        ("avg(orders.amount)", lambda row: row.amount, lambda row: 1),
        ("avg(orders.amount - orders.cost)", lambda row: row.amount - row.cost, lambda row: 1),
        ("1 - count(orders[amount > 40]) / count(orders)", lambda row: -(row.amount > 40), lambda row: 1),
    ],
)
def test_a_ratio_by_rate_and_mix(tmp_path: Path, formula: str, top: object, bottom: object, seed: int) -> None:
    found = rows(seed)
    view = explained_by(checked(tmp_path, formula, found), "shop")
    assert callable(top)
    assert callable(bottom)

    def total(which: object, month: str, shop: str = "") -> float:
        assert callable(which)
        return sum(which(row) for row in found if row.day[5:7] == month and row.shop.startswith(shop))

    assert sum(one.amount for one in view.segments) == pytest.approx(view.change)
    middle = sum(total(top, month) / total(bottom, month) for month in ("05", "06")) / 2
    for one in view.segments:
        assert one.rate is not None
        assert one.mix is not None
        assert one.amount == pytest.approx(one.rate + one.mix)
        shop = one.segment.name
        (n0, d0), (n1, d1) = ((total(top, month, shop), total(bottom, month, shop)) for month in ("05", "06"))
        share0, share1 = d0 / total(bottom, "05"), d1 / total(bottom, "06")
        whole = n1 / total(bottom, "06") - n0 / total(bottom, "05")
        assert one.amount == pytest.approx(whole - middle * (share1 - share0))


def test_of_many_values_the_rest_is_put_together(tmp_path: Path) -> None:
    view = explained_by(checked(tmp_path, "sales / count(orders)", rows(3, LETTERS)), "shop")
    assert len(view.segments) == 8
    assert (view.segments[-1].segment.name, view.others) == ("other", 5)
    assert sum(one.amount for one in view.segments) == pytest.approx(view.change)


def test_a_customer_in_two_shops_is_in_no_part_alone(tmp_path: Path) -> None:
    view = explained_by(checked(tmp_path, "count_distinct(orders.customer) / count(orders)", rows(2)), "shop")
    assert view.segments[-1].segment.name == REST
    assert sum(one.amount for one in view.segments) == pytest.approx(view.change)


def test_what_cannot_be_explained_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be explained by the values of a column"):
        by_column(checked(tmp_path, "median(orders.amount)", rows(1)), "k", "shop")
    june = [row for row in rows(1) if row.day >= "2026-06"]
    with pytest.raises(InputError, match="no value to compare 2026-06 with"):
        explained(checked(tmp_path, "sales", june))
    late = [row for row in rows(1) if row.day >= "2026-05-20"]
    with pytest.raises(InputError, match="in 2026-05 its window begins before the first row of the data"):
        explained(checked(tmp_path, "sales", late))
    (tmp_path / "kpi.yaml").write_text("version: 1\nkpis:\n  k: {name: K, values: {2026-06: 3}}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="k has no formula"):
        by_formula(check_plan(read_plan(tmp_path / "kpi.yaml")), "k")
