"""The table of ``kpi status``, for people: as wide as the terminal at most, and no wider than it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.frozen import frozen
from kpi.render.layout import Align, Line, Piece, cut, cut_text, fill, line, sides, width_of, wrap
from kpi.render.output import Page
from kpi.render.sanitize import columns, one_line
from kpi.render.sparkline import sparkline
from kpi.render.status_icons import status_mark, status_word
from kpi.render.style import paint
from kpi.status import STATUSES, Group, KpiRow, StatusView, short_owner
from kpi.status.columns import with_even_precision
from kpi.values import Period
from kpi.values.date_words import day_and_month, day_in_words, month_name

if TYPE_CHECKING:
    from kpi.status.outlook import Outlook

INDENT, GAP = 2, 2
PART = "  "  # before the name of a part
NARROWEST = 60  # a narrower table does not squeeze the heads of its groups
PROSE = 80  # nor a table narrower than this the text under its rows
MISSING = "–"
TRENDS = {"better": "green", "worse": "red"}
BARS, FEW_BARS = 12, 6


class Shape(NamedTuple):
    """What the table leaves out to fit, the least important first, and how short names may become.

    ``words`` is whether a change says in a word that it is for the better or worse, ``date`` whether a target has its
    date, and ``expected`` what the column of what is expected by now has: sentences, also on targets to be kept, or
    only numbers.
    """

    bars: int = BARS
    period: bool = True
    owner: bool = True
    words: bool = True
    interval: bool = True
    due: bool = True
    date: bool = True
    expected: Literal["words", "number"] | None = "words"
    pace: bool = True
    change: bool = True
    target: bool = True
    shortest_name: int = 40
    widest_target: int = 44


FEW = Shape(FEW_BARS, period=False, owner=False, words=False, interval=False, shortest_name=26, widest_target=26)
NARROW = FEW._replace(bars=0, due=False, expected="number", shortest_name=24)
TIGHT = NARROW._replace(date=False, expected=None, shortest_name=12)

# From everything to almost nothing; the first that fits is taken.
SHAPES = (
    Shape(),
    Shape(owner=False),
    Shape(owner=False, period=False, shortest_name=28, widest_target=32),
    Shape(owner=False, period=False, interval=False, shortest_name=28, widest_target=32),
    Shape(owner=False, period=False, interval=False, words=False, shortest_name=28, widest_target=26),
    FEW,
    FEW._replace(date=False),
    FEW._replace(date=False, bars=0, due=False),
    NARROW,
    NARROW._replace(date=False, shortest_name=20),
    TIGHT._replace(shortest_name=20),
    TIGHT,
    TIGHT._replace(pace=False, shortest_name=20, widest_target=22),
    TIGHT._replace(pace=False, change=False, shortest_name=16, widest_target=20),
    TIGHT._replace(pace=False, change=False, target=False, shortest_name=8),
)


@frozen
class Column:
    """One column: its head and its cells, a cell for each row of the view."""

    head: str
    cells: list[Line]
    align: Align = "left"

    @cached_property
    def width(self) -> int:
        """The columns that its widest cell takes."""
        return max([columns(self.head), *map(width_of, self.cells)])


def render_status_table(view: StatusView, page: Page) -> str:
    """Return the table as text for a terminal."""
    return paint(status_lines(view, page.width, by=page.by), color=page.color)


def status_lines(view: StatusView, width: int, *, by: str = "goal") -> list[Line]:
    """The whole table in at most ``width`` columns."""
    view = with_even_precision(view)
    rows = [one for group in view.groups for row in group.rows for one in row.rows]
    table = _fitting(rows, width, by)
    used = INDENT + sum(column.width + GAP for column in table) - GAP if table else 0
    used = min(width, max(used, NARROWEST))
    lines = [*title_lines(view, used), ()]
    if not rows:
        return [*lines, line(Piece("No KPI to show.", "dim"))]
    lines.append(row_line([fill(line(Piece(column.head, "dim")), column.width, column.align) for column in table]))
    number = 0
    for group in view.groups:
        lines += [] if group is view.groups[0] else [()]
        lines.append(group_head(group, used))
        for row, whole in ((part, one) for one in group.rows for part in one.rows):
            cells = [fill(column.cells[number], column.width, column.align) for column in table]
            lines += [cut(row_line(cells), width), *_below(row, whole, min(width, max(used, PROSE)))]
            number += 1
    return lines


def row_line(cells: Iterable[Line]) -> Line:
    """The cells of one row side by side, indented."""
    pieces: list[Piece] = []
    for cell in cells:
        pieces += [Piece(" " * (GAP if pieces else INDENT)), *cell]
    return tuple(pieces)


def _fitting(rows: list[KpiRow], width: int, by: str) -> list[Column]:
    """The columns of the first shape that fits, the names cut to the room there is."""
    table: list[Column] = []
    for shape in SHAPES:
        names, *others = table = _columns(rows, shape, by)
        room = width - INDENT - sum(GAP + column.width for column in others)
        if room >= min(names.width, shape.shortest_name):
            break
    else:
        room = max(room, 4)
    suffixes = _odd_periods(rows) if not shape.period else {}
    cells = [_name(row, suffixes, room) for row in rows]
    return [Column("KPI", cells), *table[1:]]


def _name(row: KpiRow, suffixes: Mapping[str, str], room: int | None = None) -> Line:
    """Return the name of a KPI with the remark on its period; that of a part is indented."""
    name, suffix = indented(row), "" if row.is_part else suffixes.get(row.kpi.id, "")
    return line(name if room is None else cut_text(name, room - columns(suffix)), Piece(suffix, "dim"))


def indented(row: KpiRow) -> str:
    """Return the name of a row, indented for a part."""
    return PART * row.is_part + one_line(row.name)


def _columns(rows: list[KpiRow], shape: Shape, by: str) -> list[Column]:
    suffixes = _odd_periods(rows) if not shape.period else {}
    table = [
        Column("KPI", [_name(row, suffixes) for row in rows]),
        Column("Value", [line(one_line(row.display or MISSING)) for row in rows], "right"),
    ]
    if shape.change and any(row.change_display for row in rows):
        table.append(Column("Change", [change_line(row, words=shape.words) for row in rows]))
    if shape.target and any(row.target_display for row in rows):
        texts = [_target(row, shape) for row in rows]
        table.append(Column("Target", [line(text) for text in texts]))
    if shape.expected and any(texts := [by_now(row, words=shape.expected == "words") for row in rows]):
        table.append(Column("By now", [line(one_line(text)) for text in texts]))
    table.append(Column("Status", [status_mark(row.status, row.pace if shape.pace else None) for row in rows]))
    table += _forecast(rows, interval=shape.interval, due=shape.due)
    sparks = [_spark(row, shape.bars) for row in rows]
    if any(sparks):
        table.append(Column(f"Last {shape.bars}", [line(Piece(spark, "cyan")) for spark in sparks], "right"))
    if shape.period:
        table.append(_once("Period", [row.period.label for row in rows], rows))
    if shape.owner and by != "owner" and any(row.kpi.owner for row in rows):
        table.append(_once("Owner", [one_line(short_owner(row.kpi.owner or "")) for row in rows], rows))
    return table


def _forecast(rows: list[KpiRow], *, interval: bool, due: bool) -> list[Column]:
    """What is expected at the date of the target, and how likely it is met; nothing where no forecast was asked for."""
    outlooks = [row.outlook for row in rows]
    if not any(outlooks):
        return []
    from kpi.status.outlook import chance_in_short

    values, chances = [], []
    for outlook in outlooks:
        if outlook is None or outlook.period is None:
            values.append("" if outlook is None else MISSING)
            chances.append("")
            continue
        more = f" ({outlook.interval_display})" if interval else ""
        when = f" in {short_period(outlook.period)}" if due else ""
        values.append(f"{outlook.display}{more}{when}")
        chances.append("" if outlook.chance is None else chance_in_short(outlook.chance))
    table = [Column("Forecast", [line(one_line(text)) for text in values])]
    return [*table, Column("Likely", [line(text) for text in chances], "right")] if any(chances) else table


def _once(head: str, texts: list[str], rows: list[KpiRow]) -> Column:
    """A column of what parts have in common with the whole."""
    return Column(
        head, [line(Piece("" if row.is_part else text, "dim")) for text, row in zip(texts, rows, strict=True)]
    )


def _target(row: KpiRow, shape: Shape) -> str:
    """A target too wide for its column loses its date, rather than the end of it."""
    text = one_line(row.target_display or "")
    if shape.date and columns(text) <= shape.widest_target:
        return text
    return cut_text(text.partition(" by ")[0], shape.widest_target)


def by_now(row: KpiRow, *, words: bool = True) -> str:
    """What is expected by now on the way to a target; in ``words`` also how much of a target to be kept the value
    is."""
    if not words:
        return row.expected_display or ""
    return f"{row.expected_display} expected" if row.expected_display else row.attainment_display or ""


def change_line(row: KpiRow, *, words: bool) -> Line:
    """The change, coloured by whether it is for the better; for the worse, a word or a sign says so as well."""
    if row.trend is None or not row.change_display:
        return line(one_line(row.change_display or ""))
    mark = f" {row.trend}" if words else " !" if row.trend == "worse" else ""
    return line(Piece(one_line(row.change_display) + mark, TRENDS[row.trend]))


def _spark(row: KpiRow, bars: int) -> str:
    return sparkline([point.value for point in (*row.history, row.point)][-bars:]) if bars else ""


def _odd_periods(rows: list[KpiRow]) -> dict[str, str]:
    """For a table without room for periods: `` (Q1)`` for KPIs whose value is of another span than most others'."""
    if not rows:
        return {}
    usual, _ = Counter(row.period.span for row in rows if not row.is_part).most_common(1)[0]
    return {row.kpi.id: f" ({short_period(row.period)})" for row in rows if row.period.span != usual}


