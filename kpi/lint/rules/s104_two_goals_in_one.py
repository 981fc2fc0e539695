"""S104: two goals in one name."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.rule import Finding, rule
from kpi.lint.text import body

AND = frozenset({"and", "plus"})
# Verbs of work that are hardly ever nouns or adjectives, beside the verbs of direction.
WORK = frozenset(
    {"launch", "build", "ship", "create", "implement", "hire", "develop", "introduce", "migrate", "deliver"}
)


@rule("S104", "two-goals-in-one", "info", "One goal, one change.")
def check(context: Context) -> Iterator[Finding]:
    """Goals of the form "Increase this and reduce that", each half with its own verb and object."""
    for sentence in context.sentences:
        if sentence.kind == "goal" and (at := _second(context, sentence)):
            start = sentence.words[at][1]
            yield Finding(
                sentence.path,
                "the name contains two goals, so it is unclear when it is reached",
                "split it into two goals",
                start=start,
                end=sentence.words[at + 1][2],
            )


def _second(context: Context, sentence: Sentence) -> int:
    """Index of the word that joins a second goal to the first, or 0."""
    found = sentence.words
    words = [word[0] for word in found]
    if AND.isdisjoint(words):
        return 0
    verbs = context.words("directions")

    def is_verb(word: str) -> bool:
        return word in WORK or (word in verbs and "also a noun" not in verbs.flags(word))

    first = body(sentence.text, found)
    if not is_verb(words[first]):
        return 0
    for at in range(first + 2, len(words) - 2):
        # A verb after "to" states a purpose: "Automate entry to save hours and reduce errors" is one goal.
        if words[at] == "to" and is_verb(words[at + 1]):
            return 0
        if words[at] in AND and is_verb(words[at + 1]) and words[at + 2] not in ("it", "them"):
            return at
    return 0
