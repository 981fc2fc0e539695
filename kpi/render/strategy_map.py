"""The strategy map of a scorecard as SVG: a band for each perspective, a box for each goal, and arrows from cause to
effect (Kaplan and Norton, The Strategy-Focused Organization, 2001)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from kpi.render.goals_words import TITLES
from kpi.render.layout import cut_text, wrap
from kpi.render.sanitize import one_line
from kpi.render.status_icons import SIGNS
from kpi.status.goals_view import GoalNode, GoalsView, by_perspective, causes

if TYPE_CHECKING:
    from kpi.render.output import Page

COLUMNS = 3  # boxes side by side
WIDTH, BOX, TALL, GAP, LEFT, BAND = 960, 240, 66, 30, 150, 130
LETTERS, LINES = 28, 2  # of the name in a box
COLORS = {"green": "#14702f", "yellow": "#7d5700", "red": "#b3261e"}
GREY = "#59636e"


class Box(NamedTuple):
    """The upper left corner of the box of a goal."""

    left: int
    top: int


def render_strategy_map(view: GoalsView, _: Page) -> str:
    """Return the goals with a perspective as a map; goals that serve one another or lead to one another are joined."""
    boxes: dict[str, Box] = {}
    parts: list[str] = []
    nodes: list[GoalNode] = []
    y = 0
    for name, own in by_perspective(view).items():
        tall = BAND + (max(len(own) - 1, 0) // COLUMNS) * (TALL + GAP)
        parts += _band(TITLES[name], y, tall)
        top = y + (BAND - TALL) // 2
        for place, node in enumerate(own):
            row, column = divmod(place, COLUMNS)
            boxes[node.goal.id] = Box(LEFT + column * (BOX + GAP), top + row * (TALL + GAP))
        nodes += own
        y += tall
    arrows = [_arrow(boxes[one], boxes[other]) for one, other in _joined(view) if one in boxes and other in boxes]
    drawn = [text for node in nodes for text in _box(node, boxes[node.goal.id])]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="system-ui, sans-serif" '
        f'font-size="14" fill="#1b2129"><title>{escape(one_line(view.title or "Strategy map"))}</title>'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8Z" fill="{GREY}"/></marker></defs>' + "".join(parts + arrows + drawn) + "</svg>"
    )


def _band(title: str, y: int, tall: int) -> list[str]:
    words = title.split(" ", 1)
    first = y + tall // 2 + 5 - 9 * (len(words) - 1)
    return [
        f'<rect x="0" y="{y + 4}" width="{WIDTH}" height="{tall - 8}" rx="8" fill="#f1f3f5"/>',
        *(
            f'<text x="16" y="{first + 18 * number}" font-weight="600">{escape(word)}</text>'
            for number, word in enumerate(words)
        ),
    ]


def _box(node: GoalNode, box: Box) -> list[str]:
    color = COLORS.get(node.status or "", GREY)
    lines = wrap(one_line(node.name), LETTERS)
    lines = [*lines[: LINES - 1], cut_text(" ".join(lines[LINES - 1 :]), LETTERS)] if len(lines) > LINES else lines
    status = f"{SIGNS[node.status]} {node.status}" if node.status else "no KPI"
    place = f'x="{box.left}" y="{box.top}" width="{BOX}" height="{TALL}"'
    found = [f'<rect {place} rx="6" fill="#fff" stroke="{color}" stroke-width="2"/>']
    for number, text in enumerate(lines):
        found.append(f'<text x="{box.left + 12}" y="{box.top + 20 + number * 18}">{escape(text)}</text>')
    found.append(f'<text x="{box.left + 12}" y="{box.top + 20 + LINES * 18}" fill="{color}">{status}</text>')
    return found


def _joined(view: GoalsView) -> list[tuple[str, str]]:
    """Pairs of goals, cause first: by ``parent``, and by the KPIs that lead to KPIs of the other."""
    goal_of = {row.kpi.id: node.goal.id for node in view.chosen() for row in node.rows}
    pairs = [
        (goal_of[each.cause], goal_of[each.effect]) if each.kind == "leads" else (each.cause, each.effect)
        for each in causes(view)
    ]
    return [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]


def _arrow(start: Box, end: Box) -> str:
    """A line from the edge of one box to the edge of another."""
    if start.top == end.top:  # side by side
        forwards = start.left < end.left
        x1, x2 = (start.left + BOX, end.left) if forwards else (start.left, end.left + BOX)
        y1 = y2 = start.top + TALL // 2
    else:
        up = end.top < start.top
        x1, y1 = start.left + BOX // 2, start.top if up else start.top + TALL
        x2, y2 = end.left + BOX // 2, end.top + TALL if up else end.top
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{GREY}" stroke-width="1.5" fill="none" marker-end="url(#tip)"/>'
