"""Laid-out lines to text, with colour or without. Rich is loaded only for colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpi.render.layout import Line
from kpi.render.sanitize import inert

if TYPE_CHECKING:
    from rich.text import Text


def as_plain(lines: Iterable[Line]) -> str:
    """The lines without any control code, spaces at their ends cut; no line break at the end."""
    return inert("\n".join("".join(piece.text for piece in line).rstrip() for line in lines))


def as_rich(lines: Iterable[Line]) -> Text:
    """The lines as one rich text, for a console or an SVG. No piece is read as markup."""
    from rich.text import Text

    whole = Text(no_wrap=True, overflow="ignore", end="")
    for number, line in enumerate(lines):
        one = Text.assemble(*((piece.text, piece.style) for piece in line))
        one.rstrip()
        whole.append("\n" if number else "")
        whole.append_text(one)
    return whole


def as_ansi(lines: Iterable[Line]) -> str:
    """The lines with control codes for a terminal's own sixteen colours; no line break at the end."""
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", no_color=False, legacy_windows=False)
    console.print(as_rich(lines), soft_wrap=True, highlight=False, end="")
    return inert(out.getvalue())


def paint(lines: Iterable[Line], *, color: bool) -> str:
    """The lines for a terminal, or without control codes for everything else."""
    return as_ansi(lines) if color else as_plain(lines)
