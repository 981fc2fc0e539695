"""M104: a KPI without a unit."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("M104", "kpi-without-unit", "info", "Every KPI has a unit.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs without unit that already have values, a formula or a target."""
    for kpi in context.kpis:
        if kpi.unit is None and (kpi.formula or kpi.values or kpi.target) and not context.given("kpis", kpi.id, "unit"):
            yield Finding(
                ("kpis", kpi.id),
                f"{shown(kpi)} has no unit",
                'add one: "%", a currency such as EUR, a duration such as minutes, or what is counted',
                key=True,
            )
