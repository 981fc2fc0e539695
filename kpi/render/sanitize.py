"""Text from files, made safe to print: it must not be able to steer a terminal or turn a line's direction round."""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
JOINER = "\N{ZERO WIDTH JOINER}"
EMOJI_STYLE = "\N{VARIATION SELECTOR-16}"

# C0 and C1 controls, line and paragraph separators, and the marks that reorder text from right to left.
UNSAFE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    REPLACEMENT,
)


def visible(text: str) -> str:
    """``text`` on one line with every character that could steer a terminal replaced by U+FFFD, one for one."""
    return text if text.isascii() and text.isprintable() else text.translate(UNSAFE)


def one_line(text: str) -> str:
    """``text`` made visible, its line breaks and runs of spaces turned into single spaces."""
    return visible(" ".join(text.split()))


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes: East Asian wide characters and emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    total, before, joined = 0, 0, False
    for character in text:
        width = _width(character)
        if joined or 0x1F3FB <= ord(character) <= 0x1F3FF:  # part of the emoji before it: a joined one, a tone of skin
            width = 0
        elif character == EMOJI_STYLE and before == 1:
            width = 1  # "❤" alone is narrow, as an emoji it is wide
        joined = character == JOINER
        total += width
        before = width
    return total


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
