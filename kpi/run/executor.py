"""A whole run: requirements, load, plan, aggregate, evaluate. What fails fails only the KPIs that need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from kpi.data.database import Engine
from kpi.data.requirements import requirements_of
from kpi.engine.aggregate_sql import Value
from kpi.engine.aggregation import Aggregator
from kpi.engine.balances import MOST_NAMED, is_balance, old_keys, rows_of
from kpi.engine.queries import first_line
from kpi.engine.request import Request
from kpi.errors import KpiError, TextError
from kpi.formulas import nodes, walk
from kpi.frozen import frozen
from kpi.run.breakdowns import split_series
from kpi.run.coverage import is_partial
from kpi.run.evaluator import Amount, Evaluator, MixedKindsError
from kpi.run.freshness import is_fresh, missing_rows, newest_before_end, stale_source
from kpi.run.growth import negative_bases
from kpi.run.incremental import CacheMiss, IncrementalLoader
from kpi.run.kpi_rows import KpiRows
from kpi.run.literals import LiteralSearch, comparisons
from kpi.run.planning import (
    KpiPeriods,
    RequestPlanner,
    RunPlan,
    anchor_periods,
    is_additive,
    plan_run,
    target_period,
)
from kpi.run.scope import FormulaContext, Scope, context_of
from kpi.run.series import Point, Results, Series, SourceUse
from kpi.run.source_loader import LoadedSources, SourceLoader, in_words, placed
from kpi.values import Period, add_units

if TYPE_CHECKING:
    from kpi.engine.table import Table
    from kpi.run.cache import Store
    from kpi.run.inputs import RunInputs


def compute_now(
    inputs: RunInputs, store: Store | None = None, memory: str | None = None, seconds: float | None = None
) -> Results:
    """The results of one run over the rows as they are; see :func:`kpi.run.compute`. ``store`` has what is cached of
    single files. Raises nothing for what is in the data."""
    checked, graph = inputs.checked, inputs.checked.dependencies
    names = [name for kpi in inputs.kpis for name in graph.target_names(kpi)]
    ids = list(dict.fromkeys((*inputs.kpis, *names)))
    by = {kpi: split.by for kpi in inputs.kpis if (split := checked.plan.kpis[kpi].split) is not None}
    splits = [(source, column) for kpi, column in by.items() for source in graph.row_sources(kpi)]
    requirements = requirements_of(checked, ids, splits=splits)
    with Engine(checked.plan.calendar.timezone, memory, seconds) as engine:
        incremental = None
        if store is not None:
            found: dict[str, dict[nodes.Aggregate, None]] = {}
            for _, aggregate in graph.aggregates(ids):
                bare = replace(aggregate, moment=None)
                found.setdefault(aggregate.source, {})[bare] = None
                # Whether its balance is empty depends on how many rows pass its filter.
                if aggregate.filter is not None:
                    found[aggregate.source][rows_of(bare)] = None
            for one in comparisons(checked, ids):
                counted = nodes.Aggregate("count", one.source, filter=one.condition)
                found.setdefault(one.source, {})[counted] = None
            whole = {source for source, _ in splits}
            aggregates = {source: list(own) for source, own in found.items() if source not in whole}
            incremental = IncrementalLoader(engine, checked, store, inputs.as_of, aggregates)
        try:
            with SourceLoader(engine, checked, inputs.as_of, incremental) as loader:
                return _results(inputs, loader.load(requirements), names)
        except CacheMiss:
            pass
    return compute_now(inputs, memory=memory, seconds=seconds)


def _results(inputs: RunInputs, loaded: LoadedSources, names: Sequence[str]) -> Results:
    """The results over loaded sources. ``names`` are those in targets, whose problems are reported too."""
    rows = KpiRows(inputs.checked, loaded)
    context = context_of(inputs.checked, rows.bad_of_all())
    planner = RequestPlanner(context)
    tables = {kpi: rows.tables(kpi) for kpi in inputs.kpis}
    plan = plan_run(inputs, planner, loaded.rows, tables)
    values, failures = aggregate(loaded, plan)

    def partial(node: nodes.Node, scope: Scope) -> bool:
        return is_partial(planner.formula(node, scope), loaded.first_row)

    evaluator = Evaluator(context, values.amount, partial)
    literals = LiteralSearch(inputs.checked, loaded, inputs.as_of, (*inputs.kpis, *names))
    evaluation = Evaluation(inputs, plan, planner, loaded, rows, tables, evaluator, failures, literals)
    series = {kpi: evaluation.series(kpi) for kpi in inputs.kpis}
    series = split_series(inputs, planner, rows, evaluation.evaluator, series)
    problems = dict.fromkeys(s.problem for s in series.values() if s.failed and s.problem)
    problems |= dict.fromkeys(s.split.problem for s in series.values() if s.split and s.split.problem)
    problems |= dict.fromkeys(fault for name in names if (fault := evaluation.fault(name)) is not None)
    return Results(
        inputs.as_of, series, uses_of(rows, inputs.kpis),
        tuple(problems), tuple(loaded.engine.statements), dict(loaded.engine.scans),
    )  # fmt: skip


@frozen
class AggregateValues:
    """The values of requests, and what they were computed with."""

    aggregators: Mapping[str, Aggregator]
    values: Mapping[Request, Value]

    def amount(self, request: Request) -> Amount:
        """The value of a request, and whether it is a duration; nothing where its source could not be read."""
        aggregator = self.aggregators.get(request.aggregate.source)
        if aggregator is None:
            return Amount(None)
        return Amount(self.values.get(request), aggregator.is_duration(request.aggregate))


def aggregate(loaded: LoadedSources, plan: RunPlan) -> tuple[AggregateValues, dict[str, str]]:
    """The values of all requests of a plan, those of the same rows of a source together, and the reason why each source
    failed that could not be read or computed from."""
    values: dict[Request, Value] = {}
    failures = dict(loaded.failures)
    for source, requests in plan.requests.items():
        for bad in dict.fromkeys(request.bad for request in requests):
            try:
                aggregator = loaded.aggregator(source, bad)
            except KpiError:  # of the KPIs that use such rows, not of the source
                continue
            try:
                found = aggregator.compute(request._replace(bad=0) for request in requests if request.bad == bad)
                values |= {request._replace(bad=bad): value for request, value in found.items()}
            except KpiError as error:
                failures[source] = in_words(error)
            except loaded.engine.Error as error:
                failures[source] = f"{source}: {first_line(error)}"
    return AggregateValues(loaded.aggregators, values), failures


@frozen
class Evaluation:
    """Makes the series of KPIs from the values of the aggregates."""

    inputs: RunInputs
    plan: RunPlan
    planner: RequestPlanner
    loaded: LoadedSources
    rows: KpiRows
    tables: Mapping[str, Mapping[str, Table]]
    evaluator: Evaluator
    failures: Mapping[str, str]
    literals: LiteralSearch

    @property
    def context(self) -> FormulaContext:
        """The context of the plan's formulas."""
        return self.planner.context

    def series(self, kpi: str) -> Series:
        """The series of a KPI."""
        definition, periods = self.context.kpis[kpi], self.plan.periods[kpi]
        graph = self.inputs.checked.dependencies
        sources = graph.row_sources(kpi)
        problem = self._problem(kpi)
        if problem is not None:
            return Series(kpi, Point(periods.now, None), problem=problem, failed=True, sources=sources)
        shown, previous = self._point(kpi, periods.now), self._point(kpi, periods.previous)
        behind = None if definition.formula is None else stale_source(sources, self.tables[kpi], periods.now)
        last, last_history = self._last(kpi, periods)
        absent = self.literals.absent((kpi, *graph.target_names(kpi)))
        at = target_period(self.inputs, self.context, kpi, last.period if last is not None else periods.now)
        return Series(
            kpi, shown,
            # A change from a window that the data does not fill would be as misleading as one in such a window.
            previous=None if shown.partial or previous.partial else previous,
            history=trimmed([self._point(kpi, period) for period in periods.history]),
            fresh=self._fresh(kpi, periods.now),
            last=last,
            last_history=last_history,
            newest=(
                newest_before_end(behind, periods.now) if behind is not None
                else last.period.last_day if last is not None else None
            ),
            behind=behind.source.id if behind is not None else None,
            missing=None if behind is None else missing_rows(behind, periods.now),
            references={
                **{name: self._reference(name, kpi, at) for name in graph.target_names(kpi)},
                **self._anchors(kpi, periods.now if last is None else last.period),
            },
            additive=is_additive(self.inputs, self.context, kpi),
            problem=None if definition.formula or definition.values else "it has neither formula nor values yet",
            sources=sources,
            notes=tuple(dict.fromkeys((
                *self._notes(kpi, last.period if last is not None else periods.now),
                *(literal.note for literal in absent),
            ))),
            absent=absent,
        )  # fmt: skip

    def _notes(self, kpi: str, period: Period) -> Iterator[str]:
        """What bears on the value of a KPI in the period whose value is shown (G2)."""
        periods = self.plan.periods[kpi]
        yield from self.rows.notes(kpi)
        yield from negative_bases(self.evaluator, kpi, periods.now, periods.now)
        if periods.held_by is not None:
            table = self.tables[kpi][periods.held_by]
            yield (
                f"this is the value of {periods.now.label}: the last row of {table.source.id} is of {table.last}, and "
                f'its "updated: {table.source.updated}" lets that hold'
            )
        yield from self._unmeasured(kpi, period)
        yield from self._of_balances(kpi, period)
        # The value shown has no error. What it is compared with may have one, and what is newer than a stale value.
        for other in dict.fromkeys((periods.previous, *periods.history, *periods.look_back)):
            error = self._error(kpi, other)
            if error is not None:
                yield f"{other.label} has no value: {in_words(error[1])}"

    def _of_balances(self, kpi: str, period: Period) -> Iterator[str]:
        """What is to be said of the balances that a value comes from: those that are empty (B2), and the keys whose
        last row is older than one period (B5)."""
        every = self.context.kpis[kpi].every
        for request, aggregator in self._computed(kpi, period):
            if request in aggregator.remarks:
                yield aggregator.remarks[request]
            elif is_balance(request.aggregate) and aggregator.table.source.key:
                old = aggregator.old_keys(request, add_units(request.edge, -1, every), MOST_NAMED)
                if old.total:
                    yield old_keys(aggregator.table, old, every)

    def _computed(self, kpi: str, period: Period) -> Iterator[tuple[Request, Aggregator]]:
        """The requests of a value, each with what computed it from the rows that it is about."""
        for request in self.planner.kpi(kpi, period, self.plan.periods[kpi].now):
            if request.aggregate.source in self.loaded.rows:
                with suppress(KpiError):
                    yield request._replace(bad=0), self.loaded.aggregator(request.aggregate.source, request.bad)

    def _unmeasured(self, kpi: str, period: Period) -> Iterator[str]:
        """The earlier periods that nothing is measured against, because the data begins in them (T2)."""
        formula = self.context.formulas.get(kpi)
        if formula is None:
            return
        found = self.context.earlier(formula, self.context.scope(kpi, period, self.plan.periods[kpi].now))
        labels = [scope.period.label for node, scope in found if self.evaluator.partial(node, scope)]
        for label in dict.fromkeys(labels):
            yield f"nothing is measured against {label}, because the data begins later than its window"

    def fault(self, name: str) -> str | None:
        """Why the sources of a KPI or measure, or their columns, yield nothing for it; or None."""
        graph = self.inputs.checked.dependencies
        for source in graph.row_sources(name):
            if source in self.failures:
                return self.failures[source]
        fault = self.rows.fault(name)
        if fault is not None:
            return fault
        for source in graph.row_sources(name):
            for computed, found in self._faults(name, source):
                if (message := self._placed(name, computed, found)) is not None:
                    return message
        return None

    def _placed(self, name: str, computed: nodes.Aggregate, fault: TextError) -> str | None:
        """A fault of an aggregate with its place in the formulas of a KPI or measure; None where these do not have that
        aggregate."""
        graph = self.inputs.checked.dependencies
        for id_, aggregate in graph.aggregates([name]):
            if replace(computed, moment=None) == replace(aggregate, moment=None):
                start, end = place_in(aggregate, computed, fault)
                error = TextError(fault.message, start, end, hint=fault.hint)
                return placed(self.inputs.checked, graph.path(id_), error)
        return None

    def _error(self, kpi: str, period: Period) -> tuple[Request, TextError] | None:
        """What is wrong with the rows of a KPI's value in a period: the first request that has no value for it."""
        for request, aggregator in self._computed(kpi, period):
            if request in aggregator.errors:
                return request, aggregator.errors[request]
        return None

    def _faults(self, name: str, source: str) -> Iterator[tuple[nodes.Aggregate, TextError]]:
        """The aggregates of a source that cannot be computed from the rows that a value comes from, and why."""
        if source in self.loaded.rows:
            for bad in dict.fromkeys(self.rows.bad(owner, source) for owner in self.rows.owners(name)):
                with suppress(KpiError):
                    yield from self.loaded.aggregator(source, bad).faults.items()

    def _problem(self, kpi: str) -> str | None:
        """Why a KPI cannot be computed, in one sentence, or None."""
        definition, now = self.context.kpis[kpi], self.plan.periods[kpi].now
        if definition.formula is not None and kpi not in self.context.formulas:
            return f"{kpi}: its formula cannot be read"
        fault = self.fault(kpi)
        if fault is not None:
            return fault
        error = self._error(kpi, now)
        if error is not None:
            return self._placed(kpi, error[0].aggregate, error[1]) or in_words(error[1])
        try:
            self.evaluator.kpi(kpi, now, now)
        except MixedKindsError as mixed:
            mistake = TextError(mixed.message, 0, len(definition.formula or ""), hint=mixed.hint)
            return placed(self.inputs.checked, ("kpis", kpi, "formula"), mistake)
        return None

    def _point(self, kpi: str, period: Period) -> Point:
        now = self.plan.periods[kpi].now
        requests = self.planner.kpi(kpi, period, now)
        return Point(period, self.evaluator.kpi(kpi, period, now), is_partial(requests, self.loaded.first_row))

    def _anchors(self, kpi: str, period: Period) -> dict[str, Value]:
        """The earlier values that the KPI's targets need, by their names; no partial ones (T2)."""
        periods = anchor_periods(self.inputs, self.context, kpi, period)
        points = {anchor: self._point(kpi, earlier) for anchor, earlier in periods.items()}
        return {anchor: None if point.partial else point.value for anchor, point in points.items()}

    def _reference(self, name: str, kpi: str, period: Period) -> Value:
        try:
            if name in self.context.measures:
                return self.evaluator.measure(name, kpi, period, period)
            return self.evaluator.kpi(name, period, period) if name in self.context.kpis else None
        except MixedKindsError:
            return None

    def _fresh(self, kpi: str, period: Period) -> bool:
        sources = self.inputs.checked.dependencies.row_sources(kpi)
        return is_fresh(self.context.kpis[kpi], sources, self.tables[kpi], period, self.context.calendar)

    def _last(self, kpi: str, periods: KpiPeriods) -> tuple[Point | None, tuple[Point, ...]]:
        """The last fresh value of a stale KPI, and the history before that."""
        for number, period in enumerate(periods.look_back):
            point = self._point(kpi, period)
            if point.value is not None and self._fresh(kpi, period):
                before = periods.look_back[number + 1 : number + 1 + self.inputs.periods]
                return point, trimmed([self._point(kpi, earlier) for earlier in reversed(before)])
        return None, ()


