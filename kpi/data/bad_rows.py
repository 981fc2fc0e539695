"""Rows that cannot be read: found, counted, and shown with file, line and value; never dropped in silence (R6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from kpi.data.csv_suggestions import FIX_QUOTE, FIX_ROW, remedy
from kpi.data.database import Engine, quoted, text_literal
from kpi.data.date_formats import written_dates
from kpi.data.file_scan import Scan
from kpi.data.number_formats import GROUP, LIKE_THE_OTHERS, TWO_WAYS
from kpi.data.row_places import RowPlaces, blank_rows_hint
from kpi.data.text_casts_sql import marks, number_sql
from kpi.data.text_files import LONG_LINE, SHORTEN, TOO_LONG, long_line, records
from kpi.data.type_inference import NUMBER, Reading, Readings
from kpi.data.value_suggestions import SKIP, date_hint, empty_hint, notation_hint, number_hint
from kpi.errors import KpiError, shorten
from kpi.formulas.types import TIME
from kpi.plan.checks.source_facts import SourceFacts
from kpi.plan.model import Plan, Source

SAMPLE_ROWS = 200
BACKWARDS = "a row cannot end before it begins; fix it, or say on_bad_rows: skip"


def sample_of(facts: SourceFacts, source: Source) -> dict[str, list[str]]:
    """The values of the first rows of the first file, by folded column name; nothing where that is not text."""
    if facts.kind != "csv" or not facts.per_file:
        return {}
    first = facts.per_file[0]
    names = [name.casefold() for name in first.names]
    sample: dict[str, list[str]] = {name: [] for name in names}
    nulls = {value.strip() for value in source.read.null_values}
    try:
        for _, row in islice(records(first, source), SAMPLE_ROWS):
            for name, value in zip(names, row, strict=False):
                if value.strip() not in nulls:
                    sample[name].append(value)
    except Exception:  # the engine reads the file again and says what is wrong with it
        return sample
    return sample


def rows_lost(engine: Engine, scan: Scan, facts: SourceFacts, source: Source) -> bool:
    """Whether the engine finds no row at all in text files that have some: its reader may lose all without a word,
    where something about the lines down to the header confuses it."""
    if facts.kind != "csv" or scan.odd or scan.at != "files" or engine.ask(f"SELECT 1 FROM {scan.sql} LIMIT 1"):
        return False
    rows = chain.from_iterable(records(file, source) for file in facts.per_file)
    try:
        return any(text.strip() for _, row in islice(rows, SAMPLE_ROWS) for text in row)
    except Exception:  # the engine found no fault, so what this reader says counts for nothing
        return False


class Rejected(NamedTuple):
    """How many rows were skipped before they were read, and why: the first of each kind."""

    rows: int = 0
    reasons: tuple[str, ...] = ()


class BadCells(NamedTuple):
    """The bad rows of one kind: the bit that marks them (``mask``), and how many ``rows`` they are.

    ``uses`` are those of the column that cannot be read; None where it is the row itself, which has no date. ``words``
    say where the first of them is and what is wrong with it; ``hint`` as in KpiError.
    """

    mask: int
    uses: frozenset[str] | None
    rows: int
    words: str
    hint: str | None

    def error(self) -> KpiError:
        """These rows as an error (R6)."""
        more = f" (and {self.rows - 1:,} more such row{'s' if self.rows > 2 else ''})" if self.rows > 1 else ""
        return KpiError(self.words + more, hint=self.hint or SKIP)


class BadRows:
    """What the bits of ``bad$`` in a freshly built table say, and what follows from it.

    Bit i (at most ``bits``) is the i-th reading; the bit ``bits + 1`` is a row without a date, ``bits + 2`` one that
    ends before it begins. ``seen`` has all bits that occur; ``raw`` is the FROM clause of the text that was read.
    """

    def __init__(
        self, engine: Engine, source: Source, facts: SourceFacts, plan: Plan, readings: Sequence[Reading],
        table: str, raw: str, bits: int, seen: int,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.source = source
        self.facts = facts
        self.plan = plan
        self.readings = readings
        self.table = table
        self.raw = raw
        self.bits = bits
        self.seen = seen
        self._odd: str | None = None  # what the row found last probably is, where it is none of the table

    def guess_failed(self) -> bool:
        """Whether a row does not fit a kind that was only guessed."""
        return any(not reading.sure and self.seen >> min(i, self.bits) & 1 for i, reading in enumerate(self.readings))

    def found(self, dates: Collection[str]) -> tuple[BadCells, ...]:
        """The kinds of bad rows that there are, in the order of the columns. ``dates`` are the columns, by folded name,
        that the dates of rows are made of."""
        if not self.seen:
            return ()
        cells = []
        for i, reading in enumerate(self.readings):
            bit = min(i, self.bits)
            if self._bit(bit) and (reason := self._reason(i, reading)) is not None:
                cells.append(BadCells(1 << bit, reading.uses, *reason))
        if self._bit(self.bits + 1):
            cells.append(BadCells(1 << (self.bits + 1), None, *self._without_date(dates)))
        if self._bit(self.bits + 2):
            cells.append(BadCells(1 << (self.bits + 2), None, *self._backwards()))
        return tuple(cells)

    def _bit(self, bit: int) -> bool:
        return bool(self.seen >> bit & 1)

    def _count(self, bit: int) -> int:
        count: int = self.engine.ask(f"SELECT count(*) FROM {self.table} WHERE bad$ & {1 << bit} <> 0")[0][0]
        return count

    def _reason(self, i: int, reading: Reading) -> tuple[int, str, str | None] | None:
        """How many bad rows of one column there are, the words and the hint; None where others share its bit only."""
        if reading.bad is None:
            return None
        column = quoted(reading.name)
        values = [
            row[0]
            for row in self.engine.ask(
                f"SELECT {column} FROM {self.raw} WHERE {reading.bad} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 50"
            )
        ]
        if not values:
            return None
        place, value = self._find(reading.name, {str(value).strip() for value in values})
        shown_value = value if value is not None else str(values[0])
        expected = reading.words
        if reading.kind == "number" and not self._is_number(shown_value, *marks(self.source.read)):
            expected = "a number"
        elif expected == TWO_WAYS and not re.fullmatch(GROUP, shown_value.strip()):
            expected = LIKE_THE_OTHERS
        words = f'{place}{self.source.id}.{reading.name}: "{shorten(shown_value)}" is not {expected}'
        count, odd = self._count(min(i, self.bits)), self._odd
        hint = self._hint(reading, shown_value, count, expected)
        return count, words, odd if odd is not None and hint in (None, SKIP) else hint

    def _hint(self, reading: Reading, value: str, count: int, expected: str) -> str | None:
        if self.facts.kind == "query" and value in ("nan", "inf", "-inf"):
            return f"make it empty in the query, e.g. with nullif(divisor, 0) or nullif({reading.name}, '{value}')"
        found = empty_hint(reading.name, value, self._also_in(reading, value))
        if found is None and reading.kind in TIME:
            return self._date_hint(reading, value.strip())
        if found is None and reading.kind == "number":
            total = self.engine.ask(f"SELECT count(*) FROM {self.table}")[0][0]
            if expected != "a number":
                return notation_hint(reading.name, expected)
            most = 2 < count > total / 2
            found = number_hint(reading.name, value, most=most, reads=lambda decimal: self._is_number(value, decimal))
        return found

    def _date_hint(self, reading: Reading, value: str) -> str | None:
        """What to write for a date that is written otherwise than the rest of its column; None for what is no date."""
        written = written_dates(self.engine, f"(SELECT {text_literal(value)} AS v)", "v")
        if written is not None:
            return Readings(self.source).date_hint(self.engine, self.raw, reading.name, value)
        declared = any(key.casefold() == reading.name.casefold() for key in self.source.types)
        iso = re.match(r"\d{4}-\d\d?-\d\d?", value)
        known = declared or iso or "%" in reading.words or not re.search(r"\d", value)
        return None if known else date_hint(reading.name, value)

    def _also_in(self, reading: Reading, value: str) -> list[str]:
        """The other columns of text that have a value in the first rows, where this one holds numbers."""
        if reading.kind != "number":
            return []
        texts = sample_of(self.facts, self.source)
        names = dict(zip((n.casefold() for n in self._names), self._names, strict=True))
        return [
            names[name]
            for name, values in texts.items()
            if name != reading.name.casefold() and value in map(str.strip, values) and not mostly_numbers(values)
        ]

    @property
    def _names(self) -> list[str]:
        return [name for file in self.facts.per_file[:1] for name in file.names]

    def _is_number(self, value: str, decimal: str, thousands: str | None = None) -> bool:
        """Whether a value is a number once it is declared as one."""
        return self.engine.ask(f"SELECT {number_sql(text_literal(value), decimal, thousands)}")[0][0] is not None

    def _without_date(self, dates: Collection[str]) -> tuple[int, str, str | None]:
        """The rows whose date is empty; of a computed date that means that nothing could be made of the row."""
        field = self.source.date or self.source.from_ or ""
        behind = [i for i, reading in enumerate(self.readings) if reading.bad and reading.uses & set(dates)]
        unreadable = sum({1 << min(i, self.bits) for i in behind})
        where = f"bad$ & {1 << (self.bits + 1)} <> 0 AND bad$ & {unreadable} = 0"
        count = self.engine.ask(f"SELECT count(*) FROM {self.table} WHERE {where}")[0][0]
        place, _ = self._find(field, {"", *self.source.read.null_values})
        hint = self._odd
        if hint is None and self.facts.kind == "csv":
            hint = blank_rows_hint(self.facts, self.source, field)
        return count, f"{place}{self.source.id}.{field} is empty, so the row is in no period", hint

    def _backwards(self) -> tuple[int, str, str | None]:
        """The rows that end before they begin."""
        count = self._count(self.bits + 2)
        start, end = self.source.from_ or "", self.source.until or self.source.through or ""
        by_name = {reading.name.casefold(): reading for reading in self.readings}
        first, last = by_name.get(start.casefold()), by_name.get(end.casefold())
        if first is None or last is None:  # one of the two is computed
            return count, f"{self.source.id}: {end} is before {start} in a row", BACKWARDS
        behind = f"CAST({last.sql} AS DATE)" + (" + 1" if self.source.until is None else "")
        columns = ", ".join(f"CAST({quoted(one.name)} AS VARCHAR)" for one in (first, last))
        found = self.engine.ask(
            f"SELECT {columns} FROM {self.raw} WHERE {behind} < CAST({first.sql} AS DATE) ORDER BY 1, 2 LIMIT 1"
        )
        begins, ends = found[0] if found else ("", "")
        place, _ = self._find(last.name, {str(ends).strip()}, (first.name, str(begins).strip()))
        words = f'{place}{self.source.id}.{last.name}: "{ends}" is before {first.name}, "{begins}"'
        return count, words, BACKWARDS

    def _find(self, column: str, values: Collection[str], *also: tuple[str, str]) -> tuple[str, str | None]:
        """``file:line: `` of the first row that has one of the values in a column, and that value; ``also`` has other
        columns and what the row has there."""
        wanted = {column: values} | {name: (text,) for name, text in also}
        place = RowPlaces(self.engine, self.source, self.facts, self.plan).first(wanted)
        self._odd = place.odd
        return place.text, place.value


def rejected(
    engine: Engine, source: Source, facts: SourceFacts, names: Mapping[str, str], odd: Sequence[tuple[int, str]] = ()
) -> Rejected:
    """The rows that the engine's reader has just skipped, and forget them. ``names``: what files are called;
    ``odd``: the rows that the scan left out itself, how many and why.

    Raises KpiError where it cannot be known which rows those are: a quotation mark swallowed lines after its own.
    """
    rows = engine.ask(
        "SELECT s.file_path, e.line, e.error_type, e.error_message, e.csv_line FROM reject_errors e "
        "JOIN reject_scans s USING (scan_id, file_id) ORDER BY 1, 2"
    )
    forget_rejected(engine)
    found = Rejected(sum(times for times, _ in odd), tuple(f"{counted(times)}: {words}" for times, words in odd))
    if not rows:
        return found
    for path, line, kind, _, text in rows:
        more = len(str(text).strip().splitlines()) - 1
        if kind == "UNQUOTED VALUE" and more:
            message = f"{names[path]}:{line}: a quotation mark is not closed, and takes {more:,} more lines with it"
            raise KpiError(message, hint=remedy(source, facts, names[path], 0, names) or FIX_QUOTE)
    path, line, kind, message, _ = rows[0]
    lines = len({row[:2] for row in rows})
    reason = f"{counted(lines)}: {names[path]}:{line}: {in_words(str(message))}"
    return Rejected(found.rows + lines, (*found.reasons, reason))


def mostly_numbers(values: Sequence[str]) -> bool:
    """Whether more than half of the values are written as numbers."""
    return 2 * sum(NUMBER.fullmatch(value.strip()) is not None for value in values) > len(values)


def counted(rows: int) -> str:
    """A number of rows."""
    return f"{rows:,} {'row' if rows == 1 else 'rows'}"


def skipped_in_words(skipped: int, rows: int, reasons: Sequence[str]) -> str:
    """That rows were skipped beside the ``rows`` that were used, and why."""
    were = f"row{'s' if skipped + rows > 1 else ''} {'were' if skipped > 1 else 'was'}"
    why = [reasons[0].partition(": ")[2]] if len(reasons) == 1 else reasons
    return f"{skipped:,} of {skipped + rows:,} {were} skipped: {'; '.join(why)}"


def forget_rejected(engine: Engine) -> None:
    """Drop the notes of rows that were skipped, so that they are not taken for those of another reading."""
    engine.ask("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")


def in_words(message: str) -> str:
    """What the engine's reader says of one row, in a few words."""
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if fields:
        return f"{fields[2]} field{'s' if fields[2] != '1' else ''} where the header has {fields[1]}"
    if "Invalid unicode" in message:
        return "this is not UTF-8"
    if "unterminated quote" in message:
        return "a quotation mark is not closed"
    if "Maximum line size" in message:
        return TOO_LONG
    return shorten(next((line for line in message.splitlines() if line.strip()), "this cannot be read"))


