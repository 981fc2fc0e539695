"""``kpi doctor`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.layout import Line, Piece, line, wrap
from kpi.render.sanitize import one_line
from kpi.render.style import paint

if TYPE_CHECKING:
    from kpi.doctor import Check, DoctorView
    from kpi.render.output import Page

AREA = 17  # columns
MARKS = {"ok": ("●", "green"), "note": ("○", ""), "problem": ("✖", "red")}


def render_doctor_text(view: DoctorView, page: Page) -> str:
    """Return one paragraph for each check, with what to do below it, and how many problems there are."""
    lines = [part for check in view.checks for part in _lines(check, page.width)]
    count = view.problems
    summary = "no problems" if count == 0 else f"{count} problem{'' if count == 1 else 's'}"
    return paint([*lines, (), line(Piece(summary, "bold"))], color=page.color)


def _lines(check: Check, width: int) -> list[Line]:
    mark, style = MARKS[check.state]
    room = max(width - AREA - 2, 20)
    parts = wrap(one_line(check.text), room)
    lines = [line(Piece(mark, style), " ", Piece(f"{check.area:<{AREA}}", "dim"), parts[0])]
    lines += [line(" " * (AREA + 2), part) for part in parts[1:]]
    hint = wrap(f"→ {one_line(check.hint)}", room) if check.hint else []
    return lines + [line(" " * (AREA + 2), part) for part in hint]
