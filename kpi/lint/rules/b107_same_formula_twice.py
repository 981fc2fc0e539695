"""B107: two KPIs with the same formula."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("B107", "same-formula-twice", "warning", "No two KPIs compute the same number.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs with the formula, window and period of another one. Spacing does not matter."""
    first: dict[object, str] = {}
    for id_, tree in context.checked.formulas.items():
        kpi = context.plan.kpis.get(id_)
        if kpi is None:
            continue
        other = first.setdefault((tree, kpi.window, kpi.every), id_)
        if other != id_:
            yield Finding(
                ("kpis", id_, "formula"),
                f"{shown(kpi)} has the same formula as {shown(context.plan.kpis[other])}",
                "keep one of the two; several KPIs can share a guardrail",
            )
