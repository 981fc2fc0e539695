"""T106: an overdue review."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("T106", "review-overdue", "warning", "Reviews happen when they are due.")
def check(context: Context) -> Iterator[Finding]:
    """Goals whose last review is longer ago than their review interval.

    A decision about one of its KPIs is a review of a goal (``kpi review --record``).
    """
    for goal in context.goals:
        if goal.review is None or goal.review.last is None:
            continue
        from kpi.plan.decisions import last_review, next_day
        from kpi.values import add_units

        last = last_review(context.plan, goal, next_day(context.today)) or goal.review.last
        due = add_units(last, 1, goal.review.every)
        if due < context.today:
            yield Finding(
                ("goals", goal.id, "review"),
                f"{shown(goal)} was due for review by {due}; the last review was on {last}",
                "review it, then set `last` to that day",
            )
