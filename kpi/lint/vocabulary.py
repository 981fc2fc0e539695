"""Word lists: read from ``words/*.txt`` when a rule first needs them, found in a sentence by whole words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kpi.lint.text import Word

FOLDER = Path(__file__).with_name("words")
_SIBILANT = ("s", "x", "z", "ch", "sh", "o")
_VOWELS = "aeiou"


class Entry(NamedTuple):
    """A word or phrase of a list. ``rest`` are the words after the first one; ``hint`` and ``flags`` are its section's.

    ``first`` says that it counts only as the first words of a sentence; ``text`` is how the list writes it.
    """

    text: str
    rest: tuple[str, ...]
    hint: str | None
    flags: frozenset[str]
    first: bool


class Match(NamedTuple):
    """Words ``start`` to ``end`` (exclusive, indexes into the words of the sentence) that are an entry."""

    start: int
    end: int
    entry: Entry


class WordList:
    """Words and phrases with their inflections, found with one look-up per word."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[Entry]] = {}

    def add(self, line: str, hint: str | None = None, flags: frozenset[str] = frozenset()) -> None:
        """Add one line of a list: words, each optionally followed by a mark for its inflections."""
        if line[0] == "^":
            line, first = line[1:], True
        else:
            first = False
        parts = line.replace("-", " ").split()
        if len(parts) == 1:
            self._by_first.setdefault(parts[0], []).append(Entry(parts[0], (), hint, flags, first))
            return
        text = " ".join(part for part in parts if part not in ("v", "n"))
        phrases: list[tuple[str, ...]] = [()]
        for at, part in enumerate(parts):
            if part in ("v", "n"):
                continue
            mark = parts[at + 1] if at + 1 < len(parts) else ""
            forms = verb_forms(part) if mark == "v" else noun_forms(part) if mark == "n" else (part,)
            phrases = [(*phrase, form) for phrase in phrases for form in forms]
        for head, *rest in phrases:
            self._by_first.setdefault(head, []).append(Entry(text, tuple(rest), hint, flags, first))

    def remove(self, phrase: str) -> None:
        """Remove a word or phrase in every inflection."""
        text = " ".join(phrase.lower().replace("-", " ").split())
        for head, entries in list(self._by_first.items()):
            kept = [entry for entry in entries if entry.text != text and " ".join((head, *entry.rest)) != text]
            if len(kept) < len(entries):
                self._by_first[head] = kept

    def find(self, words: list[Word]) -> Iterator[Match]:
        """Every entry in ``words`` from left to right, the longest where several fit, none overlapping another."""
        by_first = self._by_first
        done = 0
        for at, word in enumerate(words):
            entries = by_first.get(word[0])
            if entries is None or at < done:
                continue
            best: Entry | None = None
            for entry in entries:
                size = len(entry.rest)
                if (best is not None and size <= len(best.rest)) or (entry.first and at):
                    continue
                if not size or tuple(found[0] for found in words[at + 1 : at + 1 + size]) == entry.rest:
                    best = entry
            if best is not None:
                done = at + 1 + len(best.rest)
                yield Match(at, done, best)

    def starts(self, words: list[Word]) -> Match | None:
        """The longest entry with which ``words`` begin, or None."""
        found = next(self.find(words), None) if words and words[0][0] in self._by_first else None
        return found if found is not None and found.start == 0 else None

    def single_words(self) -> tuple[str, ...]:
        """The entries of one word, in alphabetical order."""
        return tuple(sorted(head for head, entries in self._by_first.items() if any(not e.rest for e in entries)))

    def flags(self, word: str) -> frozenset[str]:
        """Return the flags of the section of a single word; none for a word that is not listed."""
        return next((entry.flags for entry in self._by_first.get(word, ()) if not entry.rest), frozenset())

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and any(not entry.rest for entry in self._by_first.get(word, ()))


def read_list(name: str, add: Iterable[str] = (), allow: Iterable[str] = ()) -> WordList:
    """The list ``words/<name>.txt`` with the words of ``add`` and without those of ``allow``."""
    found = WordList()
    hint: str | None = None
    flags: frozenset[str] = frozenset()
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            hint, *marks = line.strip("[]").split("; ")
            flags = frozenset(marks)
        else:
            found.add(line, hint, flags)
    for word in add:
        parts = word.lower().split()
        for line in (f"{parts[0]} v", f"{parts[0]} n") if len(parts) == 1 else (" ".join(parts),) if parts else ():
            found.add(line)
    for word in allow:
        found.remove(word)
    return found


def word_set(words: str) -> frozenset[str]:
    """The words of a text that are separated by spaces."""
    return frozenset(words.split())


def verb_forms(verb: str) -> tuple[str, ...]:
    """A regular verb's forms: optimize, optimizes, optimized, optimizing."""
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    third = verb + ("es" if verb.endswith(_SIBILANT) else "s")
    if len(verb) in (3, 4) and verb[-1] not in "wxyaeiou" and verb[-2] in _VOWELS and verb[-3] not in _VOWELS:
        return verb, third, verb + verb[-1] + "ed", verb + verb[-1] + "ing"
    return verb, third, verb + "ed", verb + "ing"


def noun_forms(noun: str) -> tuple[str, ...]:
    """A regular noun and its plural."""
    if noun.endswith("y") and noun[-2] not in _VOWELS:
        return noun, noun[:-1] + "ies"
    return noun, noun + ("es" if noun.endswith(_SIBILANT[:-1]) else "s")
