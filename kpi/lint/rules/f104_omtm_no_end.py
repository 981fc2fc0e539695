"""F104: one metric that matters without an end."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("F104", "omtm-no-end", "warning", "One metric that matters has an end date.")
def check(context: Context) -> Iterator[Finding]:
    """Goals of this framework without due date; for other goals see T101."""
    for goal in context.goals:
        if goal.framework == "omtm" and goal.due is None and not context.given("goals", goal.id, "due"):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has no due date, and what matters most changes over time",
                "set `due` to the day on which another metric may replace it",
                key=True,
            )
