"""Text laid out in columns of a terminal: pieces with a style, lines of pieces, and how they are cut, filled, wrapped.

The layout is the same with colour and without: a style is only painted at the very end (see ``paint``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from kpi.render.sanitize import columns

CUT = "…"

Align = Literal["left", "right"]


class Piece(NamedTuple):
    """A stretch of safe text and its style: "" or words such as ``bold red``, ``dim``."""

    text: str
    style: str = ""


Line = tuple[Piece, ...]


def line(*parts: str | Piece) -> Line:
    """A line of plain and styled parts; empty ones are left out."""
    pieces = (Piece(part) if isinstance(part, str) else part for part in parts)
    return tuple(piece for piece in pieces if piece.text)


def width_of(pieces: Iterable[Piece]) -> int:
    """How many columns a line takes."""
    return sum(columns(piece.text) for piece in pieces)


def cut_text(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, with … where some of it is left out."""
    if columns(text) <= width:
        return text
    if width <= 0:
        return ""
    room = width - columns(CUT)
    if room < 0:  # "..." where the output lacks the sign
        return "." * width
    kept = text
    while kept and columns(kept) > room:
        kept = kept[: -max(1, (columns(kept) - room) // 2)]
    return kept.rstrip() + CUT


def cut(pieces: Line, width: int) -> Line:
    """A line in at most ``width`` columns, with … where some of it is left out."""
    if width_of(pieces) <= width:
        return pieces
    kept: list[Piece] = []
    room = width
    for piece in pieces:
        taken = columns(piece.text)
        if taken >= room:
            kept.append(Piece(cut_text(piece.text + CUT, room), piece.style))
            break
        kept.append(piece)
        room -= taken
    return tuple(kept)


def fill(pieces: Line, width: int, align: Align = "left") -> Line:
    """A line filled with spaces to ``width`` columns."""
    space = " " * (width - width_of(pieces))
    if not space:
        return pieces
    return (Piece(space), *pieces) if align == "right" else (*pieces, Piece(space))


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns, broken between words, and inside a word only if it must be."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        if current and columns(current) + 1 + columns(word) <= width:
            current = f"{current} {word}"
            continue
        if current:
            lines.append(current)
        while columns(word) > width > 0:
            head = _head(word, width)
            lines.append(head)
            word = word[len(head) :]
        current = word
    return [*lines, current] if current else lines


def _head(word: str, width: int) -> str:
    end = 1
    while end < len(word) and columns(word[: end + 1]) <= width:
        end += 1
    return word[:end]


def sides(left: Line, rights: Sequence[Line], width: int, gap: int = 3) -> Line:
    """``left`` at the left and the first of ``rights`` that fits beside it at the right; else ``left`` is cut beside
    the last of them."""
    right = next((line_ for line_ in rights if width_of(left) + gap + width_of(line_) <= width), rights[-1])
    room = width - width_of(right)
    if not right or room < gap + 1:
        return cut(left, width)
    return (*fill(cut(left, room - gap), room), *right)
