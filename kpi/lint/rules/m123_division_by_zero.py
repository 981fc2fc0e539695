"""M123: divisions by a number that is zero."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.formulas import unparse, walk
from kpi.formulas.nodes import Arithmetic, Literal_, Negative, Node
from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.checks.report import Path


@rule("M123", "division-by-zero", "warning", "Nothing is divided by a number that is zero.")
def check(context: Context) -> Iterator[Finding]:
    """Divisions in formulas, measures and computed columns whose divisor has no names and is zero."""
    checked, graph = context.checked, context.checked.dependencies
    trees: list[tuple[Path, Node]] = [(graph.path(id_), tree) for id_, tree in graph.trees.items()]
    trees += [(("sources", source, "computed", name), tree) for (source, name), tree in checked.rows.items()]
    for path, tree in trees:
        for node in walk(tree):
            if isinstance(node, Arithmetic) and node.op == "/" and number(node.right) == 0:
                yield Finding(
                    path,
                    f"{unparse(node)} divides by zero, so there is never a value",
                    "divide by what the amount is measured against",
                    start=node.at[0],
                    end=node.at[1],
                )


def number(node: Node) -> float | None:
    """The value of a part of a formula that names nothing; None for any other, and for a division by zero."""
    match node:
        case Literal_(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case Negative(operand=operand):
            positive = number(operand)
            return None if positive is None else -positive
        case Arithmetic(op=op, left=left, right=right):
            one, other = number(left), number(right)
            if one is None or other is None:
                return None
            match op:
                case "+":
                    return one + other
                case "-":
                    return one - other
                case "*":
                    return one * other
                case "/":
                    return one / other if other else None
    return None
