"""T110: a decision whose effect nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("T110", "decision-overdue", "warning", "What became of a decision is looked at on its day.")
def check(context: Context) -> Iterator[Finding]:
    """Decisions whose day has passed, and about whose KPI none was recorded since."""
    if not context.plan.decisions:
        return
    from kpi.plan.decisions import due_decisions, next_day

    due = due_decisions(context.plan, next_day(context.today))
    for number, decision in enumerate(context.plan.decisions):
        if decision in due and decision.until < context.today and decision.kpi in context.plan.kpis:
            yield Finding(
                ("decisions", number, "until"),
                f"the effect of this decision about {decision.kpi} was to be looked at by {decision.until}",
                "kpi review shows what became of it; record what follows with kpi review --record",
            )
