"""T112: reviews of a KPI that never changed anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Decision
from kpi.plan.model.lint import RuleOption

MOST = RuleOption("max_idle_decisions", int, 3, "More decisions in a row that change nothing are too many.")
# What is written down where nothing is done.
_IDLE = (
    r"(?:unknown|unclear|not known|nothing|no (?:action|change|decision)|none|(?:we )?(?:wait|watch|monitor|observe)\b|"
    r"(?:keep|keep on) (?:watching|monitoring|observing|waiting|an eye)|look (?:again|into)|see (?:how|what|next)|"
    r"to be (?:discussed|decided)|discuss|tbd)\b"
)


@rule(
    "T112",
    "review-without-decision",
    "info",
    "Reviews of a KPI lead to something that is done.",
    options=[MOST],
)
def check(context: Context) -> Iterator[Finding]:
    """KPIs whose last decisions all put it off, or repeat the one before; one finding a KPI, at the last decision."""
    most = MOST.of(context.settings)
    numbered: dict[str, list[tuple[int, Decision]]] = {}
    for number, decision in enumerate(context.plan.decisions):
        if decision.kpi in context.plan.kpis:
            numbered.setdefault(decision.kpi, []).append((number, decision))
    for kpi, own in numbered.items():
        own.sort(key=lambda one: one[1].date)
        idle = 0
        for (_, now), before in zip(reversed(own), [*(one for _, one in reversed(own[:-1])), None], strict=True):
            if not _changes_nothing(now, before):
                break
            idle += 1
        if idle > most:
            yield Finding(
                ("decisions", own[-1][0], "decided"),
                f"the last {idle} decisions about {kpi} change nothing",
                "decide what is done when it stays as it is, or review the KPI less often, or remove it",
            )


def _changes_nothing(decision: Decision, before: Decision | None) -> bool:
    """Whether a decision puts off what to do, or is the one before again."""
    text = " ".join(decision.decided.lower().split())
    again = before is not None and text == " ".join(before.decided.lower().split())
    return decision.expect is None and (again or re.match(_IDLE, text) is not None)
