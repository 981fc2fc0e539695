"""B101: a goal with too many KPIs."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import RuleOption

MAX_KPIS = RuleOption("max_kpis_per_goal", int, 7, "More KPIs on one goal are too many.")


@rule("B101", "too-many-kpis-on-goal", "warning", "A goal has few KPIs.", options=[MAX_KPIS])
def check(context: Context) -> Iterator[Finding]:
    """Goals with more KPIs than ``max_kpis_per_goal``."""
    most = MAX_KPIS.of(context.settings)
    for goal in context.goals:
        size = len(context.kpis_of[goal.id])
        if size > most:
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has {size} KPIs, more than the limit of {most}",
                "keep those that would change a decision, or split the goal",
                key=True,
            )
