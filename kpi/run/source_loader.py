"""All the sources of a run, each loaded once: files first, then, with the engine cut off from them, queries (N3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.data import meant
from kpi.data.database import Engine
from kpi.data.file_scan import Scan
from kpi.data.requirements import Need, named_in
from kpi.engine.aggregation import Gatherer
from kpi.engine.queries import expose, first_line, run_query, vet
from kpi.engine.table import Table
from kpi.engine.table_loader import Loader, RowFaultError
from kpi.errors import KpiError, TextError
from kpi.plan.checks.source_facts import DOUBTFUL, MISSING, SourceFacts, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from kpi.engine.breakdown import FilterCutter
    from kpi.formulas.types import ValueType
    from kpi.plan.checks import Checked
    from kpi.run.incremental import ByFile
    from kpi.warehouse import Warehouses
    from kpi.warehouse.profile import Counted, Lying


class Sourcing:
    """Loads sources. ``tables`` are those that could be read, ``failures`` says of the others why not."""

    def __init__(self, engine: Engine, checked: Checked, as_of: date) -> None:
        self.engine = engine
        self.checked = checked
        self.plan = checked.plan
        self.as_of = as_of
        self.tables: dict[str, Table] = {}
        self.failures: dict[str, str] = {}
        self._warehouses: Warehouses | None = None
        # What is remembered of single files, where that may be used.
        self.by_file: ByFile | None = None

    def gatherers(self) -> dict[str, Gatherer]:
        """Who answers for each source that could be read."""
        return {name: self._gatherer(table) for name, table in self.tables.items()}

    def cutter(self, source_id: str) -> FilterCutter:
        """Who answers for the parts of a source that could be read."""
        if self._warehouses is not None and self.plan.sources[source_id].connection is not None:
            return self._warehouses.cutter(source_id)
        from kpi.engine.grouped_breakdown import Cutter

        return Cutter(self.engine, self.tables[source_id])

    def counts(self, source_id: str, ranged: Collection[ValueType], examples: int) -> Counted | None:
        """What is in the columns of a source in a warehouse; None for one that was loaded. Raises KpiError."""
        if self._warehouses is None or self.plan.sources[source_id].connection is None:
            return None
        return self._warehouses.counts(source_id, ranged, examples)

    def lying(self, source_id: str) -> Lying | None:
        """How the rows of a source in a warehouse lie; None for one that was loaded. Raises KpiError."""
        if self._warehouses is None or self.plan.sources[source_id].connection is None:
            return None
        return self._warehouses.lying(source_id)

    def close(self) -> None:
        """End the connections to warehouses."""
        if self._warehouses is not None:
            self._warehouses.close()

    def load(self, needs: dict[str, Need]) -> None:
        """Load what is needed; a query after those that it reads."""
        waiting: dict[str, Need] = {}
        for source_id, need in needs.items():
            if self.plan.sources[source_id].query is not None:
                waiting[source_id] = need
            else:
                self._load_one(source_id, need)
        if not waiting:
            return
        self.engine.lock()
        for table in self.tables.values():
            if table.source.connection is None:
                expose(self.engine, table)
        while waiting:
            ready = [name for name in waiting if not self._read_by(name) & waiting.keys()] or list(waiting)
            for source_id in ready:
                self._load_one(source_id, waiting.pop(source_id))
                if source_id in self.tables:
                    expose(self.engine, self.tables[source_id])

    def _read_by(self, source_id: str) -> set[str]:
        return set(named_in(self.plan.sources[source_id].query or "", self.plan.sources)) - {source_id}

    def _load_one(self, source_id: str, need: Need) -> None:
        source, facts, where = self.plan.sources[source_id], self.checked.facts[source_id], self.checked.where
        try:
            if source.connection is not None:
                self.tables[source_id] = self._warehouse().load(source, need, where.get(source_id))
                return

            def make(facts: SourceFacts) -> Loader:
                return Loader(self.engine, self.plan, source, facts, need, where.get(source_id), self.as_of)

            loader = make(facts)
            if source.query is not None:
                loader.origin = self._query(source_id, source.query)
            else:
                self._refuse_unreadable(source_id)
                if self.by_file is not None and self.by_file.suits(source_id, need):
                    self.tables[source_id] = self.by_file.load(source_id, need, make)
                    return
            self.tables[source_id] = loader.load()
        except RowFaultError as fault:
            self.failures[source_id] = placed(self.checked, fault.path, fault.error)
        except KpiError as error:
            self.failures[source_id] = in_words(error)
        except self.engine.Error as error:
            self.failures[source_id] = f"{source_id}: {first_line(error)}"
        except OSError as error:
            self.failures[source_id] = f"{source_id}: {error.filename or 'its file'} cannot be read: {error.strerror}"

    def _warehouse(self) -> Warehouses:
        """The warehouses of this run. Raises KpiError where what is needed for them is not installed."""
        if self._warehouses is None:
            try:
                from kpi.warehouse import Warehouses
            except ImportError as error:
                message = f"a connection needs {error.name or 'ibis'}, which is not installed"
                raise KpiError(message, hint="pip install 'kpi-as-code[warehouse]'") from None
            self._warehouses = Warehouses(self.engine, self.plan.calendar.timezone, self.as_of)
        return self._warehouses

    def _gatherer(self, table: Table) -> Gatherer:
        if table.source.connection is not None and self._warehouses is not None:
            return self._warehouses.gatherer(table.source.id)
        if self.by_file is not None and (gatherer := self.by_file.gatherer(table.source.id)) is not None:
            return gatherer
        return Gatherer(self.engine, table)

    def _query(self, source_id: str, query: str) -> Scan:
        try:
            used = vet(self.engine, query, source_id, self.plan.sources)
            for other in sorted(used):
                if self.plan.sources[other].connection is not None:
                    hint = "make it a view in the warehouse, and name that in table"
                    raise KpiError(f"{source_id}: a query cannot read {other}, which is in a warehouse", hint=hint)
                if other in self.failures:
                    raise KpiError(self.failures[other])
            return run_query(self.engine, source_id, query)
        except TextError as error:
            raise RowFaultError(("sources", source_id, "query"), error) from None

    def _refuse_unreadable(self, source_id: str) -> None:
        """Say what stands in the way before anything is read. Raises KpiError."""
        source, facts = self.plan.sources[source_id], self.checked.facts[source_id]
        for problem in facts.problems:
            if problem.code not in (DOUBTFUL, MISSING):
                raise KpiError(problem.message, hint=problem.hint)
        missing = next((problem for problem in facts.problems if problem.code == MISSING), None)
        if missing is not None:
            other = meant(source.path[int(missing.field[1])], source, self.plan)
            raise KpiError(missing.message, hint=None if other is None else f'did you mean "{other}"?')
        if not facts.files:
            raise KpiError(f"{source_id}: there is no file {', '.join(source.path)}")
        if facts.kind == "csv" and len(facts.per_file) < len(facts.files):
            packed = next((path for path in facts.files if path.name.lower().endswith(".zst")), None)
            if packed is not None:
                hint = "unpack it, or pack it with gzip"
                raise KpiError(f"{shown(packed, source, self.plan)} is packed with zstd, which is not read", hint=hint)
            raise KpiError(f"{source_id}: {facts.files[0].name} has no header that can be read")


def placed(checked: Checked, path: tuple[str, ...], error: TextError) -> str:
    """A message about the text at ``path`` of the plan, with the place of the characters concerned."""
    place = checked.places.within(path, error.start, max(error.end, error.start + 1))
    return f"{place.file}:{place.line}:{place.column}: {in_words(error)}"


def in_words(error: KpiError) -> str:
    """A message with its mend."""
    return f"{error.message}; {error.hint}" if error.hint else error.message
