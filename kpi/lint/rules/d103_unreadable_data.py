"""D103: rows that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("D103", "unreadable-data", "warning", "Every row of a source can be read.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Sources that cannot be read, and rows that were skipped."""
    if context.data is None:
        return
    for source in context.data.sources.values():
        missing = any(problem.code == "missing-file" for problem in context.checked.facts[source.id].problems)
        if source.problem is not None and not missing:
            yield Finding(("sources", source.id), source.problem, key=True)
        elif source.skipped:
            yield Finding(("sources", source.id), source.skipped_note, key=True)
