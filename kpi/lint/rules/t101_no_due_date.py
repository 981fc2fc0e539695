"""T101: a goal without a date."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets, timeless
from kpi.lint.rule import Finding, rule
from kpi.lint.text import find_date


@rule("T101", "no-due-date", "warning", "Every goal has a due date.")
def check(context: Context) -> Iterator[Finding]:
    """Goals without a due date in the field or the name (T102). Missions need none; for OMTM goals see F104."""
    for goal in context.goals:
        if goal.due is not None or timeless(goal) or context.given("goals", goal.id, "due"):
            continue
        if goal.framework == "omtm" or find_date(goal.name):
            continue
        days = [target.by for kpi in context.kpis_of[goal.id] for target in targets(kpi) if target.by is not None]
        hint = f"its KPIs suggest due: {max(days)}" if days else "add one, e.g. due: " + str(context.year_end())
        yield Finding(("goals", goal.id), f"{shown(goal)} has no due date", hint, key=True)
