"""M105: a KPI without a formula or values."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("M105", "kpi-without-data", "warning", "Every KPI says where its number comes from.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs with neither a formula nor values."""
    for kpi in context.kpis:
        if (
            kpi.formula is None
            and not kpi.values
            and not any(context.given("kpis", kpi.id, field) for field in ("formula", "values"))
        ):
            yield Finding(
                ("kpis", kpi.id),
                f"{shown(kpi)} has no formula and no values, so it cannot be computed",
                f"add a formula, or record values with: kpi record {kpi.id} VALUE",
                key=True,
            )
