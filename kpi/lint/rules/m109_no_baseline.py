"""M109: a target with a date but no baseline."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("M109", "no-baseline", "warning", "A target with a date has a baseline.")
def check(context: Context) -> Iterator[Finding]:
    """Targets to be reached by a date on a KPI without baseline."""
    for kpi in context.kpis:
        target = kpi.target
        if target is None or isinstance(target, tuple) or target.by is None or kpi.baseline is not None:
            continue
        if not context.given("kpis", kpi.id, "baseline"):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} has a target with a date but no baseline",
                "set `baseline` to the value it starts from, so that its pace can be judged",
            )
