"""B104: a leading indicator without `leads`."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("B104", "leading-to-nowhere", "info", "A leading indicator says what it leads.")
def check(context: Context) -> Iterator[Finding]:
    """Leading indicators without ``leads``."""
    for kpi in context.kpis:
        if kpi.indicator == "leading" and not kpi.leads and not context.given("kpis", kpi.id, "leads"):
            others = [other.id for other in context.kpis_of.get(kpi.goal or "", ()) if other.indicator == "lagging"]
            hint = f"add leads: [{others[0]}]" if len(others) == 1 else "list the KPIs that it predicts in `leads`"
            yield Finding(("kpis", kpi.id, "indicator"), f"{shown(kpi)} is a leading indicator without `leads`", hint)
