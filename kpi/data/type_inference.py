"""Which kind of value each column holds, decided once for all files of a source (R4), and how it is read.

A column's kind is declared (``types``), demanded by how formulas use it, or guessed from the first rows. A guess is
only a short cut: every row is checked against it while the files are read, and when one does not fit, the kind is
decided over all rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.data.column_types import SQL_TYPES
from kpi.data.database import Engine, quoted, text_literal
from kpi.data.date_formats import dates_hint, written_dates
from kpi.data.number_formats import Notation, notations
from kpi.data.text_casts_sql import (
    LAST_MOMENT,
    counted_days_sql,
    cut_to_microseconds,
    date_sql,
    digits_sql,
    duration_sql,
    formatted_sql,
    like_a_code,
    marks,
    number_sql,
    plain_number_sql,
    readings,
    timestamp_sql,
    whole_number_sql,
    zoned_sql,
)
from kpi.data.value_suggestions import date_hint
from kpi.errors import KpiError
from kpi.formulas.types import TIME, ValueType
from kpi.frozen import frozen
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.checks.source_facts import SourceFacts
from kpi.plan.model import Source

NUMBER = lazy_pattern(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
CODE = lazy_pattern(r"[-+]?(?:0\d|\d+[eE]\d)")
LONG = lazy_pattern(r"[-+]?\d{16,38}")
ISO_DATE = lazy_pattern(r"\d{4}-\d{1,2}-\d{1,2}")
ISO_TIME = lazy_pattern(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
ZONE = lazy_pattern(r"(?:[Zz]|[-+]\d{2}(?::?\d{2})?)")
EXACT, EXACT_DIGITS = 2**53, 15
DIGITS = lazy_pattern(r"(?:-?[1-9]\d*|0|)")
SMALL = lazy_pattern(r"-?[1-9]\d{0,8}|0|")
LONG_WHOLE, LONG_DECIMAL = "a whole number", "a decimal number"
UNLISTED = "a value that is not among those of the first rows"
# With so few different values in so many rows, a column is likely to have no others.
FEW, ENOUGH = 8, 100
DIGIT = lazy_pattern(r"\d")


@frozen
class Reading:
    """How one column is read: the kind of its values and the SQL that makes them of its text.

    ``sql`` is NULL where the text cannot be read. ``sure``: every row that does not fit is a bad row; else the guess
    is wrong and the kind has to be decided over all rows. ``words`` say what a value should have been. ``raw``: the
    SQL takes the text as written in the file, empty where it is blank, which saves trimming every value of a large
    one. ``cast``: a costly part of the SQL that is in it more than once, to be computed once a row. ``listed``: the
    SQL knows the values of the first rows only, and raises an error that says UNLISTED at any other. ``whole``: the
    values are held as whole numbers. ``held_in`` is the column of the table that
    gets the values, and ``uses`` are the uses (``nodes.column_use``) that it is for.
    """

    name: str
    kind: ValueType
    sql: str
    sure: bool
    words: str
    raw: bool = False
    cast: str | None = None
    listed: bool = False
    whole: bool = False
    held_in: str = ""
    uses: frozenset[str] = frozenset()

    @property
    def long(self) -> bool:
        """Whether the values are numbers of more digits than sums of whole numbers should be made of."""
        return self.kind == "number" and self.words in (LONG_WHOLE, LONG_DECIMAL)

    @property
    def bad(self) -> str | None:
        """SQL for: there is a value, and it cannot be read. None where every text can be."""
        return self.bad_in(quoted(self.name), self.sql)

    def bad_in(self, column: str, value: str) -> str | None:
        """:attr:`bad` where the text is in ``column`` and what was made of it in ``value``."""
        if self.listed:
            return None
        if self.kind == "text" and self.raw:
            # Text that would have to be trimmed is no fault, only a guess that did not hold.
            return f"(CASE WHEN {column} < '!' THEN {column} <> '' ELSE suffix({column}, ' ') END)"
        if self.sql == quoted(self.name):
            return None
        # An engine works out both sides of an AND for all rows, but a branch only for the few that get there.
        blank = f"trim({column}) <> ''" if self.raw else "true"
        return f"(CASE WHEN {value} IS NULL AND {column} IS NOT NULL THEN {blank} END)"


class Readings:
    """Makes the readings of one source's columns."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._types = {name.casefold(): text for name, text in source.types.items()}
        self._marks = marks(source.read)
        self._notations: dict[str, Notation] = {}

    def declared(self, name: str) -> Reading | None:
        """The reading that ``types`` asks for, or None."""
        text = self._types.get(name.casefold())
        if text is None:
            return None
        kind, _, shape = text.strip().partition(" ")
        shape = shape.strip()
        column = quoted(name)
        if kind == "number":
            # A number with more digits than fit is no bad one: then all rows tell how the column is held.
            cast = number_sql(column, *self._marks)
            sql = f"(CASE WHEN abs({cast}) < {EXACT} THEN {cast} END)"
            return self._alike(Reading(name, "number", sql, False, "a number", cast=cast), decorated=True)
        if kind == "boolean":
            return Reading(name, "boolean", boolean_sql(column), True, "true or false")
        if kind == "duration":
            words = f"a duration like {shape or '1:02:03, 1h 5m or PT1H5M'}"
            return Reading(name, "duration", duration_sql(column, shape), True, words)
        if kind in ("date", "timestamp") and shape:
            stamp = formatted_sql(column, shape)
            sql = f"CAST({stamp} AS DATE)" if kind == "date" else stamp
            of_time: ValueType = "instant" if "%z" in shape.lower() else "timestamp"
            return Reading(name, "date" if kind == "date" else of_time, sql, True, f"a {kind} like {shape}")
        if kind in ("date", "timestamp"):
            iso = self.of_kind(name, "date" if kind == "date" else "timestamp")
            counted = counted_days_sql(column)
            sql = f"CAST({counted} AS DATE)" if kind == "date" else counted
            return replace(iso, sql=f"coalesce({iso.sql}, {sql})", sure=True)
        return Reading(name, "text", column, True, "text")

    def look(self, sample: Mapping[str, Sequence[str]], facts: SourceFacts) -> None:
        """Take note of how the numbers in the first rows are written."""
        self._notations = notations(sample, facts, decimal=bool(self.source.read.decimal or self.source.read.thousands))

    def _alike(self, reading: Reading, *, decorated: bool) -> Reading:
        """The reading of numbers that are all written in one way."""
        notation = self._notations.get(reading.name.casefold())
        fits = None if notation is None else notation.fits(quoted(reading.name), decorated=decorated)
        if notation is None or fits is None:
            return reading
        return replace(reading, sql=f"(CASE WHEN {fits} THEN {reading.sql} END)", words=notation.words)

    def _required(self, name: str, *, long: bool) -> Reading:
        """The reading of a column that is used as numbers: what is none is a bad row. ``long``: its numbers are whole,
        and some of them longer than floating point numbers can be."""
        column = quoted(name)
        if long:
            return Reading(name, "number", whole_number_sql(column), True, LONG_WHOLE)
        declared = self._types.get(name.casefold()) is not None
        plain = not declared and self._marks == (".", None)
        sql = plain_number_sql(column) if plain else number_sql(column, *self._marks)
        return self._alike(Reading(name, "number", sql, True, "a number"), decorated=not plain)

    def of_kind(self, name: str, kind: ValueType) -> Reading:
        """The reading for a kind that is guessed. A number that is written like a code does not fit, and neither does
        one that has more digits than a floating point number (R4, R8)."""
        column = quoted(name)
        if kind == "number":
            plain = self._marks == (".", None)
            cast = f"TRY_CAST({column} AS DOUBLE)" if plain else number_sql(column, *self._marks)
            code = like_a_code(column, cast if plain else None)
            sql = f"(CASE WHEN abs({cast}) < {EXACT} AND NOT {code} THEN {cast} END)"
            return Reading(name, "number", sql, False, "a number", cast=cast)
        if kind == "boolean":
            return Reading(name, "boolean", boolean_sql(column), False, "true or false")
        if kind == "date":
            cast = f"TRY_CAST({column} AS DATE)"
            return Reading(name, "date", date_sql(column), False, "a date like 2026-06-30", cast=cast)
        if kind == "timestamp":
            sql = f"coalesce({timestamp_sql(column)}, CAST({date_sql(column)} AS TIMESTAMP))"
            return Reading(name, "timestamp", sql, False, "a time like 2026-06-30 14:05")
        return Reading(name, kind, column, True, "text")

    def zoned(self, name: str) -> Reading:
        """Timestamps that say their zone."""
        return Reading(name, "instant", zoned_sql(quoted(name)), False, "a time with a zone")

    def guess(
        self, name: str, sample: Sequence[str], required: ValueType | None, *, identity: bool = False
    ) -> Reading | None:
        """The reading that the first rows suggest for a use; None when only all rows can tell. ``identity``: it matters
        which values are the same, so numbers have to be written in one way."""
        declared = self.declared(name)
        if declared is not None:
            return declared
        found = self._guess_ids(name, sample, required) or self._guess(name, list(sample), required)
        if identity and found is not None and found.kind == "number" and not found.long:
            # Whole numbers without a sign before them are.
            if not all(DIGITS.fullmatch(text.strip()) for text in sample):
                return None
            digits, cast = digits_sql(quoted(name), "BIGINT")
            exact = f"abs({cast}) < {EXACT}"
            found = replace(found, sql=f"(CASE WHEN {exact} THEN CAST({digits} AS DOUBLE) END)", cast=cast)
        if found is None or self.source.read.null_values:
            return found
        padded = any(text != text.strip() for text in sample)
        if padded:
            return found
        if found.kind == "text":
            return replace(found, sql=f"nullif({found.sql}, '')", raw=True, sure=False)
        return replace(found, raw=True)

    def _guess_ids(self, name: str, sample: Sequence[str], required: ValueType | None) -> Reading | None:
        """The reading of long whole numbers that are written by their digits alone, and so in one way; else None."""
        if required not in (None, "number") or self._marks != (".", None):
            return None
        values = [text.strip() for text in sample]
        if (
            not all(map(DIGITS.fullmatch, values))
            or max((abs(int(text)) for text in values if text), default=0) < EXACT
        ):
            return None
        digits, cast = digits_sql(quoted(name), "BIGINT")
        return Reading(name, "number", f"CAST({digits} AS HUGEINT)", False, LONG_WHOLE, cast=cast)

    def listed(self, reading: Reading, sample: Sequence[str]) -> Reading:
        """The reading of a column of text that has only the few values of the first rows: they take a byte each, and
        are compared as quickly. And that of numbers which are all small and whole. Any other reading as it is."""
        if reading.kind == "number" and reading.cast is not None and len(sample) >= ENOUGH:
            if not any(sample) or not all(SMALL.fullmatch(text.strip()) for text in sample):
                return reading
            digits, cast = digits_sql(quoted(reading.name), "INTEGER")
            return replace(reading, sql=digits, cast=cast, whole=True)
        counted = Counter(value for value in sample if value)
        if not (reading.kind == "text" and reading.raw) or len(sample) < ENOUGH or not 0 < len(counted) <= FEW:
            return reading
        column, texts = quoted(reading.name), {value: text_literal(value) for value in counted}
        # In the order of texts, by which the engine compares two such columns.
        kind = f"ENUM({', '.join(texts[value] for value in sorted(texts))})"
        found = " ".join(f"WHEN {column} = {texts[v]} THEN {texts[v]}::{kind}" for v, _ in counted.most_common())
        unknown = f"error({text_literal(UNLISTED + ': ')} || {column})::{kind}"
        sql = f"(CASE {found} WHEN coalesce({column}, '') = '' THEN NULL ELSE {unknown} END)"
        return replace(reading, sql=sql, listed=True)

    def _guess(self, name: str, sample: list[str], required: ValueType | None) -> Reading | None:
        values = {value for text in sample if (value := text.strip())}
        if required == "number":
            # Words, codes and long numbers are looked at in all rows.
            odd = any(not NUMBER.fullmatch(value) or CODE.match(value) or LONG.fullmatch(value) for value in values)
            plain = self._marks == (".", None)
            if not any(map(DIGIT.search, values)) or any(map(CODE.match, values)) or (plain and odd):
                return None
            return self._alike(self.of_kind(name, "number"), decorated=not plain)
        if required == "text":
            return self.of_kind(name, "text")
        if not values:
            return None
        if all(ISO_DATE.fullmatch(value) for value in values):
            return self.of_kind(name, "date")
        stamps = [ISO_TIME.match(value) for value in values]
        if all(stamps):
            rests = [value[match.end() :] for value, match in zip(values, stamps, strict=True) if match]
            if not any(rests):
                return self.of_kind(name, "timestamp")
            if all(ZONE.fullmatch(rest) for rest in rests):
                return self.zoned(name)
        if required == "date":
            return None
        codes = any(map(CODE.match, values))
        if all(NUMBER.fullmatch(value) for value in values) and not codes:
            return None if any(map(LONG.fullmatch, values)) else self.of_kind(name, "number")
        if self._marks != (".", None) and all(set(value) <= set("-+0123456789.,") for value in values) and not codes:
            return self.of_kind(name, "number")
        if all(value.casefold() in ("true", "false") for value in values):
            return self.of_kind(name, "boolean")
        return self.of_kind(name, "text") if any(map(self._is_text, values)) else None

    def _is_text(self, value: str) -> bool:
        """Whether a value can be nothing but text, however the others look."""
        if not DIGIT.search(value):
            return value.casefold() not in ("true", "false")
        if re.match(r"\d{4}-\d", value):
            return False
        return CODE.match(value) is not None or (self._marks == (".", None) and not NUMBER.fullmatch(value))

    def decide(
        self, engine: Engine, table: str, name: str, required: ValueType | None, *, identity: bool = False
    ) -> Reading:
        """The reading of a use over all rows of a table of text (R4). Raises KpiError where two readings of dates fit,
        where codes are used as numbers, and where ``identity`` matters but one number is written in two ways (R8)."""
        declared = self.declared(name)
        if declared is not None and declared.kind != "number":
            return declared
        if declared is not None:
            return self._required(name, long=self._is_long(engine, table, name))
        choices = [
            self.of_kind(name, "boolean"),
            self.of_kind(name, "number"),
            Reading(name, "number", self._long_sql(name), True, LONG_WHOLE),
            self.of_kind(name, "date"),
            self.of_kind(name, "timestamp"),
            self.zoned(name),
        ]
        counts = ", ".join(f"count({choice.sql})" for choice in choices)
        total, *fits = engine.ask(f"SELECT count({quoted(name)}), {counts} FROM {table}")[0]
        if total == 0:
            kind: ValueType = required or "empty"
            return Reading(name, kind, f"CAST(NULL AS {SQL_TYPES[kind]})", True, "text")
        if required == "text":
            return replace(self.of_kind(name, "text"), sure=True)
        # Where no value has any digit the formula is wrong, not the rows: then only the formula is reported.
        digits = f"SELECT 1 FROM {table} WHERE regexp_matches({quoted(name)}, '\\d') LIMIT 1"
        if required == "number" and engine.ask(digits):
            self._refuse_codes(engine, table, name)
            if fits[1] == total:
                return replace(self._alike(choices[1], decorated=self._marks != (".", None)), sure=True)
            return self._required(name, long=self._is_long(engine, table, name))
        for choice, fit in zip(choices, fits, strict=True):
            if fit == total and (required in (None, "number") or choice.kind in TIME):
                if identity and choice.kind == "number":
                    self._refuse_two_ways(engine, table, choice)
                return replace(choice, sure=True)
        if required == "date":
            return self._decide_date(engine, table, name, total, dates=fits[3], plain=fits[4], zoned=fits[5])
        return self.of_kind(name, "text")

    def _long_sql(self, name: str) -> str:
        """A whole number that is no code, with all its digits."""
        return f"(CASE WHEN NOT {like_a_code(quoted(name))} THEN {whole_number_sql(quoted(name))} END)"

    def _is_long(self, engine: Engine, table: str, name: str) -> bool:
        """Whether all numbers of a column are whole, and some of them longer than floating point numbers can be."""
        column = quoted(name)
        number = number_sql(column, *self._marks)
        asked = f"count({number}), count({whole_number_sql(column)}), max(abs({number}))"
        numbers, whole, greatest = engine.ask(f"SELECT {asked} FROM {table}")[0]
        return greatest is not None and greatest >= EXACT and numbers == whole

    def _refuse_codes(self, engine: Engine, table: str, name: str) -> None:
        """Raise KpiError for a column that is used as numbers and has some that are written like codes (R4)."""
        column = quoted(name)
        codes = f"{plain_number_sql(column)} IS NOT NULL AND {like_a_code(column)} AND NOT contains({column}, '_')"
        found = engine.ask(f"SELECT min({column}) FROM {table} WHERE {codes}")[0][0]
        if found is not None:
            raise KpiError(
                f'{self.source.id}.{name} has values such as "{found}", so it is text, and a formula needs numbers',
                hint=f"say types: {{{name}: number}} if they are numbers; codes are compared as text, in quotes",
            )

    def _refuse_two_ways(self, engine: Engine, table: str, reading: Reading) -> None:
        """Raise KpiError for a column that writes one number in two ways, of which it matters whether they are the same
        (R8)."""
        column = quoted(reading.name)
        grouped = f"SELECT min({column}), max({column}) FROM {table} WHERE {column} IS NOT NULL GROUP BY {reading.sql}"
        found = engine.ask(f"SELECT * FROM ({grouped}) g(a, b) WHERE a <> b ORDER BY 1 LIMIT 1")
        if found:
            one, other = found[0]
            name = reading.name
            raise KpiError(
                f'{self.source.id}.{name} has "{one}" and "{other}", which are one number, but may be two names',
                hint=f"say types: {{{name}: number}} if they are the same, or types: {{{name}: text}} if they are not",
            )

    def _decide_date(
        self, engine: Engine, table: str, name: str, total: int, *, dates: int, plain: int, zoned: int
    ) -> Reading:
        """A date column that is not ISO throughout. ``plain`` of its ``total`` values are ISO without a zone, among
        them ``dates`` without a time of day, and ``zoned`` with one. Raises KpiError when more than one reading fits.
        """
        if plain and zoned:
            raise KpiError(
                f"{self.source.id}.{name} mixes times with a zone and times without one",
                hint="write them all with a zone, or all without; which days they belong to cannot be known",
            )
        if plain * 2 >= total:
            return replace(self.of_kind(name, "date" if dates == plain else "timestamp"), sure=True)
        if zoned * 2 >= total:
            return replace(self.zoned(name), sure=True)
        return self._decide_shape(engine, table, name, total)

    def _decide_shape(self, engine: Engine, table: str, name: str, total: int) -> Reading:
        """The one shape, with four-digit years, that reads every value that any shape reads, and most of all values;
        the others are bad rows. Raises KpiError."""
        shapes = readings()
        stamps = [formatted_sql(quoted(name), shape) for shape in shapes]
        asked = ", ".join(f"count({stamp}), coalesce(sum(hash({stamp})::HUGEINT), 0)" for stamp in stamps)
        row = engine.ask(f"SELECT count(coalesce({', '.join(stamps)})), {asked} FROM {table}")[0]
        readable, counts, sums = row[0], row[1::2], row[2::2]
        most = max(counts)
        # Shapes that read all values alike, as when each day is also its month, are one reading.
        fitting = {sums[i]: i for i in reversed(range(len(shapes))) if counts[i] == most}
        first, *others = sorted(fitting.values())
        where = f"{self.source.id}.{name}"
        if most == readable and most * 2 >= total and not others:
            shape, stamp = shapes[first], stamps[first]
            if "%M" in shape:
                return Reading(name, "timestamp", stamp, True, f"a time like {shape}")
            return Reading(name, "date", f"CAST({stamp} AS DATE)", True, f"a date like {shape}")
        if most == total:
            example = engine.ask(f"SELECT min({quoted(name)}) FROM {table}")[0][0]
            raise KpiError(
                f'{where}: dates such as "{example}" can be read in two ways, and every row fits both',
                hint=f'say which: types: {{{name}: "date {shapes[first]}"}} or "date {shapes[others[0]]}"',
            )
        unread = f"WHERE {stamps[first]} IS NULL" if most else ""
        example = engine.ask(f"SELECT min({quoted(name)}) FROM {table} {unread}")[0][0]
        message = f'{where}: "{example}" is not a date that can be read for certain'
        raise KpiError(message, hint=self.date_hint(engine, table, name, example))

    def date_hint(self, engine: Engine, rows: str, name: str, example: str) -> str:
        """What to write for a column of ``rows``, a FROM clause, that holds dates in other formats (R9)."""
        written = written_dates(engine, rows, name)
        if written is None:
            return date_hint(name, example)
        named = {"date": self.source.date, "from": self.source.from_, "until": self.source.until,
                 "through": self.source.through}  # fmt: skip
        field = next((field for field, column in named.items() if (column or "").casefold() == name.casefold()), None)
        return dates_hint(written, name, field, declared=name.casefold() in self._types)


