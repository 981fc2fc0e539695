"""``kpi goals`` for people: the tree of goals, or the view of one framework."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kpi.render.goals_words import (
    NO_OWNER,
    TITLES,
    agreement_facts,
    cause_texts,
    due_text,
    end_text,
    next_text,
    nothing_text,
    objective_facts,
    objective_remarks,
    score_text,
)
from kpi.render.kpi_notes import notes_of
from kpi.render.layout import Align, Line, Piece, cut, fill, line, sides, width_of, wrap
from kpi.render.sanitize import columns, one_line
from kpi.render.show_text import history_lines
from kpi.render.sparkline import sparkline
from kpi.render.status_icons import SIGNS, STYLES, status_mark
from kpi.render.style import paint
from kpi.status import short_owner
from kpi.status.columns import even_rows
from kpi.status.goals_view import GoalNode, GoalsView, KeyResult, by_person, by_perspective, causes, guardrails, lacks
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from kpi.plan.model.goal import Perspective
    from kpi.render.output import Page
    from kpi.status import KpiRow, Status

INDENT, GAP = 2, 2
NARROWEST = 8  # columns of a name, whatever the terminal says
BAR = 10  # characters of the bar of a score
SIDE_BY_SIDE = 30  # columns that a perspective needs at least
BETWEEN = 3  # columns between two perspectives
WIDEST = 100  # a name, and what is at the right of it, are hard to join over more columns
HEADS = ("Goal", "Status", "Score", "Owner", "Due", "Id")


def render_goals_text(view: GoalsView, page: Page) -> str:
    """Return the goals as text for a terminal."""
    return paint(goals_lines(view, page.width), color=page.color)


def goals_lines(view: GoalsView, width: int) -> list[Line]:
    """The whole view in at most ``width`` columns."""
    cycle = "" if view.cycle is None else f" · {view.cycle.label}"
    title = line(Piece(one_line(view.title or "Goals"), "bold"), f" · {day_in_full(view.as_of)}{cycle}")
    views: dict[str | None, Callable[[GoalsView, int], list[Line]]] = {
        None: _tree, "okr": _okr, "bsc": _scorecard, "omtm": _one_metric, "mbo": _people,
    }  # fmt: skip
    body = views[view.framework](view, width) if view.chosen() else [line(Piece(nothing_text(view), "dim"))]
    if view.framework is None and view.cycle is None:
        body += _loose(view, width)
    notes = [each for note in notes_of(_noted(view), messages=False) for each in _wrapped(f"! {note}", width, "yellow")]
    return [cut(title, width), (), *(cut(each, width) for each in [*body, *([(), *notes] if notes else [])])]


def _noted(view: GoalsView) -> list[KpiRow]:
    """The KPIs whose notes are shown below everything. That of the one metric shows its own."""
    if view.framework == "omtm":
        found = [row for node in view.chosen() for row in guardrails(view, node)]
    else:
        found = [row for node in view.chosen() for row in node.rows]
    return list({row.kpi.id: row for row in found}.values())


def _status(status: Status | None) -> Line:
    return (Piece("· no KPI", "dim"),) if status is None else status_mark(status)


def _wrapped(text: str, width: int, style: str = "", indent: int = INDENT) -> list[Line]:
    """A sentence in lines of at most ``width`` columns, with an indent."""
    return [line(" " * indent, Piece(part, style)) for part in wrap(one_line(text), max(width - indent, NARROWEST))]


def _tree(view: GoalsView, width: int) -> list[Line]:
    nodes = list(view.nodes()) if view.cycle is None else [(0, node) for node in view.chosen()]
    rows = [_cells(depth, node) for depth, node in nodes]
    kept = [i for i in range(len(HEADS)) if i < 2 or any(width_of(row[i]) for row in rows)]
    table = [[line(Piece(HEADS[i], "dim")) for i in kept], *([row[i] for i in kept] for row in rows)]
    widths = [max(width_of(row[i]) for row in table) for i in range(len(kept))]
    if INDENT + sum(widths) + GAP * (len(widths) - 1) <= width:
        return [_beside(row, widths) for row in table]
    return [each for (depth, _), row in zip(nodes, rows, strict=True) for each in _below(depth, row, width)]


def _cells(depth: int, node: GoalNode) -> list[Line]:
    goal = node.goal
    level = Piece(f"{one_line(goal.level)}: ", "dim") if goal.level else Piece("")
    return [
        line(Piece("  " * depth), level, Piece(one_line(node.name), "bold" if not depth else "")),
        _status(node.status),
        line(score_text(node.score)),
        line(Piece(one_line(short_owner(goal.owner or "")), "dim")),
        line(Piece(due_text(goal), "dim")),
        line(Piece(goal.id, "dim")),
    ]


def _beside(cells: Sequence[Line], widths: Sequence[int]) -> Line:
    """Cells side by side."""
    pieces: list[Piece] = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        last = place == len(widths) - 1
        pieces += [Piece(" " * (GAP if place else INDENT)), *(cell if last else fill(cell, width))]
    return tuple(pieces)


def _below(depth: int, cells: Sequence[Line], width: int) -> list[Line]:
    """The name of a goal, wrapped, and the other cells in a line below it."""
    indent = INDENT + 2 * depth
    facts: list[Piece] = []
    for cell in cells[1:]:
        facts += [*([Piece(" · ", "dim")] if facts and cell else []), *cell]
    name = "".join(piece.text for piece in cells[0])
    return [
        *_wrapped(name, width, "bold" if not depth else "", indent),
        line(" " * (indent + 2), *facts),
    ]


def _loose(view: GoalsView, width: int) -> list[Line]:
    if not view.loose:
        return []
    names = ", ".join(row.name for row in view.loose)
    return [(), *_wrapped(f"! without a goal: {names}", width, "yellow")]


def bar(score: float | None) -> str:
    """A score as a bar of ten characters, rounded down."""
    filled = 0 if score is None else int(score * BAR + 1e-9)
    return "█" * filled + "░" * (BAR - filled)


def _okr(view: GoalsView, width: int) -> list[Line]:
    width = min(width, WIDEST)
    lines: list[Line] = []
    for node in view.chosen():
        band = node.band
        mark = (
            _status(node.status) if band is None else (Piece(f"{SIGNS[band]} {score_text(node.score)}", STYLES[band]),)
        )
        lines += [()] if lines else []
        lines.append(sides(line(Piece(one_line(node.name), "bold")), [mark], width))
        lines += _wrapped(" · ".join(objective_facts(node)), width, "dim")
        lines += _results(node.results, width)
        for text in objective_remarks(node, view):
            lines += _wrapped(text, width, "yellow")
    return lines


def _results(results: Sequence[KeyResult], width: int) -> list[Line]:
    if not results:
        return [line("  ", Piece("no key result", "dim"))]
    shown = even_rows([one.row for one in results])
    rows = [
        [
            line(score_text(one.score) or "–"),
            line(Piece(bar(one.score), "cyan")),
            line(one_line(one.row.name)),
            line(one_line(row.display or "–")),
            line(one_line(one.row.target_display or "no target").partition(" by ")[0]),
            status_mark(one.row.status, one.row.pace),
        ]
        for one, row in zip(results, shown, strict=True)
    ]
    aligned: tuple[Align, ...] = ("left", "left", "left", "right", "left", "left")
    widths = [max(width_of(row[i]) for row in rows) for i in range(len(aligned))]
    widths[2] = max(min(widths[2], width - GAP * len(aligned) - sum(widths) + widths[2]), 12)
    return [
        tuple(
            piece
            for cell, room, align in zip(row, widths, aligned, strict=True)
            for piece in (Piece(" " * GAP), *fill(cut(cell, room), room, align))
        )
        for row in rows
    ]


def _scorecard(view: GoalsView, width: int) -> list[Line]:
    count = len(TITLES)
    each = (width - BETWEEN * (count - 1)) // count
    beside = each >= SIDE_BY_SIDE
    cells = [_perspective(name, nodes, each if beside else width) for name, nodes in by_perspective(view).items()]
    lines: list[Line] = []
    if beside:
        for number in range(max(map(len, cells))):
            row = [cut(cell[number], each) if number < len(cell) else () for cell in cells]
            pieces = [piece for own in row for piece in (*fill(own, each), Piece(" " * BETWEEN))]
            lines.append(tuple(pieces[:-1]))
    else:
        for cell in cells:
            lines += [*([()] if lines else []), *cell]
    return lines + _causes(view, width)


def _perspective(name: Perspective, nodes: list[GoalNode], width: int) -> list[Line]:
    lines: list[Line] = [line(Piece(TITLES[name], "bold"))]
    for node in nodes:
        mark = Piece("· ", "dim") if node.status is None else Piece(f"{SIGNS[node.status]} ", STYLES[node.status])
        lines += _marked(mark, node.name, width)
        for row in node.rows:
            text = f"{row.display} {row.name}" if row.display else row.name
            lines += _marked(Piece(f"{SIGNS[row.status]} ", STYLES[row.status]), text, width, indent=INDENT)
    missing = lacks(nodes)
    return [*lines, *([line(Piece(f"! {', '.join(missing)}", "yellow"))] if missing else [])]


def _marked(mark: Piece, text: str, width: int, indent: int = 0) -> list[Line]:
    """A text behind a mark, wrapped beside it."""
    room = columns(mark.text)
    first, *others = _wrapped(text, width, indent=indent + room) or [()]
    return [line(" " * indent, mark, *first[1:]), *others]


def _causes(view: GoalsView, width: int) -> list[Line]:
    lines: list[Line] = []
    for each in causes(view):
        cause, effect, how = cause_texts(each, view)
        first, *others = wrap(one_line(f"{cause} → {effect} ({how})"), max(width - INDENT * 2, NARROWEST))
        lines += [line(" " * INDENT, first), *(line(" " * INDENT * 2, text) for text in others)]
    return [(), line(Piece("Cause and effect", "bold")), *lines] if lines else []


def _one_metric(view: GoalsView, width: int) -> list[Line]:
    width = min(width, WIDEST)
    lines: list[Line] = []
    for node in view.chosen():
        lines += [()] if lines else []
        lines += [line(Piece(one_line(node.name), "bold")), *_wrapped(end_text(node, view), width, "dim")]
        lines += [] if node.rows else [line("  ", Piece("no metric yet", "dim"))]
        for row in node.rows:
            lines += _metric(view, row, width)
        lines += _guardrails(guardrails(view, node), width)
        lines += _wrapped(f"next: {next_text(node)}", width)
    return lines


def _metric(view: GoalsView, row: KpiRow, width: int) -> list[Line]:
    change = f"  {one_line(row.change_display)}" if row.change_display else ""
    head = line(Piece(one_line(row.display or "–"), "bold"), change, Piece(f"  {one_line(row.name)}", "bold"))
    lines: list[Line] = [(), sides(head, [status_mark(row.status, row.pace)], width)]
    lines += _wrapped(row.target_and_expected or "no target", width)
    for note in row.notes:
        lines += _wrapped(f"! {note}", width, "yellow")
    detail = view.details.get(row.kpi.id)
    chart = [] if detail is None else history_lines(detail.show, width)
    if not chart:
        spark = sparkline([point.value for point in (*row.history, row.point)])
        chart = [line("  ", Piece(spark, "cyan"), Piece(f"  {row.period.label}", "dim"))]
    lines += chart
    if detail is not None and detail.moved is not None:
        lines += [(), line(Piece("What moved it", "bold")), *_wrapped(f"{detail.moved.sentence}.", width)]
    return lines


def _guardrails(rows: Sequence[KpiRow], width: int) -> list[Line]:
    if not rows:
        return [(), line("  ", Piece("! no guardrail", "yellow")), ()]
    return [(), line(Piece("Guardrails", "bold")), *_rows(rows, width, INDENT), ()]


def _rows(rows: Sequence[KpiRow], width: int, indent: int) -> list[Line]:
    """A line for each KPI: value, name and status."""
    values = [line(one_line(row.display or "–")) for row in even_rows(rows)]
    room = max(map(width_of, values), default=0)
    return [
        sides(
            line(" " * indent, *fill(value, room, "right"), "  ", one_line(row.name)),
            [status_mark(row.status, row.pace), status_mark(row.status)],
            width,
        )
        for value, row in zip(values, rows, strict=True)
    ]


def _people(view: GoalsView, width: int) -> list[Line]:
    width = min(width, WIDEST)
    lines: list[Line] = []
    for person, nodes in by_person(view).items():
        lines += [()] if lines else []
        lines.append(line(Piece(one_line(person) or NO_OWNER, "bold")))
        for node in nodes:
            lines.append(sides(line("  ", one_line(node.name)), [_status(node.status)], width))
            lines += _wrapped(" · ".join(agreement_facts(node, view)), width, "dim", indent=4)
            lines += _rows(node.rows, width, 4)
    return lines
