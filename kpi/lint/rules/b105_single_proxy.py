"""B105: a goal measured by a single proxy."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("B105", "single-proxy", "warning", "No goal depends on a single proxy.")
def check(context: Context) -> Iterator[Finding]:
    """Goals whose only KPI is a proxy."""
    for goal in context.goals:
        kpis = context.kpis_of[goal.id]
        if len(kpis) == 1 and kpis[0].kind == "proxy":
            yield Finding(
                ("kpis", kpis[0].id, "kind"),
                f"a single proxy is the only measure of {shown(goal)}",
                "add a direct measure, or a second proxy of another kind",
            )