def short_period(period: Period) -> str:
    """A period without its year, where the year goes without saying: ``Q1``, ``W27``, ``May``, ``12 May``."""
    if period.every == "month":
        return month_name(period.start)
    if period.labelled_by_day:
        return day_and_month(period.start)
    return period.label.rpartition("-")[2]


def title_lines(view: StatusView, width: int) -> list[Line]:
    """What the view is of, and how many KPIs have each status."""
    title = line(Piece(one_line(view.title or "KPIs"), "bold"), f" · {view.moment}")
    counts = [status_word(status, f"{view.summary[status]} ") for status in STATUSES if view.summary[status]]
    right = _spaced(counts)
    if width_of(title) + 3 + width_of(right) <= width:
        return [sides(title, [right], width)]
    lines = [cut(title, width)]
    while counts:
        fitting = max((n for n in range(1, len(counts) + 1) if width_of(_spaced(counts[:n])) <= width), default=1)
        lines.append(cut(_spaced(counts[:fitting]), width))
        counts = counts[fitting:]
    return lines


def _spaced(pieces: list[Piece]) -> Line:
    return tuple(part for piece in pieces for part in (Piece("   "), piece))[1:]


def group_head(group: Group, width: int) -> Line:
    """The name of a group with its status, owner and date."""
    status = status_word(group.status)
    owner = f" · {one_line(short_owner(group.owner))}" if group.owner else ""
    due = f" · due {day_in_words(group.due)}" if group.due else ""
    rights = [(status, Piece(owner + due, "dim")), (status, Piece(due, "dim")), (status,)]
    title = Piece(one_line(group.title), "bold")
    above = "".join(f"{one_line(name)} › " for name in group.above)
    full = (Piece(above, "dim"), title)
    fits = bool(above) and width_of(full) + 3 + width_of(rights[0]) <= width
    return sides(full if fits else (title,), [line(*right) for right in rights], width)


