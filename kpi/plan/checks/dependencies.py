"""What a formula uses, gathered in one walk."""

from __future__ import annotations

from typing import NamedTuple

from kpi.formulas.nodes import Aggregate, Arithmetic, Name, Negative, Node, Shift


class Uses(NamedTuple):
    """The aggregates and names of a formula, from left to right, each with the innermost ``previous`` or ``year_ago``
    around it, or None; and how many levels deep it is nested."""

    aggregates: tuple[tuple[Aggregate, Shift | None], ...] = ()
    names: tuple[tuple[Name, Shift | None], ...] = ()
    levels: int = 0


NOTHING = Uses()


def uses_of(node: Node) -> Uses:
    """What a formula uses."""
    aggregates: list[tuple[Aggregate, Shift | None]] = []
    names: list[tuple[Name, Shift | None]] = []
    waiting: list[tuple[Node, Shift | None, int]] = [(node, None, 1)]
    levels = 1
    while waiting:
        part, shift, level = waiting.pop()
        levels = max(levels, level)
        if isinstance(part, Aggregate):
            aggregates.append((part, shift))
        elif isinstance(part, Name):
            names.append((part, shift))
        elif isinstance(part, Arithmetic):
            waiting += ((part.right, shift, level + 1), (part.left, shift, level + 1))
        elif isinstance(part, Negative):
            waiting.append((part.operand, shift, level + 1))
        elif isinstance(part, Shift):
            waiting.append((part.operand, part, level + 1))
    return Uses(tuple(aggregates), tuple(names), levels)
