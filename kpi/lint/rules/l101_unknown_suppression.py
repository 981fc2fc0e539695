"""L101: a suppression comment with a mistake."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("L101", "unknown-suppression", "warning", "A suppression comment names existing rules.", after_others=True)
def check(context: Context) -> Iterator[Finding]:
    """Suppression comments that name no rule, an unknown rule, or an error, or whose date is invalid."""
    for comment in context.suppressions:
        for problem in comment.problems:
            yield Finding((), problem.message, problem.hint, at=problem.place)
