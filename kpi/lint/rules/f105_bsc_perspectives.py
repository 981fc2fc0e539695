"""F105: a scorecard with a missing perspective."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

PERSPECTIVES = ("financial", "customer", "internal", "learning")


@rule("F105", "bsc-perspectives", "warning", "A balanced scorecard covers all four perspectives.")
def check(context: Context) -> Iterator[Finding]:
    """Scorecards in which a perspective has no goal, and their goals that have no perspective."""
    goals = [goal for goal in context.goals if goal.framework == "bsc"]
    if not goals:
        return
    there = {goal.perspective for goal in context.goals}
    if missing := [perspective for perspective in PERSPECTIVES if perspective not in there]:
        yield Finding(
            ("goals", goals[0].id, "framework"),
            f"no goal has the perspective {' or '.join(missing)}",
            "a balanced scorecard has goals in all four perspectives",
        )
    for goal in goals:
        if (
            goal.perspective is None
            and not context.children_of[goal.id]
            and not context.given("goals", goal.id, "perspective")
        ):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has no perspective",
                "add perspective: financial, customer, internal or learning",
                key=True,
            )
