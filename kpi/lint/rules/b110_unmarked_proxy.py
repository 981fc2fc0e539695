"""B110: a proxy that is not called one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

# What people feel; only they can say it.
_FELT = (
    r"\b(?:satisf(?:y|ied|action)|dissatisf\w+|happy|happier|happiness|delight\w*|love|loves|loved|trust|trusts|trusted|"
    r"morale|feel|feels|enjoy|enjoys|recommend|recommends|confident|proud)\b"
)
# What asks them.
_ASKED = (
    rf"{_FELT}|\b(?:survey\w*|nps|enps|csat|ces|scores?|ratings?|rate us|rated|promoters?|stars|opinion|sentiment|"
    r"complain\w*|complaints?|say|answered|reviews?|pulse|feedback)\b"
)
# What a clock or a counter measures.
_COUNTED = (
    r"\b(?:times?|duration|hours|minutes|seconds|days|latency|delays?|number|count|calls|tickets|visits|requests|"
    r"logins|sessions|uptime|downtime|backlog)\b"
)


@rule("B110", "unmarked-proxy", "info", "A KPI that stands for what people feel is called a proxy.")
def check(context: Context) -> Iterator[Finding]:
    """Goals about what people feel whose KPIs are all times or counts, none of them with a ``kind``."""
    for goal in context.goals:
        kpis = context.kpis_of[goal.id]
        said = [f"{kpi.id.replace('_', ' ')} {kpi.name} {kpi.question or ''}" for kpi in kpis]
        if not kpis or not re.search(_FELT, goal.name or "", re.IGNORECASE) or any(kpi.kind for kpi in kpis):
            continue
        if any(re.search(_ASKED, text, re.IGNORECASE) for text in said):
            continue
        if all(re.search(_COUNTED, kpi.name or "", re.IGNORECASE) for kpi in kpis):
            yield Finding(
                ("kpis", kpis[0].id, "name"),
                f"a clock or a counter stands for what {shown(goal)} wants people to feel",
                "add kind: proxy, and a KPI that asks them, such as a share of those who are satisfied",
            )
