"""When the rows of a table happened or lasted, what identifies them, and how often they should be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from kpi.data.database import Engine, quoted
from kpi.drafting import words
from kpi.drafting.columns import Meaning, Meanings
from kpi.drafting.reading import TextTable
from kpi.drafting.spec import SourceSpec
from kpi.drafting.words import says
from kpi.values import Every

FEW_DAYS, FEW_WEEKS = 21, 120  # a span below is looked at by day, by week
DENSE = 0.5  # of the days have rows, where a period shorter than a month makes sense
MOST_IN_KEY = 2
NO_MONTHS = timedelta(days=45)


@dataclass(frozen=True)
class DraftTable:
    """A source of the draft with what its columns mean.

    ``rows_are``: one row is one thing that happened ("events"), a sum over a day or a period ("totals"), a level at a
    time ("levels"), something that lasts ("intervals"), or a thing as it is now ("things"). ``when`` is the column with
    the date or the beginning of a row, ``until`` that with its end. ``last`` is the last day that has rows, ``once``:
    there is one row a date.
    """

    spec: SourceSpec
    rows: int
    meanings: Meanings
    rows_are: str
    every: Every
    when: Meaning | None = None
    until: Meaning | None = None
    last: date | None = None
    once: bool = False
    row_id: Meaning | None = None

    @property
    def planned(self) -> bool:
        """Whether the rows say what is planned rather than what happened."""
        return says(self.id, words.PLANNED)

    @property
    def dense(self) -> bool:
        """Whether most days of the span of the rows have some."""
        if self.when is None or self.when.first is None or self.when.last is None:
            return False
        return self.when.column.distinct > (self.when.last - self.when.first).days * DENSE

    @property
    def id(self) -> str:
        """The id of the source."""
        return self.spec.id

    def of(self, *roles: str) -> list[Meaning]:
        """The columns of these roles."""
        return [one for one in self.meanings.values() if one.role in roles]


def draft_table(engine: Engine, table: TextTable, found: Meanings, today: date) -> DraftTable:
    """The source with its times, types and keys."""
    dates = [one for one in found.values() if one.role == "date"]
    start, end = _interval(engine, table, dates)
    when = start or _when(dates, table.rows)
    row_id = next(
        (one for one in found.values() if one.role == "identifier" and one.column.distinct == table.rows), None
    )
    types = {one.name: one.type for one in found.values() if one.type is not None}
    computed = {f"{one.name}_date": one.computed for one in found.values() if one.computed is not None}
    notes = [f"{one.column.header} is {one.note}." for one in found.values() if one.note]
    if says(table.spec.id, words.PLANNED):
        notes.append("What is planned is no KPI; a measure of it can be a target: at least planned_revenue.")
    comments = [
        *table.spec.comments,
        *notes,
        *(f"Not read as dates: {one.doubt}." for one in found.values() if one.doubt),
    ]
    spec = replace(table.spec, types=types, computed=computed, comments=tuple(comments))
    if when is None:
        return DraftTable(spec, table.rows, found, "things", "month", row_id=row_id)
    column = f"{when.name}_date" if when.computed else when.name
    ends = [one.last for one in (when, end) if one is not None and one.last is not None and one.last <= today]
    last = max(ends, default=when.last)
    if end is not None:
        spec = replace(spec, from_=column, until=end.name)
        return DraftTable(spec, table.rows, found, "intervals", "month", when, end, last, row_id=row_id)
    once = when.column.distinct == table.rows
    every = _every(when)
    rows_are = "events"
    stocks = [one for one in found.values() if one.role == "stock"]
    key = _key(engine, table, found, when, once=once) if stocks else []
    if stocks and (once or key):
        rows_are = "levels"
        spec = replace(spec, key=tuple(key))
    elif _totals(found):
        rows_are = "totals"
    spec = replace(spec, date=column)
    return DraftTable(spec, table.rows, found, rows_are, every, when, None, last, once, row_id)


def _totals(found: Meanings) -> bool:
    """Whether rows are counts of something by day and category: nothing identifies a single one."""
    roles = {one.role for one in found.values()}
    series = roles <= {"date", "number", "quantity", "duration", "amount", "people", "empty"}
    single = {"identifier", "text", "flag", "status", "score"}
    return series or (not roles & single and bool(roles & {"quantity", "people"}))


def _when(dates: Sequence[Meaning], rows: int) -> Meaning | None:
    """The column that says when a row happened: filled in every row, and not named after something later."""
    filled = [one for one in dates if one.column.filled == rows]
    certain = [one for one in filled if not says(one.column.header, words.NOT_WHEN)]
    named = [one for one in certain if says(one.column.header, words.WHEN)]
    for choice in (named, certain):
        if choice:
            return choice[0]
    return filled[0] if len(filled) == 1 else None


def _interval(engine: Engine, table: TextTable, dates: Sequence[Meaning]) -> tuple[Meaning | None, Meaning | None]:
    """The columns in which rows begin and end, where they last: no end before its beginning, and some still open."""
    plain = [one for one in dates if one.computed is None]
    starts = [one for one in plain if says(one.column.header, words.STARTS) and one.column.filled == table.rows]
    ends = [one for one in plain if says(one.column.header, words.ENDS) and one not in starts]
    for start in starts:
        for end in ends:
            if end.column.filled < table.rows and _follows(engine, table, start, end):
                return start, end
    return None, None


def day_sql(one: Meaning) -> str:
    """SQL for the day of a column of dates of a text table."""
    from kpi.data.text_casts_sql import date_sql, formatted_sql, timestamp_sql, zoned_sql

    name = quoted(one.name)
    if one.type is not None:
        return f"CAST({formatted_sql(name, one.type.partition(' ')[2])} AS DATE)"
    casts = (date_sql(name), timestamp_sql(name), zoned_sql(name))
    return f"coalesce({', '.join(f'CAST({cast} AS DATE)' for cast in casts)})"


def _follows(engine: Engine, table: TextTable, start: Meaning, end: Meaning) -> bool:
    """Whether no row ends before it begins."""
    sql = f"SELECT count(*) FROM {table.table} WHERE {day_sql(end)} < {day_sql(start)}"
    return not engine.ask(sql)[0][0]


def _key(engine: Engine, table: TextTable, found: Meanings, when: Meaning, *, once: bool) -> list[str]:
    """The columns that, with the date, are different in every row: what rows of totals and of levels are about."""
    if once:
        return []
    words_ = [
        one.name
        for one in found.values()
        if one.role in ("category", "identifier", "status") and one.column.distinct < table.rows
    ]
    sizes = [*range(1, MOST_IN_KEY + 1), len(words_)]
    for size in sizes:
        for names in combinations(words_, size):
            columns = ", ".join(map(quoted, (when.name, *names)))
            distinct = engine.ask(f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {table.table}) t")[0][0]
            if distinct == table.rows:
                return list(names)
    return []


def _every(when: Meaning) -> Every:
    if when.first is None or when.last is None:
        return "month"
    span = (when.last - when.first).days
    if when.firsts and span > NO_MONTHS.days:
        yearly = when.first.month == when.last.month and when.column.distinct <= span // 365 + 1
        return "year" if yearly else "month"
    days = when.column.distinct  # or more, where rows have times
    if span <= FEW_DAYS and days > span * DENSE:
        return "day"
    return "week" if span <= FEW_WEEKS and days > span * DENSE else "month"
