"""L102: a suppression comment that suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule(
    "L102",
    "unused-suppression",
    "warning",
    "A suppression comment is removed together with its finding.",
    after_others=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Codes in suppression comments without a finding to suppress. Rules that did not run are not considered."""
    for comment in context.suppressions:
        if comment.until is not None and comment.until < context.today:
            continue  # reported by L103
        for name, span in comment.unused(context.applied):
            yield Finding(
                (),
                f"{name} has no finding here to suppress",
                "remove it, or run kpi lint --fix",
                at=comment.locate(*span),
                fixable=True,
            )
