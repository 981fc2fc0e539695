"""Of a source in many files, only those are read that are new or have changed; of the others it is remembered what
each of their days contributes.

That is enough where every aggregate asked of the source can be combined from days (``mergeable``). Distinct counts,
medians and percentiles need all rows, and then all files are read. So they are where one file alone reads otherwise
than the others: the kind of a column is that of all files together (R4).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.data.database import Engine
from kpi.data.file_scan import FILE
from kpi.engine.aggregate_sql import Value, daily_partials
from kpi.engine.aggregation import Asked, Gatherer, Request, has_edges
from kpi.engine.table import Table
from kpi.engine.table_loader import Loader
from kpi.errors import KpiError
from kpi.formulas import nodes, walk
from kpi.formulas.functions import AGGREGATES
from kpi.run.cache import Identity, Store, from_text, identity_of, key_of, program, to_text
from kpi.run.cache import identity as clock
from kpi.run.cache_miss import NotRememberedError

if TYPE_CHECKING:
    from kpi.data.requirements import Need
    from kpi.formulas.types import ValueType
    from kpi.plan.checks import Checked
    from kpi.plan.checks.source_facts import SourceFacts

# Below this (bytes) a source is read so quickly that remembering its files is not worth it.
WORTHWHILE = 4_000_000

Cells = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class FileDays:
    """What the days of one file contribute. ``kinds`` and ``words`` say how its columns were read, ``moment`` what
    orders its rows; ``days`` has each day and its number of rows; ``numbers`` for every partial result (by its SQL) a
    value a day, and ``times`` the moments of those that have one (first and last values)."""

    kinds: Mapping[str, str]
    words: Mapping[str, str]
    moment: str
    days: tuple[tuple[date, int], ...]
    numbers: Mapping[str, tuple[float | None, ...]]
    times: Mapping[str, tuple[str | None, ...]]

    def cell(self, column: str, place: int) -> Any:
        """One partial result, as the engine would give it."""
        value = self.numbers[column][place]
        if column not in self.times:
            return value
        moment = self.times[column][place]
        if moment is None:
            return None
        return {"t": (date if self.moment == "day$" else datetime).fromisoformat(moment), "v": value}


class ByFile:
    """What is remembered of single files, and what of a run can be answered from it.

    ``asked`` are the aggregates of the run by source, without the moments of names.
    """

    def __init__(
        self,
        engine: Engine,
        checked: Checked,
        store: Store,
        as_of: date,
        asked: Mapping[str, Sequence[nodes.Aggregate]],
    ) -> None:
        self.engine = engine
        self.checked = checked
        self.store = store
        self.as_of = as_of
        self.asked = asked
        self._gatherers: dict[str, FileGatherer] = {}

    def gatherer(self, source_id: str) -> Gatherer | None:
        """Who answers for a source that was loaded here; None for another."""
        return self._gatherers.get(source_id)

    def suits(self, source_id: str, need: Need) -> bool:
        """Whether the days of its files are all that is needed of a source, and it is large enough to matter."""
        source, facts = self.checked.plan.sources[source_id], self.checked.facts[source_id]
        if source.date is None or source.on_bad_rows == "skip" or need.everything or facts.kind != "csv":
            return False
        if len(facts.files) < 2 or len(facts.per_file) < len(facts.files):
            return False
        columns = [{name.casefold() for name in file.names} for file in facts.per_file]
        if any(own != columns[0] for own in columns):
            return False
        for node in need.computed.values():
            if any(isinstance(part, nodes.Call) and part.name == "first_date" for part in walk(node)):
                return False
        asked = self.asked.get(source_id, ())
        if not asked or any(not AGGREGATES[one.function].mergeable or has_edges(one) for one in asked):
            return False
        return sum(path.stat().st_size for path in facts.files) >= WORTHWHILE

    def load(self, source_id: str, need: Need, make: Callable[[SourceFacts], Loader]) -> Table:
        """The table of a source that suits, of remembered files and of those that are read now. Raises
        NotRememberedError where it has to be read as a whole, also because something in it cannot be read."""
        facts = self.checked.facts[source_id]
        started = clock.now()
        identities = {path: identity_of(path) for path in facts.files}
        keys = {path: self._key(source_id, need, facts, path, identities[path]) for path in facts.files}
        known = {path: days for path in facts.files if (days := self._recalled(keys[path])) is not None}
        columns = self._columns(source_id, next(iter(known.values()), None))
        known = {path: days for path, days in known.items() if columns and columns <= days.numbers.keys()}
        fresh = [path for path in facts.files if path not in known]
        try:
            found = self._read(source_id, facts, fresh, make) if fresh else {}
        except NotRememberedError:
            if not known:
                raise
            found = {}
        together = [*known.values(), *found.values()]
        if len(together) < len(facts.files) or any(alike(one) != alike(together[0]) for one in together):
            # Some file alone is read in another way than the others: only all of them can tell which is right.
            found = self._read(source_id, facts, list(facts.files), make)
            together = list(found.values())
        for path, days in found.items():
            before = identities[path]
            if before is not None and before.settled(started) and before == identity_of(path):
                with suppress(ValueError):  # a number that is none is not remembered
                    self.store.put(keys[path], to_text(days))
        table = self._table(source_id, facts, together)
        self._gatherers[source_id] = FileGatherer(self.engine, table, together)
        return table

    def _key(self, source_id: str, need: Need, facts: SourceFacts, path: Path, identity: Identity | None) -> str:
        """All that a file's days depend on, but for the aggregates, which the entry itself names."""
        source = self.checked.plan.sources[source_id]
        wanted = sorted((name, kind) for name, kind in need.columns.items() if kind) + sorted(need.columns)
        written = next(repr(file) for file in facts.per_file if file.path == path)
        zone = self.checked.plan.calendar.timezone
        return key_of("file", program(), identity, written, repr(source), zone, wanted, sorted(need.computed))

    def _recalled(self, key: str) -> FileDays | None:
        text = self.store.get(key)
        if text is None:
            return None
        try:
            return from_text(FileDays, text)
        except ValueError:
            return None

    def _columns(self, source_id: str, days: FileDays | None) -> set[str]:
        """The partial results that the run asks for, where columns are of the kinds that ``days`` tells."""
        if days is None:
            return set()
        table = self._table(source_id, self.checked.facts[source_id], [days])
        compiled = Compiled(self.engine, table)
        return {column for aggregate in self.asked[source_id] for column in compiled.columns(aggregate)}

    def _read(
        self, source_id: str, facts: SourceFacts, paths: Sequence[Path], make: Callable[[SourceFacts], Loader]
    ) -> dict[Path, FileDays]:
        """The days of these files, read now. Raises NotRememberedError."""
        per_file = tuple(file for file in facts.per_file if file.path in paths)
        loader = make(facts._replace(files=tuple(paths), per_file=per_file))
        loader.by_file, loader.as_of = True, date.max
        try:
            table = loader.load()
        except (KpiError, self.engine.Error, OSError) as error:
            raise NotRememberedError from error
        if table.skipped:
            raise NotRememberedError
        canonical = replace(table, integers=frozenset())
        real, named = Compiled(self.engine, table), Compiled(self.engine, canonical)
        columns = {
            key: sql
            for aggregate in self.asked[source_id]
            for key, sql in zip(named.columns(aggregate), real.columns(aggregate), strict=True)
        }
        rows = self.engine.run(
            source_id,
            f"SELECT t.{FILE}, t.day$, count(*), {', '.join(columns.values())}\nFROM {table.name} t "
            f"GROUP BY t.{FILE}, t.day$ ORDER BY t.{FILE}, t.day$",
        )
        self.engine.ask(f"DROP TABLE {table.name}")
        words = {reading.name: reading.words for reading in loader.decided}
        parts: dict[int, list[tuple[Any, ...]]] = {place: [] for place in range(len(paths))}
        for row in rows:
            parts[row[0]].append(row[1:])
        return {
            path: file_days(table, words, list(columns), parts[place])
            for place, path in enumerate(file.path for file in per_file)
        }

    def _table(self, source_id: str, facts: SourceFacts, files: Sequence[FileDays]) -> Table:
        """The source as a table up to ``as_of``; its rows are not in the engine."""
        from kpi.plan.checks.source_facts import shown

        counts: dict[date, int] = {}
        for one in files:
            for day, rows in one.days:
                if day <= self.as_of:
                    counts[day] = counts.get(day, 0) + rows
        days = sorted(counts)
        source = self.checked.plan.sources[source_id]
        kinds: dict[str, ValueType] = dict(files[0].kinds)  # type: ignore[arg-type]
        return Table(
            source, f"rows${source_id}", kinds, "dated", sum(counts.values()), days,
            days[0] if days else None, days[-1] if days else None,
            tuple(shown(path, source, self.checked.plan) for path in facts.files), moment=files[0].moment,
        )  # fmt: skip


