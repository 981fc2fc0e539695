"""``kpi explain`` for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kpi.insight.contributions import Contribution
from kpi.render.layout import Line, Piece, cut_text, fill, line, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.style import paint
from kpi.status.explain import ExplainView
from kpi.values import Figure, Unit, format_column

WIDEST = 100
NARROWEST = 12  # columns of the name of a part
PLAIN = Unit()

VALUES, CHANGES = "values", "changes"

Row = tuple[str, ...]
Cells = tuple[Figure | str, ...]


def render_explain_text(view: ExplainView, page: Page) -> str:
    """Return what moved a KPI as text for a terminal."""
    return paint(explain_lines(view, page.width), color=page.color)


def explain_lines(view: ExplainView, width: int) -> list[Line]:
    """The sentence and the table, in at most ``width`` columns."""
    width = min(width, WIDEST)
    lines = [line(Piece(part, "bold")) for part in wrap(one_line(view.sentence), width)]
    before, now = view.previous.period.label, view.point.period.label

    def change(amount: float | None) -> Figure | str:
        return "" if amount is None else Figure(amount, view.unit, CHANGES, change=True, of=view.point.value)

    rows: list[Cells]
    if view.tree is not None:
        heads: Row = ("Part", before, now, "Adds")
        rows = list(_parts(view.tree, view.unit, change))
    elif any(one.rate is not None for one in view.segments):
        heads = (one_line(view.by or ""), "By its rate", "By its share", "Adds")
        rows = [
            (one.segment.name, *(change(part) for part in (one.rate, one.mix, one.amount))) for one in view.segments
        ]
    else:
        heads = (one_line(view.by or ""), before, now, "Adds")
        rows = [
            (
                one.segment.name,
                Figure(one.segment.before[0], view.unit, VALUES),
                Figure(one.segment.after[0], view.unit, VALUES),
                change(one.amount),
            )
            for one in view.segments
        ]
    rows.append(("All", *[""] * (len(heads) - 2), change(view.change)))
    notes = [line(Piece(part, "yellow")) for note in view.notes for part in wrap(f"! {one_line(note)}", width)]
    return [*lines, (), *_table(heads, _in_text(rows), width), *([(), *notes] if notes else [])]


def _in_text(rows: Sequence[Cells]) -> list[Row]:
    """The rows with one precision for all changes, and for all values that are of one thing."""
    shown = iter(format_column([cell if isinstance(cell, Figure) else None for row in rows for cell in row]))
    texts = [(cell, next(shown)) for row in rows for cell in row]
    width = len(rows[0])
    flat = [text or "" if isinstance(cell, Figure) else cell for cell, text in texts]
    return [tuple(flat[at : at + width]) for at in range(0, len(flat), width)]


def _parts(
    part: Contribution, unit: Unit, change: Callable[[float | None], Figure | str], depth: int = 0
) -> Iterator[Cells]:
    """The rows of a part and those below it. The whole has no row unless it is a measure or a single aggregate; a
    measure of a single aggregate has one row for both."""
    if depth or not part.below or part.term.op == "=":
        name = "  " * max(depth - 1, 0) + part.term.name
        group = f"{VALUES} of {part.term.name}"
        own = unit if part.term.same_unit else PLAIN
        before, after = Figure(part.term.before, own, group), Figure(part.term.after, own, group)
        yield (name, before, after, change(part.amount))
    for below in part.below:
        if below.term.op == "leaf" and below.term.before == below.term.after and _is_number(below.term.name):
            continue
        if part.term.op == "=" and below.term.op == "leaf":
            continue
        yield from _parts(below, unit, change, depth + 1)


def _is_number(name: str) -> bool:
    return name.replace(".", "", 1).isdigit()


def _table(heads: Row, rows: Sequence[Row], width: int) -> list[Line]:
    names, *others = zip(heads, *rows, strict=True)
    widths = [max(map(columns, texts)) for texts in others]
    room = max(width - 2 - sum(one + 2 for one in widths), NARROWEST)
    longest = min(max(map(columns, names)), room)
    lines = []
    for number, (name, *cells) in enumerate(zip(names, *others, strict=True)):
        style = "dim" if number == 0 else ""
        indent = " " * (len(name) - len(name.lstrip()))
        text = cut_text(indent + one_line(name.lstrip()), longest)
        pieces: Line = (Piece("  "), *fill(line(Piece(text, style)), longest))
        for cell, one in zip(cells, widths, strict=True):
            pieces += (Piece("  "), *fill(line(Piece(cell, style)), one, "right"))
        lines.append(pieces)
    return lines
