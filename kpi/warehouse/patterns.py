"""Patterns that every engine reads as RE2 does. What engines disagree about is refused, so that a source
that moves to a warehouse does not silently change its numbers."""

from __future__ import annotations

import re

HINT = "use characters, [classes], \\d \\w \\s, one (group), ? * + {2,3} and (?:one|two)"
TOKEN = re.compile(
    r"(?P<words>\((?:\?:)?\w+(?:\|\w+)+\))"
    r"|(?P<class>\[\^?\]?(?:\\.|[^\]\\\[])*\])"
    r"|(?P<short>\\[dwsDWS])"
    r"|(?P<escaped>\\[^\w\s])"
    r"|(?P<times>(?:[?*+]|\{\d+(?:,\d*)?\})(?![?*+{]))"
    r"|(?P<group>\((?:\?:|(?!\?))|\))"
    r"|(?P<edge>[\^$])"
    r"|(?P<plain>[^\\()\[\]{}?*+|^$\0])"
)
SHORT = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\n\f\r"}


def portable(pattern: str) -> str:
    """The pattern with its short classes spelt out, since some engines take letters of any script for ``\\w``.

    Raises ValueError with the part that is read otherwise elsewhere.
    """
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        found = TOKEN.match(pattern, place)
        if found is None:
            raise ValueError(f'"{pattern[place : place + 2]}" in a pattern')
        text = found[0]
        if found["words"] and starts_alike(text.strip("()").removeprefix("?:").split("|")):
            raise ValueError(f'"{text}", where one word begins another,')
        if found["class"]:
            text = spelt_class(text)
        elif found["short"]:
            text = f"[{'^' if text[1].isupper() else ''}{SHORT[text[1].lower()]}]"
        parts.append(text)
        place = found.end()
    return "".join(parts)


def spelt_class(text: str) -> str:
    """A class with the short ones in it spelt out."""
    for letter in re.findall(r"\\(.)", text):
        if letter.isalnum() and letter not in SHORT:
            raise ValueError(f'"\\{letter}" in a pattern')
    return re.sub(r"\\([dws])", lambda short: SHORT[short[1]], text)


def starts_alike(words: list[str]) -> bool:
    """Whether one of the words begins with an earlier one: the first that fits, or the longest, is then the match."""
    return any(late.startswith(early) for i, early in enumerate(words) for late in words[i + 1 :])
