"""A plan whose names and references have been checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kpi.plan.checks.dependencies import uses_of

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.formulas.nodes import Node
    from kpi.plan.checks.source_facts import SourceFacts
    from kpi.plan.loading import SourceMap
    from kpi.plan.model import Plan


class Checked(NamedTuple):
    """What is known of a plan without computing.

    ``diagnostics`` are those of reading and checking, in the order of files and lines. ``formulas`` holds the trees of
    the KPIs' formulas and ``measures`` those of the measures, by id; ``rows`` those of computed columns by source and
    column, ``where`` those of the sources' filters; what cannot be read is left out. ``facts`` has every source;
    ``queries`` the sources that each ``query`` may read.
    """

    plan: Plan
    places: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    formulas: Mapping[str, Node]
    measures: Mapping[str, Node]
    rows: Mapping[tuple[str, str], Node]
    where: Mapping[str, Node]
    facts: Mapping[str, SourceFacts]
    queries: Mapping[str, tuple[str, ...]]

    @property
    def valid(self) -> bool:
        """Whether the plan has no error, so that it can be computed."""
        return all(found.severity != "error" for found in self.diagnostics)

    def sources_of(self, kpi_id: str) -> frozenset[str]:
        """The sources that a KPI's value comes from: named in its formula, in the measures and KPIs that it leads to,
        and read by the queries among them. Empty for values typed in by hand and for an unknown KPI."""
        found: set[str] = set()
        seen = {kpi_id}
        waiting = [kpi_id]
        for name in waiting:  # grows while it is walked
            tree = self.formulas.get(name) or self.measures.get(name)
            if tree is None:
                continue
            uses = uses_of(tree)
            found.update(used.source for used, _ in uses.aggregates if used.source in self.plan.sources)
            new = {used.name for used, _ in uses.names} - seen
            seen |= new
            waiting += new
        behind = list(found)
        for source in behind:
            new = set(self.queries.get(source, ())) - found
            found |= new
            behind += new
        return frozenset(found)
