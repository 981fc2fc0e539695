"""Incremental reading: of a source in many files, only new and changed files are read. Of the others it is cached what
each of their days contributes.

That is enough where every aggregate of the source can be combined from days (``mergeable``). Distinct counts,
medians and percentiles need all rows; then all files are read. So they are where one file by itself is read differently
from the others: the kind of a column is that of all files together (R4).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.data.database import Engine
from kpi.data.file_scan import FILE
from kpi.engine.aggregate_sql import Value, daily_partials
from kpi.engine.aggregation import Aggregator, Asked, combines_days
from kpi.engine.request import Request
from kpi.engine.table import Table
from kpi.engine.table_loader import Loader
from kpi.errors import KpiError
from kpi.formulas import nodes, walk
from kpi.frozen import frozen
from kpi.run.cache import Identity, Store, from_text, identity_of, key_of, program, to_text
from kpi.run.cache import identity as clock

if TYPE_CHECKING:
    from kpi.data.requirements import ColumnRequirements
    from kpi.formulas.types import ValueType
    from kpi.plan.checks import Checked
    from kpi.plan.checks.source_facts import SourceFacts

# Below this (bytes) a source is read so quickly that caching its files is not worth it.
WORTHWHILE = 4_000_000


class CacheMiss(Exception):  # noqa: N818 - it is not an error
    """Something is needed that digests of files do not have: the run starts again and reads everything."""


@frozen
class FileDigest:
    """What the days of one file contribute. ``kinds`` and ``words`` say how its columns were read, ``moment`` which
    column orders its rows; ``days`` has each day and its number of rows; ``numbers`` a value a day for every partial
    result (by its SQL), and ``times`` the times of those that have one (first and last values)."""

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


class IncrementalLoader:
    """Loads sources from cached digests of their files, where that is enough.

    ``aggregates`` are those of the run by source, without the moments of names.
    """

    def __init__(
        self,
        engine: Engine,
        checked: Checked,
        store: Store,
        as_of: date,
        aggregates: Mapping[str, Sequence[nodes.Aggregate]],
    ) -> None:
        self.engine = engine
        self.checked = checked
        self.store = store
        self.as_of = as_of
        self.aggregates = aggregates

    def suits(self, source_id: str, need: ColumnRequirements) -> bool:
        """Whether the days of its files are all that is needed of a source, and it is large enough."""
        source, facts = self.checked.plan.sources[source_id], self.checked.facts[source_id]
        if source.date is None or source.skips or need.everything or facts.kind != "csv":
            return False
        if len(facts.files) < 2 or len(facts.per_file) < len(facts.files):
            return False
        columns = [{name.casefold() for name in file.names} for file in facts.per_file]
        if any(own != columns[0] for own in columns):
            return False
        for node in need.computed.values():
            if any(isinstance(part, nodes.Call) and part.name == "first_date" for part in walk(node)):
                return False
        aggregates = self.aggregates.get(source_id, ())
        if not aggregates or not all(map(combines_days, aggregates)):
            return False
        return sum(path.stat().st_size for path in facts.files) >= WORTHWHILE

    def load(self, source_id: str, loader: Loader) -> tuple[Table, Aggregator]:
        """The table of a source that suits, from cached files and those that are read now, and what computes its
        aggregates. ``loader`` would load the whole. Raises CacheMiss where the source has to be read as a whole, also
        because something in it cannot be read."""
        facts, need = loader.facts, loader.need
        started = clock.now()
        identities = {path: identity_of(path) for path in facts.files}
        keys = {path: self._key(source_id, need, facts, path, identities[path]) for path in facts.files}
        known = {path: days for path in facts.files if (days := self._recalled(keys[path])) is not None}
        columns = self._columns(source_id, next(iter(known.values()), None))
        known = {path: days for path, days in known.items() if columns and columns <= days.numbers.keys()}
        fresh = [path for path in facts.files if path not in known]
        try:
            found = self._read(source_id, loader, fresh) if fresh else {}
        except CacheMiss:
            if not known:
                raise
            found = {}
        together = [*known.values(), *found.values()]
        if len(together) < len(facts.files) or any(alike(one) != alike(together[0]) for one in together):
            # A file by itself is read differently from the others: only all of them together tell which is right.
            found = self._read(source_id, loader, list(facts.files))
            together = list(found.values())
        for path, days in found.items():
            before = identities[path]
            if before is not None and before.settled(started) and before == identity_of(path):
                with suppress(ValueError):  # digests with NaN are not cached
                    self.store.put(keys[path], to_text(days))
        table = self._table(source_id, facts, together)
        return table, DigestAggregator(self.engine, table, together)

    def _key(
        self, source_id: str, need: ColumnRequirements, facts: SourceFacts, path: Path, identity: Identity | None
    ) -> str:
        """Everything that a file's digest depends on except the aggregates, which the entry itself names."""
        source = self.checked.plan.sources[source_id]
        wanted = sorted((name, kind or "") for name in need.columns for kind in need.uses(name))
        written = next(repr(file) for file in facts.per_file if file.path == path)
        zone = self.checked.plan.calendar.timezone
        return key_of("file", program(), identity, written, repr(source), zone, wanted, sorted(need.computed))

    def _recalled(self, key: str) -> FileDigest | None:
        text = self.store.get(key)
        if text is None:
            return None
        try:
            return from_text(FileDigest, text)
        except ValueError:
            return None

    def _columns(self, source_id: str, days: FileDigest | None) -> set[str]:
        """The partial results that the run needs, where columns are of the kinds that ``days`` has."""
        if days is None:
            return set()
        table = self._table(source_id, self.checked.facts[source_id], [days])
        compiled = PartialResults(self.engine, table)
        return {column for aggregate in self.aggregates[source_id] for column in compiled.columns(aggregate)}

    def _read(self, source_id: str, whole: Loader, paths: Sequence[Path]) -> dict[Path, FileDigest]:
        """The digests of these files, read now. Raises CacheMiss."""
        per_file = tuple(file for file in whole.facts.per_file if file.path in paths)
        facts = whole.facts._replace(files=tuple(paths), per_file=per_file)
        loader = replace(whole, facts=facts, by_file=True, as_of=date.max)
        try:
            loaded = loader.load()
        except (KpiError, self.engine.Error, OSError) as error:
            raise CacheMiss from error
        table = loaded.base
        if loaded.bad or loaded.faults or loaded.totals or loaded.rejected.rows:
            raise CacheMiss
        canonical = replace(table, integers=frozenset())
        real, named = PartialResults(self.engine, table), PartialResults(self.engine, canonical)
        columns = {
            key: sql
            for aggregate in self.aggregates[source_id]
            for key, sql in zip(named.columns(aggregate), real.columns(aggregate), strict=True)
        }
        rows = self.engine.run(
            source_id,
            f"SELECT t.{FILE}, t.day$, count(*), {', '.join(columns.values())}\nFROM {table.name} t "
            f"GROUP BY t.{FILE}, t.day$ ORDER BY t.{FILE}, t.day$",
        )
        self.engine.ask(f"DROP TABLE {table.name}")
        words = {reading.held_in: reading.words for reading in loader.decided}
        parts: dict[int, list[tuple[Any, ...]]] = {place: [] for place in range(len(paths))}
        for row in rows:
            parts[row[0]].append(row[1:])
        return {
            path: digest_of(table, words, list(columns), parts[place])
            for place, path in enumerate(file.path for file in per_file)
        }

    def _table(self, source_id: str, facts: SourceFacts, files: Sequence[FileDigest]) -> Table:
        """The source as a table up to ``as_of``; its rows are not in the engine."""
        from kpi.plan.checks.source_facts import shown

        counts: dict[date, int] = {}
        for one in files:
            for day, rows in one.days:
                if day <= self.as_of:
                    counts[day] = counts.get(day, 0) + rows
        days = sorted(counts)
        source = self.checked.plan.sources[source_id]
        every: dict[str, ValueType] = dict(files[0].kinds)  # type: ignore[arg-type]
        kinds = {name: kind for name, kind in every.items() if "$" not in name}
        readings = {name: kind for name, kind in every.items() if "$" in name}
        return Table(
            source, f"rows${source_id}", kinds, "dated", sum(counts.values()), days,
            days[0] if days else None, days[-1] if days else None,
            tuple(shown(path, source, self.checked.plan) for path in facts.files),
            moment=files[0].moment, readings=readings,
        )  # fmt: skip


