"""M120: a path that matches no file here."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.checks.source_facts import MISSING


@rule("M120", "no-data-file", "info", "The data files of every source are in their place.", smart="")
def check(context: Context) -> Iterator[Finding]:
    """Paths of sources that match no file. With ``--data`` this is what D101 warns of."""
    if context.data is not None:
        return
    for source, facts in context.checked.facts.items():
        for problem in facts.problems:
            if problem.code == MISSING:
                hint = problem.hint or "if the data is elsewhere on purpose, as in CI, use --ignore M120"
                yield Finding(("sources", source, *problem.field), problem.message, hint)