def describe_reader_error(error: Exception, source: Source, facts: SourceFacts, names: Mapping[str, str]) -> KpiError:
    """What the engine's reader found wrong with a file, in words. ``names``: what files are called in messages."""
    text = str(error)
    for path, name in names.items():
        text = text.replace(path, name)
    line = re.match(r".*CSV Error on Line: (\d+)", text)
    if facts.kind == "json":
        from kpi.data.json_files import first_fault

        for file in facts.files:
            if fault := first_fault(file):
                return KpiError(f"{names[str(file)]}{fault}", hint="fix that line, or write the file again")
    if line is None:
        return KpiError(f"{source.id}: {shorten(text.splitlines()[0], 200)}")
    # First the row as written, which may have several lines, then what is wrong with it, then what else there is.
    said = re.split(r"^Possible ", text, maxsplit=1, flags=re.MULTILINE)[0].strip().splitlines()
    words = in_words(said[-1])
    stated = re.search(r"^\s*file\s*=\s*(.+)$", text, re.MULTILINE)
    if stated is None:
        return KpiError(f"{source.id}: {words}", hint=FIX_ROW)
    name = stated[1].strip()
    if words == TOO_LONG:
        read = next((one for one in facts.per_file if names.get(str(one.path)) == name), None)
        if read is not None and (number := long_line(read)) is not None:
            return KpiError(f"{name}:{number}: {LONG_LINE}", hint=SHORTEN)
    if "UTF-8" in words:
        hint = "say the encoding: read: {encoding: cp1252}, or latin-1"
    else:
        otherwise = FIX_QUOTE if "quotation" in words else FIX_ROW
        hint = remedy(source, facts, name, int(line[1]), names) or otherwise
    return KpiError(f"{name}:{line[1]}: {words}", hint=hint)
