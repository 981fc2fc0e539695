"""D101: a path that matches no file."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("D101", "missing-file", "warning", "Every path of a source matches a file.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Paths of sources that match no file."""
    if context.data is None:
        return
    for source, facts in context.checked.facts.items():
        for problem in facts.problems:
            if problem.code == "missing-file":
                yield Finding(("sources", source, *problem.field), problem.message, problem.hint)
