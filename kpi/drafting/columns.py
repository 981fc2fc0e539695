"""What the columns of a table mean: dates, identifiers, amounts, statuses and so on, by their values and names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.date_formats import written_dates
from kpi.data.text_casts_sql import date_sql, duration_sql, formatted_sql, timestamp_sql, zoned_sql
from kpi.drafting import words
from kpi.drafting.reading import Column, TextTable
from kpi.drafting.words import says, words_of
from kpi.values.units import CURRENCY_SIGNS, SIGNS

Role = Literal[
    "date", "identifier", "amount", "quantity", "people", "price", "rate", "score", "duration", "stock", "number",
    "flag", "status", "category", "date part", "clock", "text", "empty",
]  # fmt: skip
Order = Literal["day", "month"]
FIRSTS = 6  # so many first days of months are no accident
MOST_CATEGORIES = 60
MOST_STATUSES = 12
LEAST_ROWS = 20  # below that, values that are all different prove nothing
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{8}|\d{4}-\d{2}|\d{1,2}/\d{4}|.*[A-Za-z]{3}.*\d.*")
_CLOCK = re.compile(r"-?\d+([:.])[0-5]\d(\1[0-5]\d)?")


@dataclass(frozen=True)
class Meaning:
    """What one column means. ``role`` is its kind; ``type`` what ``types`` has to say, if anything; ``computed`` an
    expression for its date where it takes several formats; ``first`` and ``last`` are the days of a date column,
    ``firsts`` says that all are first days of months; ``unit`` is that of an amount or a duration, where it is known;
    ``yes`` is the condition on a flag, in a formula; ``note`` is what a reader should know of it, ``doubt`` why dates
    are not read as such."""

    column: Column
    role: Role
    type: str | None = None
    computed: str | None = None
    first: date | None = None
    last: date | None = None
    firsts: bool = False
    timed: bool = False
    unit: str | None = None
    yes: str | None = None
    note: str | None = None
    doubt: str | None = None

    @property
    def name(self) -> str:
        """The name of the column in formulas."""
        return self.column.name


Meanings = Mapping[str, Meaning]


def meanings(engine: Engine, table: TextTable, today: date, order: Order | None = None) -> dict[str, Meaning]:
    """What each column of a table means. ``order`` says which of day and month dates have first where nothing in the
    files does; dates more than a year after ``today`` prove that it is the other."""
    return {name: _meaning(engine, table, column, today, order) for name, column in table.columns.items()}


def _meaning(engine: Engine, table: TextTable, column: Column, today: date, order: Order | None) -> Meaning:
    if not column.filled:
        return Meaning(column, "empty")
    dated = _dated(engine, table, column, today, order)
    if dated is not None:
        return dated
    if column.stored == "BOOLEAN" or (flag := _flag(column)) is not None:
        return Meaning(column, "flag", yes=column.name if column.stored == "BOOLEAN" else flag)
    if column.numbers:
        return _number(table, column)
    return _text(engine, table, column)


# Dates.


def _dated(engine: Engine, table: TextTable, column: Column, today: date, order: Order | None) -> Meaning | None:
    name = quoted(column.name)
    if column.stored == "text" and not _may_be_dates(column):
        return None
    if column.stored.startswith(("DATE", "TIMESTAMP")) or (column.stored == "text" and not column.numbers):
        for cast, timed in ((date_sql(name), False), (timestamp_sql(name), True), (zoned_sql(name), True)):
            if column.stored.startswith("TIMESTAMP") and cast == date_sql(name):
                continue
            if found := _span(engine, table, column, f"CAST({cast} AS DATE)", timed=timed):
                return found
        mixed = f"coalesce(CAST({date_sql(name)} AS DATE), CAST({timestamp_sql(name)} AS DATE))"
        if column.stored.startswith("TIMESTAMP") and (found := _span(engine, table, column, mixed, timed=True)):
            return found
    if column.stored != "text":
        return None
    written = written_dates(engine, table.table, column.name)
    if written is None or written.clash is not None or written.unread is not None:
        return None
    if column.numbers and written.formats != ("%Y%m%d",):
        return None
    reads = f"coalesce({', '.join(f'CAST({formatted_sql(name, one)} AS DATE)' for one in written.formats)})"
    timed = any("%H" in one or "%I" in one for one in written.formats)
    found = _span(engine, table, column, reads, timed=timed)
    if found is None:
        return None
    if written.either is None:
        return _typed(found, written.formats, None)
    return _settled(engine, table, column, written.either, today, timed=timed, order=order)


def _settled(
    engine: Engine,
    table: TextTable,
    column: Column,
    either: tuple[str, str, str],
    today: date,
    *,
    timed: bool,
    order: Order | None,
) -> Meaning:
    """The meaning of a column in which every date can be read in two ways: as other columns or the calendar prove, as
    ``order`` says, or else none."""
    example, *shapes = either
    if order is not None:
        chosen = next((one for one in shapes if _has_first(one, order)), None)
        because = f"with the {order} first, as was asked for"
    else:
        chosen, because = _proved(engine, table, column, shapes, today)
    if chosen is not None:
        cast = f"CAST({formatted_sql(quoted(column.name), chosen)} AS DATE)"
        found = _span(engine, table, column, cast, timed=timed)
        if found is not None:
            return _typed(found, (chosen,), f"read as {chosen}, {because}")
    return Meaning(column, "text", doubt=f'{column.header}: "{example}" may be {" or ".join(shapes)}')


def _has_first(shape: str, part: str) -> bool:
    places = {"day": shape.find("%d"), "month": shape.find("%m")}
    return 0 <= places[part] < places["month" if part == "day" else "day"]


def _proved(
    engine: Engine, table: TextTable, column: Column, shapes: Sequence[str], today: date
) -> tuple[str | None, str]:
    """Which of the formats is right, and by what: a column with the number of the month, dates that would be far in the
    future, or days that are all the first of a month."""
    name = quoted(column.name)
    months = next((one for one in table.columns.values() if _is_month_number(one)), None)
    month = "NULL" if months is None else f"TRY_CAST({quoted(months.name)} AS INTEGER)"
    latest = f"DATE '{today + timedelta(days=366)}'"
    proofs: dict[str, tuple[bool, bool, bool]] = {}
    for shape in shapes:
        day = f"CAST({formatted_sql(name, shape)} AS DATE)"
        row = engine.ask(
            f"SELECT bool_and(coalesce(month(d) = m, false)), bool_and(coalesce(d <= {latest}, false)), "
            f"bool_and(day(d) = 1) AND count(DISTINCT d) >= {FIRSTS} "
            f"FROM (SELECT {day} AS d, {month} AS m FROM {table.table} WHERE {name} IS NOT NULL) t"
        )[0]
        proofs[shape] = bool(row[0]), bool(row[1]), bool(row[2])
    reasons = (
        f"as {'' if months is None else months.header} proves",
        "as the dates would be in the future otherwise",
        "as all are the first of a month then",
    )
    for place, because in enumerate(reasons):
        fitting = [shape for shape in shapes if proofs[shape][place]]
        if len(fitting) == 1:
            return fitting[0], because
    return None, ""


def _is_month_number(column: Column) -> bool:
    own = words_of(column.header)
    month = any(word in ("month", "monat") for word in own) and column.numbers and column.whole
    return month and (column.low or 0) >= 1 and (column.high or 13) <= 12


def _typed(found: Meaning, formats: Sequence[str], note: str | None) -> Meaning:
    name = found.column.name
    if len(formats) == 1:
        kind = "timestamp" if found.timed else "date"
        return replace(found, type=f"{kind} {formats[0]}", note=note)
    calls = ", ".join(f'date({name}, "{one}")' for one in formats)
    return replace(found, computed=f"coalesce({calls})", note=note)


def _may_be_dates(column: Column) -> bool:
    """Whether a look at some values allows for dates: formats are not tried on columns of words."""
    some = list(column.values)[:40]
    if column.numbers:
        return says(column.header, ("date", "datum", "day", "tag")) and all(re.fullmatch(r"\d{8}", one) for one in some)
    return bool(some) and all(_DATE_LIKE.fullmatch(one) and any(c.isdigit() for c in one) for one in some)


def _span(engine: Engine, table: TextTable, column: Column, cast: str, *, timed: bool) -> Meaning | None:
    """The meaning of a column that a cast reads as dates in every row."""
    row = engine.ask(
        f"SELECT bool_and(d IS NOT NULL), min(d), max(d), bool_and(day(d) = 1) FROM (SELECT {cast} AS d "
        f"FROM {table.table} WHERE {quoted(column.name)} IS NOT NULL) t"
    )[0]
    if not row[0]:
        return None
    return Meaning(column, "date", first=row[1], last=row[2], firsts=bool(row[3]), timed=timed)


# Flags.


def _flag(column: Column) -> str | None:
    """The condition that a flag is set; None for a column that is no flag."""
    if column.distinct != 2:
        return None
    yes = [value for value in column.values if value.casefold() in words.YES]
    no = [value for value in column.values if value.casefold() in words.NO]
    if len(yes) != 1 or len(no) != 1:
        return None
    if column.numbers and column.stored != "text" and says(column.header, words.DURATIONS):
        return None
    if yes[0].casefold() == "true":
        return column.name
    if column.numbers:
        return f"{column.name} == 1"
    return f"{column.name} == {_text_of(yes[0])}"


def _text_of(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# Numbers.


def _number(table: TextTable, column: Column) -> Meaning:
    header = column.header
    decorated = None if column.stored != "text" or column.plain else "number"
    percent = any("%" in value for value in list(column.values)[:20])
    currency = _currency(column)
    if percent:
        return Meaning(column, "rate", type=decorated)
    role = _named_number(table, column, currency)
    unit = currency
    if role == "duration":
        unit = next((words.DURATIONS[word] for word in words_of(header) if word in words.DURATIONS), None)
    if role == "quantity":
        stated = re.search(r"\(([^\W\d_]{1,12})\)\s*$", header)
        unit = None if stated is None else stated[1]
    return Meaning(column, role, type=decorated, unit=unit)


def _named_number(table: TextTable, column: Column, currency: str | None) -> Role:
    header, own = column.header, words_of(column.header)
    low, high = column.low or 0.0, column.high or 0.0
    for role, fits in _rules(table, column, header, own, low, high, currency):
        if fits:
            return role
    return "number"


def _rules(
    table: TextTable, column: Column, header: str, own: list[str], low: float, high: float, currency: str | None
) -> Iterator[tuple[Role, bool]]:
    """The roles that a column of numbers may have, the first that fits being right."""
    counting = own[:2] == ["number", "of"] or own[:1] in (["anzahl"], ["count"])
    parts = {"number", "id", "no", "name", "nr", "of"}
    yield (
        "date part",
        bool(own)
        and column.whole
        and all(w in words.DATE_PARTS or w in parts for w in own)
        and any(w in words.DATE_PARTS for w in own),
    )
    yield "quantity", counting
    yield "identifier", says(header, words.IDS)
    yield "identifier", _counts_rows(table, column)
    yield "rate", says(header, words.RATES) and not any(word in words.DURATIONS for word in own)
    yield "rate", says(header, ("discount", "rabatt")) and low >= 0 and high <= 1
    yield "score", says(header, words.SCORES) and low >= -100 and high <= 100
    yield "price", says(header, words.PRICES) and "total" not in own
    yield "duration", any(word in words.DURATIONS for word in own) or says(header, words.LASTING)
    yield "stock", says(header, words.STOCKS)
    yield "amount", says(header, words.AMOUNTS) or (currency is not None and not says(header, words.QUANTITIES))
    yield "people", says(header, words.PEOPLE_COUNTS)
    yield "quantity", column.whole and says(header, words.QUANTITIES)
    yield "quantity", says(header, words.QUANTITIES) and not currency
    bare = own in (["value"], ["values"], ["wert"], ["count"], ["n"])
    about = table.spec.id
    yield "duration", bare and says(about, words.LASTING)
    yield "quantity", bare and column.whole and low >= 0 and says(about, words.QUANTITIES)


def _counts_rows(table: TextTable, column: Column) -> bool:
    """Whether a column only numbers the rows."""
    if not column.whole or column.distinct != table.rows or table.rows < LEAST_ROWS or column.low is None:
        return False
    return (column.high or 0) - column.low + 1 == table.rows


def _currency(column: Column) -> str | None:
    """The code of the currency that is in the values or in the header, where one sign means one currency."""
    texts = [*list(column.values)[:20], column.header]
    for text in texts:
        for sign, codes in SIGNS.items():
            if sign in text and any(char in CURRENCY_SIGNS for char in text):
                return codes[0]
    return next((code for code in ("EUR", "USD", "GBP", "CHF") if re.search(rf"\b{code}\b", column.header)), None)


# Text.


def _text(engine: Engine, table: TextTable, column: Column) -> Meaning:
    clock = _clock_shape(column)
    if clock is not None and (says(column.header, words.LASTING) or says(column.header, words.DURATIONS)):
        name = quoted(column.name)
        bad = engine.ask(
            f"SELECT count(*) FROM {table.table} WHERE {name} IS NOT NULL AND {duration_sql(name, clock)} IS NULL"
        )
        if not bad[0][0]:
            return Meaning(column, "duration", type=f"duration {clock}", unit=None)
    if clock is not None:
        return Meaning(column, "clock")
    own = words_of(column.header)
    parts = {"name", "of"}
    if own and all(word in words.DATE_PARTS or word in parts for word in own):
        return Meaning(column, "date part")
    few = column.distinct <= MOST_CATEGORIES and column.distinct * 2 <= max(table.rows, 1)
    if says(column.header, words.IDS) or (column.distinct == column.filled and table.rows >= LEAST_ROWS):
        return Meaning(column, "identifier")
    if few and 1 < column.distinct <= MOST_STATUSES and _is_status(column):
        return Meaning(column, "status")
    return Meaning(column, "category" if few else "text")


def _is_status(column: Column) -> bool:
    folded = {value.casefold() for value in column.values}
    known = folded & {*words.GOOD_VALUES, *words.BAD_VALUES}
    return bool(known) and (says(column.header, words.STATUSES) or 2 * len(known) >= len(folded))


def _clock_shape(column: Column) -> str | None:
    """The format of values such as ``0.02.23``, if all that are looked at are written so."""
    some = list(column.values)[:40]
    found = [_CLOCK.fullmatch(value) for value in some]
    if not some or not all(found):
        return None
    marks = {(match[1], match[2] is not None) for match in found if match}
    if len(marks) != 1:
        return None
    mark, whole = marks.pop()
    return f"%H{mark}%M{mark}%S" if whole else None


def literal(column: Column, value: str) -> str:
    """A value of a column as a formula writes it."""
    return text_literal(value) if column.numbers else _text_of(value)
