"""D106: rows that stand there twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context


@rule("D106", "duplicate-rows", "warning", "No row stands in a source twice.")
def check(context: Context) -> Iterator[Finding]:
    """Sources in which rows stand once more, although a column tells all different rows apart."""
    if context.data is None:
        return
    for source in context.data.sources.values():
        if source.duplicates:
            rows = "row stands" if source.duplicates == 1 else "rows stand"
            yield Finding(
                ("sources", source.id),
                f"{source.duplicates:,} {rows} in {source.id} once more, the same in every column",
                "a file that was loaded twice, or overlapping exports? Leave one out of path",
                key=True,
            )
