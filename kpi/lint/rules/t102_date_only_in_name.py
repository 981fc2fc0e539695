"""T102: a date only in the name."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.lint.text import find_date


@rule("T102", "date-only-in-name", "info", "A goal's date is in its due field.")
def check(context: Context) -> Iterator[Finding]:
    """Goals whose date is only in their name."""
    for goal in context.goals:
        if goal.due is None and not context.given("goals", goal.id, "due") and (at := find_date(goal.name)):
            yield Finding(
                ("goals", goal.id, "name"),
                "the date of this goal is only in its name, where nothing tracks it",
                "set due: YYYY-MM-DD",
                start=at[0],
                end=at[1],
            )
