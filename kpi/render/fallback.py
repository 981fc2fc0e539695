"""Text for a terminal or a pipe whose encoding lacks the signs that tables and charts are drawn with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kpi.lazy_pattern import lazy_pattern
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
_SPACES = lazy_pattern(r" {2,}")

# The encoding in which a view is written, where it lacks signs: its replacements are what the layout measures.
_encoding: ContextVar[str | None] = ContextVar("encoding", default=None)


@contextmanager
def written_in(encoding: str | None) -> Iterator[None]:
    """Lay out text for ``encoding`` while the block runs, so that columns stay in line once signs are replaced; None is
    for one that has every character."""
    token = _encoding.set(None if encoding is None or is_unicode(encoding) else encoding)
    try:
        yield
    finally:
        _encoding.reset(token)


def as_written(text: str) -> str:
    """``text`` as it is written in the encoding of :func:`written_in`."""
    encoding = _encoding.get()
    return text if encoding is None else encodable(text, encoding)


def is_unicode(encoding: str | None) -> bool:
    """Whether an encoding has every character."""
    return (encoding or "").lower().replace("_", "-").startswith(("utf", "gb18030", "gb-18030"))


def encodable(text: str, encoding: str) -> str:
    """``text`` with every character that ``encoding`` lacks replaced by one or several that keep its meaning: ``>=``
    for ``≥``, ``e`` for ``é``, the digits 1 to 8 for the bars of a sparkline, ``?`` only for what has no such sign.

    Text in columns is laid out in :func:`written_in`, because a replacement may be wider.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if not all(_is_in(bar, encoding) for bar in BARS):  # bars mixed with digits would not be a scale
            text = text.translate({ord(bar): SIGNS[bar] for bar in BARS})
        return "".join(_sign(character, encoding) for character in text)
    return text


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
