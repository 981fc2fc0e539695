"""Rows that cannot be read: found, counted, and shown with file, line and value; never dropped in silence (R6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from kpi.computing.columns import Reading, date_hint
from kpi.computing.engine import Engine, quoted, text_literal
from kpi.computing.numbers import number_sql
from kpi.computing.scan import opened
from kpi.errors import KpiError
from kpi.model import Plan, Source
from kpi.sources import FileFacts, SourceFacts, shown

SAMPLE_ROWS = 200
EMPTY_SPELLINGS = {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", "unknown", "missing", "#value!"}


def records(file: FileFacts, source: Source) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header of a text file, each with the line on which it starts, from 1."""
    import csv

    lines = chain.from_iterable(piece.splitlines(keepends=True) for piece in whole_lines(opened(file)))
    for _ in range(file.skip_rows):
        next(lines, None)
    quote = file.quote or None
    reader = csv.reader(
        lines, delimiter=file.delimiter or ",", quotechar=quote, quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    )
    before = file.skip_rows
    for number, row in enumerate(reader):
        start, before = before + 1, file.skip_rows + reader.line_num
        if (number or source.read.header is False) and row:
            yield start, row


def whole_lines(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces cut at line ends, without the byte order mark."""
    held = ""
    first = True
    for piece in pieces:
        text = held + (piece.removeprefix("\ufeff") if first else piece)
        first = False
        cut = text.rfind("\n") + 1
        held = text[cut:]
        yield text[:cut]
    yield held


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

    def guess_failed(self) -> bool:
        """Whether a row does not fit a kind that was only guessed."""
        return any(not reading.sure and self.seen >> min(i, self.bits) & 1 for i, reading in enumerate(self.readings))

    def settle(self, *, ragged: bool) -> tuple[int, tuple[str, ...]]:
        """Skip the bad rows where the source says so; returns how many, and why. Raises KpiError otherwise."""
        reasons: list[str] = []
        skipped = 0
        if ragged:
            skipped, reasons = self._ragged()
        if self.seen:
            bits = [(i, reading) for i, reading in enumerate(self.readings) if self._bit(min(i, self.bits))]
            found = [self._reason(i, reading) for i, reading in bits]
            if self._bit(self.bits + 1):
                found.append(self._without_date())
            if self._bit(self.bits + 2):
                found.append((self._count(self.bits + 2), "it ends before it begins", None))
            if self.source.on_bad_rows == "error":
                count, words, hint = found[0]
                more = f" (and {count - 1:,} more such rows)" if count > 1 else ""
                raise KpiError(words + more, hint=hint or "on_bad_rows: skip leaves such rows out and says how many")
            skipped += self.engine.ask(f"SELECT count(*) FROM {self.table} WHERE bad$ <> 0")[0][0]
            reasons += [f"{count:,} {'row' if count == 1 else 'rows'}: {words}" for count, words, _ in found]
            self.engine.ask(f"DELETE FROM {self.table} WHERE bad$ <> 0")
        return skipped, tuple(reasons)

    def _bit(self, bit: int) -> bool:
        return bool(self.seen >> bit & 1)

    def _count(self, bit: int) -> int:
        count: int = self.engine.ask(f"SELECT count(*) FROM {self.table} WHERE bad$ & {1 << bit} <> 0")[0][0]
        return count

    def _reason(self, i: int, reading: Reading) -> tuple[int, str, str | None]:
        column = quoted(reading.name)
        values = [
            row[0]
            for row in self.engine.ask(
                f"SELECT {column} FROM {self.raw} WHERE {column} IS NOT NULL AND {reading.sql} IS NULL "
                f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 50"
            )
        ]
        place, value = self._find(reading.name, {str(value).strip() for value in values})
        shown_value = value if value is not None else str(values[0]) if values else ""
        words = f'{place}{self.source.id}.{reading.name}: "{shorten(shown_value)}" is not {reading.words}'
        return self._count(min(i, self.bits)), words, self._hint(reading, shown_value)

    def _hint(self, reading: Reading, value: str) -> str | None:
        skip = "on_bad_rows: skip leaves such rows out and says how many"
        if value.strip().casefold() in EMPTY_SPELLINGS:
            return f'if that means empty, say read: {{null_values: ["{value.strip()}"]}}'
        if reading.kind in ("date", "timestamp"):
            if any(key.casefold() == reading.name.casefold() for key in self.source.types):
                return skip
            return date_hint(reading.name, value.strip())
        if reading.kind == "number":
            text = text_literal(value)
            if re.fullmatch(r"[-+]?\d+,\d{1,2}|[-+]?\d{1,3}(\.\d{3})+(,\d+)?", value.strip()):
                return 'if that is a decimal comma, say read: {decimal: ","}'
            if self.engine.ask(f"SELECT {number_sql(text, '.', None)}")[0][0] is not None:
                return f"say types: {{{reading.name}: number}}, which reads currency signs, thousands marks and %"
        return skip

    def _without_date(self) -> tuple[int, str, str | None]:
        field = self.source.date or self.source.from_ or ""
        place, _ = self._find(field, {""})
        return self._count(self.bits + 1), f"{place}{self.source.id}.{field} is empty, so the row is in no period", None

    def _ragged(self) -> tuple[int, list[str]]:
        """The rows that the engine's reader passed over for their number of fields or their quotes."""
        rows = self.engine.ask(
            "SELECT s.file_path, e.line, e.error_message FROM reject_errors e JOIN reject_scans s "
            "USING (scan_id, file_id) GROUP BY ALL ORDER BY 1, 2"
        )
        lines = {(path, line) for path, line, _ in rows}
        self.engine.ask("DROP TABLE IF EXISTS reject_errors")
        self.engine.ask("DROP TABLE IF EXISTS reject_scans")
        if not lines:
            return 0, []
        path, line, message = rows[0]
        name = Path(path).name
        first = str(message).split("\n", 1)[0]
        return len(lines), [f"{len(lines):,} {'row' if len(lines) == 1 else 'rows'}: {name}:{line}: {first}"]

    def _find(self, column: str, values: Collection[str]) -> tuple[str, str | None]:
        """``file:line: `` of the first row that has one of the values in a column, and that value."""
        if self.facts.kind == "json":
            return self._find_json(column, values)
        for file in self.facts.per_file:
            names = [name.casefold() for name in file.names]
            if self.facts.kind != "csv" or column.casefold() not in names:
                continue
            place = names.index(column.casefold())
            try:
                for line, row in records(file, self.source):
                    value = row[place] if place < len(row) else ""
                    if value.strip() in values:
                        return f"{shown(file.path, self.source, self.plan)}:{line}: ", value
            except Exception:  # a reader stricter than the engine's: the message goes without a line
                continue
        files = self.facts.files
        return (f"{shown(files[0], self.source, self.plan)}: " if len(files) == 1 else ""), None

    def _find_json(self, column: str, values: Collection[str]) -> tuple[str, str | None]:
        for path in self.facts.files:
            if path.suffix in (".jsonl", ".ndjson"):
                import json

                pairs = (zip(file.names, file.header, strict=True) for file in self.facts.per_file)
                key = dict(chain.from_iterable(pairs))
                with path.open(encoding="utf-8") as lines:
                    for number, line in enumerate(lines, 1):
                        value = json.loads(line).get(key.get(column, column)) if line.strip() else None
                        if ("" if value is None else str(value)).strip() in values:
                            return f"{shown(path, self.source, self.plan)}:{number}: ", str(value)
        files = self.facts.files
        return (f"{shown(files[0], self.source, self.plan)}: " if len(files) == 1 else ""), None


def describe_reader_error(
    error: Exception, source: Source, name: Callable[[Path], str], facts: SourceFacts | None = None
) -> KpiError:
    """What the engine's reader found wrong with a file, in words."""
    text = str(error)
    path = re.search(r"^\s*file\s*=\s*(.+)$", text, re.MULTILINE)
    line = re.search(r"Error on Line: (\d+)", text)
    file = name(Path(path[1].strip())) if path else ""
    if facts is not None and (len(facts.files) == 1 or "kpi-" in file):
        file = name(facts.files[0])
    place = f"{file}:{line[1]}: " if file and line else f"{file}: " if file else f"{source.id}: "
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if fields:
        return KpiError(
            f"{place}{fields[2]} fields where the header has {fields[1]}",
            hint="mend the row, or leave such rows out with on_bad_rows: skip",
        )
    if "unicode" in text.lower() or "utf-8" in text.lower():
        return KpiError(f"{place}this is not UTF-8", hint="say the encoding: read: {encoding: cp1252}, or latin-1")
    if "quote" in text.lower():
        hint = "mend it, or say read: {quote: ''} for no quotes"
        return KpiError(f"{place}a quotation mark is not closed", hint=hint)
    first = next((part.strip() for part in text.splitlines() if part.strip()), "cannot be read")
    return KpiError(f"{place}{first}")


def shorten(value: str) -> str:
    """A value short enough for a message."""
    value = " ".join(value.split())
    return value if len(value) <= 60 else value[:57] + "…"
