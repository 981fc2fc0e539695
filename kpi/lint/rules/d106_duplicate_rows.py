"""D106: duplicate rows."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("D106", "duplicate-rows", "warning", "A source has no duplicate rows.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Sources with duplicate rows, where a column identifies all other rows."""
    if context.data is None:
        return
    for source in context.data.sources.values():
        if source.duplicates:
            is_one = source.duplicates == 1
            yield Finding(
                ("sources", source.id),
                f"1 row of {source.id} is a duplicate of an earlier row"
                if is_one
                else f"{source.duplicates:,} rows of {source.id} are duplicates of earlier rows",
                "if a file was loaded twice or exports overlap, remove one from `path`",
                key=True,
            )
