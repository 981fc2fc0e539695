"""R101: a KPI without a goal."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("R101", "kpi-without-goal", "warning", "Every KPI is linked to a goal.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs without a goal. A guardrail of another KPI needs none."""
    guards = {name for kpi in context.kpis for name in kpi.guardrails}
    for kpi in context.kpis:
        if kpi.goal is None and kpi.id not in guards and not context.given("kpis", kpi.id, "goal"):
            hint = "set `goal`, or turn it into a measure if only formulas use it"
            if len(context.goals) == 1:
                hint = f"add goal: {context.goals[0].id}, or turn it into a measure if only formulas use it"
            yield Finding(
                ("kpis", kpi.id), f"{shown(kpi)} is not linked to a goal, so it is a metric, not a KPI", hint, key=True
            )
