"""T106: an overdue review."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("T106", "review-overdue", "warning", "Reviews happen when they are due.")
def check(context: Context) -> Iterator[Finding]:
    """Goals whose last review is longer ago than their review interval."""
    for goal in context.goals:
        if goal.review is None or goal.review.last is None:
            continue
        from kpi.values import add_units

        due = add_units(goal.review.last, 1, goal.review.every)
        if due < context.today:
            yield Finding(
                ("goals", goal.id, "review"),
                f"{shown(goal)} was due for review by {due}; the last review was on {goal.review.last}",
                "review it, then set `last` to that day",
            )