def _below(row: KpiRow, whole: KpiRow, width: int) -> list[Line]:
    """Return the lines under a row: its message, notes and action. Those of the ``whole`` KPI are not repeated for
    its parts."""
    lines: list[Line] = []
    if row.message and not is_repeated(row, whole):
        lines += hanging("  ", row.message, "dim", width)
    if row.outlook is not None and (remark := _remark(row.outlook)):
        lines += hanging("  ", remark, "dim", width)
    for note in own_notes(row, whole):
        lines += hanging("! ", note, "yellow", width)
    if row.status == "red" and row.kpi.when_red:
        lines += hanging("→ ", row.kpi.when_red, "", width)
    return lines


def _remark(outlook: Outlook) -> str | None:
    """Why there is no forecast, or when the target is reached if that is not at its date."""
    if outlook.problem is not None:
        return f"no forecast: {outlook.problem}"
    return None if outlook.late == 0 else outlook.arrival


def is_repeated(row: KpiRow, whole: KpiRow) -> bool:
    """Whether the message of a part says nothing that its status, or that of the ``whole``, does not."""
    return row.is_part and (row.message == whole.message or row.status == "no data")


def own_notes(row: KpiRow, whole: KpiRow) -> list[str]:
    """The notes of a row; of those of a part, the ones that the ``whole`` KPI does not have as well."""
    return [note for note in row.notes if row is whole or note not in whole.notes]


def hanging(sign: str, text: str, style: str, width: int) -> list[Line]:
    """A remark below a row, wrapped, behind a sign."""
    indent = INDENT + 2
    room = max(width - indent - len(sign), 8)
    texts = wrap(one_line(text), room)
    return [
        (Piece(" " * indent + (sign if number == 0 else " " * len(sign)), style), Piece(part, style))
        for number, part in enumerate(texts)
    ]