def boolean_sql(column: str) -> str:
    """Only ``true`` and ``false`` are booleans (R4)."""
    return f"(CASE lower({column}) WHEN 'true' THEN true WHEN 'false' THEN false END)"


NUMBER_TYPES = frozenset((
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "DECIMAL", "FLOAT", "DOUBLE", "REAL",
))  # fmt: skip


def native_reading(name: str, type_name: str) -> Reading | None:
    """The reading of a column that has a type in its file (parquet, a query); None for text, which may be anything."""
    column = quoted(name)
    base = type_name.upper().split("(")[0]
    if base in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"):
        return Reading(name, "number", column, True, "a number")
    if base == "HUGEINT":
        return Reading(name, "number", column, True, LONG_WHOLE)
    if base == "UHUGEINT" or (base == "DECIMAL" and type_name.endswith(",0)")):
        return Reading(name, "number", f"TRY_CAST({column} AS HUGEINT)", True, "a number of at most 38 digits")
    if base == "DECIMAL" and int(re.findall(r"\d+", type_name)[0]) > EXACT_DIGITS:
        return Reading(name, "number", column, True, LONG_DECIMAL)
    if base in ("DECIMAL", "FLOAT", "DOUBLE", "REAL"):
        double = f"CAST({column} AS DOUBLE)"
        return Reading(name, "number", f"(CASE WHEN isfinite({double}) THEN {double} END)", True, "a number")
    if base == "BOOLEAN":
        return Reading(name, "boolean", column, True, "true or false")
    if base == "DATE":
        return Reading(name, "date", bounded(column, "DATE"), True, "a date")
    if base in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"):
        return Reading(name, "instant", bounded(column, "TIMESTAMPTZ"), True, "a time")
    if base in ("TIMESTAMP_NS", "TIMESTAMPTZ_NS"):
        zoned = base == "TIMESTAMPTZ_NS"
        stamp, of = cut_to_microseconds(column, zoned=zoned), "TIMESTAMPTZ" if zoned else "TIMESTAMP"
        return Reading(name, "instant" if zoned else "timestamp", bounded(stamp, of), True, "a time")
    if base.startswith("TIMESTAMP"):
        return Reading(name, "timestamp", bounded(f"CAST({column} AS TIMESTAMP)", "TIMESTAMP"), True, "a time")
    if base in ("INTERVAL", "TIME"):
        return Reading(name, "duration", f"CAST(epoch({column}) AS DOUBLE)", True, "a duration")
    if base.strip('"') == "NULL":
        return Reading(name, "empty", "CAST(NULL AS VARCHAR)", True, "text")
    return None if base == "VARCHAR" else as_text(name)


