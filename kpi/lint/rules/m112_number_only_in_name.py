"""M112: a goal with a number in its name and no KPI."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.lint.text import find_number


@rule("M112", "number-only-in-name", "info", "A goal's number is the target of a KPI.")
def check(context: Context) -> Iterator[Finding]:
    """Leaves of the goal tree whose number is only in their name."""
    for goal in context.goals:
        if context.kpis_of[goal.id] or context.children_of[goal.id]:
            continue
        if (at := find_number(goal.name)) is not None:
            yield Finding(
                ("goals", goal.id, "name"),
                "the number of this goal is only in its name, where nothing tracks it",
                f"add a KPI with goal: {goal.id} and this number as its target",
                start=at[0],
                end=at[1],
            )
