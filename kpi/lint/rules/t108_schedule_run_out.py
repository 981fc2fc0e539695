"""T108: a schedule of targets that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("T108", "schedule-run-out", "warning", "A schedule extends beyond today.")
def check(context: Context) -> Iterator[Finding]:
    """Schedules whose last period ended before today: its target continues indefinitely."""
    for kpi in context.kpis:
        if not isinstance(kpi.target, tuple) or not kpi.target:
            continue
        from kpi.errors import TextError
        from kpi.values.period_labels import scheduled_period

        last = kpi.target[-1]
        try:
            period = scheduled_period(last.label, context.calendar, kpi.every)
        except TextError:  # a date that begins none of the KPI's periods
            continue
        if period.end <= context.today and (last.target.by is None or last.target.by < context.today):
            yield Finding(
                ("kpis", kpi.id, "target", last.label),
                f"the schedule of {shown(kpi)} ended with {last.label}",
                "add targets for the coming periods",
                key=True,
            )
