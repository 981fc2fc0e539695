"""``kpi review`` for people: at most one page."""

from __future__ import annotations

from kpi.render.layout import Line, Piece, cut, cut_text, line, sides, wrap
from kpi.render.output import Page
from kpi.render.review_view import (
    count,
    facts,
    kinds_in_words,
    known_in_words,
    listed,
    outcome_in_words,
    owner_of,
    quiet_in_words,
    sections,
    title_of,
)
from kpi.render.sanitize import one_line
from kpi.render.status_icons import SIGNS, STYLES
from kpi.render.style import paint
from kpi.review import Agenda, Exceptional
from kpi.values.date_words import day_in_full

WIDEST = 100
PAGE = 60  # lines
MOST_DUE, MOST_ENTRIES = 5, 4  # of the decisions, and of every other section
MOST_KNOWN = 2  # lines
HEADING, FACTS = 4, 10  # columns before the facts of an exception, and of their headings
INDENT = "  "


def render_review_text(view: Agenda, page: Page) -> str:
    """Return the agenda as text for a terminal."""
    return paint(review_lines(view, page.width), color=page.color)


def review_lines(view: Agenda, width: int) -> list[Line]:
    """The agenda in at most ``width`` columns and :data:`PAGE` lines: where there is no room, exceptions take one line,
    and the last of them are named together."""
    width = min(width, WIDEST)
    title = line(Piece(one_line(title_of(view)), "bold"), f" · review of {day_in_full(view.as_of)}")
    said = count(len(view.exceptions), "exception") if view.exceptions else "no exceptions"
    head = [sides(title, [line(said), ()], width)]
    rest = [*_quiet(view, width), *_due(view, width), *_sections(view, width)]
    exceptions = _exceptions(view, width, PAGE - len(head) - len(rest) - 1)
    return [*head, *([(), *exceptions] if exceptions else []), *rest]


def _exceptions(view: Agenda, width: int, room: int) -> list[Line]:
    """All exceptions in at most ``room`` lines: as many of the first as fit in full."""
    blocks = [_exception(one, width) for one in view.exceptions]
    left = room
    if len(blocks) > left:
        shown, others = blocks[: left - 1], view.exceptions[left - 1 :]
        names = ", ".join(one_line(one.row.name) for one in others)
        return [*(block[0] for block in shown), cut(line(f"{len(others)} more: {names}"), width)]
    found: list[Line] = []
    for number, block in enumerate(blocks):
        following = len(blocks) - number - 1
        if len(block) + following > left:
            block = block[:1]
        found += block
        left -= len(block)
    return found


def _exception(one: Exceptional, width: int) -> list[Line]:
    """One exception: the KPI with its value, and below it what is known."""
    row = one.row
    values = [row.display or "–", row.change_display, row.target_display]
    left = line(
        Piece(f"{SIGNS[row.status]} ", STYLES[row.status]),
        Piece(one_line(row.name), "bold"),
        *(f"  {one_line(text)}" for text in values if text),
    )
    kinds = Piece(kinds_in_words(one), "bold red" if one.kinds[0] not in ("changed", "improving") else "cyan")
    owner = one_line(owner_of(row))
    lines = [sides(left, [line(kinds, f" · {owner}" if owner else ""), line(kinds)], width)]
    for name, text in facts(one):
        parts = wrap(one_line(text), max(width - HEADING - FACTS, 8))
        names = [name] + [""] * (len(parts) - 1)
        lines += [
            line(" " * HEADING, Piece(f"{name:<{FACTS}}", "dim"), part) for name, part in zip(names, parts, strict=True)
        ]
    return lines


def _quiet(view: Agenda, width: int) -> list[Line]:
    """One line for the red KPIs that are no news, and one for all others."""
    known = wrap(one_line(known_in_words(view)), width)
    if len(known) > MOST_KNOWN:
        known = [*known[: MOST_KNOWN - 1], cut_text(" ".join(known[MOST_KNOWN - 1 :]), width)]
    texts = [text for text in (*known, one_line(quiet_in_words(view))) if text]
    return [(), *(cut(line(Piece(text, "dim")), width) for text in texts)] if texts else []


def _due(view: Agenda, width: int) -> list[Line]:
    if not view.due:
        return []
    lines: list[Line] = [(), line(Piece("What became of decisions", "bold"))]
    shown = view.due if len(view.due) <= MOST_DUE else view.due[: MOST_DUE - 1]
    for outcome in shown:
        first, second = outcome_in_words(view, outcome)
        lines.append(cut(line(INDENT, one_line(first)), width))
        lines.append(cut(line(INDENT * 2, Piece(one_line(second), "dim")), width))
    if len(view.due) > len(shown):
        lines.append(line(INDENT, f"and {len(view.due) - len(shown)} more"))
    return lines


def _sections(view: Agenda, width: int) -> list[Line]:
    lines: list[Line] = []
    for head, texts in sections(view):
        lines += [(), line(Piece(head, "bold"))]
        lines += [cut(line(INDENT, one_line(text)), width) for text in listed(texts, MOST_ENTRIES)]
    return lines
