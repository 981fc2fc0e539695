"""F108: pay that depends on a goal which was handed down."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("F108", "reward-without-agreement", "warning", "Pay only depends on a goal that its owner has agreed to.")
def check(context: Context) -> Iterator[Finding]:
    """Goals with a reward that are not agreed with anyone. F102 reports rewards of OKRs, F106 objectives of MBO."""
    for goal in context.goals:
        if goal.framework in ("okr", "mbo") or goal.tied_reward is None:
            continue
        if goal.agreed_with is None and not context.given("goals", goal.id, "agreed_with"):
            yield Finding(
                ("goals", goal.id, "reward"),
                f"pay depends on {shown(goal)}, which nobody has agreed on",
                "set `agreed_with` to the person with whom the owner agreed it, or remove the reward",
            )
