"""S104: two goals in one name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.rule import Finding, rule
from kpi.lint.text import Word, body

AND = frozenset({"and", "plus", "while", "whilst"})
# Verbs of movement, which end a sentence: "Revenue grows and churn falls".
MOVES = frozenset(
    {"fall", "rise", "grow", "shrink", "drop", "double", "decline", "improve", "halve", "widen", "narrow"}
)
# Verbs of work that are hardly ever nouns or adjectives, beside the verbs of direction.
WORK = frozenset(
    {"launch", "build", "ship", "cut", "create", "implement", "hire", "develop", "introduce", "migrate", "deliver"}
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
    joined = _joints(sentence.text, found)
    if not joined:
        return 0
    verbs = context.words("directions")

    def verb_form(word: str) -> str:
        """How a word is used as a verb of direction or work: "base", "ing", "s" or "" if it is none."""
        for form, stems in (
            ("base", (word,)),
            ("ing", (word[:-3], word[:-3] + "e", word[:-4]) if word.endswith("ing") else ()),
            ("s", (word[:-1], word[:-2]) if word.endswith("s") else ()),
        ):
            if any(
                stem in WORK or stem in MOVES or (stem in verbs and "also a noun" not in verbs.flags(stem))
                for stem in stems
            ):
                return form
        return ""

    first = body(sentence.text, found, context.words("activities"))
    form = verb_form(words[first])
    # "Revenue grows and churn falls": the verb of each half is its last word.
    if not form and (at := _moves(words, joined, verb_form)):
        return at
    if form not in ("base", "ing"):
        return 0
    for at in range(first + 1, len(words) - 2):
        if at == first + 1 and words[at] in AND:
            continue  # "Maintain and improve the rating" has one object
        # A verb after "to" states a purpose: "Automate entry to save hours and reduce errors" is one goal.
        if words[at] == "to" and verb_form(words[at + 1]) == "base":
            return 0
        if at in joined and words[at + 2] not in ("it", "them"):
            other = verb_form(words[at + 1])
            if other and (other == form or words[at] in ("while", "whilst", "as")):
                return at
            if words[at : at + 3] == ["as", "well", "as"] and at + 3 < len(words) and verb_form(words[at + 3]):
                return at
    return 0


def _moves(words: list[str], joined: set[int], verb_form: Callable[[str], str]) -> int:
    for at in range(2, len(words) - 2):
        if (
            at in joined
            and verb_form(words[at - 1]) == "s"
            and any(verb_form(word) == "s" for word in words[at + 2 : at + 5])
        ):
            return at
    return 0


def _joints(text: str, found: list[Word]) -> set[int]:
    """Indexes of the words that may join two goals: "and", "while", "as well as", and the words before ";" or "&"."""
    joints = set()
    for at, (word, _, end) in enumerate(found):
        between = text[end : found[at + 1][1]] if at + 1 < len(found) else ""
        if (
            word in AND
            or (word == "as" and [one[0] for one in found[at + 1 : at + 3]] == ["well", "as"])
            or ";" in between
            or "&" in between
            or " + " in between
        ):
            joints.add(at)
    return joints
