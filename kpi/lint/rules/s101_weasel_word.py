"""S101: words that sound good but cannot be measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kpi.lint.context import Context, Sentence
from kpi.lint.prose import at_words, flagged
from kpi.lint.rule import Finding, rule
from kpi.lint.vocabulary import Match
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

# A name that begins so says how it is counted; what follows is what is counted, and may be somebody's opinion.
COUNTED = ("number", "share", "percentage", "percent", "proportion", "count", "average", "median", "mean", "ratio")
COUNTED_OF = frozenset((word, "of") for word in COUNTED)
# Somebody or something says which of them count.
_JUDGED = (
    r"\b(?:rated|rate|score[ds]?|survey\w*|audit\w*|assess\w*|inspect\w*|defined|according|per|as|by|who|that|whose)\b"
)
# A bound that is written out says what the word means: "Industry-leading response: first answer < 2 h".
_CRITERION = r"[<>≤≥]\s?[=]?\s?\d"
HINT = "say what changes for whom, as something that can be counted"
WORDS = RuleOption("weasel_words", WordOptions, NO_WORDS, "Words that cannot be measured.")


@rule("S101", "weasel-word", "warning", "Names and questions say things that can be measured.", options=[WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Every weasel word in a name or question, outside quotation marks, established terms and what a KPI counts."""
    for sentence, match, text in flagged(context, "weasel_words", WORDS):
        if _counted(sentence, match):
            continue
        if not sentence.latin or (sentence.kind == "goal" and re.search(_CRITERION, sentence.text)):
            continue
        yield at_words(sentence, match, f'"{text}" cannot be measured', match.entry.hint or HINT)


def _counted(sentence: Sentence, match: Match) -> bool:
    """Whether the words found are part of what is counted, and so may be somebody's opinion or a rule's.

    In "Number of effective interventions" nobody can tell which to count, unless the name goes on with a criterion.
    """
    words = [word[0] for word in sentence.words]
    if sentence.kind == "kpi":
        if words[0] not in COUNTED:
            return False
    elif sentence.kind != "goal" or COUNTED_OF.isdisjoint(pairwise(words[: match.start])):
        return False
    direct = match.start >= 2 and words[match.start - 1] == "of" and words[match.start - 2] in COUNTED
    vague = direct and not match.entry.flags and match.end < len(words)
    return not (vague and not re.search(_JUDGED, sentence.text, re.IGNORECASE))
