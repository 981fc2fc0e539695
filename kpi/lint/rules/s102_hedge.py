"""S102: hedges."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import at_words, flagged
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

HINT = "state the result, and by when"
WORDS = RuleOption("hedges", WordOptions, NO_WORDS, "Words that leave a way out.")


@rule("S102", "hedge", "warning", "Names commit to a result, without a hedge.", options=[WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Every hedge in the name of a goal, and those in a KPI's name that cannot be part of a definition.

    "Volumes detached if needed" may well be counted, and a question may ask whether people "try to" do something.
    """
    for sentence, match, text in flagged(context, "hedges", WORDS):
        sure = match.start == 0 or "possible" in text
        if sentence.kind == "goal" or (sentence.kind == "kpi" and sure):
            yield at_words(sentence, match, f'"{text}" is a hedge', match.entry.hint or HINT)
