"""M102: a KPI without a target."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, Sentence, shown
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.m106_target_in_name import target_in_name


@rule("M102", "kpi-without-target", "warning", "Every KPI has a target.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs without target. Thresholds alone are not a target."""
    for kpi in context.kpis:
        if (
            kpi.name
            and "M106" in context.applied
            and target_in_name(context, Sentence(("kpis", kpi.id, "name"), kpi.name, "kpi"))
        ):
            continue  # M106 says where to move it
        if kpi.target is None and not context.given("kpis", kpi.id, "target"):
            hint = 'add one, e.g. "target: at least 30% by 2026-12-31"'
            if kpi.thresholds is not None:
                hint = f'the thresholds suggest "target: {kpi.thresholds.green.text}"'
            yield Finding(("kpis", kpi.id), f"{shown(kpi)} has no target", hint, key=True)
