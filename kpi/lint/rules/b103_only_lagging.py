"""B103: a goal with only lagging indicators."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("B103", "only-lagging", "info", "Every goal has a leading indicator.")
def check(context: Context) -> Iterator[Finding]:
    """Goals whose KPIs are all lagging, and in no ``leads`` of a leading KPI of another goal."""
    led = {lead.kpi for kpi in context.kpis if kpi.indicator == "leading" for lead in kpi.leads}
    for goal in context.goals:
        kpis = context.kpis_of[goal.id]
        if kpis and all(kpi.indicator == "lagging" for kpi in kpis) and led.isdisjoint(kpi.id for kpi in kpis):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has only lagging indicators, which report when it is too late",
                "add a leading indicator, or list one of these KPIs in the `leads` of another",
                key=True,
            )
