"""M115: a column in another unit of time than its KPI."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.formulas import walk
from kpi.formulas.functions import AGGREGATES, ROW_FUNCTIONS
from kpi.formulas.nodes import Aggregate, Call, Literal_
from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.values import Unit


@rule("M115", "other-unit-of-time", "warning", "A KPI's unit of time is that of its column.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs in one unit of time over a column in another. A formula with a number in it may convert the values, and
    passes."""
    for kpi in context.kpis:
        tree, unit = context.checked.formulas.get(kpi.id), context.unit(kpi)
        if tree is None or unit is None or unit.kind != "duration":
            continue
        parts = list(walk(tree))
        inside = {id(part) for one in parts if isinstance(one, Aggregate) for part in walk(one)}
        if any(isinstance(part, Literal_) and id(part) not in inside for part in parts):
            continue
        for node in parts:
            if isinstance(node, Aggregate) and (word := _other(context, node, unit)):
                yield Finding(
                    ("kpis", kpi.id, "formula"),
                    f"{_operand(node)} is in {word}, but is shown as {unit.text}",
                    f"write unit: {word}; durations as in closed - opened, without {word}(…), fit every unit of time",
                    start=node.at[0],
                    end=node.at[1],
                )


def _operand(node: Aggregate) -> str:
    """What an aggregate is of."""
    from kpi.formulas import unparse

    return f"{node.source}.{node.column}" if node.expression is None else unparse(node.expression)


def _other(context: Context, node: Aggregate, unit: Unit) -> str | None:
    """The function of time behind the column of an aggregate, where it counts in another unit than the KPI has."""
    if node.operand is None or AGGREGATES[node.function].counts:
        return None
    computed = node.expression
    if node.column is not None:
        computed = context.checked.rows.get((node.source, node.column))
    if not isinstance(computed, Call):
        return None
    return computed.name if ROW_FUNCTIONS[computed.name].seconds not in (0, unit.seconds) else None
