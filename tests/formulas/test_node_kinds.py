"""Every kind of node is known to every walk over trees: a kind that one of them forgets is found here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date

import pytest

from kpi.diff.names import SAME, Names, canonical
from kpi.engine.aggregation import Request
from kpi.formulas import (
    aggregates,
    children,
    columns,
    describe,
    names,
    nodes,
    parse_formula,
    parse_row,
    rebuilt,
    source_columns,
    sources,
    unparse,
    walk,
)
from kpi.plan.checks.dependencies import formula_dependencies
from kpi.run.evaluator import Amount, Evaluator
from kpi.run.scope import FormulaContext, Scope, with_moment
from kpi.values import Calendar, Window, parse_unit, period_of

# A formula for each kind of node, each with the measure ``m`` and an aggregate of ``orders``.
FORMULAS: dict[type[nodes.Node], str] = {
    nodes.Literal_: "m * 5 + count(orders)",
    nodes.Arithmetic: "m + count(orders)",
    nodes.Negative: "-(m + count(orders))",
    nodes.Name: "count(orders) - m",
    nodes.Aggregate: "sum(orders.amount) - m",
    nodes.Per: "avg(per(orders.amount, count(orders))) - m",
    nodes.GroupValue: "count(per(orders.amount, count(orders))[value > 1]) - m",
    nodes.Shift: "previous(m + count(orders), 2)",
    nodes.Growth: "growth(m + count(orders), 3)",
    nodes.Over: 'over(m + count(orders), "3 months")',
    nodes.Total: "total(m + count(orders))",
    nodes.ValueCall: "max(m, count(orders), 0)",
}
# A row expression for each kind of node, each with the column ``seen``.
ROWS: dict[type[nodes.Node], str] = {
    nodes.Column: "seen",
    nodes.WindowEdge: "seen > window_end",
    nodes.Compare: "other > seen",
    nodes.Within: "seen in (1, 2)",
    nodes.IsNone: "seen is None",
    nodes.All: "other and seen",
    nodes.Any_: "other or seen",
    nodes.Not: "not seen",
    nodes.Empty: "(None if other else seen) > 1",
    nodes.Choice: "(1 if seen else 2) > 1",
    nodes.Call: "abs(seen) > 1",
}


def kinds(base: type[nodes.Node] = nodes.Node) -> Iterator[type[nodes.Node]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def below(node: nodes.Node) -> list[nodes.Node]:
    """The nodes that the fields of a node hold."""
    found: list[nodes.Node] = []
    for one in fields(node):
        value = getattr(node, one.name)
        found += [part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, nodes.Node)]
    return found


TREES = {
    **{kind: parse_formula(text) for kind, text in FORMULAS.items()},
    **{kind: parse_row(text, "filter") for kind, text in ROWS.items()},
}


def test_each_kind_of_node_has_an_example_here() -> None:
    assert set(TREES) == set(kinds())
    assert all(any(type(part) is kind for part in walk(tree)) for kind, tree in TREES.items())


@pytest.mark.parametrize("kind", TREES, ids=lambda kind: kind.__name__)
def test_children_are_all_that_the_fields_hold(kind: type[nodes.Node]) -> None:
    for node in walk(TREES[kind]):
        assert sorted(map(repr, children(node))) == sorted(map(repr, below(node)))
        assert rebuilt(node, lambda part: replace(part, at=part.at)) == node
        touched: list[nodes.Node] = []
        rebuilt(node, lambda part, touched=touched: touched.append(part) or part)  # type: ignore[misc]
        assert touched == below(node)


@pytest.mark.parametrize("kind", TREES, ids=lambda kind: kind.__name__)
def test_each_kind_is_written_and_described(kind: type[nodes.Node]) -> None:
    text = (FORMULAS | ROWS)[kind]
    assert unparse(TREES[kind]) == text
    assert describe(TREES[kind])


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_the_columns_of_every_row_expression_are_found(kind: type[nodes.Node]) -> None:
    assert "seen" in [column.name for column in columns(TREES[kind])]
    inside = parse_formula(f"count(orders[{ROWS[kind]}])")
    assert ("orders", "seen") in [found[:2] for found in source_columns(inside)]


@pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.__name__)
def test_names_and_aggregates_are_found_in_every_formula(kind: type[nodes.Node]) -> None:
    tree = TREES[kind]
    found = formula_dependencies(tree)
    assert [name.name for name, _ in found.names] == ["m"] == [name.name for name in names(tree)]
    assert [one.source for one, _ in found.aggregates] == ["orders"]
    assert {name for name, _ in sources(tree)} == {"orders"} == {one.source for one in aggregates(tree)}
    assert (found.computed, found.times) == ((2, (2,)) if kind is nodes.Growth else (1, (1,)))


@pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.__name__)
def test_diff_gives_new_names_in_every_formula(kind: type[nodes.Node]) -> None:
    tree = TREES[kind]
    renamed = canonical(tree, Names({"orders": "sales"}, {"m": "n"}, {}))
    assert "orders" not in renamed
    assert "sales" in renamed
    assert canonical(tree, SAME, {"m": parse_formula("count(visits)")}).count("count(visits)") == 1
    assert canonical(parse_formula(renamed), SAME) == renamed


CALENDAR = Calendar()
JUNE = period_of(date(2026, 6, 1), "month", CALENDAR)


@pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.__name__)
def test_what_is_planned_is_what_is_looked_up(kind: type[nodes.Node]) -> None:
    context = FormulaContext({}, {"m": parse_formula("count(visits)")}, {}, CALENDAR, frozenset())
    scope = Scope(JUNE, Window(), parse_unit(None), JUNE, "k")
    asked: list[Request] = []

    def lookup(request: Request) -> Amount:
        asked.append(request)
        return Amount(2.0)

    assert Evaluator(context, lookup, lambda *_: False).amount(TREES[kind], scope).value is not None
    planned = list(context.requests(TREES[kind], scope))
    assert sorted(map(repr, asked)) == sorted(map(repr, planned))
    assert {request.aggregate.source for request in asked} == {"orders", "visits"}


@pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.__name__)
def test_a_point_in_time_reaches_every_aggregate(kind: type[nodes.Node]) -> None:
    moved = with_moment(TREES[kind], "at_end")
    found = formula_dependencies(moved)
    assert [one.moment for one, _ in (*found.aggregates, *found.names)] == ["at_end", "at_end"]
    if kind not in (nodes.Shift, nodes.Growth):  # these go outside
        assert parse_formula(f"at_end({FORMULAS[kind]})") == moved
