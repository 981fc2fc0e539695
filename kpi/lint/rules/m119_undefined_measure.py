"""M119: a measure whose window, statistic or base is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

_PERIOD = (
    r"\b(?:\d+[- ]?)?(?:day|week|month|quarter|year|semester|term|season)(?:s|ly|'s)?\b|\bd\d+\b"
    r"|\b(?:daily|annual|annually|yearly|weekly|monthly|"
    r"quarterly|rolling|trailing|ytd|mtd|yoy|mom|ttm|ltm|cohort|within|after|since|first-year)\b"
    r"|\b\d+[- ](?:days?|weeks?|months?|years?)\b|\b\d+[dwmy]\b"
)
_STATISTIC = (
    r"\b(?:mean|average|avg|median|typical|p\d\d|\d\d(?:th|st|nd|rd)?\s+percentile|percentile|max"
    r"|maximum|min|minimum|longest|shortest|"
    r"slowest|fastest|total|sum|share|percentage|percent|proportion|rate|number|count|mtt\w+|score|per"
    r"|of total|within|target|"
    r"equivalent|under|over|below|above|than|limit|spent|worked|logged|saved|lost)\b|%|/"
)
_SCALE = (
    r"\b(?:score|rate|rating|index|share|percentage|percent|proportion|level|points?|survey|nps|enps"
    r"|csat|ces|sus|number|count|"
    r"average|median|mean|gap|ratio|cost|spend|costs|per|of|with|towards?|in|by)\b|%|/"
)
# What is measured, what it must not lack, and what to ask.
_FAMILIES = (
    (
        (
            r"\b(?:retention|churn|attrition|turnover|graduation|renewal|persistence|re-?purchase"
            r"|returning customers?)\b(?!\s+(?:of|ratio))"
        ),
        _PERIOD,
        "over which time",
        'say over which time, e.g. "30-day retention rate", or set `window`',
    ),
    (
        (
            r"\b(?:(?:load|loading|response|waiting|wait|handling|handle|lead|cycle|resolution|turnaround"
            r"|delivery|processing|start-?up|reaction|answer|travel|journey|repair|build|review)\s+times?"
            r"|time to \w+|latency|durations?|delays?|pageload|startup|length of stay|age of|\w+ age)\b"
        ),
        _STATISTIC,
        "the mean, the median or a percentile",
        'say which statistic, e.g. "Median response time" or "95th percentile of load time"',
    ),
    (
        r"\b(?:growth)\b",
        rf"{_PERIOD}|\b(?:per|rate of|ratio|cagr|compound)\b",
        "since when",
        'say since when, e.g. "Revenue growth over a year ago"',
    ),
    (
        (
            r"^(?:[\w-]+\s+){0,2}(?:satisfaction|engagement|awareness|loyalty|reliability|productivity"
            r"|absenteeism|punctuality|"
            r"equality|equity|morale|trust|wellbeing|well-being|usability|performance|quality"
            r"|efficiency)(?:\s+levels?)?$"
        ),
        _SCALE,
        "on which scale, or as a share of what",
        (
            'say how it becomes a number, e.g. "Share of staff who would recommend us" or "Trains at most 5 '
            'minutes late, per 100 trains"'
        ),
    ),
)
_BARE = (
    r"^(?:[\w-]+\s+)?(?:crashes|incidents|errors|complaints|defects|bugs|faults|failures|accidents"
    r"|injuries|outages|returns|cancellations|escalations|no-shows|falls|infections)$"
)


@rule(
    "M119",
    "undefined-measure",
    "info",
    "A KPI's name or definition says over which time, with which statistic and of what.",
    smart="M",
)
def check(context: Context) -> Iterator[Finding]:
    """KPIs without formula whose name leaves open the window, the statistic or the base, as does their question."""
    for sentence in context.sentences:
        if sentence.kind != "kpi" or sentence.path[-1] != "name":
            continue
        kpi = context.plan.kpis[sentence.id]
        if kpi.formula is not None or context.given("kpis", kpi.id, "formula"):
            continue
        if (found := _open(context, kpi, sentence.text)) is not None:
            start, end, what, hint = found
            yield Finding(sentence.path, f"the name does not say {what}", hint, start=start, end=end)


def _open(context: Context, kpi: Kpi, name: str) -> tuple[int, int, str, str] | None:
    said = f"{name} {kpi.question or ''}"
    for pattern, needed, what, hint in _FAMILIES:
        found = re.search(pattern, name, re.IGNORECASE)
        if found is None or re.search(needed, said, re.IGNORECASE):
            continue
        if needed.startswith(_PERIOD) and (
            kpi.window is not None or (what == "since when" and context.given("kpis", kpi.id, "every"))
        ):
            continue
        return found.start(), found.end(), what, hint
    if re.search(_BARE, name, re.IGNORECASE) and not kpi.question and kpi.unit != "%":
        return (
            0,
            len(name),
            "per how many of what",
            (
                f'relate it to what it can happen to, e.g. "{name} per 1,000 orders", so that it does not grow with '
                f"the business"
            ),
        )
    return None
