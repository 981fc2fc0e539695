"""The SMART grid of ``kpi goals --smart``: as text, Markdown and JSON, and as part of a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.lint.smart import LETTERS, Mark, SmartGoal, SmartView
from kpi.render.layout import Line, Piece, cut, fill, line, width_of, wrap
from kpi.render.sanitize import json_text, one_line
from kpi.render.status_markdown import escape
from kpi.render.style import paint
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi.render.output import Page

INDENT, GAP = 2, 2
NAME = 22  # columns of a name at least, before codes are counted instead of listed
MET, NOT_MET = "✓", "✗"
NO_GOALS = "There is no goal."


def render_smart_text(view: SmartView, page: Page) -> str:
    """Return the grid as text for a terminal: one line a goal, and the names of the rules below."""
    title = line(Piece(one_line(view.title or "Goals"), "bold"), f" · {day_in_full(view.as_of)}")
    if not view.goals:
        return paint([cut(title, page.width), (), line(Piece(NO_GOALS, "dim"))], color=page.color)
    names = [_name(row) for row in view.goals]
    head = [line(Piece(word.capitalize(), "dim")) for word in LETTERS.values()]
    marks = [[_mark(mark, whole=True) for mark in row.marks.values()] for row in view.goals]
    widths = _widths([head, *marks])
    room = page.width - INDENT - sum(GAP + width for width in widths)
    if room < min(max(map(width_of, names)), NAME):
        head = [line(Piece(letter, "dim")) for letter in LETTERS]
        marks = [[_mark(mark, whole=False) for mark in row.marks.values()] for row in view.goals]
        widths = _widths([head, *marks])
        room = page.width - INDENT - sum(GAP + width for width in widths)
    first = max(min(room, max(width_of(name) for name in [*names, line("Goal")])), 1)
    rows = [_row(line(Piece("Goal", "dim")), head, first, widths)]
    rows += [_row(name, own, first, widths) for name, own in zip(names, marks, strict=True)]
    lines = [title, (), *rows, ()]
    lines += [line(" " * INDENT, text) for text in wrap(summary(view), page.width - INDENT)]
    for code, name in view.rules.items():
        lines.append(line(" " * INDENT, Piece(f"{code} {name}", "dim")))
    if any(piece.text.rpartition(" +")[1] for own in marks for mark in own for piece in mark):
        text = "+2: two more rules flag the same letter; a wider terminal lists them"
        lines += [line(" " * INDENT, Piece(part, "dim")) for part in wrap(text, page.width - INDENT)]
    if view.rules:
        lines.append(line(" " * INDENT, Piece("kpi rule CODE explains a rule", "dim")))
    return paint([cut(each, page.width) for each in lines], color=page.color)


def summary(view: SmartView) -> str:
    """How many goals are met in all letters, in words."""
    count, met = len(view.goals), sum(row.met for row in view.goals)
    return f"{met} of {count} goals {'is' if met == 1 else 'are'} SMART in all five letters."


def _name(row: SmartGoal) -> Line:
    level = Piece(f"{one_line(row.goal.level)}: ", "dim") if row.goal.level else Piece("")
    return line("  " * row.depth, level, one_line(row.goal.name or row.goal.id))


def _mark(mark: Mark, *, whole: bool) -> Line:
    """``✗ M101 M109``; without ``whole`` only the first code and how many more there are."""
    codes = (*mark.against, *mark.notes)
    shown = codes if whole else codes[:1]
    more = "" if len(shown) == len(codes) else f" +{len(codes) - len(shown)}"
    sign = Piece(MET, "green") if mark.met else Piece(NOT_MET, "bold red")
    return line(sign, Piece("".join(f" {code}" for code in shown) + more, "dim" if mark.met else ""))


def _widths(rows: list[list[Line]]) -> list[int]:
    return [max(width_of(row[place]) for row in rows) for place in range(len(LETTERS))]


def _row(name: Line, cells: list[Line], first: int, widths: list[int]) -> Line:
    pieces = [Piece(" " * INDENT), *fill(cut(name, first), first)]
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        last = place == len(widths) - 1
        pieces += [Piece(" " * GAP), *(cell if last else fill(cell, width))]
    return tuple(pieces)


def render_smart_markdown(view: SmartView, _: Page) -> str:
    """Return the grid as a table of GitHub's Markdown, with the goal that each goal serves."""
    parts = [f"# {escape(view.title or 'Goals')} · {day_in_full(view.as_of)}"]
    if not view.goals:
        return "\n\n".join([*parts, NO_GOALS])
    head = grid_head()
    rows = [f"| {' | '.join(cells)} |" for cells in (head, *(grid_row(row, escape) for row in view.goals))]
    parts += ["\n".join([rows[0], "|" + "---|" * len(head), *rows[1:]]), summary(view)]
    if view.rules:
        parts.append(", ".join(f"{code} {name}" for code, name in view.rules.items()))
    return "\n\n".join(parts)


def grid_head() -> tuple[str, ...]:
    """The heads of the columns of the grid."""
    return ("Goal", *(word.capitalize() for word in LETTERS.values()), "Serves")


def grid_row(row: SmartGoal, escaped: Callable[[str], str]) -> tuple[str, ...]:
    """The cells of a goal under :func:`grid_head`; ``escaped`` makes a text safe for the page."""
    marks = [
        f"{MET if mark.met else NOT_MET} {' '.join((*mark.against, *mark.notes))}".rstrip()
        for mark in row.marks.values()
    ]
    serves = "–" if row.serves is None else escaped(row.serves.name or row.serves.id)
    return ("↳ " * row.depth + escaped(row.goal.name or row.goal.id), *marks, serves)


def render_smart_json(view: SmartView, _: Page) -> str:
    """Return the grid as JSON, version 1."""
    goals = [
        {
            "id": row.goal.id,
            "name": row.goal.name or row.goal.id,
            "level": row.goal.level,
            "serves": None if row.serves is None else row.serves.id,
            "smart": row.met,
            **{
                LETTERS[letter].replace("-", "_"): {
                    "met": mark.met,
                    "against": list(mark.against),
                    "notes": list(mark.notes),
                }
                for letter, mark in row.marks.items()
            },
        }
        for row in view.goals
    ]
    content = {"version": 1, "title": view.title, "as_of": view.as_of.isoformat(), "goals": goals}
    return json_text({**content, "rules": dict(view.rules)})
