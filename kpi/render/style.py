"""Converts laid-out lines to text, with or without colour. Rich is loaded only for colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpi.render.layout import Line
from kpi.render.sanitize import inert

if TYPE_CHECKING:
    from rich.text import Text


def as_plain(lines: Iterable[Line]) -> str:
    """Return the lines without control codes and trailing spaces; no line break at the end."""
    return inert("\n".join("".join(piece.text for piece in line).rstrip() for line in lines))


def as_rich(lines: Iterable[Line]) -> Text:
    """Return the lines as one rich text, for a console or an SVG. No piece is parsed as markup."""
    from rich.text import Text

    whole = Text(no_wrap=True, overflow="ignore", end="")
    for number, line in enumerate(lines):
        one = Text.assemble(*((piece.text, piece.style) for piece in line))
        one.rstrip()
        whole.append("\n" if number else "")
        whole.append_text(one)
    return whole


def as_ansi(lines: Iterable[Line]) -> str:
    """Return the lines with control codes for a terminal's sixteen colours; no line break at the end."""
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", no_color=False, legacy_windows=False)
    console.print(as_rich(lines), soft_wrap=True, highlight=False, end="")
    return inert(out.getvalue())


def paint(lines: Iterable[Line], *, color: bool) -> str:
    """Return the lines with control codes if ``color`` is set, else without."""
    return as_ansi(lines) if color else as_plain(lines)
