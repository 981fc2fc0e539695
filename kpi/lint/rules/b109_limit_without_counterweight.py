"""B109: a limit that can be kept at the cost of quality."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, shown, targets
from kpi.lint.rule import Finding, rule

# What can be lowered by doing the work badly, or not at all.
_EFFORT = (
    r"\b(?:(?:handle|handling|call|talk|resolution|response|processing|waiting|wait|cycle|lead|turnaround)\s+times?"
    r"|(?:delivery|answer|review|service|visit)\s+times?|(?:average )?length of stay|open (?:tickets|cases|requests)"
    r"|(?:unit |staff |labou?r |total |operating )?costs?(?: per \w+)?|backlog"
    r"|days? to \w+|(?:hours?|minutes?) per \w+)\b"
)


@rule(
    "B109",
    "limit-without-counterweight",
    "info",
    "A limit on time, cost or backlog has a quality guardrail.",
)
def check(context: Context) -> Iterator[Finding]:
    """KPIs of effort with only targets of "at most", without a guardrail and without another KPI on their goal."""
    for kpi in context.kpis:
        if kpi.guardrails or context.given("kpis", kpi.id, "guardrails"):
            continue
        if len(context.kpis_of.get(kpi.goal or "", ())) > 1:
            continue
        wanted = targets(kpi)
        if not wanted or not all(target.op in ("<=", "<") for target in wanted):
            continue
        if (found := re.search(_EFFORT, kpi.name, re.IGNORECASE)) is not None:
            yield Finding(
                ("kpis", kpi.id, "name"),
                f"the target of {shown(kpi)} can be met by doing less of the work, or doing it badly",
                f"list in `guardrails` {_counterweight(found[0])}",
                start=found.start(),
                end=found.end(),
            )


def _counterweight(what: str) -> str:
    """What gets worse first when such a limit is kept at any price."""
    what = what.lower()
    if "cost" in what:
        return 'what the money buys, e.g. "Share of orders returned" or a satisfaction score'
    if "stay" in what:
        return 'what too early an end would raise, e.g. "Share of patients readmitted within 30 days"'
    return 'what haste would raise, e.g. "Share of cases opened again" or "Share of work done twice"'
