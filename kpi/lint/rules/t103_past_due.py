"""T103: a date in the past."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("T103", "past-due", "warning", "Due dates are in the future.")
def check(context: Context) -> Iterator[Finding]:
    """Goals and targets whose date is before today."""
    for goal in context.goals:
        if goal.due is not None and goal.due < context.today:
            yield Finding(
                ("goals", goal.id, "due"),
                f"{shown(goal)} was due on {goal.due}",
                "record the outcome, then remove it or set a new date",
            )
    for kpi in context.kpis:
        target = kpi.target
        if target is not None and not isinstance(target, tuple) and target.by is not None and target.by < context.today:
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"the target of {shown(kpi)} was due by {target.by}",
                "set the next target, or remove the date to keep the level",
            )
