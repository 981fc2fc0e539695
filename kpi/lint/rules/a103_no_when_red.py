"""A103: no action for a red status."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.prose import is_placeholder
from kpi.lint.rule import Finding, rule


@rule("A103", "no-when-red", "info", "A KPI says what is done when it turns red.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs with a target and without ``when_red``."""
    for kpi in context.kpis:
        if kpi.target is None:
            continue
        if kpi.when_red is None and not context.given("kpis", kpi.id, "when_red"):
            yield Finding(
                ("kpis", kpi.id),
                f"no action is defined for when {shown(kpi)} turns red",
                'set `when_red` to the first step, e.g. "Call ten lapsed customers before the next planning meeting"',
                key=True,
            )
        elif kpi.when_red and is_placeholder(kpi.when_red):
            yield Finding(
                ("kpis", kpi.id, "when_red"), "this is a placeholder, not a plan", "write down the first step"
            )
