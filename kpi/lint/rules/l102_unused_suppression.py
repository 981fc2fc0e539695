"""L102: a comment that is no longer needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context


@rule(
    "L102",
    "unused-suppression",
    "warning",
    "A suppression comment is removed together with its finding.",
    after_others=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Codes in suppressing comments to which no finding answers. Rules that did not run do not count."""
    for comment in context.suppressions:
        if comment.until is not None and comment.until < context.today:
            continue  # L103 says so
        for name, span in comment.unused(context.applied):
            yield Finding(
                (),
                f"{name} has no finding here to suppress",
                "remove it, or run kpi lint --fix",
                at=comment.locate(*span),
                fixable=True,
            )
