"""One scan of a source's files into a typed table: kinds, computed columns, ``where``, days, and no bad row unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kpi.computing.columns import Reading, Readings, native_reading
from kpi.computing.demand import Need
from kpi.computing.engine import Engine, quoted, text_literal
from kpi.computing.faults import BadRows, describe_reader_error, sample_of
from kpi.computing.numbers import clean
from kpi.computing.rows import TIMES, Kind, RowCompiler, Sql, a, column_sql
from kpi.computing.scan import FILENAME, Scan, Scanner
from kpi.computing.table import Shape, Table
from kpi.errors import KpiError, TextError
from kpi.formulas import columns as columns_in
from kpi.formulas import tree, walk
from kpi.model import Plan, Source
from kpi.sources import SourceFacts, shown

# One bit a column in a BIGINT; the last ones share a bit.
BITS = 60


class RowFaultError(KpiError):
    """A mistake in a row expression: where it stands in the plan, and the offsets in its text."""

    def __init__(self, path: tuple[str, ...], error: TextError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.path = path
        self.error = error


class Summary(NamedTuple):
    """A built table at a glance: how many rows, the bits of all bad ones, the days in order, the first and the last."""

    rows: int
    bad: int
    days: list[date]
    first: date | None
    last: date | None


@dataclass
class Loader:
    """Loads one source. ``where`` is its condition; ``origin`` the FROM clause and types when it is a query."""

    engine: Engine
    plan: Plan
    source: Source
    facts: SourceFacts
    need: Need
    where: tree.Node | None
    as_of: date
    origin: Scan | None = None

    def load(self) -> Table:
        """The table. Raises KpiError for what cannot be read, RowFaultError for a mistake in an expression."""
        if self.origin is not None:
            return self._load(self.origin, staged=False)
        scanner = Scanner(self.engine, self.plan, self.source, self.facts, self._wanted())
        scan = scanner.scan()
        try:
            return self._load(scan, staged=False)
        except self.engine.Error as error:
            if self.facts.kind != "csv":
                raise describe_reader_error(error, self.source, scanner.name) from None
            # Uneven line endings and the like; a copy with even ones also tells the right line of a real fault.
            try:
                return self._load(scanner.scan(rewrite=True), staged=False)
            except self.engine.Error as second:
                raise describe_reader_error(second, self.source, scanner.name, self.facts) from None

    def _wanted(self) -> set[str] | None:
        if not self.need.everything:
            return set(self.need.columns)
        uses_filename = FILENAME in self.need.columns
        return None if not uses_filename else {n.casefold() for f in self.facts.per_file for n in f.names} | {FILENAME}

    # Kinds.

    def _load(self, scan: Scan, *, staged: bool) -> Table:
        self._readings = Readings(self.source, self.plan.calendar.timezone)
        sample = sample_of(self.facts, self.source)
        readings: dict[str, Reading] = {}
        open_names: list[str] = []
        for name, type_name in scan.types.items():
            demanded = self.need.columns.get(name.casefold())
            reading = native_reading(name, type_name, self.plan.calendar.timezone)
            if reading is None and type_name != "VARCHAR" and demanded is None:
                reading = Reading(name, "text", quoted(name), True, "text")
            if reading is None and name == FILENAME:
                reading = Reading(name, "text", quoted(name), True, "text")
            if reading is None and not staged:
                texts = sample.get(name.casefold())
                reading = None if texts is None else self._readings.guess(name, texts, demanded)
            if reading is None:
                open_names.append(name)
            else:
                readings[name] = reading
        scans = self.origin is None
        if open_names:
            scan = self._stage(scan, scans)
            scans = False
            for name in open_names:
                demanded = self.need.columns.get(name.casefold())
                readings[name] = self._readings.decide(self.engine, f"text${self.source.id}", name, demanded)
        table = self._build(scan, [readings[name] for name in scan.types], scans)
        if table is None:  # a guess did not hold for all rows
            return self._load(scan, staged=True)
        return table

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
            if type_name != "VARCHAR" or name == FILENAME or name in raw:
                parts.append(column)
            elif self._kept_as_written(name):
                parts.append(f"(CASE WHEN {clean(column, nulls)} IS NOT NULL THEN {column} END) AS {column}")
            else:
                parts.append(f"{clean(column, nulls)} AS {column}")
        return f"(SELECT {', '.join(parts) or '1 AS c0'} FROM {scan.sql} s)"

    def _kept_as_written(self, name: str) -> bool:
        """Whether a column is declared as text, and so keeps the blanks around it."""
        types = {key.casefold(): text.strip() for key, text in self.source.types.items()}
        return types.get(name.casefold()) == "text"

    def _stage(self, scan: Scan, scans: bool) -> Scan:
        """All wanted columns as text in a table of the engine, for kinds that only all rows can tell."""
        self.engine.run(
            self.source.id,
            f"CREATE OR REPLACE TEMP TABLE text${self.source.id} AS SELECT * FROM {self._cleaned(scan)}",
            scans_files=scans,
        )
        return scan._replace(sql=f"(SELECT * FROM text${self.source.id})")

    # Building.

    def _build(self, scan: Scan, readings: Sequence[Reading], scans: bool) -> Table | None:
        """The table, or None when a guessed kind turned out wrong."""
        typed = ", ".join(f"{reading.sql} AS {quoted(reading.name)}" for reading in readings)
        bad = [(i, sql) for i, reading in enumerate(readings) if (sql := reading.bad) is not None]
        bits = " | ".join(f"(CASE WHEN {sql} THEN {1 << min(i, BITS)} ELSE 0 END)" for i, sql in bad) or "0"
        kinds: dict[str, Kind] = {reading.name: reading.kind for reading in readings}
        inner = f"(SELECT {typed or '1 AS c0'}, {bits} AS bad$ FROM {self._cleaned(scan, readings)} c)"
        later: dict[str, tree.Node] = {}
        for name, node in self._in_order():
            if any(isinstance(part, tree.Call) and part.name == "first_date" for part in walk(node)) or any(
                column.name.casefold() in {n.casefold() for n in later} for column in columns_in(node)
            ):
                later[name] = node
                continue
            value = self._expression(kinds, ("computed", name), node)
            kinds[name] = value.kind
            inner = f"(SELECT *, {value.text} AS {quoted(name)} FROM {inner} x)"
        shape, spans = self._spans(kinds)
        condition = "true"
        if self.where is not None:
            condition = self._condition(kinds, self.where)
        where_mask = self._where_mask(readings)
        exists = {"dated": "day$", "lasting": "from$", "snapshot": None}[shape]
        until = f"DATE {text_literal(self.as_of.isoformat())}"
        here = f"({exists} IS NULL OR {exists} <= {until})" if exists else "true"
        empty = f"{exists} IS NULL" if exists else "false"
        backwards = "until$ < from$" if shape == "lasting" and "until$" in spans else "false"
        sql = (
            f"CREATE OR REPLACE TEMP TABLE {self.name} AS\nSELECT * EXCLUDE (bad$, kept$), CASE WHEN kept$ THEN bad$"
            f" | (CASE WHEN {empty} THEN {1 << (BITS + 1)} WHEN {backwards} THEN {1 << (BITS + 2)} ELSE 0 END)"
            f" ELSE bad$ & {where_mask} END AS bad$ FROM (\n"
            f"SELECT *, {condition} AS kept${''.join(', ' + s for s in spans.values())} FROM {inner} y) z\n"
            f"WHERE {here} AND (kept$ OR bad$ & {where_mask} <> 0)"
        )
        self.engine.run(self.source.id, sql, scans_files=scans)
        summary = self._summary(shape)
        raw = f"{self._cleaned(scan, readings)} c"
        bad_rows = BadRows(self.engine, self.source, self.facts, self.plan, readings, self.name, raw, BITS, summary.bad)
        if bad_rows.guess_failed():
            return None
        skipped, reasons = bad_rows.settle(ragged=scan.ragged and scans)
        if summary.bad:
            summary = self._summary(shape)
        self._first_dates(kinds, later, shape)
        files = tuple(shown(path, self.source, self.plan) for path in self.facts.files)
        return Table(
            self.source, self.name, kinds, shape, summary.rows, summary.days, summary.first, summary.last,
            files, skipped, reasons, integers_of(scan),
        )  # fmt: skip

    def _summary(self, shape: Shape) -> Summary:
        """Days, rows and bad bits of the table that was just built, in one statement."""
        if shape == "dated":
            counted = self.engine.ask(f"SELECT day$, count(*), bit_or(bad$) FROM {self.name} GROUP BY 1 ORDER BY 1")
            days = [row[0] for row in counted if row[0] is not None]
            bad = 0
            for row in counted:
                bad |= row[2]
            rows = sum(row[1] for row in counted)
            return Summary(rows, bad, days, days[0] if days else None, days[-1] if days else None)
        edges = "min(from$), max(from$)" if shape == "lasting" else "NULL, NULL"
        first, last, rows, bad = self.engine.ask(f"SELECT {edges}, count(*), bit_or(bad$) FROM {self.name}")[0]
        return Summary(rows, bad or 0, [], first, last)

    def _in_order(self) -> list[tuple[str, tree.Node]]:
        """Computed columns, each after those that it names; cycles have been refused before."""
        pending = dict(self.need.computed)
        ordered: list[tuple[str, tree.Node]] = []
        while pending:
            folded = {name.casefold() for name in pending}
            ready = [
                name
                for name, node in pending.items()
                if not folded & {c.name.casefold() for c in columns_in(node)} - {name.casefold()}
            ]
            ordered.extend((name, pending.pop(name)) for name in ready or list(pending))
        return ordered

    def _expression(self, kinds: dict[str, Kind], path: tuple[str, ...], node: tree.Node) -> Sql:
        try:
            return RowCompiler({n: column_sql(n, k) for n, k in kinds.items()}, first_date=first_date_sql).value(node)
        except TextError as error:
            raise RowFaultError(("sources", self.source.id, *path), error) from None

    def _condition(self, kinds: dict[str, Kind], node: tree.Node) -> str:
        try:
            return RowCompiler({n: column_sql(n, k) for n, k in kinds.items()}).condition(node)
        except TextError as error:
            raise RowFaultError(("sources", self.source.id, "where"), error) from None

    def _where_mask(self, readings: Sequence[Reading]) -> int:
        """The bits of the columns that ``where`` looks at: a bad value there may hide a row that belongs."""
        if self.where is None:
            return 0
        names = {column.name.casefold() for column in columns_in(self.where)}
        for name, node in reversed(self._in_order()):
            if name.casefold() in names:
                names |= {column.name.casefold() for column in columns_in(node)}
        return sum({1 << min(i, BITS) for i, reading in enumerate(readings) if reading.name.casefold() in names})

    def _spans(self, kinds: dict[str, Kind]) -> tuple[Shape, dict[str, str]]:
        """The shape of the source, and the SQL of its day columns."""
        source = self.source
        if source.date is not None:
            column, kind = self._time(kinds, source.date, "date")
            spans = {"day$": f"CAST({column} AS DATE) AS day$"}
            spans["at$"] = f"CAST({column} AS {'TIMESTAMP' if kind == 'timestamp' else 'DATE'}) AS at$"
            return "dated", spans
        if source.from_ is not None:
            column, _ = self._time(kinds, source.from_, "from")
            spans = {"from$": f"CAST({column} AS DATE) AS from$", "until$": "CAST(NULL AS DATE) AS until$"}
            ending = source.until or source.through
            if ending is not None:
                column, _ = self._time(kinds, ending, "until" if source.until else "through")
                extra = " + 1" if source.through else ""
                spans["until$"] = f"CAST({column} AS DATE){extra} AS until$"
            return "lasting", spans
        return "snapshot", {}

    def _time(self, kinds: dict[str, Kind], name: str, field: str) -> tuple[str, Kind]:
        found = next((known for known in kinds if known.casefold() == name.casefold()), None)
        if found is None:
            raise KpiError(f'{self.source.id}: there is no column "{name}" for {field}')
        kind = kinds[found]
        if kind not in (*TIMES, "empty"):
            raise KpiError(
                f"{self.source.id}.{found} holds {a(kind)}, and {field}: needs a date",
                hint=f'say how it is written: types: {{{found}: "date %d/%m/%Y"}}',
            )
        return quoted(found), kind

    def _first_dates(self, kinds: dict[str, Kind], later: dict[str, tree.Node], shape: Shape) -> None:
        """V8: the columns that need ``first_date``, over the rows that are left."""
        if not later:
            return
        if shape == "snapshot":
            raise KpiError(f"{self.source.id}: first_date needs a source with a date")
        day = "day$" if shape == "dated" else "from$"
        asked: dict[str, None] = {}
        for node in later.values():
            for part in walk(node):
                if isinstance(part, tree.Call) and part.name == "first_date":
                    asked |= dict.fromkeys(column.name.casefold() for column in columns_in(part))
        names = {name.casefold(): name for name in kinds}
        joins = []
        for i, folded in enumerate(asked):
            column = quoted(names.get(folded, folded))
            firsts_of = f"(SELECT {column} AS v, min({day}) AS first FROM {self.name} GROUP BY 1)"
            joins.append(f"LEFT JOIN {firsts_of} f{i} ON x.{column} = f{i}.v")
        firsts = ", ".join(f"f{i}.first AS {quoted('first$' + folded)}" for i, folded in enumerate(asked))
        inner = f"(SELECT x.*, {firsts} FROM {self.name} x {' '.join(joins)})"
        for name, node in later.items():
            sql = self._expression(kinds, ("computed", name), node)
            kinds[name] = sql.kind
            inner = f"(SELECT *, {sql.text} AS {quoted(name)} FROM {inner} x)"
        self.engine.run(self.source.id, f"CREATE TEMP TABLE first${self.source.id} AS SELECT * FROM {inner}")
        self.engine.ask(f"DROP TABLE {self.name}")
        self.engine.ask(f"ALTER TABLE first${self.source.id} RENAME TO {self.name}")


def first_date_sql(column: str) -> str:
    """Where ``first_date(column)`` lies once it has been joined."""
    return quoted("first$" + column.casefold())


def integers_of(scan: Scan) -> frozenset[str]:
    """The columns that the engine holds as whole numbers; those read from text are doubles."""
    return frozenset(
        name.casefold() for name, type_name in scan.types.items() if type_name.endswith(("INT", "INTEGER"))
    )
