"""Changes that are measured against a negative value, which turns their sign (V12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.formulas import nodes, unparse

if TYPE_CHECKING:
    from kpi.run.evaluator import Evaluator
    from kpi.values import Period


def negative_bases(evaluator: Evaluator, kpi: str, period: Period, now: Period) -> Iterator[str]:
    """A note for each division by an earlier value that is negative, in the formula of a KPI and those behind its
    names."""
    context = evaluator.context
    formula = context.formulas.get(kpi)
    waiting = [] if formula is None else [(formula, context.scope(kpi, period, now))]
    seen = set(waiting)
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, nodes.Arithmetic) and node.op == "/" and isinstance(node.right, nodes.Shift):
            base = evaluator.amount(node.right, scope).value
            if base is not None and base < 0:
                yield note(node.right)
        below = context.below(node, scope)
        if isinstance(node, nodes.Name):
            measure, named = context.measure(node), context.formulas.get(node.name)
            if measure is not None:
                below = [(measure, scope)]
            elif named is not None:
                below = [(named, context.scope(node.name, scope.period, scope.now))]
        waiting += [each for each in reversed(below) if each not in seen]
        seen.update(below)


def note(base: nodes.Shift) -> str:
    """The note about a division by an earlier value that is negative."""
    growth = nodes.Growth(base.operand, base.kind, base.periods)
    return (
        f"{unparse(base)} is negative, so what is divided by it has the wrong sign; "
        f"{unparse(growth)} is the change by its size"
    )
