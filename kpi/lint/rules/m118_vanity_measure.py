"""M118: a count that only grows and says little."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.prose import at_words
from kpi.lint.rule import Finding, rule
from kpi.lint.text import has_number
from kpi.lint.vocabulary import Match, word_set
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

WORDS = RuleOption("vanity_measures", WordOptions, NO_WORDS, "Counts that impress and decide nothing.")
# With one of these it is a ratio, or about people who do something.
_RATIO = (
    r"\b(?:rate|ratio|per|share|proportion|percentage|percent|conversion|converted|cost|average|avg|median|mean|"
    r"active|users who|bookmarks users|paying|growth|returning|retained|qualified|time|speed|latency"
    r"|revenue|to)\b|%|(?<=\w)\s?/\s?(?=\w)(?!\s?unique)"
    r"|\b(?:within|at most|under|fewer than|less than|no more than)\s+\d"  # a limit is no count to be proud of
)


_NEAR = 24  # characters before a word in which its number is
_COUNTS = word_set(
    "number count counts total volume amount more many increase increased increasing grow growing gain get attract "
    "reach reached double triple"
)
# After one of these the name goes on about where or when: "Visitors from search".
_GOES_ON = word_set("over in on from of at by for with across via during this last since and or all")
_MASS = word_set("reach engagement traffic coverage publicity pageview")


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
        ratio = re.sub(r"\ball[- ]time\b", "", ratio, flags=re.IGNORECASE)
        if re.search(_RATIO, ratio, re.IGNORECASE):
            continue
        match = next((match for match in listed.find(sentence.words) if _is_counted(sentence, match)), None)
        if match is not None and not context.is_term(sentence, match):
            start, end = sentence.words[match.start][1], sentence.words[match.end - 1][2]
            hint = match.entry.hint or "relate it to a base, or count those who act on it"
            yield at_words(
                sentence,
                match,
                f'"{sentence.text[start:end]}" counts attention, and says nothing of what came of it',
                hint,
            )


def _is_counted(sentence: Sentence, match: Match) -> bool:
    """Whether a sentence counts what was found, and does not only mention it: "5,000 downloads", "Get more downloads",
    "Number of downloads", the name "Downloads"; but not "Send the downloads page a check"."""
    words = [word[0] for word in sentence.words]
    before = sentence.text[: sentence.words[match.start][1]]
    if sentence.kind == "goal":
        near = words[max(0, match.start - 3) : match.start]
        return has_number(before[-_NEAR:]) or not _COUNTS.isdisjoint(near)
    after = sentence.text[sentence.words[match.end - 1][2] :].lstrip()
    ends = match.end == len(words) or words[match.end] in _GOES_ON or after.startswith("(")
    plural = words[match.end - 1].endswith("s") or words[match.end - 1] in _MASS or match.end - match.start > 1
    return (ends and (plural or match.start == 0)) or not _COUNTS.isdisjoint(words)
