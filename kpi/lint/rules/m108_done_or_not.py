"""M108: a milestone as a KPI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

# With a share from 0 to 100 % the name must say that it is work's progress: a share of things may well run so too.
_PROGRESS = (
    r"\b(?:progress|completion|complete[d]?|done|finished|milestones?|implementation|implemented|roll-?out|migration|launch(?:ed)?|"
    r"delivered|delivery|deployed|released|go-?live|setup|set up|built|shipped|live|status|project|introduction)\b"
)


@rule("M108", "done-or-not", "warning", "A KPI moves by degrees; a milestone is only done or not.")
def check(context: Context) -> Iterator[Finding]:
    """Targets of 1 from a baseline of 0, or of 100 % where the name describes progress."""
    for kpi in context.kpis:
        if kpi.baseline == 0 and _runs_to_done(kpi):
            yield Finding(
                ("kpis", kpi.id, "target"),
                f"{shown(kpi)} is either done or not, so it measures work, not a result",
                "measure what changes once it is done",
            )


def _runs_to_done(kpi: Kpi) -> bool:
    for target in targets(kpi):
        if target.value in (1, 100) and target.op in (">=", "==") and (target.by or isinstance(kpi.target, tuple)):
            counted = kpi.unit != "%" and target.value == 1
            return counted or re.search(_PROGRESS, kpi.name, re.IGNORECASE) is not None
    return False
