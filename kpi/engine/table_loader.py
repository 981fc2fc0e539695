"""One scan of a source's files into a typed table: kinds, computed columns, ``where``, days, and no bad row unsaid."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from kpi.data.bad_rows import (
    BadRows,
    Rejected,
    describe_reader_error,
    forget_rejected,
    rejected,
    rows_lost,
    sample_of,
)
from kpi.data.cast_select import BITS, WIDTHS, typed_sql
from kpi.data.database import Engine, quoted, text_literal
from kpi.data.file_scan import FILE, FILENAME, Scan, Scanner, clash
from kpi.data.requirements import ColumnRequirements, compared_exactly, identity_of, uses_in
from kpi.data.text_casts_sql import clean, not_finite_empty
from kpi.data.total_rows import TotalRows
from kpi.data.type_inference import (
    EXACT,
    UNLISTED,
    Reading,
    Readings,
    as_text,
    is_number_type,
    native_reading,
    number_as_text,
)
from kpi.engine.readable_rows import ReadableRows
from kpi.engine.row_dates import computed_columns, first_date_columns, first_date_name, need_dates, row_dates
from kpi.engine.row_sql import RowCompiler, Sql, column_sql
from kpi.engine.table import Shape, Table
from kpi.errors import KpiError, TextError
from kpi.formulas import columns as columns_in
from kpi.formulas import nodes
from kpi.formulas.types import ValueType
from kpi.plan.checks.source_facts import SourceFacts, shown
from kpi.plan.model import Plan, Source

# From so many bytes on it is worth to trust that all rows are like the first ones.
LARGE = 4_000_000


class RowFaultError(KpiError):
    """A mistake in a row expression: where it is in the plan, and the offsets in its text."""

    def __init__(self, path: tuple[str, ...], error: TextError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.path = path
        self.error = error


class Use(NamedTuple):
    """A column of the files, and the kind of value that some uses of it require (None: any)."""

    name: str
    kind: ValueType | None

    @property
    def key(self) -> str:
        """The key of the use."""
        return nodes.column_use(self.name, self.kind)


class Summary(NamedTuple):
    """A built table at a glance: how many rows, the bits of all bad ones, the days in order, the first and the last."""

    rows: int
    bad: int
    days: list[date]
    first: date | None
    last: date | None


@dataclass
class Loader:
    """Loads one source. ``where`` is its condition; ``origin`` the FROM clause and types when it is a query;
    ``by_file``: the rows tell the number of their file, from 0, in ``file$`` (text files only). ``count_later``: rows
    dated after ``as_of`` are counted. ``decided`` is how the columns were read, once they are."""

    engine: Engine
    plan: Plan
    source: Source
    facts: SourceFacts
    need: ColumnRequirements
    where: nodes.Node | None
    as_of: date
    origin: Scan | None = None
    by_file: bool = False
    count_later: bool = False
    decided: Sequence[Reading] = ()

    def load(self) -> ReadableRows:
        """The rows. Raises KpiError for what cannot be read, RowFaultError for a mistake in an expression."""
        self._readings = Readings(self.source)
        self._rejected = Rejected()
        self._names: Mapping[str, str] = {}
        self._timed = False  # whether rows have times of day
        self._later = 0
        self._faults: dict[str, KpiError] = {}
        self._missing: Mapping[str, KpiError] = {}
        self._totals: Sequence[TotalRows] = ()
        self._always = self._columns_behind({*self._times(), *self._where_columns()})
        if self.origin is not None:
            for name in self.source.computed:
                if name.casefold() in {known.casefold() for known in self.origin.types}:
                    raise clash(self.source.id, name)
            return self._load(self.origin)
        scanner = Scanner(self.engine, self.plan, self.source, self.facts, self.need)
        scanner.by_file = self.by_file
        scanner.always = {use.partition("$")[0] for use in self._always}
        self._missing = scanner.faults
        self._totals = scanner.totals
        self._names = scanner.names
        try:
            return self._scanned(scanner)
        finally:
            # Before anything is shown of what was read, a message about it among that.
            scanner.opening.verify()

    def _scanned(self, scanner: Scanner) -> ReadableRows:
        try:
            return self._load(scanner.scan())
        except self.engine.Error as error:
            if self.facts.kind != "csv":
                raise describe_reader_error(error, self.source, self.facts, scanner.names) from None
            # Uneven line endings and the like; a copy with even ones also tells the right line of a real fault.
            try:
                return self._load(scanner.scan(rewrite=True))
            except self.engine.Error as second:
                raise describe_reader_error(second, self.source, self.facts, scanner.names) from None

    # Kinds.

    def _numbers_as_written(self, scan: Scan) -> Scan:
        """The scan with numbers as text where ``types`` says that they are dates: 20260502 may be the 2nd of May."""
        declared = {name.casefold(): text.split()[0] for name, text in self.source.types.items()}
        texts = {
            name: number_as_text(quoted(name), type_name)
            for name, type_name in scan.types.items()
            if is_number_type(type_name) and declared.get(name.casefold()) in ("date", "timestamp")
        }
        if not texts:
            return scan
        replaced = ", ".join(f"{text} AS {quoted(name)}" for name, text in texts.items())
        sql = f"(SELECT * REPLACE ({replaced}) FROM {scan.sql} w)"
        return scan._replace(sql=sql, types=scan.types | dict.fromkeys(texts, "VARCHAR"))

    def _load(self, scan: Scan) -> ReadableRows:
        """The rows, by guessed kinds where they hold for all rows."""
        files = scan = self._numbers_as_written(scan)
        sample = sample_of(self.facts, self.source)
        self._readings.look(sample, self.facts)
        uses = [Use(name, kind) for name in scan.types for kind in self._uses_of(name)]
        known = {use: found for use in uses if (found := self._ready(use, scan.types[use.name])) is not None}
        guesses = {
            use: self._readings.guess(
                use.name, sample[use.name.casefold()], use.kind, identity=identity_of(use.name) in self.need.identity
            )
            for use in uses
            if use not in known and use.name.casefold() in sample
        }
        if any(use not in known and guesses.get(use) is None for use in uses):
            scan = self._stage(scan)
        decided = self._decided(uses, known, guesses)
        try:
            rows = self._build(scan, self._trusted(decided, sample), trusting=True) if self._trusts(scan) else None
        except self.engine.Error as error:
            if UNLISTED not in str(error):
                raise
            rows = None
        rows = rows or self._build(scan, decided)
        if rows is None:  # a guess did not hold for all rows
            scan = self._stage(scan)
            rows = self._build(scan, self._decided(uses, known, {}))
        assert rows is not None, "what all rows have decided is sure"
        if not (rows.base.rows or self._rejected.rows) and rows_lost(self.engine, files, self.facts, self.source):
            raise self.engine.Error("the file has rows, but none could be recognized")
        return rows

    def _uses_of(self, name: str) -> Sequence[ValueType | None]:
        """The kinds that the uses of a column require. The dates of rows are read in one way for all uses."""
        folded = name.casefold()
        return ["date"] if folded in self._time_columns() else self.need.uses(folded)

    def _trusts(self, scan: Scan) -> bool:
        """Whether a source is so large that it is first read as if all its rows were like the first ones, and none of
        them bad. The engine stops at the first that is not, and the source is read with more care."""
        large = sum(path.stat().st_size for path in self.facts.files) >= LARGE
        return large and scan.at == "files" and not self.need.everything

    def _trusted(self, readings: Sequence[Reading], sample: Mapping[str, Sequence[str]]) -> Sequence[Reading]:
        """The readings for a large source, in which columns that have few values in the first rows are trusted to have
        no others, and whole numbers to stay so."""
        # What days contribute is remembered by its SQL, which must not differ from file to file.
        return [
            reading
            if self.by_file and reading.kind == "number"
            else self._readings.listed(reading, sample.get(reading.name.casefold(), ()))
            for reading in readings
        ]

    def _ready(self, use: Use, type_name: str) -> Reading | None:
        """The reading of a column whose kind is no question; None for text, which may be anything."""
        name = use.name
        if name == FILENAME:
            return Reading(name, "text", quoted(name), True, "text")
        if type_name != "VARCHAR" and self._kept_as_written(name):
            return as_text(name)
        # Cells of a workbook that are text, of which a formula requires something else.
        return None if type_name == "TEXT" and use.kind is not None else native_reading(name, type_name)

    def _decided(
        self, uses: Sequence[Use], known: Mapping[Use, Reading], guesses: Mapping[Use, Reading | None]
    ) -> list[Reading]:
        """The readings of all uses, those that are missing decided over all rows of the staged text, and one for uses
        that are read alike. Where that is impossible, ``faults`` says why."""
        self._faults = {
            nodes.column_use(folded, kind): error
            for folded, error in self._missing.items()
            for kind in (None, *self.need.uses(folded))
        }
        found: dict[str, list[Reading]] = {}
        for use in uses:
            try:
                reading = known.get(use) or guesses.get(use) or self._decide(use)
            except KpiError as error:
                if use.key in self._always:
                    raise
                self._faults[use.key] = error
                continue
            alike = found.setdefault(use.name, [])
            keys = self._keys(use)
            for place, one in enumerate(alike):
                if (one.kind, one.sql) == (reading.kind, reading.sql):
                    alike[place] = replace(one, uses=one.uses | keys, sure=one.sure and reading.sure)
                    break
            else:
                held_in = use.name if not alike else use.key
                alike.append(replace(reading, held_in=held_in, uses=keys))
        for readings in found.values():
            if not all(reading.raw for reading in readings):
                readings[:] = [replace(reading, raw=False) for reading in readings]
        return [reading for readings in found.values() for reading in readings]

    def _decide(self, use: Use) -> Reading:
        """The reading of a use over all rows of the staged text. Raises KpiError."""
        table, key = f"text${self.source.id}", identity_of(use.name)
        if use.kind is None and key in self.need.identity:
            try:
                return self._readings.decide(self.engine, table, use.name, use.kind, identity=True)
            except KpiError as error:
                self._faults[key] = error
        return self._readings.decide(self.engine, table, use.name, use.kind)

    def _keys(self, use: Use) -> frozenset[str]:
        """The keys of a use, by which formulas find it; of a date of rows those of all uses."""
        kinds = self.need.uses(use.name.casefold()) if use.name.casefold() in self._time_columns() else [use.kind]
        return frozenset(nodes.column_use(use.name, kind) for kind in kinds)

    @property
    def name(self) -> str:
        """The engine's name for the table. No source or column can be called like anything with a ``$``."""
        return f"rows${self.source.id}"

    def _cleaned(self, scan: Scan, readings: Sequence[Reading] = ()) -> str:
        """The scan with blanks trimmed and spellings of empty made empty, but for columns that are read raw."""
        nulls = self.source.read.null_values
        raw = {reading.name for reading in readings if reading.raw}
        parts = []
        for name, type_name in scan.types.items():
            column = quoted(name)
            if type_name in ("DOUBLE", "FLOAT") and nulls:
                parts.append(f"{not_finite_empty(column, nulls)} AS {column}")
            elif type_name != "VARCHAR" or name == FILENAME or name in raw:
                parts.append(column)
            elif self._kept_as_written(name):
                parts.append(f"(CASE WHEN {clean(column, nulls)} IS NOT NULL THEN {column} END) AS {column}")
            else:
                parts.append(f"{clean(column, nulls)} AS {column}")
        if self.by_file:
            parts.append(FILE)
        return f"(SELECT {', '.join(parts) or '1 AS c0'} FROM {scan.sql} s)"

    def _kept_as_written(self, name: str) -> bool:
        """Whether a column is declared as text, and so keeps the blanks around it."""
        types = {key.casefold(): text.strip() for key, text in self.source.types.items()}
        return types.get(name.casefold()) == "text"

    def _stage(self, scan: Scan) -> Scan:
        """All wanted columns as text in a table of the engine, for kinds that only all rows can tell."""
        if scan.at == "text":
            return scan
        self._run(scan, f"CREATE OR REPLACE TEMP TABLE text${self.source.id} AS SELECT * FROM {self._cleaned(scan)}")
        return Scan(f"(SELECT * FROM text${self.source.id})", scan.types, "text")

    def _run(self, scan: Scan, sql: str) -> None:
        """Run a statement that reads the scan, and note the rows that the reader skipped."""
        if scan.rejects:
            forget_rejected(self.engine)
        self.engine.run(self.source.id, sql, scans_files=scan.at == "files")
        if scan.rejects:
            self._rejected = rejected(self.engine, self.source, self.facts, self._names, scan.odd)

    # Building.

    def _build(self, scan: Scan, readings: Sequence[Reading], *, trusting: bool = False) -> ReadableRows | None:
        """The rows, or None when a guessed kind turned out wrong. ``trusting``: there is no bad row, or else an error
        that says UNLISTED."""
        self.decided = readings
        last = min(len(readings), BITS)
        extra = [FILE] if self.by_file else []
        kinds: dict[str, ValueType] = {reading.held_in: reading.kind for reading in readings}
        inner = typed_sql(self._cleaned(scan, readings), readings, last, extra)
        computed = computed_columns(self.need)
        for name, node in computed.first.items():
            value = self._computed(kinds, name, node)
            if value is None:
                continue
            kinds[name] = value.type
            inner = f"(SELECT *, {value.text} AS {quoted(name)} FROM {inner} x)"
        shape, spans = self._spans(kinds, f"{inner} d")
        exists = {"dated": "day$", "lasting": "from$", "snapshot": None}[shape]
        until = f"DATE {text_literal(self.as_of.isoformat())}"
        here = f"({exists} IS NULL OR {exists} <= {until})" if exists and not self.count_later else "true"
        bad = "bad$"
        if exists:
            bad += f" | (CASE WHEN {exists} IS NULL THEN {1 << (last + 1)}"
            bad += f" WHEN until$ < from$ THEN {1 << (last + 2)}" * ("until$" in spans) + " ELSE 0 END)"
        added = list(spans.values())
        if self.where is not None:
            mask = self._where_mask(readings)
            added.append(f"{self._condition(kinds, self.where)} AS kept$")
            bad = f"CASE WHEN kept$ THEN {bad} ELSE bad$ & {mask} END"
            here += f" AND (kept$ OR bad$ & {mask} <> 0)"
        width = next(name for name, bits in WIDTHS.items() if last + 3 <= bits)
        # What only tells the day of a row is there as that already.
        spare = [one.held_in for one in readings if one.name.casefold() in self.need.spare and not self.need.everything]
        left_out = ["bad$", *(["kept$"] if self.where is not None else []), *map(quoted, spare)]
        marked = f", CAST({bad} AS {width}) AS bad$"
        if trusting:
            unfit = f"error({text_literal(UNLISTED + ': ')} || CAST({bad} AS VARCHAR))::BOOLEAN"
            marked, here = "", f"{here} AND (CASE WHEN ({bad}) = 0 THEN true ELSE {unfit} END)"
        self._run(
            scan,
            f"CREATE OR REPLACE TEMP TABLE {self.name} AS\nSELECT * EXCLUDE ({', '.join(left_out)}){marked}\n"
            f"FROM (SELECT {', '.join(['*', *added])} FROM {inner} y) z\nWHERE {here}",
        )
        kinds = {name: kind for name, kind in kinds.items() if name not in spare}
        self._later = 0
        if exists and self.count_later:
            beyond = f"FROM {self.name} WHERE {exists} > {until}"
            self._later = self.engine.ask(f"SELECT count(*) {beyond}")[0][0]
            self.engine.ask(f"DELETE {beyond}")
        summary = self._summary(self.name, shape, "0" if trusting else "bad$")
        raw = f"{self._cleaned(scan, readings)} c"
        bad_rows = BadRows(self.engine, self.source, self.facts, self.plan, readings, self.name, raw, last, summary.bad)
        if bad_rows.guess_failed():
            return None
        if len(readings) > BITS and summary.bad >> last & 1 and (apart := self._apart(readings, raw)) != readings:
            return self._build(scan, apart)
        found = bad_rows.found(self._columns_behind(self._times()))
        whole = self._table(self.name, kinds, shape, summary)
        if not found:
            whole = self._with_first_dates(whole, computed.later)
        self._refuse_floats(scan)
        return ReadableRows(
            whole,
            found,
            self._rejected,
            always=self._always,
            behind=self._columns_behind,
            faults=self._faults,
            totals=tuple(self._totals),
            select=(lambda mask: self._selected(whole, mask, computed.later)) if found else None,
        )

    def _refuse_floats(self, scan: Scan) -> None:
        """Note the columns of floating-point numbers too large to be distinguished, of which it matters whether they
        are the same (R8). A file with such a column has lost their last digits already."""
        for name, type_name in scan.types.items():
            keys = {identity_of(name), compared_exactly(name)} & self.need.identity
            if type_name in ("DOUBLE", "FLOAT") and keys:
                column = quoted(name)
                found = self.engine.ask(f"SELECT max(abs({column})) FROM {scan.sql} s WHERE isfinite({column})")[0][0]
                if found is not None and found >= EXACT:
                    message = f"{self.source.id}.{name} holds floating-point numbers too large to be distinguished"
                    error = KpiError(message, hint="write the column as whole numbers or as text")
                    self._faults |= dict.fromkeys(keys, error)

    def _apart(self, readings: Sequence[Reading], raw: str) -> Sequence[Reading]:
        """The readings of more columns than there are bits, those with values that cannot be read first, so that none
        of these has to share its bit."""
        faulty = [
            reading for reading in readings
            if reading.bad and self.engine.ask(f"SELECT 1 FROM {raw} WHERE {reading.bad} LIMIT 1")
        ]  # fmt: skip
        return [*faulty, *(reading for reading in readings if reading not in faulty)]

    def _table(self, name: str, kinds: Mapping[str, ValueType], shape: Shape, summary: Summary) -> Table:
        """The facts of a table of the engine that has been built."""
        files = tuple(shown(path, self.source, self.plan) for path in self.facts.files)
        moment = "at$" if shape == "dated" and self._timed else "day$"
        visible = {name: kind for name, kind in kinds.items() if "$" not in name}
        hidden = {name: kind for name, kind in kinds.items() if "$" in name}
        return Table(
            self.source, name, visible, shape, summary.rows, summary.days, summary.first, summary.last,
            files, integers=integers_of(self.decided), moment=moment, later=self._later, readings=hidden,
        )  # fmt: skip

    def _selected(self, whole: Table, mask: int, later: Mapping[str, nodes.Node]) -> Table:
        """The rows that none of the bits in ``mask`` marks as bad."""
        if not (mask or later):
            return whole
        name = f"{self.name}${mask}"
        chosen = f"SELECT * FROM {whole.name} WHERE bad$ & {mask} = 0"
        self.engine.run(self.source.id, f"CREATE OR REPLACE TEMP VIEW {name} AS\n{chosen}")
        table = self._table(name, whole.all_kinds, whole.shape, self._summary(name, whole.shape))
        return self._with_first_dates(table, later)

    def _time_columns(self) -> set[str]:
        """The columns that say when rows are, by folded name."""
        source = self.source
        return {name.casefold() for name in (source.date, source.from_, source.until, source.through) if name}

    def _times(self) -> set[str]:
        """The uses of the columns that say when rows are."""
        return {nodes.column_use(name, kind) for name in self._time_columns() for kind in (None, "date")}

    def _where_columns(self) -> set[str]:
        """The uses of columns that ``where`` needs, by their keys."""
        return set() if self.where is None else uses_in(self.where)

    def _columns_behind(self, uses: Collection[str]) -> frozenset[str]:
        """These uses of columns, and those of the columns that they are computed from, by their keys."""
        return self.need.behind(uses)

    def _summary(self, name: str, shape: Shape, bits: str = "0") -> Summary:
        """Days, rows and bad bits of a table, in one statement."""
        if shape == "dated":
            counted = self.engine.ask(f"SELECT day$, count(*), bit_or({bits}) FROM {name} GROUP BY 1 ORDER BY 1")
            days = [row[0] for row in counted if row[0] is not None]
            bad = 0
            for row in counted:
                bad |= row[2]
            rows = sum(row[1] for row in counted)
            return Summary(rows, bad, days, days[0] if days else None, days[-1] if days else None)
        edges = "min(from$), max(from$)" if shape == "lasting" else "NULL, NULL"
        first, last, rows, bad = self.engine.ask(f"SELECT {edges}, count(*), bit_or({bits}) FROM {name}")[0]
        return Summary(rows, bad or 0, [], first, last)

    def _computed(self, kinds: dict[str, ValueType], name: str, node: nodes.Node) -> Sql | None:
        """A computed column; None where it is impossible, which concerns those that use it. Raises RowFaultError where
        all do."""
        impossible = sorted(self._columns_behind([name.casefold()]) & self._faults.keys())
        try:
            if impossible:
                raise self._faults[impossible[0]]
            return self._expression(kinds, ("computed", name), node)
        except KpiError as error:
            if name.casefold() in {use.partition("$")[0] for use in self._always}:
                raise
            self._faults[name.casefold()] = error
            return None

    def _expression(self, kinds: dict[str, ValueType], path: tuple[str, ...], node: nodes.Node) -> Sql:
        try:
            return self._compiler(kinds, first_date_sql).value(node)
        except TextError as error:
            raise RowFaultError(("sources", self.source.id, *path), error) from None

    def _condition(self, kinds: dict[str, ValueType], node: nodes.Node) -> str:
        try:
            return self._compiler(kinds).condition(node)
        except TextError as error:
            raise RowFaultError(("sources", self.source.id, "where"), error) from None

    def _compiler(self, kinds: dict[str, ValueType], first_date: Callable[[str], str] | None = None) -> RowCompiler:
        columns = {name: column_sql(name, kind) for name, kind in kinds.items()}
        return RowCompiler(columns, self.source.read, first_date=first_date)

    def _where_mask(self, readings: Sequence[Reading]) -> int:
        """The bits of the columns that ``where`` looks at: a bad value there may hide a row that belongs."""
        names = self._columns_behind(self._where_columns())
        last = min(len(readings), BITS)
        return sum({1 << min(i, last) for i, reading in enumerate(readings) if reading.uses & names})

    def _spans(self, kinds: dict[str, ValueType], rows: str) -> tuple[Shape, dict[str, str]]:
        """The shape of the source, and the SQL of its day columns."""
        dates = row_dates(self.source, kinds, lambda name, kind: self._date_hint(kinds, rows, name, kind))
        if dates.start is None:
            return dates.shape, {}
        start = quoted(dates.start.name)
        if dates.shape == "dated":
            spans = {"day$": f"CAST({start} AS DATE) AS day$"}
            if dates.start.type != "date":
                # The order of rows is that of their instants, also in the hour that a clock shows twice.
                at = f"timezone('UTC', {start})" if dates.start.type == "instant" else start
                self._timed = True
                spans["at$"] = f"CAST({at} AS TIMESTAMP) AS at$"
            return "dated", spans
        until = "CAST(NULL AS DATE)"
        if dates.end is not None:
            until = f"CAST({quoted(dates.end.name)} AS DATE)" + (" + 1" if dates.end.field == "through" else "")
        return "lasting", {"from$": f"CAST({start} AS DATE) AS from$", "until$": f"{until} AS until$"}

    def _date_hint(self, kinds: Mapping[str, ValueType], rows: str, name: str, kind: ValueType) -> str:
        """What to do about a column of ``rows``, a FROM clause, that does not hold dates."""
        if kind == "number" and self.facts.kind == "excel":
            return f'if a spreadsheet counted the days, say types: {{{name}: date}}; else e.g. "date %Y%m%d"'
        # Of a computed column, types has to name those of the file that it is made of.
        made_of = columns_in(self.need.computed[name]) if name in self.need.computed else ()
        text = next((column.name for column in made_of if kinds.get(column.name) == "text"), name)
        example = self.engine.ask(f"SELECT min(CAST({quoted(text)} AS VARCHAR)) FROM {rows}")[0][0] or ""
        return self._readings.date_hint(self.engine, rows, text, example)

    def _with_first_dates(self, table: Table, later: Mapping[str, nodes.Node]) -> Table:
        """V8: a table with the columns that need ``first_date``, over the rows that are in it."""
        if not later:
            return table
        day, asked = need_dates(self.source, table.shape), first_date_columns(later.values())
        kinds = dict(table.all_kinds)
        names = {name.casefold(): name for name in kinds}
        joins = []
        for i, folded in enumerate(asked):
            column = quoted(names.get(folded, folded))
            firsts_of = f"(SELECT {column} AS v, min({day}) AS first FROM {table.name} GROUP BY 1)"
            joins.append(f"LEFT JOIN {firsts_of} f{i} ON x.{column} = f{i}.v")
        firsts = ", ".join(f"f{i}.first AS {first_date_sql(folded)}" for i, folded in enumerate(asked))
        inner = f"(SELECT x.*, {firsts} FROM {table.name} x {' '.join(joins)})"
        for name, node in later.items():
            sql = self._computed(kinds, name, node)
            if sql is None:
                continue
            kinds[name] = sql.type
            inner = f"(SELECT *, {sql.text} AS {quoted(name)} FROM {inner} x)"
        self.engine.run(self.source.id, f"CREATE TEMP TABLE first${self.source.id} AS SELECT * FROM {inner}")
        self.engine.ask(f"DROP {'TABLE' if table.name == self.name else 'VIEW'} {table.name}")
        self.engine.ask(f"ALTER TABLE first${self.source.id} RENAME TO {table.name}")
        return replace(table, kinds={name: kind for name, kind in kinds.items() if "$" not in name})


def first_date_sql(column: str) -> str:
    """The column with ``first_date(column)``, once it has been joined."""
    return quoted(first_date_name(column))


def integers_of(readings: Sequence[Reading]) -> frozenset[str]:
    """The columns that the engine holds as whole numbers; most that are read from text are doubles."""
    whole = [
        reading
        for reading in readings
        if reading.whole or (reading.kind == "number" and reading.sql == quoted(reading.name) and not reading.long)
    ]
    return frozenset(reading.held_in.casefold() for reading in whole)
