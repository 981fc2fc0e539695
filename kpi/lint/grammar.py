"""Verbs in the sentences of a plan: participles of work, and whether a sentence has a verb at all.

Morphology and short lists, because a tagger would take longer to load than the whole review takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from kpi.lint.vocabulary import WordList, read_list, verb_forms, word_set

BE = frozenset({"is", "are", "be", "was", "were", "been", "being", "gets", "get", "got", "isn't", "aren't"})
HAVE = frozenset({"has", "have", "had", "we've", "i've"})
AUXILIARIES = (
    BE
    | HAVE
    | word_set(
        "do does did can could will would shall should may might must cannot can't won't doesn't don't let we'll"
    )
)
_ARTICLES = frozenset({"a", "an", "the", "our", "their", "its"})
_IRREGULAR = {
    "write": "written",
    "rewrite": "rewritten",
    "build": "built",
    "rebuild": "rebuilt",
    "hold": "held",
    "make": "made",
    "give": "given",
    "begin": "begun",
    "teach": "taught",
    "learn": "learnt",
    "send": "sent",
    "speak": "spoken",
    "buy": "bought",
    "choose": "chosen",
    "find": "found",
    "take": "taken",
    "draw": "drawn",
    "run": "run",
    "set": "set",
    "put": "put",
    "lead": "led",
    "spin": "spun",
    "ship": "shipped",
    "plan": "planned",
    "scope": "scoped",
}
# These say as often what somebody else does or what happens: "No incident is reported", "The feature is used".
_OUTCOMES = word_set(
    "adopt meet read use do move report record contact call visit speak talk learn help handle apply attend exercise "
    "determine highlight acquire purchase buy lead practice practise make find volunteer enable start continue include "
    "represent form enroll enrol equip describe capture"
)


@cache
def _participles_of(verbs: tuple[str, ...]) -> frozenset[str]:
    found = set()
    for verb in verbs:
        if verb not in _OUTCOMES:
            found.add(_IRREGULAR.get(verb) or verb_forms(verb)[2])
    return frozenset(found)


def participles(activities: WordList) -> frozenset[str]:
    """The past participles of verbs of work: "implemented", "written", "held"."""
    return _participles_of(activities.single_words())


@cache
def _common_verbs() -> frozenset[str]:
    found: set[str] = set()
    for verb in read_list("common_verbs").single_words():
        found.update(verb_forms(verb))
        found.add(verb + verb[-1] + "ing")
    return frozenset(found)


def has_verb(words: Sequence[str], directions: WordList, activities: WordList) -> bool:
    """Whether a sentence, as words in lower case, seems to have a verb that says that something is or changes.

    In doubt it has one: a word that can be a noun or a verb counts, except as the last one.
    """
    if any(word in AUXILIARIES for word in words):
        return True
    common = _common_verbs()
    if words[:1] and words[0].endswith(("ing", "ed")) and len(words) > 1:
        return True
    for at, word in enumerate(words):
        noun = "also a noun" in (directions.flags(word) | activities.flags(word))
        if word in common or ((word in directions or word in activities) and not noun):
            return True
        if noun and at == 0 and len(words) > 2:
            return True
        if (
            at
            and word[-1:] == "s"
            and (word[:-1] in directions or word[:-1] in activities)
            and not _noun(word, directions, activities)
        ):
            return True
        if at and word.endswith("ing") and words[at + 1 : at + 2] and words[at + 1] in _ARTICLES:
            return True
        if at and word.endswith("ed") and len(word) > 4 and at + 1 < len(words):
            return True
    return False


def _noun(word: str, directions: WordList, activities: WordList) -> bool:
    return "also a noun" in (directions.flags(word[:-1]) | activities.flags(word[:-1]))
