"""The history of a definition, and who wrote its fields, for people at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpi.diff.blame import Blamed
from kpi.diff.commit import Commit
from kpi.diff.history import Event
from kpi.render.diff_text import GAP, INDENT, KIND, change_lines, status_change, value_change
from kpi.render.layout import Line, Piece, cut, cut_text, fill, line, width_of, wrap
from kpi.render.log_view import BlameView, LogView, afterthought, author_of
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.style import paint
from kpi.values.date_words import day_in_words

if TYPE_CHECKING:
    from kpi.plan.model import Decision
    from kpi.status.value_changes import ValueChange

SHORT = 9  # digits of a hash
UNCOMMITTED = "not committed yet"
WIDEST_AUTHOR = 16
SHORTEST_FIELD = 17  # thresholds.yellow
DAY = 12  # 30 June 2026


def render_log_text(view: LogView, page: Page) -> str:
    """Return the events as text for a terminal."""
    return paint(log_lines(view, page.width), color=page.color)


def log_lines(view: LogView, width: int) -> list[Line]:
    """The events in at most ``width`` columns, newest first."""
    count = len(view.events)
    head = line(Piece(one_line(view.name), "bold"), f" ({view.id}) · {count} change{'' if count == 1 else 's'}")
    lines = [cut(head, width)]
    decisions = list(view.decisions)
    for number, event in enumerate(view.events):
        while decisions and event.commit is not None and decisions[0].date >= event.commit.day:
            lines += [(), *_decision(decisions.pop(0), width)]
        lines += [(), *_event(event, None if view.values is None else view.values.get(number), width)]
    lines += [part for decision in decisions for part in ((), *_decision(decision, width))]
    if view.cut_at is not None:
        lines += [(), cut(line(f"The history before {view.cut_at[:SHORT]} is not in this shallow clone."), width)]
    return lines


def render_blame_text(view: BlameView, page: Page) -> str:
    """Return who wrote each field, as text for a terminal."""
    return paint(blame_lines(view.rows, page.width), color=page.color)


def blame_lines(rows: Sequence[Blamed], width: int) -> list[Line]:
    """A line for each field: commit, day, author, field and text."""
    fields = [one_line(row.field) for row in rows]
    authors = [cut_text(_author(row.commit), WIDEST_AUTHOR) for row in rows]
    days = ["" if row.commit is None else day_in_words(row.commit.day) for row in rows]
    room = max(DAY, *map(columns, days))
    # A long name of a measure's or source's field must leave space for its text.
    widths = max(map(columns, authors)), min(max(map(columns, fields)), max(width // 3, SHORTEST_FIELD))
    lines = []
    for row, author, day, field in zip(rows, authors, days, fields, strict=True):
        if row.commit is None:
            label = UNCOMMITTED if row.is_known else "before this clone"
            who: Line = fill(line(Piece(label, "dim")), SHORT + GAP + room + GAP + widths[0])
        else:
            who = (
                Piece(row.commit.hash[:SHORT], "yellow"), Piece(" " * GAP),
                *fill(line(Piece(day, "dim")), room, "right"), Piece(" " * GAP),
                *fill(line(author), widths[0]),
            )  # fmt: skip
        parts = (
            *who,
            Piece(" " * GAP),
            *fill(line(cut_text(field, widths[1])), widths[1]),
            Piece(" " * GAP),
            Piece(one_line(row.text or "")),
        )
        lines.append(cut(parts, width))
    return lines


def _author(commit: Commit | None) -> str:
    return "" if commit is None else one_line(author_of(commit))


def _event(event: Event, values: ValueChange | None, width: int) -> list[Line]:
    lines = [_head(event, width)]
    fields = [change.field or "KPI" for change in event.changes] + [
        change.subject if change.field is None else f"{change.subject}.{change.field}" for change in event.because
    ]
    widest = max(map(columns, fields))
    for change, field in zip((*event.changes, *event.because), fields, strict=True):
        lines += change_lines(change, one_line(field), widest, width)
    if values is not None:
        lines += _value(values, width)
        if said := afterthought(event, values):
            lines.append(cut((Piece(f"{INDENT}! "), Piece(said, "bold red")), width))
    for commit in event.unreadable:
        said = f"perhaps already in {commit.hash[:SHORT]}, in which the definition was not valid"
        lines += [line(INDENT, Piece(part, "dim")) for part in wrap(said, width - len(INDENT))]
    return lines


def _decision(decision: Decision, width: int) -> list[Line]:
    """A decision of kpi review, among the changes of its time."""
    head = line(Piece("decision".ljust(SHORT), "cyan"), f"  {day_in_words(decision.date)}  {one_line(decision.by)}  ")
    said = [decision.decided, f"next look {day_in_words(decision.until)}"]
    said += [f"expected {decision.expect}"] if decision.expect else []
    said += [f"at {decision.value}"] if decision.value else []
    parts = wrap(one_line("; ".join(said)), width - len(INDENT))
    return [cut(head, width), *(line(INDENT, part) for part in parts)]


def _head(event: Event, width: int) -> Line:
    commit = event.commit
    if commit is None:
        return line(Piece(UNCOMMITTED, "bold"))
    day, author = day_in_words(commit.day), one_line(author_of(commit))
    head = line(Piece(commit.hash[:SHORT], "yellow"), f"  {day}  {author}  ")
    if width_of(head) >= width:
        return cut(head, width)
    return (*head, Piece(cut_text(one_line(commit.subject), width - width_of(head)), "dim"))


def _value(values: ValueChange, width: int) -> list[Line]:
    """The value and target at that time, and how the change affected the status."""
    target = "" if values.target is None else f" against {one_line(values.target)}"
    head = line(INDENT + "value".ljust(KIND + GAP), value_change(values), target, "   ")
    whole = (*head, *status_change(values), Piece(f"   {values.shown.period}", "dim"))
    return [cut(whole, width)]
