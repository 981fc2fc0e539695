"""F103: more or less than one metric that matters."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Goal


@rule("F103", "omtm-one-metric", "warning", "One metric that matters is exactly one.")
def check(context: Context) -> Iterator[Finding]:
    """Goals of this framework that do not have exactly one KPI, and a second such goal in the same file."""
    first: dict[str, Goal] = {}
    for goal in context.goals:
        if goal.framework != "omtm":
            continue
        size = len(context.kpis_of[goal.id])
        if size != 1:
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has {size or 'no'} KPIs; the one metric that matters is exactly one",
                "keep the one that matters now; the others can be its guardrails"
                if size
                else f"add a KPI with goal: {goal.id}",
                key=True,
            )
        other = first.setdefault(context.places.key(("goals", goal.id)).file, goal)
        if other is not goal:
            yield Finding(
                ("goals", goal.id, "framework"),
                f"{shown(other)} already has the one metric that matters in this file",
                "choose one of the two",
            )
