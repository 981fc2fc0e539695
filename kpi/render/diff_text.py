"""A comparison for people at a terminal, what they should look at first at the top."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpi.diff.changes import Change
from kpi.diff.git import SHORT
from kpi.render.diff_highlights import highlights
from kpi.render.diff_view import (
    STYLES,
    Affected,
    ChangeGroup,
    DiffView,
    affected,
    change_groups,
    counts_in_words,
    known_statuses,
    shown_texts,
)
from kpi.render.layout import Line, Piece, cut, fill, line, sides, width_of, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.style import paint

if TYPE_CHECKING:
    from kpi.status.value_changes import Pair, ValueChange

INDENT, KIND, GAP = "  ", 9, 2  # KIND: the longest class
WIDEST_FIELD = 24
ARROW, NONE = " → ", "–"


def render_diff_text(view: DiffView, page: Page) -> str:
    """Return the comparison as text for a terminal."""
    return paint(diff_lines(view, page.width), color=page.color)


def diff_lines(view: DiffView, width: int) -> list[Line]:
    """The comparison in at most ``width`` columns."""
    between = f"{one_line(view.before)}{ARROW}{one_line(view.after)}"
    lines = [cut(line(Piece(one_line(view.title or "Definitions"), "bold"), f" · {between}"), width)]
    for note in view.notes:
        lines += [line(part) for part in wrap(one_line(note), width)]
    counts = [(Piece(words, STYLES[kind]),) for kind, words in counts_in_words(view)]
    if not counts:
        return [*lines, line("No changes.")]
    for sentence in highlights(view):
        lines += [line(Piece(part, "bold")) for part in wrap(sentence, width)]
    lines += _in_rows(counts, width)
    for group in change_groups(view):
        lines += [(), *_group(group, width, view)]
    reached = affected(view)
    if reached:
        lines += [(), line(Piece("Affected by these changes", "bold"))]
        above = {change.subject for change in view.comparison.changes}
        for one in reached:
            lines += _affected(one, width, with_values=one.subject not in above)
    return lines


def _in_rows(parts: Iterable[Line], width: int) -> list[Line]:
    rows: list[Line] = [()]
    for part in parts:
        longer = (*rows[-1], *([Piece("   ")] if rows[-1] else []), *part)
        if rows[-1] and width_of(longer) > width:
            rows.append(part)
        else:
            rows[-1] = longer
    return rows


def _group(group: ChangeGroup, width: int, view: DiffView) -> list[Line]:
    place = group.changes[0].place
    where = f"{one_line(place.file)}:{place.line}"
    if group.changes[0].is_of_before:
        where += f" in {one_line(view.before_id[:SHORT])}"
    full = Piece(f"{group.subject}  {where}", "dim")
    head = sides(line(Piece(one_line(group.name), "bold")), [(full,), (Piece(group.subject, "dim"),)], width)
    fields = [_field(change, group) for change in group.changes]
    widest = min(max(map(columns, fields)), WIDEST_FIELD)
    lines = [head]
    for change, field in zip(group.changes, fields, strict=True):
        lines += change_lines(change, field, widest, width)
    return lines + ([] if group.values is None else _values(group.values, width))


def _field(change: Change, group: ChangeGroup) -> str:
    return group.noun if change.field is None else one_line(change.field)


def change_lines(change: Change, field: str, widest: int, width: int) -> list[Line]:
    """One change. ``field`` is what its field is called; ``widest`` the columns that the fields beside it take."""
    kind = (Piece(change.kind, STYLES[change.kind]), Piece(" " * (KIND - len(change.kind) + GAP)))
    head = (Piece(INDENT), *kind, *fill(line(field), max(widest, columns(field)) + GAP))
    if change.field is None:
        return [cut(head, width)]
    before, after = (None if text is None else one_line(text) for text in (change.before, change.after))
    short = (*head, Piece(before or NONE), Piece(ARROW), Piece(after or NONE))
    if width_of(short) <= width:
        return [short]
    # What does not fit beside its field goes below it, as in other diffs.
    indent = len(INDENT) + KIND + GAP
    found = [cut(head, width)]
    for sign, text, style in (("- ", before, "red"), ("+ ", after, "green")):
        for number, part in enumerate(wrap(text or "", max(width - indent - 2, 8))):
            found.append(line(" " * indent, Piece(sign if number == 0 else "  ", style), part))
    return found


def _values(values: ValueChange, width: int) -> list[Line]:
    pair = values.shown
    head = Piece(INDENT + "value".ljust(KIND + GAP))
    texts = line(value_change(values, ", as before"))
    statuses = status_change(values)
    period = Piece(f"   {pair.period}", "dim")
    gap = line("   ") if statuses else ()
    found = [cut((head, *texts, *gap, *statuses, period), width)]
    indent = len(INDENT) + KIND + GAP
    for note in values.notes:
        parts = wrap(one_line(note), max(width - indent - 2, 8))
        signs = ["! ", *["  "] * (len(parts) - 1)]
        found += [line(" " * indent, Piece(sign + part, "yellow")) for sign, part in zip(signs, parts, strict=True)]
    if not values.history:
        return found
    if all(one.before == one.after for one in values.history):
        count = len(values.history)
        periods = "the last period is the same" if count == 1 else f"the last {count} periods are the same"
        return [*found, cut(line(" " * (len(INDENT) + KIND + GAP), Piece(periods, "dim")), width)]
    return [*found, *(cut(each, width) for each in _history(values.history))]


def value_change(values: ValueChange, same: str = "") -> str:
    """``3.1% → 3.6%``; where nothing changed, the value and ``same``; where it is not known, that."""
    pair = values.shown
    if values.unknown:
        texts = [one_line(text or NONE) for text in shown_texts(values)]
        return ARROW.join(dict.fromkeys(texts))
    if pair.before is None and pair.after is None:
        return "none"
    before, after = (one_line(text or NONE) for text in (pair.before_display, pair.after_display))
    return f"{after}{same}" if pair.before == pair.after and before == after else f"{before}{ARROW}{after}"


def status_change(values: ValueChange) -> Line:
    """``● green → ✖ red``; one status where both are the same or there is only one."""
    from kpi.render.status_icons import SIGNS, status_mark

    before, after = known_statuses(values)
    if before is None or after is None or before == after:
        known = after or before
        return () if known is None else status_mark(known)
    return (*status_mark(before), Piece(ARROW), Piece(f"{SIGNS[after]} {after}", status_mark(after)[0].style))


def _history(history: tuple[Pair, ...]) -> list[Line]:
    """Return a table of period, before and after; differences are highlighted."""
    rows = [("", "before", "after"), *((p.period, p.before_display or NONE, p.after_display or NONE) for p in history)]
    widths = [max(columns(row[at]) for row in rows) for at in range(3)]
    styles = ["dim", *("bold" if pair.before != pair.after else "dim" for pair in history)]
    indent = Piece(" " * (len(INDENT) + KIND + GAP))
    return [
        (indent, *fill(line(Piece(row[0], "dim")), widths[0] + GAP),
         *fill(line(Piece(row[1], style)), widths[1], "right"), Piece(" " * GAP),
         *fill(line(Piece(row[2], style)), widths[2], "right"))
        for row, style in zip(rows, styles, strict=True)
    ]  # fmt: skip


def _affected(one: Affected, width: int, *, with_values: bool) -> list[Line]:
    because = Piece("by " + ", ".join(one.because), "dim")
    lines = [cut(line(INDENT, one_line(one.name), "   ", because), width)]
    return lines if one.values is None or not with_values else lines + _values(one.values, width)
