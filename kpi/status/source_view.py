"""The view of the sources for ``kpi sources``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpi.plan.checks.source_facts import shown
from kpi.plan.model import Source
from kpi.run.profile import SourceProfile
from kpi.values import parse_updated

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.checks.source_facts import FileFacts, SourceFacts


@dataclass(frozen=True)
class SourceView:
    """One source.

    ``files`` are the paths of its files, as in the plan; ``written`` is the format of the first text file. ``headers``
    maps each renamed column to its header in the file, as far as headers are known without reading rows. ``reads`` are
    the sources that its query reads, ``kpis`` the KPIs whose values or targets come from it. ``due`` is the day that
    the newest row should not be older than; None if ``updated`` or ``date`` is not set, if the rows are intervals, or
    if having no rows is normal (``no_rows: zero``).
    """

    source: Source
    kind: str
    files: tuple[str, ...]
    written: FileFacts | None
    headers: Mapping[str, str]
    reads: tuple[str, ...]
    kpis: tuple[str, ...]
    found: SourceProfile
    due: date | None

    @property
    def fresh(self) -> bool | None:
        """Whether the newest row is as recent as ``updated`` requires; None if that is unknown."""
        if self.due is None or self.found.problem is not None:
            return None
        return self.found.last is not None and self.found.last >= self.due

    @property
    def days_late(self) -> int | None:
        """By how many days the newest row is too old; None if it is not, or if there are no rows."""
        if self.fresh is not False or self.due is None or self.found.last is None:
            return None
        return (self.due - self.found.last).days


@dataclass(frozen=True)
class SourcesView:
    """The sources in the order of the file, as of a day."""

    title: str | None
    as_of: date
    sources: tuple[SourceView, ...]


def sources_view(checked: Checked, as_of: date, found: Mapping[str, SourceProfile]) -> SourcesView:
    """The view of the profiled sources ``found``."""
    plan = checked.plan
    graph = checked.dependencies
    uses = {name: set().union(*map(graph.sources, (name, *graph.target_names(name)))) for name in plan.kpis}
    views = []
    for name, profile in found.items():
        source, facts = plan.sources[name], checked.facts[name]
        due = None
        if source.updated is not None and not source.snapshot and source.no_rows != "zero":
            due = as_of - timedelta(days=parse_updated(source.updated))
        views.append(
            SourceView(
                source=source,
                kind=facts.kind,
                files=tuple(shown(path, source, plan) for path in facts.files),
                written=facts.per_file[0] if facts.kind == "csv" and facts.per_file else None,
                headers=_headers(facts),
                reads=checked.queries.get(name, ()),
                kpis=tuple(kpi for kpi in plan.kpis if name in uses[kpi]),
                found=profile,
                due=None if source.lasting else due,
            )
        )
    return SourcesView(plan.title, as_of, tuple(views))


def _headers(facts: SourceFacts) -> dict[str, str]:
    """The headers of the columns whose header differs from their name, by name."""
    return {name: header.strip() for name, header in (facts.columns or {}).items() if header.strip() != name}
