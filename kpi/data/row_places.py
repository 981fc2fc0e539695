"""Where a row is in its file, for messages: ``orders.csv:17``, ``stock.xlsx:Sheet1!C7``, ``o.parquet: row 3``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import NamedTuple

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.headers import named
from kpi.data.non_data_rows import left_out_by, odd_row
from kpi.data.opening import NO_HIVE, Opening, listed
from kpi.data.text_files import records
from kpi.plan.checks.source_facts import SourceFacts, shown
from kpi.plan.model import Plan, Source

# Rows beyond these are not looked at for advice.
MOST_ROWS = 200_000

Wanted = Mapping[str, Collection[str]]


class Place(NamedTuple):
    """Where a row is, to stand before a message, e.g. ``orders.csv:17: ``; nothing where that is not known. ``value``
    is what the row has in the first of the columns asked for. ``odd`` says what the row probably is, where it is none
    of the table."""

    text: str = ""
    value: str | None = None
    odd: str | None = None


class RowPlaces:
    """Finds rows of the files of one source by the texts in their columns."""

    def __init__(self, engine: Engine, source: Source, facts: SourceFacts, plan: Plan) -> None:
        self.engine = engine
        self.source = source
        self.facts = facts
        self.plan = plan

    def first(self, wanted: Wanted) -> Place:
        """The first row that has one of the texts in each of these columns ("": nothing). Where it is not found, the
        file if there is only one."""
        finders = {
            "csv": self._in_text,
            "json": self._in_json,
            "excel": self._in_workbook,
            "parquet": self._in_parquet,
        }
        found = next(finders[self.facts.kind](wanted), None) if self.facts.kind in finders else None
        if found is not None:
            return found
        files = self.facts.files
        one = self.facts.kind != "excel" and len(files) == 1
        return Place(f"{shown(files[0], self.source, self.plan)}: " if one else "")

    def _in_text(self, wanted: Wanted) -> Iterator[Place]:
        for file in self.facts.per_file:
            places = _places(file.names, wanted)
            if places is None:
                continue
            try:
                before = 0
                for line, row in records(file, self.source):
                    values = [row[place] if place < len(row) else "" for place in places]
                    if _fits(values, wanted):
                        odd = odd_row(row, file.header, below_blank=0 < before < line - 1)
                        yield Place(f"{shown(file.path, self.source, self.plan)}:{line}: ", values[0], odd)
                    before = line + sum(text.count("\n") for text in row)
            except Exception:  # a reader stricter than the engine's: the message goes without a line
                continue

    def _in_workbook(self, wanted: Wanted) -> Iterator[Place]:
        from kpi.data.excel_files import Sheet, text_of

        for path in self.facts.files:
            with closing(Sheet(path, self.source.read, shown(path, self.source, self.plan))) as sheet:
                places = _places(named(sheet.header, self.source.columns).names, wanted)
                for number, row in sheet.rows() if places is not None else ():
                    values = ["" if row[place] is None else text_of(row[place]) for place in places or ()]
                    if _fits(values, wanted):
                        yield Place(f"{sheet.place(number, (places or [0])[0])}: ", values[0])
                        return

    def _in_parquet(self, wanted: Wanted) -> Iterator[Place]:
        opening = Opening(self.engine, self.source, self.plan)
        for path in self.facts.files:
            reader = f"read_parquet({listed([opening.path(path)])}, file_row_number=true, {NO_HIVE})"
            try:
                described = self.engine.ask(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {reader}")
                keys = [row[0] for row in described]
                places = _places(named(keys, self.source.columns).names, wanted)
                if places is None:
                    continue
                texts = [f"CAST({quoted(keys[place])} AS VARCHAR)" for place in places]
                fitting = " AND ".join(
                    f"trim(coalesce({text}, '')) IN ({', '.join(map(text_literal, sorted(values)))})"
                    for text, values in zip(texts, wanted.values(), strict=True)
                )
                found = self.engine.ask(
                    f"SELECT file_row_number + 1, {texts[0]} FROM {reader} WHERE {fitting} ORDER BY 1 LIMIT 1"
                )
            except self.engine.Error:  # a column of that name already: the message goes without a row
                continue
            if found:
                row, value = found[0]
                yield Place(f"{shown(path, self.source, self.plan)}: row {row:,}: ", value or "")

    def _in_json(self, wanted: Wanted) -> Iterator[Place]:
        from kpi.data.json_files import find

        pairs = (zip(file.names, file.header, strict=True) for file in self.facts.per_file)
        known = dict(chain.from_iterable(pairs))
        keys = {known.get(column, column): values for column, values in wanted.items()}
        for path in self.facts.files:
            try:
                found = find(path, keys)
            except (ValueError, OSError):
                continue
            if found is not None:
                yield Place(f"{shown(path, self.source, self.plan)}{found[0]}: ", found[1])


def _places(names: Sequence[str], wanted: Wanted) -> list[int] | None:
    """The positions of the columns; None where a file lacks one."""
    folded = [name.casefold() for name in names]
    columns = [column.casefold() for column in wanted]
    return [folded.index(column) for column in columns] if set(columns) <= set(folded) else None


def _fits(values: Sequence[str], wanted: Wanted) -> bool:
    return all(value.strip() in texts for value, texts in zip(values, wanted.values(), strict=True))


def blank_rows_hint(facts: SourceFacts, source: Source, date: str) -> str | None:
    """The condition that leaves out rows of text files without any value, by the first column in which all others have
    one. None where the first row without a ``date`` has other values, or that is not known."""
    first = None
    filled: set[str] | None = None
    try:
        for file in facts.per_file:
            names = [name.casefold() for name in file.names]
            for _, row in islice(records(file, source), MOST_ROWS):
                found = {name for name, text in zip(names, row, strict=False) if text.strip()}
                if first is None and date.casefold() in names and date.casefold() not in found:
                    first = found
                if found:
                    filled = found if filled is None else filled & found
    except Exception:  # a reader stricter than the engine's
        return None
    if first is None or first or filled is None:
        return None
    names_of = facts.per_file[0].names
    column = next((name for name in names_of if name.casefold() in filled - {date.casefold()}), date)
    return f"the row has no value at all; to leave out such rows, say {left_out_by(source, column, '')}"