def alike(days: FileDays) -> tuple[object, ...]:
    """How a file was read."""
    return dict(days.kinds), dict(days.words), days.moment


def file_days(
    table: Table, words: Mapping[str, str], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> FileDays:
    """What the rows of one file say: each a day, its number of rows and its partial results."""
    numbers: dict[str, tuple[float | None, ...]] = {}
    times: dict[str, tuple[str | None, ...]] = {}
    for place, column in enumerate(columns, start=2):
        cells = [row[place] for row in rows]
        if any(isinstance(cell, dict) for cell in cells):
            times[column] = tuple(None if cell is None else cell["t"].isoformat() for cell in cells)
            cells = [None if cell is None else cell["v"] for cell in cells]
        numbers[column] = tuple(cells)
    kinds = {name: str(kind) for name, kind in table.kinds.items()}
    return FileDays(kinds, words, table.moment, tuple((row[0], row[1]) for row in rows), numbers, times)


class Compiled(Gatherer):
    """Tells the partial results that aggregates are made of."""

    def columns(self, aggregate: nodes.Aggregate) -> list[str]:
        """The SQL of what a day contributes. Raises NotRememberedError for an aggregate that cannot be computed."""
        if not self._compiled(aggregate):
            raise NotRememberedError
        return daily_partials(self._parts[aggregate], f"t.{self.table.moment}")


class FileGatherer(Gatherer):
    """Answers from the days of files. Raises NotRememberedError for what needs rows."""

    def __init__(self, engine: Engine, table: Table, files: Sequence[FileDays]) -> None:
        super().__init__(engine, table)
        self._files = files

    def _daily(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        if any(column not in one.numbers for one in self._files for column in columns):
            raise NotRememberedError
        last = self.table.last or date.min
        rows = [
            (day, *(one.cell(column, place) for column in columns))
            for one in self._files
            for place, (day, _) in enumerate(one.days[: bisect_right(one.days, last, key=lambda pair: pair[0])])
        ]
        return sorted(rows, key=lambda row: row[0])

    def _sightings(self, wanted: Asked) -> dict[Request, Value]:
        raise NotRememberedError

    def _direct(self, asked: Sequence[tuple[Request, Any]]) -> dict[Request, Value]:
        raise NotRememberedError
