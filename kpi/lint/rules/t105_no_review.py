"""T105: a goal without a review."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Goal


@rule("T105", "no-review", "info", "Every goal is reviewed regularly.")
def check(context: Context) -> Iterator[Finding]:
    """Leaves of the goal tree that have a KPI and no review of their own or of a goal above them."""
    for goal in context.goals:
        if not context.kpis_of[goal.id] or context.given("goals", goal.id, "review") or _reviewed_above(context, goal):
            continue
        yield Finding(
            ("goals", goal.id),
            f"{shown(goal)} has no review",
            "add review: {every: month}",
            key=True,
        )


def _reviewed_above(context: Context, goal: Goal) -> bool:
    seen: set[str] = set()
    while goal.parent is not None and goal.parent in context.plan.goals and goal.parent not in seen:
        seen.add(goal.parent)
        goal = context.plan.goals[goal.parent]
        if goal.review is not None:
            return True
    return False
