"""The check of a whole plan."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.plan.checks.checked import Checked
from kpi.plan.checks.cycles import components, cycles, path_text
from kpi.plan.checks.dependencies import DependencyGraph
from kpi.plan.checks.formulas import Formulas
from kpi.plan.checks.parse_cache import ParseCache
from kpi.plan.checks.queries import Token, check_query, sources_named, tables_read, tokens
from kpi.plan.checks.references import check_references
from kpi.plan.checks.report import Finding, Report
from kpi.plan.checks.rows import Rows
from kpi.plan.checks.source_checks import check_source
from kpi.plan.checks.source_facts import SourceFacts
from kpi.plan.checks.splits import check_splits
from kpi.plan.checks.targets import check_targets
from kpi.plan.loading import ReadResult
from kpi.plan.model import Plan

UNKNOWN = ("E040", "E041", "E042", "E044")  # a goal, KPI, source or measure that does not exist


def check(read: ReadResult, facts: Mapping[str, SourceFacts]) -> Checked:
    """Check all names and references of a plan against each other and against ``facts``, what is known of each
    source's files. Nothing is computed.

    Mistakes become diagnostics of the result. A missing data file is not a mistake: data is often kept elsewhere.
    """
    plan, report, parse_cache = read.plan, Report(read.places, read.diagnostics), ParseCache()
    rows: dict[str, Rows] = {}
    for source in plan.sources.values():
        rows[source.id] = Rows(source, plan, facts[source.id], report)
        check_source(rows[source.id], parse_cache, report)
    queries = _check_queries(plan, report)
    formulas = Formulas(plan, rows, read.broken, parse_cache, report)
    formulas.check()
    graph = DependencyGraph(plan, formulas.trees, formulas.dependencies, queries)
    check_targets(formulas)
    check_splits(formulas, graph)
    check_references(plan, read.broken, report)
    order = {file: number for number, file in enumerate(plan.files)}
    # What is called unknown may be declared where nothing could be read, which is already reported.
    missed = () if read.whole else UNKNOWN
    every = (*read.diagnostics, *(found for found in report.found if found.code not in missed))
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
        dependencies=graph,
    )


def _check_queries(plan: Plan, report: Report) -> dict[str, tuple[str, ...]]:
    """Report the mistakes of queries, and return the sources that each may read."""
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
    for cycle in cycles(surely_read, components(surely_read)):
        token = places[cycle[0]][cycle[1]]
        finding = Finding("E045", "queries form a cycle: " + path_text(cycle), (token.start, token.end))
        report.within(finding, ("sources", cycle[0], "query"))
    return may_read
