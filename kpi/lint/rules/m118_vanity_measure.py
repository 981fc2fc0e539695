"""M118: a count that only grows and says little."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import at_words
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

WORDS = RuleOption("vanity_measures", WordOptions, NO_WORDS, "Counts that impress and decide nothing.")
# With one of these it is a ratio, or about people who do something.
_RATIO = (
    r"\b(?:rate|ratio|per|share|proportion|percentage|percent|conversion|converted|cost|average|avg|median|mean|"
    r"active|users who|bookmarks users|paying|growth|returning|retained|qualified|time|speed|latency"
    r"|revenue|to)\b|%|(?<=\w)\s?/\s?(?=\w)(?!\s?unique)"
)


@rule(
    "M118",
    "vanity-measure",
    "info",
    "A KPI says something about what people do, not only how many were reached.",
    options=[WORDS],
    smart="R",
)
def check(context: Context) -> Iterator[Finding]:
    """Followers, page views, impressions and the like, in names, without a base or an action that follows."""
    listed = context.words("vanity_measures", WORDS)
    for sentence in context.sentences:
        if sentence.kind == "question":
            continue
        ratio = re.sub(r"\bto\b", "", sentence.text) if sentence.kind == "goal" else sentence.text
        if re.search(_RATIO, ratio, re.IGNORECASE):
            continue
        match = next(iter(listed.find(sentence.words)), None)
        if match is not None and not context.is_term(sentence, match):
            start, end = sentence.words[match.start][1], sentence.words[match.end - 1][2]
            hint = match.entry.hint or "relate it to a base, or count those who act on it"
            yield at_words(
                sentence,
                match,
                f'"{sentence.text[start:end]}" counts attention, and says nothing of what came of it',
                hint,
            )
