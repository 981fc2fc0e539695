"""Text for a terminal or a pipe whose encoding lacks the signs that tables and charts are drawn with."""

from __future__ import annotations

import re
import unicodedata

from kpi.render.sparkline import BARS
from kpi.values.units import CURRENCIES

SIGNS = {
    "●": "*", "◐": "~", "✖": "x", "◌": "-", "○": "o", "·": ".",
    "▲": "+", "▼": "-", "→": "->", "↳": "'-", "↑": "^", "↓": "v",
    "≥": ">=", "≤": "<=", "≠": "!=", "±": "+-", "−": "-", "×": "x", "≈": "~", "∞": "inf",
    "–": "-", "—": "--", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": "<<", "»": ">>",
    "│": "|", "┤": "|", "├": "|", "─": "-", "┼": "+", "└": "`", "┌": ".", "┐": ".", "┘": "'",
    "▁": "1", "▂": "2", "▃": "3", "▄": "4", "▅": "5", "▆": "6", "▇": "7", "█": "8",
    **{sign: code for code, sign in CURRENCIES.items() if sign and not sign.isascii()},
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
}  # fmt: skip
UNKNOWN = "?"
_BLANK = 0x2800  # braille without a dot
_UPPER, _LOWER = 0b00011011, 0b11100100  # the dots of the upper and of the lower half of a braille character
_SPACES = re.compile(r" {2,}")


def is_unicode(encoding: str | None) -> bool:
    """Whether an encoding has every character."""
    return (encoding or "").lower().replace("_", "-").startswith(("utf", "gb18030", "gb-18030"))


def encodable(text: str, encoding: str) -> str:
    """``text`` with every character that ``encoding`` lacks replaced by one or several that keep its meaning: ``>=``
    for ``≥``, ``e`` for ``é``, the digits 1 to 8 for the bars of a sparkline, ``?`` only for what has no such sign.

    Where the replacement is wider, the next gap of two or more spaces in the line gives way, so that columns stay in
    line.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if not all(_is_in(bar, encoding) for bar in BARS):  # bars mixed with digits would not be a scale
            text = text.translate({ord(bar): SIGNS[bar] for bar in BARS})
        return "\n".join(_line(line, encoding) for line in text.split("\n"))
    return text


def _line(line: str, encoding: str) -> str:
    parts: list[str] = []
    wider = 0
    for stretch in re.split(r"( {2,})", line):
        if _SPACES.fullmatch(stretch):
            kept = max(1, len(stretch) - wider)
            wider -= len(stretch) - kept
            parts.append(" " * kept)
            continue
        shown = "".join(_sign(character, encoding) for character in stretch)
        wider += len(shown) - len(stretch)
        parts.append(shown)
    return "".join(parts)


def _sign(character: str, encoding: str) -> str:
    if _is_in(character, encoding):
        return character
    if character in SIGNS:
        return SIGNS[character]
    code = ord(character)
    if _BLANK <= code < _BLANK + 0x100:
        dots = code - _BLANK
        return " " if not dots else ":" if dots & _UPPER and dots & _LOWER else "'" if dots & _UPPER else "."
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", character) if not unicodedata.combining(one)
    )  # e.g. "e" of "é"; nothing of a mark on its own
    if all(_is_in(one, encoding) for one in plain):
        return plain
    return UNKNOWN


def _is_in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