def is_number_type(type_name: str) -> bool:
    """Whether a type of a file or a query is one of numbers."""
    return type_name.upper().split("(")[0] in NUMBER_TYPES


def number_as_text(number: str, type_name: str) -> str:
    """A number as a person would write it: floating-point ones that are whole, without a point."""
    text = f"CAST({number} AS VARCHAR)"
    if type_name.upper().split("(")[0] not in ("FLOAT", "DOUBLE", "REAL", "DECIMAL"):
        return text
    whole = f"{number} = trunc({number}) AND abs({number}) < 1e15"
    return f"(CASE WHEN {whole} THEN CAST(CAST({number} AS BIGINT) AS VARCHAR) ELSE {text} END)"


def as_text(name: str) -> Reading:
    """The reading of a column of any type as the text that the engine writes for it."""
    return Reading(name, "text", f"CAST({quoted(name)} AS VARCHAR)", True, "text")


def bounded(time: str, type_name: str) -> str:
    """A date or time that has a place in a calendar: not ``infinity``, and not before year 1."""
    last = LAST_MOMENT.split()[0] if type_name == "DATE" else LAST_MOMENT
    return f"(CASE WHEN {time} BETWEEN {type_name} '0001-01-02' AND {type_name} '{last}' THEN {time} END)"
