"""The check of a whole plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpi.plan.checks.checked import Checked
from kpi.plan.checks.cycles import circles, components, in_brief
from kpi.plan.checks.formulas import Formulas
from kpi.plan.checks.parse_cache import Texts
from kpi.plan.checks.queries import Token, check_query, sources_named, tables_read, tokens
from kpi.plan.checks.references import check_links
from kpi.plan.checks.report import Finding, Report
from kpi.plan.checks.rows import Rows
from kpi.plan.checks.source_checks import check_source
from kpi.plan.checks.targets import check_targets
from kpi.plan.model import Plan

if TYPE_CHECKING:
    from kpi.plan.checks.source_facts import SourceFacts
    from kpi.plan.loading import ReadResult


def check(read: ReadResult, facts: Mapping[str, SourceFacts]) -> Checked:
    """Check all names and references of a plan, and what ``facts`` tell about each source's files. Computes nothing.

    Data files that are not there are no mistake: data is often not kept beside the plan. Mistakes become diagnostics.
    """
    plan, report, texts = read.plan, Report(read.places, read.diagnostics), Texts()
    rows: dict[str, Rows] = {}
    for source in plan.sources.values():
        rows[source.id] = Rows(source, plan, facts[source.id], report)
        check_source(rows[source.id], texts, report)
    queries = _check_queries(plan, report)
    formulas = Formulas(plan, rows, read.broken, texts, report)
    formulas.check()
    check_targets(formulas)
    if any(kpi.split is not None for kpi in plan.kpis.values()):
        from kpi.plan.checks.splits import check_splits

        check_splits(formulas)
    check_links(plan, read.broken, report)
    order = {file: number for number, file in enumerate(plan.files)}
    every = (*read.diagnostics, *report.found)
    return Checked(
        plan=plan,
        places=read.places,
        diagnostics=tuple(sorted(every, key=lambda one: (order.get(one.location.file, 0), one.location))),
        formulas={name: tree for name, tree in formulas.trees.items() if name in plan.kpis},
        measures={name: tree for name, tree in formulas.trees.items() if name in plan.measures},
        rows={(id_, name): tree for id_, each in rows.items() for name, tree in each.computed.items()},
        where={id_: each.where for id_, each in rows.items() if each.where is not None},
        facts={id_: each.facts for id_, each in rows.items()},
        queries=queries,
    )


def _check_queries(plan: Plan, report: Report) -> dict[str, tuple[str, ...]]:
    """Report the mistakes of queries. The sources that each may read."""
    may_read: dict[str, tuple[str, ...]] = {}
    surely_read: dict[str, list[str]] = {}
    places: dict[str, dict[str, Token]] = {}
    for source in plan.sources.values():
        if source.query is None:
            continue
        found = tokens(source.query)
        for finding in check_query(source.query, found):
            report.within(finding, ("sources", source.id, "query"))
        may_read[source.id] = tuple(name for name in sources_named(found, plan.sources) if name != source.id)
        places[source.id] = tables_read(found)
        surely_read[source.id] = list(places[source.id])
    for circle in circles(surely_read, components(surely_read)):
        token = places[circle[0]][circle[1]]
        finding = Finding("E045", "queries lead in a circle: " + in_brief(circle), (token.start, token.end))
        report.within(finding, ("sources", circle[0], "query"))
    return may_read
