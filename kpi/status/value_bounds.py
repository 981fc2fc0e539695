"""What the values of a KPI cannot be below or above, as far as its unit and formula say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.formulas import nodes, walk
from kpi.formulas.functions import AGGREGATES
from kpi.insight.forecast import Bounds
from kpi.values import parse_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi


def bounds_of_values(kpi: Kpi, values: Sequence[float], checked: Checked) -> Bounds:
    """The bounds of the values of ``kpi``, whose past ones are ``values``.

    A formula that subtracts nothing has no negative values if it never had one; counts, and what is divided by them,
    have none anyway. A share of the same rows is at most 100%. Values entered by hand are bounded if the unit is a
    duration or %, and they never were beyond.
    """
    unit = parse_unit(kpi.unit)
    formula = _expanded(checked.formulas.get(kpi.id), checked)
    if formula is None:
        floor = unit.kind in ("duration", "percent")
        ceiling = unit.kind == "percent" and max(values) <= 1
    else:
        floor = not any(_subtracts(part) for part in walk(formula))
        ceiling = _is_share(formula)
    return Bounds(0.0 if floor and min(values) >= 0 else None, 1.0 if ceiling else None)


def _expanded(node: nodes.Node | None, checked: Checked) -> nodes.Node | None:
    """The formula that a name at the top refers to."""
    for _ in range(len(checked.measures) + len(checked.formulas)):
        if not isinstance(node, nodes.Name):
            break
        node = checked.measures.get(node.name) or checked.formulas.get(node.name)
    return node


def _subtracts(part: nodes.Node) -> bool:
    """Whether a part of a formula can be negative although everything that it is made of is not; a name may be."""
    return isinstance(part, nodes.Negative | nodes.Name) or (isinstance(part, nodes.Arithmetic) and part.op == "-")


def _is_share(node: nodes.Node) -> bool:
    """Whether a formula divides the count of some rows by the count of them and others."""
    if not (isinstance(node, nodes.Arithmetic) and node.op == "/"):
        return False
    some, every = node.left, node.right
    if not (isinstance(some, nodes.Aggregate) and isinstance(every, nodes.Aggregate)):
        return False
    same = (some.function, some.source, some.column, some.moment) == (
        every.function, every.source, every.column, every.moment,
    )  # fmt: skip
    return same and AGGREGATES[some.function].zero and some.function != "sum" and every.filter in (None, some.filter)
