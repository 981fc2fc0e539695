"""T107: a schedule of targets with a gap."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("T107", "schedule-with-holes", "warning", "A schedule has a target for every period.")
def check(context: Context) -> Iterator[Finding]:
    """Schedules of periods of one length that skip a period: the target before silently continues."""
    for kpi in context.kpis:
        if not isinstance(kpi.target, tuple) or len(kpi.target) < 2:
            continue
        from kpi.errors import TextError
        from kpi.values import shift
        from kpi.values.period_labels import scheduled_period

        try:
            periods = [scheduled_period(entry.label, context.calendar, kpi.every) for entry in kpi.target]
        except TextError:  # a date that begins none of the KPI's periods
            continue
        if len({period.every for period in periods}) > 1:
            continue
        for entry, period, next_ in zip(kpi.target, periods, periods[1:], strict=False):
            expected = shift(period, 1, context.calendar)
            wrong = context.given("kpis", kpi.id, "target", expected.label)  # present, but invalid
            if next_.start > expected.start and not wrong:
                yield Finding(
                    ("kpis", kpi.id, "target", entry.label),
                    f"the schedule has no target for {expected.label}, so this one continues",
                    f"add {expected.label}, or name the periods by what they span, e.g. by year",
                    key=True,
                )
