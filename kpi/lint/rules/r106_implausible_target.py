"""R106: a target far beyond what the history shows."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.r104_target_already_met import meets

ENOUGH, TIMES, STRETCH = 6, 3, 7  # values; times their range; the ambition (1 to 10) from which it is a stretch


@rule("R106", "implausible-target", "info", "A target is within reach, judging by the history.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Targets with a date that are several times further away than the range of the KPI's history."""
    if context.data is None:
        return
    for kpi in context.kpis:
        series = context.data.series.get(kpi.id)
        listed = targets(kpi)
        if series is None or series.failed or not listed or listed[-1].by is None:
            continue
        bound, now = listed[-1].value, series.shown.value
        values = [point.value for point in (*series.history, series.shown) if point.value is not None]
        if not isinstance(bound, (int, float)) or now is None or len(values) < ENOUGH or meets(now, listed[-1]):
            continue
        spread = max(values) - min(values)
        way = abs(bound - now)
        if way > TIMES * spread > 0:
            goal = context.plan.goals.get(kpi.goal or "")
            if (kpi.ambition or (goal.ambition if goal else None) or 0) >= STRETCH:
                continue
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} has to move {way / spread:.0f} times as far as in the last {len(values)} periods",
                "set an intermediate target, or mark it as a stretch with ambition: 9",
            )
