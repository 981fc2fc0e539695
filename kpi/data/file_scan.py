"""From the files of a source to SQL that reads them, each column as text or in the type that the file states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.headers import named
from kpi.data.non_data_rows import handled
from kpi.data.opening import NO_HIVE, Opening, listed
from kpi.data.requirements import ColumnRequirements
from kpi.data.row_places import RowPlaces
from kpi.data.swallowed_rows import refuse_swallowed_rows
from kpi.data.text_casts_sql import marks
from kpi.data.text_files import copy_text, refuse_long_line, refuse_other
from kpi.data.total_rows import (
    SAMPLE,
    TotalRows,
    columns_of_words,
    found_totals,
    labels_in_json,
    may_have_totals,
    total_rows,
    typed_may_have_totals,
)
from kpi.errors import KpiError, did_you_mean, nearest
from kpi.formulas import columns as columns_in
from kpi.plan.checks.rows import lacking_hint
from kpi.plan.checks.source_facts import COLLIDING, DOUBTFUL, FileFacts, SourceFacts, shown
from kpi.plan.model import Plan, Source

if TYPE_CHECKING:
    from kpi.data.excel_files import Sheet

# Bytes that the reader takes at once, and each of its threads holds some of: less than it would, for its memory's sake.
BLOCK = 8_000_000
FILENAME = "filename"
FILE = "file$"

# Columns of one source that are read at once; the engine's time for a statement grows faster than they do.
MOST_COLUMNS = 2_000
# So many values are looked at for columns of words, and so many columns compared to find totals (R10).
SAMPLE_CELLS = 500_000
COMPARED = 300

UTF8 = ("utf-8", "utf-8-sig", "utf8", "ascii", "us-ascii")
# What the reader takes for an empty value, and no value is. It lets a row have one field too many if
# that is an empty value, and so would pass over a delimiter too many in the middle of a row, which moves all values
# behind it. It may not contain the delimiter.
NO_NULLS = "\x01\x02\x03\x04\x05\x06"


# A column that a file lacks.
NULL_TEXT = "CAST(NULL AS VARCHAR)"


class Scan(NamedTuple):
    """A FROM clause (a parenthesised SELECT) whose columns are named as in the plan.

    ``types`` has the DuckDB type of each column; VARCHAR columns are text as written in the file. ``at``: where the
    rows are now, in the files, in a table of the engine, or there as cleaned text. ``rejects``: the reader notes rows
    with too few or too many fields instead of stopping; ``odd`` are those that are left out here, how many and why.
    """

    sql: str
    types: dict[str, str]
    at: Literal["files", "table", "text"] = "files"
    rejects: bool = False
    odd: tuple[tuple[int, str], ...] = ()


class Scanner:
    """Builds the scan of one file source, of the columns that are needed."""

    def __init__(
        self, engine: Engine, plan: Plan, source: Source, facts: SourceFacts, need: ColumnRequirements
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.source = source
        self.facts = facts
        self.need = need
        self.opening = Opening(engine, source, plan)
        # What the engine reads: what that is called in messages. A copy is called like the file that it is of.
        self.names = {str(path): self.name(path) for path in facts.files}
        self._odd: list[tuple[int, str]] = []
        self._may_lack = {name.casefold(): name for name in source.optional}
        # Headers that collide, by the folded name that they would share: an error where it is used (R15).
        self._collisions = {
            str(problem.field[1]): KpiError(problem.message, hint=problem.hint)
            for problem in facts.problems
            if problem.code == COLLIDING
        }
        # Whether the rows of text files tell the number of their file, in the column FILE.
        self.by_file = False
        # The columns, by folded name, that every KPI needs; and why some of the others cannot be had.
        self.always: Collection[str] = ()
        self.faults: dict[str, KpiError] = {}
        # Rows that sum up the others of their dates.
        self.totals: list[TotalRows] = []

    def scan(self, *, rewrite: bool = False) -> Scan:
        """The scan. ``rewrite``: copy the text files first, through a reader that forgives line endings.

        Raises KpiError for a column that one of the files lacks and that is not optional (R5, R15), for one of several
        columns with one name, and the engine's error for what is not JSON.
        """
        self.totals.clear()
        if self.facts.kind == "csv":
            return self._csv(rewrite)
        if self.facts.kind == "json":
            return self._json()
        return self._excel() if self.facts.kind == "excel" else self._parquet()

    def name(self, path: Path) -> str:
        """How a file is called in messages and in the column ``filename``."""
        return shown(path, self.source, self.plan)

    # Text.

    def _csv(self, rewrite: bool) -> Scan:
        groups: dict[tuple[object, ...], list[FileFacts]] = {}
        self._odd.clear()
        for file in self.facts.per_file:
            key = (file.delimiter, file.quote, file.header, file.skip_rows)
            groups.setdefault(key, []).append(file)
        columns = self._columns_of_all([(file.path, file.names) for file in self.facts.per_file])
        self._refuse_doubtful()
        parts = [self._csv_group(files, columns, rewrite) for files in groups.values()]
        types = dict.fromkeys(columns, "VARCHAR")
        if self._wants(FILENAME):
            types[FILENAME] = "VARCHAR"
        return Scan("(" + "\nUNION ALL BY NAME\n".join(parts) + ")", types, rejects=self._skips, odd=tuple(self._odd))

    @property
    def _skips(self) -> bool:
        return self.source.skips

    def _csv_group(self, files: Sequence[FileFacts], columns: Sequence[str], rewrite: bool) -> str:
        first = files[0]
        for file in files:
            refuse_swallowed_rows(file, self.source, self.name(file.path))
        paths = [self._readable(file, rewrite) for file in files]
        kept = self._kept(files) if self.source.snapshot else ""
        for file, path in zip(files, paths, strict=True):
            dates = self._date_places(file.names)
            if dates and may_have_totals(file, self.source, dates):
                self._note_totals(file.path, file.names, dates, self._reader(file, [path], "ignore_errors=true"))
        places = {name.casefold(): f"c{place}" for place, name in enumerate(first.names)}
        chosen = [
            f"{quoted(place) if (place := places.get(name.casefold())) else NULL_TEXT} AS {quoted(name)}"
            for name in columns
        ]
        options: list[str] = []
        if self._skips:
            options.append("ignore_errors=true, store_rejects=true, rejects_limit=0")
        if self._wants(FILENAME) or self.by_file:
            options.append("filename='file'")
        if self._wants(FILENAME):
            chosen.append(f"{self._renamed('file', paths)} AS {quoted(FILENAME)}")
        if self.by_file:
            numbers = {file.path: number for number, file in enumerate(self.facts.per_file)}
            pairs = zip(paths, files, strict=True)
            cases = " ".join(f"WHEN {text_literal(path)} THEN {numbers[file.path]}" for path, file in pairs)
            chosen.append(f"CAST(CASE file {cases} END AS USMALLINT) AS {FILE}")
        return f"SELECT {', '.join(chosen) or '1 AS c0'} FROM {self._reader(first, paths, *options)}{kept}"

    def _reader(self, like: FileFacts, paths: Sequence[str], *options: str) -> str:
        """SQL that reads text files written like one of them, in the columns ``c0`` and so on."""
        no_nulls = "".join(c for c in NO_NULLS if c not in (like.delimiter, like.quote, self.source.read.escape))
        stated = [
            "auto_detect=false",
            f"header={'false' if self.source.read.header is False else 'true'}",
            f"skip={like.skip_rows}",
            f"delim={text_literal(like.delimiter or ',')}",
            f"quote={text_literal(like.quote)}",
            f"escape={text_literal(self.source.read.escape or like.quote)}",
            f"nullstr={text_literal(no_nulls)}",
            f"buffer_size={BLOCK}",
            NO_HIVE,
            "columns={" + ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(like.names))) + "}",
            *options,
        ]
        return f"read_csv({listed(list(paths))}, {', '.join(stated)})"

    def _refuse_doubtful(self) -> None:
        """Raise KpiError for a first row that is no header, as it seems, where no name is used that would show it."""
        if self.need.everything or self.need.columns.keys() - {FILENAME}:
            return
        for problem in self.facts.problems:
            if problem.code == DOUBTFUL:
                said = f"say {problem.hint}; or read: {{header: true}} if it is one"
                raise KpiError(problem.message, hint=said if self.facts.kind == "csv" else problem.hint)
        for file in self.facts.per_file[1:]:
            first = self.facts.per_file[0]
            if not {name.casefold() for name in file.names} & {name.casefold() for name in first.names}:
                message = f"{self.name(file.path)} has none of the columns of {self.name(first.path)}"
                raise KpiError(message, hint="is its header missing? Add it, or make a source of its own for that file")

    def _kept(self, files: Sequence[FileFacts]) -> str:
        """A WHERE that leaves rows out that are none of the table. Raises KpiError where they may not be."""
        from kpi.data.non_data_rows import look_through

        conditions = []
        for file in files:
            name = self.name(file.path)
            looked = look_through(file, self.source, name)
            if looked.blank:  # a row without any value is none, as a blank line is
                conditions.append(" OR ".join(f"trim(c{place}) <> ''" for place in range(len(file.names))))
            for odd in looked.odd:
                if not self._skips:
                    raise KpiError(f"{name}:{odd.line}: {odd.words}", hint=f"take it out, or say {odd.where}")
                fields = enumerate(odd.row)
                alike = (f"trim(c{place}, ' \ufeff') = {text_literal(text.strip())}" for place, text in fields)
                conditions.append(f"NOT ({' AND '.join(alike)})")
                self._odd.append((odd.times, f"{name}:{odd.line}: {odd.words}"))
        return " WHERE " * bool(conditions) + " AND ".join(f"({one})" for one in dict.fromkeys(conditions))

    def _readable(self, file: FileFacts, rewrite: bool) -> str:
        """The path of the file itself, or of a copy in UTF-8 with even line endings where the engine cannot read it."""
        # Below lines that end otherwise than the header, the engine finds nothing at all, and says nothing.
        even = rewrite or file.uneven
        self.opening.check(file.path)
        if file.encoding.lower() in UTF8 and not even:
            refuse_long_line(file.path, self.name(file.path))
            return self._opened(file.path)
        target = self.engine.scratch() / f"{len(list(self.engine.scratch().iterdir()))}.csv"
        copy_text(file, target, self.name(file.path), even=even)
        self.names[str(target)] = self.name(file.path)
        return str(target)

    def _opened(self, path: Path) -> str:
        """The path under which the engine opens a file."""
        opened = self.opening.path(path)
        self.names[opened] = self.name(path)
        return opened

    # Workbooks, JSON and Parquet.

    def _excel(self) -> Scan:
        """The cells of all sheets, copied to a file that the engine reads in the types of the sheets."""
        from kpi.data.excel_files import Chosen, Sheet, copied
        from kpi.data.non_data_rows import Tally, refuse_odd_cells
        from kpi.data.total_rows import TotalsWatch

        for path in self.facts.files:
            self.opening.check(path)
        with ExitStack() as stack:
            sheets = [Sheet(path, self.source.read, self.name(path)) for path in self.facts.files]
            for sheet in sheets:
                stack.callback(sheet.close)
            named = [self._named(sheet.header, sheet.path) for sheet in sheets]
            places = [{name.casefold(): place for place, name in enumerate(names)} for names in named]
            for folded in self._needed() - places[0].keys():
                if hint := sheets[0].hint(folded):
                    message = f'{self.source.id}: {sheets[0].name} has no column "{folded}"'
                    self._fault(folded, KpiError(message, hint=hint))
            declared = {name.casefold(): text for name, text in self.source.types.items()}
            columns = [
                Chosen(
                    name,
                    tuple(place.get(name.casefold()) for place in places),
                    declared.get(name.casefold()),
                )
                for name in self._columns_of_all([(s.path, names) for s, names in zip(sheets, named, strict=True)])
            ]
            target = self.engine.scratch() / f"{len(list(self.engine.scratch().iterdir()))}.csv"
            snapshot = self.source.snapshot
            tallies = [Tally(sheet.header) for sheet in sheets] if snapshot else []
            watches = [] if snapshot else [TotalsWatch() for _ in sheets]
            faulty: set[str] = set()

            def fault(name: str, error: KpiError) -> None:
                faulty.add(name)
                self._fault(name.casefold(), error)

            typed = copied(sheets, columns, target, tallies or watches, fault=fault)
            for tally, sheet, names in zip(tallies, sheets, named, strict=snapshot):
                refuse_odd_cells(tally, self.source, names, sheet.header, f"{sheet.name}:{sheet.title}")
            for watch, sheet, names in zip(watches, sheets, named, strict=not snapshot):
                dates = self._date_places(names)
                if dates and watch.may_have_totals:
                    self._note_totals(sheet.path, names, dates, self._cells(sheet))
        readable = [(i, name, t) for i, (name, t) in enumerate(typed.items()) if name not in faulty]
        chosen = [f"{t.sql.format(f'c{i}')} AS {quoted(name)}" for i, name, t in readable]
        types = {name: t.type for _, name, t in readable}
        if self._wants(FILENAME):
            chosen.append(f"c{len(typed)} AS {quoted(FILENAME)}")
            types[FILENAME] = "VARCHAR"
        stated = [f"'c{i}': '{t.stored}'" for i, t in enumerate(typed.values())] + [f"'c{len(typed)}': 'VARCHAR'"]
        reader = (
            f"read_csv({text_literal(str(target))}, auto_detect=false, header=false, delim=',', quote='\"', "
            f"escape='\"', columns={{{', '.join(stated)}}})"
        )
        return Scan(f"(SELECT {', '.join(chosen) or '1 AS c0'} FROM {reader})", types)

    def _cells(self, sheet: Sheet) -> str:
        """SQL of all cells of a sheet as text."""
        from kpi.data.excel_files import copied_as_text

        target = self.engine.scratch() / f"{len(list(self.engine.scratch().iterdir()))}.csv"
        copied_as_text(sheet, target)
        stated = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(sheet.header)))
        return (
            f"read_csv({text_literal(str(target))}, auto_detect=false, header=false, delim=',', quote='\"', "
            f"escape='\"', columns={{{stated}}})"
        )

    def _json(self) -> Scan:
        """All objects as written, in a table, since only all of them tell the keys."""
        from kpi.data.json_files import copied, marked, refuse_odd

        table = f"json${self.source.id}"
        self._refuse_doubtful()
        paths: list[str] = []
        for path in self.facts.files:
            self.opening.check(path)
            if encoding := marked(path):
                target = self.engine.scratch() / f"{len(list(self.engine.scratch().iterdir()))}.json"
                paths.append(str(copied(path, encoding, target)))
                self.names[paths[-1]] = self.name(path)
            else:
                paths.append(self._opened(path))
        read = f"SELECT * FROM read_json_objects({listed(paths)}, filename='file$', {NO_HIVE})"
        self.engine.run(self.source.id, f"CREATE OR REPLACE TEMP TABLE {table} AS {read}", scans_files=True)
        refuse_odd(self.engine, table, self.names.__getitem__)
        found = self.engine.ask(
            f"SELECT file$, list(DISTINCT key) FROM (SELECT file$, unnest(json_keys(json)) AS key FROM {table}) "
            "GROUP BY 1"
        )
        per_file = {path: set(own) for path, own in found}
        keys = sorted(set().union(*per_file.values()))
        names = self._named(keys, self.facts.files[0])
        by_name = {name.casefold(): key for name, key in zip(reversed(names), reversed(keys), strict=True)}
        # A file without any row lacks nothing.
        known = [
            (path, tuple(name for name, key in zip(names, keys, strict=True) if key in per_file[read]))
            for path, read in zip(self.facts.files, paths, strict=True)
            if read in per_file
        ]
        columns = self._columns_of_all(known or [(self.facts.files[0], ())])
        self._note_totals_in_json(table, names, keys, dict(zip(paths, self.facts.files, strict=True)))
        values = _values_of([by_name.get(name.casefold(), name) for name in columns])
        self.engine.ask(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {values} AS values$, file$ FROM {table}")
        chosen = [f"values$[{place}] AS {quoted(name)}" for place, name in enumerate(columns, 1)]
        types = dict.fromkeys(columns, "VARCHAR")
        if self._wants(FILENAME):
            chosen.append(f"{self._renamed('file$', paths)} AS {quoted(FILENAME)}")
            types[FILENAME] = "VARCHAR"
        return Scan(f"(SELECT {', '.join(chosen) or '1 AS c0'} FROM {table})", types, "table")

    def _note_totals_in_json(
        self, table: str, names: Sequence[str], keys: Sequence[str], files: Mapping[str, Path]
    ) -> None:
        """Note the rows that sum up others in a table of all objects, file by file."""
        dates = self._date_places(names)
        if not dates:
            return
        values = _values_of(keys)
        limit = max(1, min(SAMPLE, SAMPLE_CELLS // len(keys)))
        sample = self.engine.ask(f"SELECT {values} FROM {table} LIMIT {limit}")
        worded = columns_of_words([[text or "" for text in row] for (row,) in sample], dates)
        may = [f"regexp_matches(json, {text_literal(labels_in_json())})"]
        if worded:
            words = _values_of([keys[place] for place in worded])
            may.append(f"len(list_filter({words}, lambda word: word <> '')) = 0")
        found = self.engine.ask(f"SELECT DISTINCT file$ FROM {table} WHERE {' OR '.join(f'({one})' for one in may)}")
        # Of very wide objects the columns without words are compared as far as the engine can.
        places = sorted(list(dict.fromkeys([*dates, *worded, *range(len(keys))]))[:COMPARED])
        cells = ", ".join(f"values$[{place + 1}] AS c{number}" for number, place in enumerate(places))
        for (read,) in sorted(found):
            rows = f"(SELECT {cells} FROM (SELECT {values} AS values$ FROM {table} WHERE file$ = {text_literal(read)}))"
            chosen = [names[place] for place in places]
            self._note_totals(files[read], chosen, self._date_places(chosen), rows)

    def _parquet(self) -> Scan:
        per_file: list[tuple[Path, dict[str, str], dict[str, str]]] = []
        named_: list[tuple[Path, tuple[str, ...]]] = []
        readers: dict[Path, str] = {}
        for path in self.facts.files:
            self.opening.check(path)
            refuse_other(path, self.name(path))
            readers[path] = f"read_parquet({listed([self._opened(path)])}, {NO_HIVE})"
            described = self.engine.ask(f"DESCRIBE SELECT * FROM {readers[path]}")
            stated = {row[0]: row[1] for row in described}
            found = self._named(list(stated), path)
            names = {name.casefold(): key for name, key in zip(found, stated, strict=True)}
            per_file.append((path, stated, names))
            named_.append((path, found))
            dates = self._date_places(found)
            texts = [key for key, type_name in stated.items() if type_name == "VARCHAR"]
            if dates and typed_may_have_totals(self.engine, readers[path], texts):
                cells = ", ".join(f"{quoted(key)} AS c{place}" for place, key in enumerate(stated))
                self._note_totals(path, found, dates, f"(SELECT {cells} FROM {readers[path]})")
        columns = self._columns_of_all(named_)
        types: dict[str, str] = {}
        for name in columns:
            for _, stated, names in per_file:
                if (key := names.get(name.casefold())) is not None:
                    types[name] = wider(types.get(name), stated[key])
            types.setdefault(name, "VARCHAR")
        parts = []
        for path, stated, names in per_file:
            chosen = []
            for name in columns:
                key = names.get(name.casefold())
                value = "NULL" if key is None else quoted(key)
                if key is None or stated[key] != types[name]:
                    value = f"CAST({value} AS {types[name]})"
                chosen.append(f"{value} AS {quoted(name)}")
            if self._wants(FILENAME):
                chosen.append(f"{text_literal(self.name(path))} AS {quoted(FILENAME)}")
            parts.append(f"SELECT {', '.join(chosen) or '1 AS c0'} FROM {readers[path]}")
        if self._wants(FILENAME):
            types[FILENAME] = "VARCHAR"
        return Scan("(" + "\nUNION ALL BY NAME\n".join(parts) + ")", types)

    # Totals.

    def _date_places(self, names: Sequence[str]) -> list[int]:
        """The places of the columns that the date of a row is made of, where rows that sum up others of their date are
        looked for; ``names`` are those of all columns."""
        if self.source.date is None or len(names) < 3:
            return []
        folded = [name.casefold() for name in names]
        return [folded.index(column) for column in self._date_columns() if column in folded]

    def _note_totals(self, path: Path, names: Sequence[str], dates: Sequence[int], rows: str) -> None:
        """Note the rows of a file that sum up others, where "where" does not speak of their column. ``rows`` is SQL of
        all rows of the file in the columns ``c0`` and so on."""
        try:
            written = marks(self.source.read) if self.facts.kind == "csv" else (".", None)
            kinds = found_totals(self.engine, rows, len(names), dates, *written)
        except self.engine.Error:
            return  # the file is read once more, and then it is said what is wrong with it
        own = self.facts._replace(
            files=(path,), per_file=tuple(file for file in self.facts.per_file if file.path == path)
        )
        for found in kinds:
            if not handled(self.source, [names[found.place]]):
                wanted = {names[place]: (found.row[place],) for place in (found.place, *dates)}
                place = RowPlaces(self.engine, self.source, own, self.plan).first(wanted)
                self.totals.append(total_rows(found, names, self.source, place.text))

    # Names.

    def _renamed(self, column: str, paths: Sequence[str]) -> str:
        """SQL for the name in the plan's words of the file that a row came from."""
        if len(paths) == 1:
            return text_literal(self.names[paths[0]])
        cases = " ".join(f"WHEN {text_literal(path)} THEN {text_literal(self.names[path])}" for path in paths)
        return f"(CASE {column} {cases} END)"

    def _wants(self, name: str) -> bool:
        return name in self.need.columns

    def _needed(self) -> set[str]:
        """The folded names of the columns that the files must have."""
        return self.need.columns.keys() - {FILENAME} - self.need.optional - self._may_lack.keys()

    def _date_columns(self) -> list[str]:
        """The columns, by folded name, that the date of a row is made of."""
        date = (self.source.date or "").casefold()
        computed = {name.casefold(): node for name, node in self.need.computed.items()}
        return [column.name.casefold() for column in columns_in(computed[date])] if date in computed else [date]

    def _named(self, keys: Sequence[str], path: Path) -> tuple[str, ...]:
        """The plan's names of the columns of a file that states them (R3)."""
        found = named(keys, self.source.columns)
        for collision in found.collisions:
            message = f'{self.name(path)} has two columns that would be called "{collision.name}"'
            error = KpiError(f"{self.source.id}: {message}", hint=collision.hint)
            self._collisions.setdefault(collision.name.casefold(), error)
        return found.names

    def _columns_of_all(self, per_file: Sequence[tuple[Path, tuple[str, ...]]]) -> list[str]:
        """The wanted columns, each of which every file must have unless it is optional (R5, R15)."""
        order: dict[str, str] = {}
        for _, names in per_file:
            for name in names:
                order.setdefault(name.casefold(), name)
        self._refuse_unknown(order, per_file[0][0])
        order = {**self._may_lack, **order}
        known = [(path, {name.casefold() for name in names}) for path, names in per_file]
        kept = []
        for folded, name in order.items():
            if not self.need.wants(folded):
                continue
            if folded in self._collisions:
                if self.need.names(folded):
                    self._fault(folded, self._collisions[folded])
                continue
            lacking = next((path for path, names in known if folded not in names), None)
            if lacking is None or folded in self._may_lack:
                kept.append(name)
            elif self.need.names(folded):
                own = next(names for path, names in per_file if path == lacking)
                meant = nearest(name, own)
                message = f'{self.source.id}: {self.name(lacking)} has no column "{name}", which other files have'
                hint = lacking_hint(name, None if meant is None else f'did you mean "{meant}" there?')
                self._fault(folded, KpiError(message, hint=hint))
        if len(kept) > MOST_COLUMNS:
            message = f"{self.source.id}: {self.name(per_file[0][0])} has {len(kept):,} columns"
            raise KpiError(message, hint=f"at most {MOST_COLUMNS:,} are read at once")
        return kept

    def _refuse_unknown(self, order: Mapping[str, str], first: Path) -> None:
        """Note the columns that no file has. Raises KpiError for a computed one that a file has already."""
        for folded in self.need.columns:
            if folded not in order and folded in self._needed():
                message = f'{self.source.id}: {self.name(first)} has no column "{folded}"'
                self._fault(folded, KpiError(message, hint=did_you_mean(folded, order.values())))
        for name in self.source.computed:
            if name.casefold() in order:
                raise clash(self.source.id, name)

    def _fault(self, folded: str, error: KpiError) -> None:
        """Note why a column cannot be had. Raises the error where all KPIs need the column."""
        if folded in self.always:
            raise error
        self.faults.setdefault(folded, error)


