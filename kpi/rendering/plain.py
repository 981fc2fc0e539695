"""Text from files, made safe to print: it must not be able to steer a terminal or turn a line's direction round."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# C0 and C1 controls, line and paragraph separators, and the marks that reorder text from right to left.
_UNSAFE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    REPLACEMENT,
)


def visible(text: str) -> str:
    """``text`` on one line with every character that could steer a terminal replaced by U+FFFD, one for one."""
    return text if text.isascii() and text.isprintable() else text.translate(_UNSAFE)
