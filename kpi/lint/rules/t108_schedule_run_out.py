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
        from kpi.values import parse_label

        last = kpi.target[-1]
        try:
            period = parse_label(last.label, context.calendar)
        except TextError:  # weeks named by their first day, already checked when reading
            continue
        if period.end <= context.today and (last.target.by is None or last.target.by < context.today):
            yield Finding(
                ("kpis", kpi.id, "target", last.label),
                f"the schedule of {shown(kpi)} ended with {last.label}",
                "add targets for the coming periods",
                key=True,
            )
