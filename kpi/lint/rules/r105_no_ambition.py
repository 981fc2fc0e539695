"""R105: a target that is always met."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.r104_target_already_met import meets

ENOUGH = 12  # periods before the one shown


@rule("R105", "no-ambition", "info", "A target is not met in every period.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Targets that were met in the period shown and in every one of those before."""
    if context.data is None:
        return
    guards = {guard for kpi in context.kpis for guard in kpi.guardrails}
    for kpi in context.kpis:
        if kpi.id in guards:  # guardrails are meant to be met always
            continue
        series = context.data.series.get(kpi.id)
        listed = targets(kpi)
        if series is None or series.failed or len(listed) != 1:
            continue
        values = [point.value for point in (*series.history, series.shown) if point.value is not None]
        if len(values) > ENOUGH and all(meets(value, listed[0]) for value in values):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} has met its target in each of the last {len(values)} periods",
                "raise it, or make this KPI a guardrail of another",
            )
