"""M111: sums of ratios and averages of averages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kpi.formulas import unparse, walk
from kpi.formulas.functions import AGGREGATES
from kpi.formulas.nodes import Aggregate, Arithmetic, Column, Literal_, Node
from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule

# Columns that hold a ratio or an average by their name. "conversion_rate_id" or "exchange_rate" do not.
_RATIO = (
    r"(?:^|_)(?:pct|percent|percentage|ratio|share)$|(?:^|_)(?<!exchange_)(?<!tax_)(?<!interest_)(?<!hourly_)(?<!day_)rate$|"
    r"^(?:avg|average|mean|median|pct|percent)_|_(?:avg|average|mean|median)$"
)


@rule("M111", "average-of-averages", "warning", "Ratios are computed from sums, not summed or averaged.")
def check(context: Context) -> Iterator[Finding]:
    """Aggregates in formulas and measures over a column that is a ratio by its name or by how it is computed."""
    graph = context.checked.dependencies
    for id_, own in graph.formulas.items():
        for node, _ in own.aggregates:
            what = AGGREGATES[node.function].of_ratios
            if what and _is_ratio(context, node):
                yield Finding(
                    graph.path(id_),
                    f"{unparse(replace(node, filter=None, moment=None))} {what}, "
                    "so small groups weigh as much as large ones",
                    "divide the sum of the numerators by the sum of the denominators",
                    start=node.at[0],
                    end=node.at[1],
                )


def _is_ratio(context: Context, node: Aggregate) -> bool:
    if node.column is None:
        return node.expression is not None and _divides(node.expression)
    computed = context.checked.rows.get((node.source, node.column))
    if computed is not None:
        return _divides(computed)
    return re.search(_RATIO, node.column) is not None


def _divides(tree: Node) -> bool:
    """Whether a row expression is a quotient of two columns; a division by a number only changes the unit, and one by
    a factor such as ``1 - discount`` or ``1 + tax`` makes another amount of an amount."""
    return (
        isinstance(tree, Arithmetic)
        and tree.op == "/"
        and not any(isinstance(node, Literal_) for node in walk(tree.right))
        and all(any(isinstance(node, Column) for node in walk(side)) for side in (tree.left, tree.right))
    )