def place_in(aggregate: nodes.Aggregate, computed: nodes.Aggregate, fault: TextError) -> tuple[int, int]:
    """The place in the text of ``aggregate`` of a fault that was found in ``computed``, which is the same but may be
    of another formula, where its parts have other places."""
    at = fault.start, fault.end
    if computed.at == aggregate.at and aggregate.at[0] <= at[0] and at[1] <= aggregate.at[1]:
        return at
    for there, here in zip(walk(computed), walk(aggregate), strict=True):
        if there.at == at:
            return here.at
        if isinstance(there, nodes.Aggregate) and isinstance(here, nodes.Aggregate):
            if there.column_at == at:
                return here.column_at
            if there.source_at == at:
                return here.source_at
    return aggregate.at


def trimmed(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points from the first one that has a value."""
    first = next((i for i, point in enumerate(points) if point.value is not None), len(points))
    return tuple(points[first:])


def uses_of(rows: KpiRows, kpis: Iterable[str]) -> dict[str, SourceUse]:
    """What is reported of the sources that were read: of the rows that these KPIs use."""
    bad: dict[str, int] = {}
    for kpi in kpis:
        for source, bits in rows.used(kpi):
            bad[source] = bad.get(source, 0) | bits
    return {name: use_of(source.without(bad.get(name, 0))) for name, source in rows.loaded.rows.items()}


def use_of(table: Table) -> SourceUse:
    """What is reported of a source that was read."""
    return SourceUse(
        table.source.id, table.files, table.rows, table.skipped, table.skipped_reasons, table.first, table.last
    )
