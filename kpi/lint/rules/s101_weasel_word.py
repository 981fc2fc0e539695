"""S101: words that sound good but cannot be measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import at_words, flagged
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

# A name that begins so says how it is counted; what follows is what is counted, and may be somebody's opinion.
COUNTED = ("number", "share", "percentage", "percent", "proportion", "count", "average", "median", "mean", "ratio")
# A bound that is written out says what the word means: "Industry-leading response: first answer < 2 h".
_CRITERION = r"[<>≤≥]\s?[=]?\s?\d"
HINT = "say what changes for whom, as something that can be counted"
WORDS = RuleOption("weasel_words", WordOptions, NO_WORDS, "Words that cannot be measured.")


@rule("S101", "weasel-word", "warning", "Names and questions say things that can be measured.", options=[WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Every weasel word in a name or question, outside quotation marks, established terms and what a KPI counts."""
    for sentence, match, text in flagged(context, "weasel_words", WORDS):
        if sentence.kind == "kpi" and sentence.words[0][0] in COUNTED:
            continue
        if not sentence.latin or (sentence.kind == "goal" and re.search(_CRITERION, sentence.text)):
            continue
        yield at_words(sentence, match, f'"{text}" cannot be measured', match.entry.hint or HINT)