def alike(days: FileDigest) -> tuple[object, ...]:
    """How a file was read."""
    return dict(days.kinds), dict(days.words), days.moment


def digest_of(
    table: Table, words: Mapping[str, str], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> FileDigest:
    """The digest of one file from rows that each have a day, its number of rows and its partial results."""
    numbers: dict[str, tuple[float | None, ...]] = {}
    times: dict[str, tuple[str | None, ...]] = {}
    for place, column in enumerate(columns, start=2):
        cells = [row[place] for row in rows]
        if any(isinstance(cell, dict) for cell in cells):
            times[column] = tuple(None if cell is None else cell["t"].isoformat() for cell in cells)
            cells = [None if cell is None else cell["v"] for cell in cells]
        numbers[column] = tuple(cells)
    kinds = {name: str(kind) for name, kind in table.all_kinds.items()}
    return FileDigest(kinds, words, table.moment, tuple((row[0], row[1]) for row in rows), numbers, times)


class PartialResults(Aggregator):
    """The partial results that aggregates are made of."""

    def columns(self, aggregate: nodes.Aggregate) -> list[str]:
        """The SQL of what a day contributes. Raises CacheMiss for an aggregate that cannot be computed."""
        if not self._compiled(aggregate):
            raise CacheMiss
        return daily_partials(self._parts[aggregate], f"t.{self.table.moment}")


class DigestAggregator(Aggregator):
    """Computes from the digests of files. Raises CacheMiss for what needs rows."""

    def __init__(self, engine: Engine, table: Table, files: Sequence[FileDigest]) -> None:
        super().__init__(engine, table)
        self._files = files

    def _daily(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        if any(column not in one.numbers for one in self._files for column in columns):
            raise CacheMiss
        last = self.table.last or date.min
        rows = [
            (day, *(one.cell(column, place) for column in columns))
            for one in self._files
            for place, (day, _) in enumerate(one.days[: bisect_right(one.days, last, key=lambda pair: pair[0])])
        ]
        return sorted(rows, key=lambda row: row[0])

    def _sightings(self, wanted: Asked) -> dict[Request, Value]:
        raise CacheMiss

    def _direct(self, asked: Sequence[tuple[Request, Any]]) -> dict[Request, Value]:
        raise CacheMiss

    def occurs(self, condition: nodes.Node) -> bool:
        counted = nodes.Aggregate("count", self.table.source.id, filter=condition)
        if not self._compiled(counted):
            raise CacheMiss
        return any(row[1] for row in self._daily(daily_partials(self._parts[counted], f"t.{self.table.moment}")))

    def values_of(self, expression: nodes.Node, most: int) -> list[Any]:
        raise CacheMiss

    def _of_keys(self, asked: Sequence[Request]) -> dict[Request, Value]:
        if asked:
            raise CacheMiss
        return {}

    def _times_of(self, days: Sequence[date]) -> Iterable[tuple[date, datetime, datetime]]:
        if self.table.moment != "day$":
            raise CacheMiss
        return ()
