"""M106: a KPI whose name contains its target."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.rule import Finding, rule
from kpi.lint.text import body, find_number
from kpi.values.units import CURRENCY_SIGNS

_NUMBER = rf"[{CURRENCY_SIGNS}]?\s?\d[\d.,]*"
_THAN = (
    r"at\s+least|at\s+most|no\s+(?:more|less|fewer)\s+than|not\s+(?:more|less)\s+than|below|above|under|over|"
    r"(?:less|more|fewer|greater|higher|lower|better)\s+than|up\s+to|minimum\s+of|maximum\s+of|exceed(?:s|ing)?"
)
# "Churn below 5%", "Uptime > 99.9%"; the words before decide whether the number is a target or part of the definition.
_COMPARED = rf"(?:\b(?:{_THAN})|[<>≤≥]=?|=>|=<)\s*{_NUMBER}\s?(?P<percent>%|per\s?cent)?"
# A percentage at the start or end, or a change: the name of a measure has neither.
_ALWAYS = (
    rf"^\s*{_NUMBER}\s?%(?!\s*(?:percentile|quantile|ci\b|confidence))"
    rf"|\b(?:to|of|[=:])\s*{_NUMBER}\s?%\s*$"
    rf"|\bby\s+{_NUMBER}\s?(?:%|per\s?cent|pts?\b|points?\b|x\b)"
    rf"|\bfrom\s+{_NUMBER}\s?[^\s,;]{{0,12}}\s+to\s+(?:below\s+|under\s+|above\s+|over\s+)?{_NUMBER}"
    rf"|{_NUMBER}\s?%\s+(?:increase|decrease|reduction|growth|improvement|more|less|fewer|higher|lower"
    rf"|faster|rise|drop|fall)\b"
    rf"|^\s*(?:[<>≤≥]=?|at least|at most|over|more than|up to|no more than|fewer than|less than)\s*{_NUMBER}"
    rf"|^\s*{_NUMBER}[kKmMB]?\+?\s+(?!percentile|quantile|day|days|week|weeks|month|months|year|years"
    rf"|hour|hours|minute)\S.*\bby\s+(?:the\s+)?(?:end|q\d|20\d\d|[a-z]+ \d)"
    rf"|{_NUMBER}\s?%\s?\+(?!\w)"
    r"|\b(?:take|takes|takes?\s+(?:no|not))\s+(?:no\s+more\s+than|less\s+than|at\s+most|under"
    r"|up\s+to)\s+(?:one|two|three|an?|\d)\S*(?:\s+\w+){0,2}"
    r"|^no\s+[^,;]+?\b(?:is|are|takes?|waits?|blocks?|goes|exceeds?|lasts?|remains?)\b"
    rf"|\b(?:is|are)\s+(?:[\w-]+\s+){{0,3}}?(?:within|in)\s+(?:under\s+"
    rf"|less\s+than\s+)?{_NUMBER}\s+(?:business\s+|working\s+)?(?:s|secs?|seconds?|min|minutes?|hours?"
    rf"|days?|weeks?|iterations?|months?)\b"
    rf"|\b(?:is|are|was|be|stays?|remains?)\s*(?:<|>|≤|≥|=|below|under|above|over|at least|at most"
    rf"|less than|more than|no more than)\s*=?\s*{_NUMBER}"
    r"|^zero\s+(?!trust|waste|carbon|emission|touch|party|rat|day|based|hour|knowledge|down)"
)
# Targets without a figure: "No request waits", "takes no more than one day", "Zero returns".
_IN_WORDS = (
    r"\btakes?\s+(?:no\s+more\s+than|less\s+than|at\s+most|up\s+to)\s+(?:one|two|three|four|five|an?)\s+\w+(?:\s+\w+)?"
    r"|^no\s+[^,;]+?\b(?:is|are|takes?|waits?|blocks?|goes|exceeds?)\b"
    r"|^zero\s+(?!trust|waste|carbon|emission|touch|party|rat|day|based|hour|knowledge|down)"
)
# Without one of these neither of the two can fit.
_HINTS = (
    "%", "<", ">", "≤", "≥", "=", ":", "cent", " to ", " of ", " by ", "from ", "than", "least", "most", "below",
    "above", "under", "over", "minimum", "maximum", "exceed",
    "no ", " is ", " are ", " in ", "take", "up to",
)  # fmt: skip
# Such a start says that what follows defines the things counted: "Share of calls answered in under 20 seconds".
_DEFINES = (
    r"\b(?:share|percentage|percent|proportion|number|count|fraction|ratio|amount|total|portion)\b"
    r"|%\s+of\b|#|\bhow\s+many\b"
    r"|\b(?:with|whose|who|that|which|where|worth|aged?|older|younger|lasting|taking|longer|shorter"
    r"|within|answered|resolved|"
    r"closed|paid|delivered|completed|waiting|open|overdue|having|rated|scoring|scored|costing|due"
    r"|fixed|solved|loaded)\b"
)


@rule("M106", "target-in-name", "warning", "A KPI's name says what is measured, and its target how much is wanted.")
def check(context: Context) -> Iterator[Finding]:
    """Names of KPIs that state a target, not numbers that define what is measured ("30-day churn", "p95 latency")."""
    for sentence in context.sentences:
        if sentence.kind == "kpi" and (at := target_in_name(context, sentence)):
            yield Finding(
                sentence.path,
                "the name contains the target",
                "name only what is measured, and move the number to `target`",
                start=at[0],
                end=at[1],
            )


def target_in_name(context: Context, sentence: Sentence) -> tuple[int, int] | None:
    """The characters of the target in a KPI's name, or None."""
    text = sentence.text
    if not any(character.isdigit() for character in text):
        found = re.search(_IN_WORDS, text, re.IGNORECASE)
        return found.span() if found else None
    if not any(hint in text.lower() for hint in _HINTS):  # patterns are costly to compile, and most names need none
        return _after_verb(context, sentence)
    if found := re.search(_ALWAYS, text, re.IGNORECASE):
        return found.end() - len(found[0].lstrip()), found.end()
    for found in re.finditer(_COMPARED, text, re.IGNORECASE):
        before = text[: found.start()]
        if not re.search(_DEFINES, before, re.IGNORECASE) and (found["percent"] or _measured(context, before)):
            return found.span()
    return _after_verb(context, sentence)


def _measured(context: Context, before: str) -> bool:
    """Whether the words before a comparison end with a quantity ("NPS", "NPS of"), so that the number is its target.

    With an article the quantity is one of the things counted: "Shops at a rent of at most 100".
    """
    words = re.findall(r"[^\W\d_]+", before.lower())
    of = words[-1:] == ["of"]
    words = words[:-1] if of else words
    if not words or words[-1] not in context.words("measures"):
        return False
    return not (of and words[-2:-1] in (["a"], ["an"], ["the"]))


def _after_verb(context: Context, sentence: Sentence) -> tuple[int, int] | None:
    """The number in "Reach 10k users", "Increase NPS to 50": a direction first, then a quantity."""
    verbs = context.words("directions")
    words = sentence.words
    if not words:
        return None
    word, _, end = words[body(sentence.text, words)]
    number = find_number(sentence.text) if word in verbs else None
    if number is None or number[0] < end:
        return None
    if "also a noun" in verbs.flags(word) and sentence.text[end : number[0]].strip():
        return None
    return number
