"""S107: a name that could hang on any wall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.context import timeless
from kpi.lint.prose import flagged
from kpi.lint.rule import Finding, rule
from kpi.lint.text import has_number

if TYPE_CHECKING:
    from kpi.lint.context import Context

MOST_OTHER_WORDS = 3


@rule("S107", "slogan", "info", "A goal names a change, not a mood.")
def check(context: Context) -> Iterator[Finding]:
    """Goals that are hardly more than a phrase from the list, or that end in an exclamation mark; missions may be."""
    message = "this is a slogan: it says of no single thing that it will change"
    hint = "say what will be different, for whom, and by when"
    seen: set[str] = set()
    for statement, match, _ in flagged(context, "slogans", "slogans"):
        if statement.kind == "goal" and len(statement.words) - (match.end - match.start) <= MOST_OTHER_WORDS:
            if statement.id in seen or timeless(context.plan.goals[statement.id]) or has_number(statement.text):
                continue
            seen.add(statement.id)
            yield Finding(statement.path, message, hint)
    for goal in context.goals:
        if (
            goal.name.rstrip().endswith("!")
            and goal.id not in seen
            and not timeless(goal)
            and not has_number(goal.name)
        ):
            yield Finding(("goals", goal.id, "name"), message, hint)
