"""M101: a goal without a KPI."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.lint.text import has_number


@rule("M101", "goal-without-kpi", "warning", "Every goal is measured by a KPI, or by those of the goals below it.")
def check(context: Context) -> Iterator[Finding]:
    """Leaves of the goal tree without a KPI and without a number in their name (for those see M112)."""
    for goal in context.goals:
        if not context.kpis_of[goal.id] and not context.children_of[goal.id] and not has_number(goal.name):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has no KPI, so nobody can tell whether it is reached",
                f"add a KPI with goal: {goal.id}",
                key=True,
            )
