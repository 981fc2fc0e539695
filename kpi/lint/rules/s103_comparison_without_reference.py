"""S103: a comparison without a reference."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.prose import at_words, flagged
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.s101_weasel_word import WORDS as WEASEL_WORDS
from kpi.lint.text import has_number
from kpi.lint.vocabulary import Match
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

HINT = "say than what, and by how much"
# With one of these anywhere in the sentence the reader knows what is compared.
REFERENCES = frozenset({"than", "versus", "vs", "compared", "relative"})
# After a superlative these name the others: "the fastest checkout in town".
CIRCLES = frozenset({"in", "of", "among", "amongst", "on", "within", "across", "ever", "for", "by", "per", "to", "at"})
# Before or after "more" and its like these make something else of it: "or more", "more and more", "no more", "most of".
BEFORE = frozenset({"or", "once", "any", "no", "and", "not", "nothing", "worth"})
WORDS = RuleOption("comparisons", WordOptions, NO_WORDS, "Comparatives and superlatives.")


@rule(
    "S103",
    "comparison-without-reference",
    "info",
    'A comparison such as "better" says than what, and by how much.',
    options=[WORDS],
)
def check(context: Context) -> Iterator[Finding]:
    """Comparatives and superlatives in names without a reference or a number."""
    for sentence, match, text in flagged(context, "comparisons", WORDS):
        # Further on in a KPI's name it is part of what is counted: "Calls about larger orders".
        named = sentence.kind == "goal" or (sentence.kind == "kpi" and match.start <= 1)
        if named and not _refers(sentence, match):
            if _reported(context, sentence, match):
                continue
            yield at_words(sentence, match, f'"{text}" needs something to compare with', match.entry.hint or HINT)


def _reported(context: Context, sentence: Sentence, match: Match) -> bool:
    """Whether S101 reports these words, as in "best practices"."""
    found = context.words("weasel_words", WEASEL_WORDS).find(sentence.words)
    return "S101" in context.applied and any(
        one.start < match.end and match.start < one.end and "goals" not in one.entry.flags for one in found
    )


def _refers(sentence: Sentence, match: Match) -> bool:
    found = [word[0] for word in sentence.words]
    word = found[match.start]
    before = found[match.start - 1] if match.start else ""
    after = found[match.end :]
    if has_number(sentence.text) or not REFERENCES.isdisjoint(found):
        return True
    if word in ("more", "less", "fewer") and before in BEFORE:
        return True
    if word == "better" and before == "to":  # the adverb: "to better understand"
        return True
    if word == "most" and (before != "the" or after[:1] == ["of"]):
        return True
    if word == "leading" and (after[:1] == ["to"] or before in ("", "for", "time")):
        return True
    if word in ("lower", "slower") and match.start == 0:  # the verb: "Lower the cost"
        return True
    superlative = "goals" in match.entry.flags or word == "best"
    return superlative and not CIRCLES.isdisjoint(after)
