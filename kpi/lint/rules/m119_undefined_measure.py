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
    r"|\b\d+[- ](?:days?|weeks?|months?|years?)\b|\b\d+[dwmy]\b|\b([a-z]+)[- ]to[- ]\1\b|\bvs\b|\bversus\b"
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
            r"\b(?:retention|churn|attrition|turnover|graduation|persistence|re-?purchase"
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
        r"\b(?:pay|salary|salaries|wages|speed of \w+)$|^speed of\b",
        rf"{_STATISTIC}|\b(?:starting|entry|gap|increase|bill)\b",
        "the mean, the median or another statistic",
        'say which statistic, e.g. "Median pay of a nurse"',
    ),
    (
        r"^(?:[\w-]+\s+){0,3}(?:participation|attendance|disproportionality|proficiency|sense of belonging)$",
        _SCALE,
        "as a share of whom",
        'say of whom, e.g. "Share of pupils who take part" or "Average attendance per session"',
    ),
    (
        r"^(?:[\w-]+\s+){0,2}satisfaction\s+(?:of|with|among)\b",
        r"\b(?:score|rate|rating|index|share|percentage|percent|survey|nps|csat|average|median|mean)\b|%",
        "on which scale",
        'say how it becomes a number, e.g. "Share of residents who are satisfied with refuse collection"',
    ),
    (
        r"^\w+\s+(?:feeling|reporting|saying|dissatisfied|satisfied|stressed)\b",
        rf"{_SCALE}|\btotal\b",
        "whether it is a number or a share, and of whom",
        'say of whom, e.g. "Share of pupils who feel safe"',
    ),
    (
        r"(?<!academic )(?<!student )\b(?:growth)\b(?! (?:mindset|score|percentile))",
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
# What one has, offers or does: a thing or a topic, and not how much of it.
_THING = (
    r"^(?!.*\b(?:rate|score|index|share|percent\w*|proportion|level|number|count|ratio|costs?|spend|spending|average"
    r"|median|hours|days|time|per|expenditures?|revenue|budget|usage|adoption|uptake|growth|value|satisfaction|of|with"
    r"|by|vs|in)\b|.*[%#/])(?:[\w'’&.-]+\s+){0,5}"
    r"(?:programs?|programmes?|models?|tools?|resources?|systems?|networks?|initiatives?|moderni[sz]ation|development"
    r"|health|support|culture|communications?|communicators|innovation|governance|strateg(?:y|ies)|training|security"
    r"|sustainability|collaboration|leadership|wellness|customer service|infrastructure|documentation|standards"
    r"|branding)$"
)
_QUESTION = (
    r"\?\s*$|^(?:how|what|which|who|why|when|where|do|does|did|are|is|can)\s+(?:\w+\s+)*"
    r"(?:we|you|they|our|the|it|is|are|do|does)\b"
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
    if re.search(_QUESTION, name, re.IGNORECASE):
        return 0, len(name), "what is measured: it asks a question", "put it in `question`, and name what is counted"
    if kpi.unit is None and not kpi.question and re.search(_THING, name, re.IGNORECASE):
        hint = "say what counts of it: how many people use it or are reached, or the number that it is to move"
        return 0, len(name), "how much of it, or what it moves", hint
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
