"""S109: a verb of improvement whose object is no quantity."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, timeless
from kpi.lint.rule import Finding, rule
from kpi.lint.text import body, has_number
from kpi.lint.vocabulary import word_set
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

MEASURES = RuleOption("measures", WordOptions, NO_WORDS, "Nouns that name a quantity.")
# Verbs that say that something gets better without saying what moves.
BETTER = word_set(
    "improve improving enhance enhancing strengthen strengthening advance advancing promote promoting uphold champion "
    "foster support supporting modernize modernise transform transforming revitalize revitalise empower combat address "
    "benefit inspire nurture broaden expand expanding emphasize emphasise prioritize prioritise encourage facilitate "
    "restore sustain raise protect elevate deepen adhere celebrate cultivate engage engaging connect connecting align "
    "aligning evolve evolving embrace ignite harness amplify enrich bolster solidify uplift energize energise defend "
    "empowering celebrating transforming championing advancing deepening"
)
# After one of these a first verb goes on to the second: "Engage and empower families".
_JOINED = frozenset({"and", "or"})
# With one of these the sentence says for which effect, or which part of it counts.
_SAYS = word_set(
    "than so until per below above under over until number share percentage percent count frequency amount"
)
_LEAST_WORDS = 3


@rule(
    "S109",
    "improvement-without-measure",
    "info",
    "A goal to improve something says by which measure.",
    options=[MEASURES],
    smart="M",
)
def check(context: Context) -> Iterator[Finding]:
    """Goals without a KPI and without a number that improve or support something which is no quantity."""
    listed = context.words("measures", MEASURES)
    for sentence in context.sentences:
        if sentence.kind != "goal" or len(sentence.words) < _LEAST_WORDS or has_number(sentence.text):
            continue
        goal = context.plan.goals[sentence.id]
        if context.kpis_of[goal.id] or context.children_of[goal.id] or timeless(goal):
            continue
        first = body(sentence.text, sentence.words)
        words = [word[0] for word in sentence.words]
        at = first
        if words[at] not in BETTER and words[at + 1 : at + 2] and words[at + 1] in _JOINED and words[at + 2 : at + 3]:
            at += 2
        verb, object_ = words[at], words[at + 1 :]
        if verb not in BETTER or not object_ or any(word in listed or word in _SAYS for word in object_):
            continue
        if verb in ("support", "supporting", "expand", "expanding", "raise", "protect") and not _abstract(
            context, object_
        ):
            continue
        _, start, end = sentence.words[at]
        yield Finding(
            sentence.path,
            f'"{sentence.text[start:end]}" does not say what moves, and by how much',
            "name the number that shows it, for instance as a KPI of this goal: what would you count before and after?",
            start=start,
            end=end,
        )


def _abstract(context: Context, words: list[str]) -> bool:
    nouns = context.words("abstract_nouns")
    return any(
        word in nouns or word == "support" or word.endswith(("ment", "ness", "ity", "tion", "tions", "ships", "ives"))
        for word in words
    )
