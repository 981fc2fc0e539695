"""T104: a KPI without `every`."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("T104", "no-every", "info", "Every KPI says how often it is measured.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs with data and without ``every``."""
    for kpi in context.kpis:
        if (kpi.formula or kpi.values) and not context.given("kpis", kpi.id, "every"):
            yield Finding(
                ("kpis", kpi.id),
                f"{shown(kpi)} does not say how often it is measured; the default is every month",
                "add every: day, week, month, quarter, half or year, or several weeks as in 2 weeks",
                key=True,
            )
