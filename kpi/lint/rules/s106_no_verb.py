"""S106: a goal that names a topic but no change."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, timeless
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.s105_goal_too_short import MIN_WORDS
from kpi.lint.text import has_number

MOST_WORDS = 4


@rule("S106", "no-verb", "info", "A goal says with a verb what changes.")
def check(context: Context) -> Iterator[Finding]:
    """Short goals that end in an abstract noun and have no verb. S105 reports those that are too short anyway."""
    least = MIN_WORDS.of(context.settings)
    for sentence in context.sentences:
        if sentence.kind != "goal" or not least <= len(sentence.words) <= max(least, MOST_WORDS):
            continue
        words = [word[0] for word in sentence.words]
        if words[-1] not in context.words("abstract_nouns") or _has_verb(context, words):
            continue
        goal = context.plan.goals[sentence.id]
        if not context.children_of[goal.id] and not timeless(goal) and not has_number(sentence.text):
            yield Finding(
                sentence.path,
                "the name says what the goal is about, but not what changes",
                "say with a verb what will be different, and for whom",
            )


def _has_verb(context: Context, words: list[str]) -> bool:
    known = context.words("directions"), context.words("activities")
    return any(
        any(word in verbs for verbs in known) or word.endswith(("ing", "ed")) or (at and word.endswith("s"))
        for at, word in enumerate(words[:-1])
    )
