"""Which rows of its sources each KPI can use (R6). It depends on the KPI's definition and its data alone (G1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from kpi.data.requirements import identified_by, identity_of, used_by_aggregate
from kpi.errors import KpiError
from kpi.frozen import frozen
from kpi.run.source_loader import LoadedSources, in_words

if TYPE_CHECKING:
    from kpi.engine.table import Table
    from kpi.formulas import nodes
    from kpi.plan.checks import Checked
    from kpi.plan.checks.dependencies import FormulaDependencies


@frozen
class KpiRows:
    """The rows that KPIs can use of loaded sources, and measures that targets name."""

    checked: Checked
    loaded: LoadedSources
    _columns: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict, repr=False, compare=False)

    def columns(self, owner: str) -> Mapping[str, Collection[str]]:
        """The uses of columns (``nodes.column_use``) of each source in the formula of a KPI or measure, in their order.
        What it names of other KPIs is theirs, and what it names of measures is its own."""
        if owner not in self._columns:
            found = dict[str, dict[str, None]]()
            balances, moved = set[str](), False
            for formula in self._formulas(owner):
                for aggregate, _ in formula.aggregates:
                    if aggregate.moment is not None:
                        balances.add(aggregate.source)
                    uses = found.setdefault(aggregate.source, {})
                    uses |= dict.fromkeys(column.use for column in used_by_aggregate(aggregate))
                    uses |= dict.fromkeys(sorted(identified_by(aggregate)))
                moved = moved or any(named.moment is not None for named, _ in formula.names)
            # A balance depends on which values of the key are the same (B5); a name may be moved to a point in time.
            for source in found if moved else balances:
                found[source] |= {identity_of(column): None for column in self.checked.plan.sources[source].key}
            self._columns[owner] = found
        return self._columns[owner]

    def _formulas(self, owner: str) -> Iterator[FormulaDependencies]:
        """What the formula of a KPI or measure refers to, and what those of the measures that it names do."""
        graph, waiting, seen = self.checked.dependencies, [owner], {owner}
        while waiting:
            formula = graph.formulas.get(waiting.pop(0))
            if formula is None:
                continue
            yield formula
            named = dict.fromkeys(named.name for named, _ in formula.names)
            new = [name for name in named if name in self.checked.plan.measures and name not in seen]
            seen.update(new)
            waiting += new

    def _aggregates(self, owner: str, source: str) -> Iterator[nodes.Aggregate]:
        """The aggregates over a source in the formula of a KPI or measure, and in those of the measures that it names.
        Those inside others are over the same rows."""
        for formula in self._formulas(owner):
            yield from (aggregate for aggregate, _ in formula.aggregates if aggregate.source == source)

    def owners(self, name: str) -> Iterator[str]:
        """The KPI or measure itself, and the KPIs that its value comes from."""
        yield name
        yield from (
            one for one in self.checked.dependencies.behind(name) if one in self.checked.plan.kpis and one != name
        )

    def bad(self, owner: str, source: str) -> int:
        """The bits of the rows of a source that are bad for the formula of a KPI or measure."""
        rows = self.loaded.rows.get(source)
        return 0 if rows is None else rows.mask(self.columns(owner).get(source, ()))

    def bad_of_all(self) -> dict[tuple[str, str], int]:
        """The bits of bad rows for each KPI and measure and each source, where there are any."""
        found = {}
        for owner in self.checked.dependencies.trees:
            for source in self.columns(owner):
                if bits := self.bad(owner, source):
                    found[owner, source] = bits
        return found

    def used(self, name: str) -> Iterator[tuple[str, int]]:
        """The sources that could be read and that a value comes from, each with the bits of the rows that are bad for
        it: those for any formula behind the value."""
        found: dict[str, int] = {}
        for owner in self.owners(name):
            for source in self.columns(owner):
                if source in self.loaded.rows:
                    found[source] = found.get(source, 0) | self.bad(owner, source)
        yield from found.items()

    def _faults(self, name: str) -> dict[str, KpiError]:
        """Why rows of sources may not be used for a value, by source."""
        found: dict[str, KpiError] = {}
        for owner in self.owners(name):
            for source in self.columns(owner):
                if source in self.loaded.rows and source not in found:
                    try:
                        self.loaded.rows[source].refuse(self.columns(owner)[source])
                        self.loaded.rows[source].refuse_totals(self._aggregates(owner, source))
                        self.loaded.rows[source].table(self.bad(owner, source))
                    except KpiError as error:
                        found[source] = error
        return found

    def tables(self, name: str) -> dict[str, Table]:
        """The rows that a value comes from, by source; without sources whose rows may not be used."""
        faults = self._faults(name)
        return {
            source: self.loaded.rows[source].without(bad) for source, bad in self.used(name) if source not in faults
        }

    def fault(self, name: str) -> str | None:
        """Why the rows of a source may not be used for a value; or None."""
        return next((in_words(error) for error in self._faults(name).values()), None)

    def notes(self, name: str) -> tuple[str, ...]:
        """What the readers of a value should know of the rows that it comes from (G2)."""
        tables = self.tables(name)
        notes = (note for source, table in tables.items() for note in self.loaded.rows[source].notes_on(table))
        return tuple(dict.fromkeys(notes))
