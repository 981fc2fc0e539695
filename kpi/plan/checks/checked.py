"""A plan whose names and references have been checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kpi.diagnostics import Diagnostic
from kpi.formulas.nodes import Node
from kpi.plan.checks.dependencies import DependencyGraph
from kpi.plan.checks.source_facts import SourceFacts
from kpi.plan.loading import SourceMap
from kpi.plan.model import Kpi, Plan


class Checked(NamedTuple):
    """What is known of a plan without computing.

    ``diagnostics`` are those of reading and checking, in the order of files and lines. ``formulas`` holds the trees of
    the KPIs' formulas and ``measures`` those of the measures, by id; ``rows`` those of computed columns by source and
    column, ``where`` those of the sources' filters; what cannot be parsed is left out. ``facts`` has every source;
    ``queries`` the sources that each ``query`` may read; ``dependencies`` what each KPI and measure refers to.
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
    dependencies: DependencyGraph

    @property
    def valid(self) -> bool:
        """Whether the plan has no error, so that it can be computed."""
        return all(found.severity != "error" for found in self.diagnostics)

    def with_kpis(self, kpis: Mapping[str, Kpi]) -> Checked:
        """The same with some KPIs replaced, which differ in other fields than their formulas."""
        plan = self.plan.model_copy(update={"kpis": {**self.plan.kpis, **kpis}})
        return self._replace(plan=plan, dependencies=self.dependencies.with_plan(plan))
