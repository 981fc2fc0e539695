"""What ``kpi sources`` tells of each source."""

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
    """One source. ``files`` are as their paths stand in the plan; ``written`` is how the first text file is written.

    ``headers`` has the header in the file of each column that is called otherwise here, as far as headers are known
    without reading rows. ``reads`` are the sources that its query reads, ``kpis`` the KPIs whose values or
    targets come from it. ``due`` is the day on or after which its newest row should be, None where nothing promises
    that: no ``updated``, no date, rows that last, or a source for which no row is good news.
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
        """Whether the newest row is as new as ``updated`` promises; None where that cannot be said."""
        if self.due is None or self.found.problem is not None:
            return None
        return self.found.last is not None and self.found.last >= self.due

    @property
    def days_late(self) -> int | None:
        """How many days the newest row is older than it should be; None where it is not, or there is none."""
        if self.fresh is not False or self.due is None or self.found.last is None:
            return None
        return (self.due - self.found.last).days


@dataclass(frozen=True)
class SourcesView:
    """The sources in the order of the file, on a day that counts as over."""

    title: str | None
    as_of: date
    sources: tuple[SourceView, ...]


def sources_view(checked: Checked, as_of: date, found: Mapping[str, SourceProfile]) -> SourcesView:
    """The view of the sources that were profiled."""
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
    """Name -> header, of the columns whose header is not their name."""
    return {name: header.strip() for name, header in (facts.columns or {}).items() if header.strip() != name}
