"""The sign and the colour of each status. Its word is always shown too, so that neither is needed to understand it."""

from __future__ import annotations

from kpi.render.layout import Line, Piece, line
from kpi.status import Pace, Status

SIGNS: dict[Status, str] = {"green": "●", "yellow": "◐", "red": "✖", "stale": "◌", "no data": "○", "no target": "·"}
STYLES: dict[Status, str] = {
    "green": "green",
    "yellow": "yellow",
    "red": "bold red",
    "stale": "magenta",
    "no data": "magenta",
    "no target": "dim",
}


def status_mark(status: Status, pace: Pace | None = None) -> Line:
    """``● green, on pace``."""
    return line(Piece(f"{SIGNS[status]} {status}", STYLES[status]), f", {pace}" if pace else "")


def status_word(status: Status, before: str = "") -> Piece:
    """The word alone, after e.g. a count."""
    return Piece(before + status, STYLES[status])
