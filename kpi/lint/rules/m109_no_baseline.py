"""M109: a way to go without its start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.context import shown
from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context


@rule("M109", "no-baseline", "warning", "A target to be reached by a date says from where.")
def check(context: Context) -> Iterator[Finding]:
    """Targets to be reached by a date on a KPI without baseline."""
    for kpi in context.kpis:
        target = kpi.target
        if target is None or isinstance(target, tuple) or target.by is None or kpi.baseline is not None:
            continue
        if not context.given("kpis", kpi.id, "baseline"):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} is to reach its target from nobody knows where",
                "add the value it starts from as baseline; then its pace can be judged before the date",
            )
