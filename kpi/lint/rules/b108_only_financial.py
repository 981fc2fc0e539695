"""B108: only financial KPIs."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule

FEWEST = 3


@rule("B108", "only-financial", "info", "Not every KPI is financial.")
def check(context: Context) -> Iterator[Finding]:
    """Plans of three or more KPIs that are all in a currency or on goals of the financial perspective."""
    if len(context.kpis) < FEWEST or any(goal.framework == "bsc" for goal in context.goals):
        return
    for kpi in context.kpis:
        goal = context.plan.goals.get(kpi.goal or "")
        if goal is not None and goal.perspective is not None:
            financial = goal.perspective == "financial"
        else:
            unit = context.unit(kpi)
            financial = unit is not None and unit.kind == "currency"
        if not financial:
            return
    yield Finding(
        ("kpis", context.kpis[0].id),
        "all KPIs are financial, and these show the past rather than the future",
        "add KPIs on customers, internal processes or learning",
        key=True,
    )
