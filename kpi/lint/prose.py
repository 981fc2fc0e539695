"""Helpers of the rules on wording: search sentences with a word list, and recognize placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, Sentence
from kpi.lint.rule import Finding
from kpi.lint.text import has_number
from kpi.lint.vocabulary import Match
from kpi.plan.model import RuleOption, WordOptions

PLACEHOLDERS = frozenset({
    "", "-", "--", "---", "?", "??", "???", "...", "…", ".", "x", "xx", "xxx", "n/a", "na", "n.a.", "none", "nil",
    "null", "tbd", "tba", "tbc", "t.b.d.", "todo", "fixme", "unknown", "undefined", "unassigned", "pending",
    "placeholder", "to be determined", "to be defined", "to be decided", "to be confirmed", "to be announced",
    "to be agreed", "not defined", "not set", "not set yet", "not yet defined", "not yet set", "not decided",
    "not known", "in progress", "coming soon", "later", "untitled", "lorem ipsum", "foo", "bar", "baz", "test",
    "example", "sample", "no target",
})  # fmt: skip
_STARTS = (
    "tbd", "tbc", "tba", "todo", "to be determined", "to be defined", "to be decided", "to be confirmed", "fixme",
    "lorem ipsum",
)  # fmt: skip
_POINTERS = ("see ", "refer to ", "as per ", "cf. ", "check ", "same as ", "http://", "https://")


def is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder: "TBD", "n/a", "???", "to be defined"."""
    bare = text.strip(" \t\n\r.()[]<>*_:!").lower()
    if bare in PLACEHOLDERS or text.strip() in PLACEHOLDERS:
        return True
    return any(bare.startswith(start) and not bare[len(start) : len(start) + 1].isalpha() for start in _STARTS)


def is_pointer(text: str) -> bool:
    """Whether a text refers the reader elsewhere: "See dashboard"."""
    return text.strip().lower().startswith(_POINTERS)


def flagged(context: Context, name: str, option: RuleOption[WordOptions]) -> Iterator[tuple[Sentence, Match, str]]:
    """Every sentence and entry of the word list found in it, with the words as written.

    Entries for goals only, entries that are allowed with a number, and established terms are left out.
    """
    listed = context.words(name, option)
    for sentence in context.sentences:
        for match in listed.find(sentence.words):
            if sentence.foreign:
                break
            flags = match.entry.flags
            if flags:
                if "goals" in flags and sentence.kind != "goal":
                    continue
                if "unless a number" in flags and has_number(sentence.text):
                    continue
            if not context.is_term(sentence, match):
                start, end = span(sentence, match)
                yield sentence, match, sentence.text[start:end]


def span(sentence: Sentence, match: Match) -> tuple[int, int]:
    """The characters of a match in its sentence."""
    return sentence.words[match.start][1], sentence.words[match.end - 1][2]


def at_words(sentence: Sentence, match: Match, message: str, hint: str | None) -> Finding:
    """A finding at the words of a match."""
    start, end = span(sentence, match)
    return Finding(sentence.path, message, hint, start=start, end=end)
