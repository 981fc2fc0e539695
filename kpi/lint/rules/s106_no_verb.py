"""S106: a goal that names a topic but no change."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import LAST_LATIN, Context, timeless
from kpi.lint.grammar import has_verb, participles
from kpi.lint.rule import Finding, rule
from kpi.lint.rules.s101_weasel_word import WORDS as WEASEL_WORDS
from kpi.lint.rules.s105_goal_too_short import MIN_WORDS
from kpi.lint.text import body, has_number

MOST_WORDS = 9
_SMALL = 4  # up to here an abstract noun at the end is enough


@rule("S106", "no-verb", "info", "A goal says with a verb what changes.")
def check(context: Context) -> Iterator[Finding]:
    """Goals without a verb: a topic or a label. S105 reports those that are too short anyway."""
    least = MIN_WORDS.of(context.settings)
    directions, activities = context.words("directions"), context.words("activities")
    done = participles(activities)
    weasel_words = context.words("weasel_words", WEASEL_WORDS)
    for sentence in context.sentences:
        if (
            sentence.kind != "goal"
            or len(sentence.text.split()) < least
            or len(sentence.words) > max(least, MOST_WORDS)
        ):
            continue
        if sentence.text.rstrip().endswith("?"):
            yield Finding(
                sentence.path,
                "the name asks a question, and says not what changes",
                "put it in `questions`, and say with a verb what will be different, and for whom",
            )
            continue
        first = body(sentence.text, sentence.words, activities)
        words = [word[0] for word in sentence.words[first:]]
        topic = len(words) <= _SMALL and words[-1:] and words[-1] in context.words("abstract_nouns")
        # Words in other scripts are not known.
        if not words or (not topic and any(letter > LAST_LATIN and letter.isalpha() for letter in sentence.text)):
            continue
        # Nor are the verbs of other languages.
        if sentence.foreign:
            continue
        if (
            _has_verb(context, words)
            if topic
            else has_verb(words, directions, activities)
            or not done.isdisjoint(words)
            or activities.starts(sentence.words[first:])
        ):
            continue
        if not topic and "S101" in context.applied and next(weasel_words.find(sentence.words), None):
            continue  # S101 asks for the change already
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
