"""F101: an objective with too few or too many key results."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

FEWEST, MOST = 3, 5


@rule("F101", "okr-key-results", "warning", "An OKR objective has three to five key results.")
def check(context: Context) -> Iterator[Finding]:
    """OKR objectives with key results, but fewer than three or more than five."""
    for goal in context.goals:
        size = len(context.kpis_of[goal.id])
        if goal.framework == "okr" and size and not FEWEST <= size <= MOST:
            number = "1 key result" if size == 1 else f"{size} key results"
            hint = "add what else must be true when it is reached" if size < FEWEST else "keep the ones that decide"
            yield Finding(
                ("goals", goal.id), f"{shown(goal)} has {number}; an objective has {FEWEST} to {MOST}", hint, key=True
            )
