"""Whether a formula is made of sums, so that the values of its parts add up to the value of the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpi.engine.aggregation import combines_days
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
        is_sum = AGGREGATES[aggregate.function].additive and combines_days(aggregate)
        return is_sum and aggregate.moment in flow_moments(source)

    def named(name: nodes.Name) -> nodes.Node | None:
        if name.name in checked.measures:
            return with_moment(checked.measures[name.name], name.moment)
        # A window of its own looks back beyond the period.
        has_window = name.name in checked.formulas and checked.plan.kpis[name.name].window is not None
        return None if has_window else checked.formulas.get(name.name)

    return _is_sum(node, adds_up, named, of_segments=False)


def is_additive_over_segments(node: nodes.Node, checked: Checked) -> bool:
    """Whether a formula is made of sums and counts alone, so that the segments of a split add up to the whole, or
    nearly so (a customer may count in several segments)."""

    def adds_up(aggregate: nodes.Aggregate) -> bool:
        if not AGGREGATES[aggregate.function].zero or aggregate.per is None:
            return AGGREGATES[aggregate.function].zero
        counts = aggregate.function == "count" or AGGREGATES[aggregate.per.value.function].zero
        return counts and aggregate.per.condition is None

    def named(name: nodes.Name) -> nodes.Node | None:
        return checked.measures.get(name.name) or checked.formulas.get(name.name)

    return _is_sum(node, adds_up, named, of_segments=True)


def _is_sum(
    node: nodes.Node,
    adds_up: Callable[[nodes.Aggregate], bool],
    named: Callable[[nodes.Name], nodes.Node | None],
    *,
    of_segments: bool,
) -> bool:
    """Whether a formula only adds, negates and scales aggregates that add up. The segments of a split also do at other
    times, and as shares of what is the same for all of them."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case nodes.Aggregate() if adds_up(part):
                continue
            case nodes.Negative(operand=operand):
                waiting.append(operand)
            case nodes.Shift(operand=operand) | nodes.Over(operand=operand) if of_segments:
                waiting.append(operand)
            case nodes.Total(operand=operand) if not of_segments:
                waiting.append(operand)
            case nodes.Arithmetic(op="/", left=share, right=nodes.Total()) if of_segments:
                waiting.append(share)
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