def clash(source_id: str, name: str) -> KpiError:
    """What is wrong with a computed column that has the name of one that is there already."""
    hint = f"choose another name, or rename the other: columns: {{{name}_as_written: …}}"
    return KpiError(f'{source_id} has a column "{name}" already, and computes another', hint=hint)


def _values_of(keys: Sequence[str]) -> str:
    """SQL of the values of these keys of an object, as a list of texts. One by one, each would take it apart anew."""
    return f"json_extract_string(json, {listed([pointer(key) for key in keys])}::VARCHAR[])"


def pointer(key: str) -> str:
    """The JSON Pointer of a key of an object."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


WHOLE = ("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT")
FAMILIES = (
    (*WHOLE, "UHUGEINT", "DECIMAL", "FLOAT", "DOUBLE"),
    ("DATE", "TIMESTAMP"),
)  # fmt: skip


def wider(one: str | None, other: str) -> str:
    """The type for a column whose files differ: numbers stay numbers, days and times become times, all else text."""
    if one is None or one == other:
        return other
    if one in WHOLE and other in WHOLE:  # as floating-point numbers, long ones would lose digits
        return "HUGEINT"
    for family, widest in zip(FAMILIES, ("DOUBLE", "TIMESTAMP"), strict=True):
        if one.split("(")[0] in family and other.split("(")[0] in family:
            return widest
    return "VARCHAR"
