"""Small whole numbers as English words."""

from __future__ import annotations

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip


def in_words(count: int) -> str:
    """``two``, ``twelve``, ``13``."""
    return _WORDS[count] if count < len(_WORDS) else str(count)


def ordinal(count: int) -> str:
    """``second``, ``twelfth``, ``13th``, ``21st``. ``count`` is at least 1."""
    if count < len(_ORDINALS):
        return _ORDINALS[count]
    last = count % 10 if count % 100 // 10 != 1 else 0
    return f"{count}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"
