"""Loads the sources of a run, each once: files first, then, with the engine cut off from them, queries (N3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING

from kpi.data import meant
from kpi.data.database import Engine
from kpi.data.file_scan import Scan
from kpi.data.requirements import ColumnRequirements, named_in, used_by_query, words_of
from kpi.engine.aggregation import Aggregator
from kpi.engine.grouped_breakdown import GroupedSegmentAggregator
from kpi.engine.queries import expose, first_line, run_query, vet
from kpi.engine.readable_rows import ReadableRows
from kpi.engine.table_loader import Loader, RowFaultError
from kpi.errors import KpiError, TextError
from kpi.frozen import frozen
from kpi.plan.checks.source_facts import MISSING, NOT_OF_PLAN, REMOTE, shown

if TYPE_CHECKING:
    from types import TracebackType

    from kpi.engine.breakdown import SegmentAggregator
    from kpi.engine.request import Request
    from kpi.plan.checks import Checked
    from kpi.run.incremental import IncrementalLoader
    from kpi.warehouse import Warehouses


@frozen
class LoadedSources:
    """The sources of a run: the ``rows`` of those that could be read, with what computes aggregates over all of them,
    and the reason why each of the others could not (``failures``). ``warehouses`` has those that stay in a
    warehouse."""

    engine: Engine
    rows: Mapping[str, ReadableRows]
    aggregators: Mapping[str, Aggregator]
    failures: Mapping[str, str]
    warehouses: Warehouses | None = None
    _selected: dict[tuple[str, int], Aggregator] = field(default_factory=dict, repr=False, compare=False)

    def aggregator(self, source_id: str, bad: int) -> Aggregator:
        """What computes aggregates over the rows of a source that are left without those that ``bad`` marks. Raises
        KpiError where they may not be left out."""
        table = self.rows[source_id].table(bad)
        if not bad:
            return self.aggregators[source_id]
        return self._selected.setdefault((source_id, bad), Aggregator(self.engine, table))

    def first_row(self, request: Request) -> date | None:
        """The first day of the rows that a request is about; None where there is none."""
        rows = self.rows.get(request.aggregate.source)
        return None if rows is None else rows.without(request.bad).first

    def segment_aggregator(self, source_id: str, bad: int) -> SegmentAggregator:
        """What computes aggregates over the segments of such rows. Raises KpiError as :meth:`aggregator` does."""
        table = self.rows[source_id].table(bad)
        if (warehouses := self.warehouse_of(source_id)) is not None:
            return warehouses.segment_aggregator(source_id)
        return GroupedSegmentAggregator(self.engine, table)

    def warehouse_of(self, source_id: str) -> Warehouses | None:
        """The warehouses, if the source is in one of them; None for a source that was loaded."""
        return self.warehouses if self.rows[source_id].base.source.connection is not None else None


class SourceLoader:
    """Loads sources; a context manager that ends the connections to warehouses. ``incremental`` loads those of which
    single files are cached. ``count_later``: the rows dated after ``as_of`` are counted."""

    def __init__(
        self,
        engine: Engine,
        checked: Checked,
        as_of: date,
        incremental: IncrementalLoader | None = None,
        *,
        count_later: bool = False,
    ) -> None:
        self.engine = engine
        self.checked = checked
        self.plan = checked.plan
        self.as_of = as_of
        self._incremental = incremental
        self._count_later = count_later
        self._rows: dict[str, ReadableRows] = {}
        self._aggregators: dict[str, Aggregator] = {}
        self._failures: dict[str, str] = {}
        self._warehouses: Warehouses | None = None

    def __enter__(self) -> SourceLoader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._warehouses is not None:
            self._warehouses.close()

    def load(self, requirements: Mapping[str, ColumnRequirements]) -> LoadedSources:
        """Load these sources. Raises CacheMiss where cached files are not enough, and nothing for what is in the
        data."""
        queries: dict[str, ColumnRequirements] = {}
        for source_id, required in requirements.items():
            if self.plan.sources[source_id].query is not None:
                queries[source_id] = required
            else:
                self._load(source_id, required)
        if queries:
            self._load_queries(queries)
        return LoadedSources(self.engine, self._rows, self._aggregators, self._failures, self._warehouses)

    def _load_queries(self, waiting: dict[str, ColumnRequirements]) -> None:
        """Load queries over the sources that have been loaded, each after those that it reads."""
        self.engine.lock()
        while waiting:
            ready = [name for name in waiting if not self._read_by(name) & waiting.keys()] or list(waiting)
            for source_id in ready:
                self._load(source_id, waiting.pop(source_id))

    def _read_by(self, source_id: str) -> set[str]:
        return set(named_in(self.plan.sources[source_id].query or "", self.plan.sources)) - {source_id}

    def _load(self, source_id: str, required: ColumnRequirements) -> None:
        try:
            rows, aggregator = self._loaded(source_id, required)
        except RowFaultError as fault:
            self._failures[source_id] = placed(self.checked, fault.path, fault.error)
        except KpiError as error:
            self._failures[source_id] = in_words(error)
        except self.engine.Error as error:
            self._failures[source_id] = f"{source_id}: {first_line(error)}"
        except OSError as error:
            self._failures[source_id] = f"{source_id}: {error.filename or 'its file'} cannot be read: {error.strerror}"
        else:
            self._rows[source_id] = rows
            self._aggregators[source_id] = aggregator

    def _loaded(self, source_id: str, required: ColumnRequirements) -> tuple[ReadableRows, Aggregator]:
        source, facts = self.plan.sources[source_id], self.checked.facts[source_id]
        where = self.checked.where.get(source_id)
        if source.connection is not None:
            warehouses = self._warehouse()
            table = warehouses.load(source, required, where)
            rows = ReadableRows(table, behind=required.behind, faults=warehouses.faults(source_id))
            return rows, warehouses.aggregator(source_id)
        origin, notes = None, tuple[str, ...]()
        if source.query is not None:
            origin, notes = self._query(source_id, source.query)
        else:
            self._refuse_unreadable(source_id)
        loader = Loader(self.engine, self.plan, source, facts, required, where, self.as_of, origin)
        loader.count_later = self._count_later
        if origin is None and self._incremental is not None and self._incremental.suits(source_id, required):
            table, aggregator = self._incremental.load(source_id, loader)
            return ReadableRows(table), aggregator
        rows = replace(loader.load(), notes=notes)
        return rows, Aggregator(self.engine, rows.without(0))

    def _warehouse(self) -> Warehouses:
        """The warehouses of this run. Raises KpiError where what is needed for them is not installed."""
        if self._warehouses is None:
            try:
                from kpi.warehouse import Warehouses
            except ImportError as error:
                message = f"a connection needs {error.name or 'ibis'}, which is not installed"
                raise KpiError(message, hint="pip install 'kpi-as-code[warehouse]'") from None
            self._warehouses = Warehouses(
                self.engine, self.plan.calendar.timezone, self.as_of, count_later=self._count_later
            )
        return self._warehouses

    def _query(self, source_id: str, query: str) -> tuple[Scan, tuple[str, ...]]:
        """The result of a query, and what its readers should know of the rows that it read."""
        notes: dict[str, None] = {}
        try:
            used = vet(self.engine, query, source_id, self.plan.sources)
            for other in sorted(used):
                if self.plan.sources[other].connection is not None:
                    hint = "make it a view in the warehouse, and name that in table"
                    raise KpiError(f"{source_id}: a query cannot read {other}, which is in a warehouse", hint=hint)
                if other in self._failures:
                    raise KpiError(self._failures[other])
                if other not in self._rows:  # it was not named in the query, and the engine knows no such table
                    continue
                rows = self._rows[other]
                rows.refuse(sorted(words_of(query)))
                rows.refuse_totals_unless(words_of(query))
                table = rows.table(rows.mask(used_by_query(query, rows.base.kinds)))
                expose(self.engine, table)
                notes |= dict.fromkeys(rows.notes_on(table))
            return run_query(self.engine, source_id, query), tuple(notes)
        except TextError as error:
            raise RowFaultError(("sources", source_id, "query"), error) from None

    def _refuse_unreadable(self, source_id: str) -> None:
        """Raise KpiError for a source whose files are known to be unreadable, before anything is read."""
        source, facts = self.plan.sources[source_id], self.checked.facts[source_id]
        for problem in facts.problems:
            if problem.code == REMOTE:
                place = self.checked.places.of(("sources", source_id, *problem.field))
                raise KpiError(f"{place.file}:{place.line}:{place.column}: {problem.message}", hint=problem.hint)
            if problem.code not in NOT_OF_PLAN:
                raise KpiError(problem.message, hint=problem.hint)
        missing = next((problem for problem in facts.problems if problem.code == MISSING), None)
        if missing is not None:
            other = meant(source.path[int(missing.field[1])], source, self.plan)
            raise KpiError(missing.message, hint=None if other is None else f'did you mean "{other}"?')
        if not facts.files:
            raise KpiError(f"{source_id}: there is no file {', '.join(source.path)}")
        if facts.kind == "csv" and len(facts.per_file) < len(facts.files):
            compressed = next((path for path in facts.files if path.name.lower().endswith(".zst")), None)
            if compressed is not None:
                hint = "decompress it, or compress it with gzip"
                raise KpiError(
                    f"{shown(compressed, source, self.plan)} is compressed with zstd, which is not supported", hint=hint
                )
            raise KpiError(f"{source_id}: {facts.files[0].name} has no header that can be read")


def placed(checked: Checked, path: tuple[str, ...], error: TextError) -> str:
    """A message about the text at ``path`` of the plan, after the place of the characters concerned."""
    place = checked.places.within(path, error.start, max(error.end, error.start + 1))
    return f"{place.file}:{place.line}:{place.column}: {in_words(error)}"


def in_words(error: KpiError) -> str:
    """A message with its hint."""
    return f"{error.message}; {error.hint}" if error.hint else error.message
