"""L103: an expired suppression comment."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("L103", "expired-suppression", "warning", "A suppression ends on its date.", after_others=True)
def check(context: Context) -> Iterator[Finding]:
    """Suppression comments with a date before today. What they suppressed is reported again."""
    for comment in context.suppressions:
        if comment.until is not None and comment.until < context.today:
            yield Finding(
                (),
                f"this suppression ended on {comment.until}",
                "fix what it suppressed, or set a new date",
                at=comment.place,
            )
