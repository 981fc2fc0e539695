"""M116: a rate without a unit, compared with a number that looks like a percentage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.context import shown, targets
from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.formulas.nodes import Node
    from kpi.lint.context import Context
    from kpi.plan.model import Kpi

_RATE = r"(?:\b|_)(?:rate|share|ratio|percent|percentage|proportion|conversion|churn|retention|margin)(?:\b|_)"
_COUNTS = ("count", "count_distinct")
_MOST = 100.0  # beyond this a number is no percentage of a whole


@rule("M116", "percent-or-number", "warning", "A rate says whether its numbers are percentages.")
def check(context: Context) -> Iterator[Finding]:
    """Quotients without a unit whose target is a number from 1 to 100, by their name or because they are a share."""
    for kpi in context.kpis:
        if kpi.unit is not None or context.given("kpis", kpi.id, "unit") or not _is_rate(context, kpi):
            continue
        bounds = (bound for target in targets(kpi) for bound in (target.value, target.upper))
        number = next((bound for bound in bounds if isinstance(bound, float) and 1 < bound <= _MOST), None)
        if number is not None:
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} has no unit, so {number:g} is {number * 100:g}% of a whole",
                f'is {number:g}% meant? then add unit: "%" and write {number:g}%; else add the unit, such as orders',
            )


def _is_rate(context: Context, kpi: Kpi) -> bool:
    tree = context.checked.formulas.get(kpi.id)
    seen = 0
    while tree is not None and (measure := _measure(context, tree)) is not None and seen < len(context.plan.measures):
        tree, seen = measure, seen + 1
    from kpi.formulas.nodes import Aggregate, Arithmetic

    if not isinstance(tree, Arithmetic) or tree.op != "/":
        return False
    names = f"{kpi.id} {kpi.name} {kpi.formula or ''}"
    if re.search(_RATE, names, re.IGNORECASE):
        return True
    part, whole = tree.left, tree.right
    return (
        isinstance(part, Aggregate)
        and isinstance(whole, Aggregate)
        and part.function == whole.function
        and part.function in _COUNTS
        and (part.source, part.column) == (whole.source, whole.column)
        and whole.filter is None
    )


def _measure(context: Context, tree: Node) -> Node | None:
    """The formula of the measure that a formula consists of, if it does."""
    from kpi.formulas.nodes import Name

    return context.checked.measures.get(tree.name) if isinstance(tree, Name) else None
