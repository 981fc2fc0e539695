"""Whether a formula is made of sums, so that the values of its parts add up to the value of the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpi.engine.aggregation import has_edges
from kpi.formulas import nodes
from kpi.formulas.functions import AGGREGATES
from kpi.plan.model import Source
from kpi.run.scope import with_moment

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


def is_additive_over_days(node: nodes.Node, checked: Checked) -> bool:
    """Whether a formula is a sum over the days of its period, so that half a period has half of it (T7)."""

    def adds_up(aggregate: nodes.Aggregate) -> bool:
        source = checked.plan.sources.get(aggregate.source)
        is_sum = AGGREGATES[aggregate.function].additive and not has_edges(aggregate)
        return is_sum and aggregate.moment in flow_moments(source)

    def named(name: nodes.Name) -> nodes.Node | None:
        if name.name in checked.measures:
            return with_moment(checked.measures[name.name], name.moment)
        # A window of its own looks back beyond the period.
        has_window = name.name in checked.formulas and checked.plan.kpis[name.name].window is not None
        return None if has_window else checked.formulas.get(name.name)

    return _is_sum(node, adds_up, named, through_shifts=False)


def is_additive_over_segments(node: nodes.Node, checked: Checked) -> bool:
    """Whether a formula is made of sums and counts alone, so that the segments of a split add up to the whole, or
    nearly so (a customer may count in several segments)."""

    def adds_up(aggregate: nodes.Aggregate) -> bool:
        return AGGREGATES[aggregate.function].zero

    def named(name: nodes.Name) -> nodes.Node | None:
        return checked.measures.get(name.name) or checked.formulas.get(name.name)

    return _is_sum(node, adds_up, named, through_shifts=True)


def _is_sum(
    node: nodes.Node,
    adds_up: Callable[[nodes.Aggregate], bool],
    named: Callable[[nodes.Name], nodes.Node | None],
    *,
    through_shifts: bool,
) -> bool:
    """Whether a formula only adds, negates and scales aggregates that add up."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case nodes.Aggregate() if adds_up(part):
                continue
            case nodes.Negative(operand=operand):
                waiting.append(operand)
            case nodes.Shift(operand=operand) if through_shifts:
                waiting.append(operand)
            case nodes.Arithmetic(op="+" | "-", left=left, right=right):
                waiting += (left, right)
            case nodes.Arithmetic(op="*", left=nodes.Literal_(), right=scaled):
                waiting.append(scaled)
            case nodes.Arithmetic(op="*" | "/", left=scaled, right=nodes.Literal_()):
                waiting.append(scaled)
            case nodes.Name() if (below := named(part)) is not None:
                waiting.append(below)
            case _:
                return False
    return True


def flow_moments(source: Source | None) -> tuple[nodes.MomentName | None, ...]:
    """The moments (see ``Aggregate.moment``) in which the rows of a source are a flow, day by day, not a state."""
    if source is None or source.snapshot:
        return ()
    return ("started", "ended") if source.lasting else (None,)
