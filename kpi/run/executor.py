"""A whole run: which sources, which periods, which values; what fails takes only its own KPIs along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpi.data.database import Engine
from kpi.data.requirements import aggregates_of, expand, needs_of
from kpi.engine.aggregate_sql import Value
from kpi.engine.aggregation import Gatherer, Request
from kpi.engine.queries import first_line
from kpi.engine.table import Table
from kpi.errors import KpiError, TextError
from kpi.formulas import nodes, walk
from kpi.run.cache_miss import NotRememberedError
from kpi.run.evaluator import Amount, Evaluator, MixedKindsError, is_additive
from kpi.run.references import references_of
from kpi.run.series import Against, Point, Results, Series, SourceUse
from kpi.run.source_loader import Sourcing, in_words, placed
from kpi.values import (
    Every,
    Period,
    add_units,
    last_over,
    parse_label,
    parse_updated,
    period_of,
    running,
    shift,
    whole,
    year_ago,
)

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.run.cache import Store


def compute_now(
    checked: Checked,
    as_of: date,
    to_date: bool,
    kpis: Sequence[str],
    periods: int,
    against: Against,
    store: Store | None = None,
    memory: str | None = None,
    seconds: float | None = None,
) -> Results:
    """The results of one run over the rows as they are: see :func:`kpi.run.compute`. ``store`` has what is
    remembered of single files."""
    with Engine(checked.plan.calendar.timezone, memory, seconds) as engine:
        run = Run(engine, checked, as_of, to_date, periods, against)
        run.store = store
        try:
            return run.results(kpis)
        except NotRememberedError:
            pass
        finally:
            run.sourcing.close()
    return compute_now(checked, as_of, to_date, kpis, periods, against, memory=memory, seconds=seconds)


class Run:
    """One run over one plan."""

    def __init__(
        self, engine: Engine, checked: Checked, as_of: date, to_date: bool, periods: int, against: Against
    ) -> None:
        self.engine = engine
        self.checked = checked
        self.plan = checked.plan
        self.as_of = as_of
        self.to_date = to_date
        self.periods = periods
        self.against = against
        self.calendar = self.plan.calendar.build()
        self.sourcing = Sourcing(engine, checked, as_of)
        self.tables, self.failures = self.sourcing.tables, self.sourcing.failures
        self.values: dict[Request, Value] = {}
        self.gatherers: dict[str, Gatherer] = {}
        self._asked: dict[str, dict[Request, None]] = {}
        self._noting = False
        self.store: Store | None = None
        self._seen: list[Request] = []
        self._of_name: dict[str, tuple[list[str], list[tuple[tuple[str, ...], nodes.Aggregate]]]] = {}
        self._paths: dict[int, tuple[str, ...]] = {
            **{id(node): ("measures", measure) for measure, node in checked.measures.items()},
            **{id(node): ("kpis", kpi, "formula") for kpi, node in checked.formulas.items()},
        }
        snapshots = frozenset(name for name, source in self.plan.sources.items() if source.snapshot)
        self.evaluator = Evaluator(
            checked.formulas, checked.measures, self.plan.kpis, self.calendar, snapshots, self._lookup, remember=True
        )

    def results(self, kpis: Sequence[str]) -> Results:
        """The results for these KPIs."""
        named = [name for kpi in kpis for name in references_of(self.plan.kpis[kpi])]
        roots = [
            node
            for name in dict.fromkeys((*kpis, *named))
            if (node := self.checked.formulas.get(name) or self.checked.measures.get(name)) is not None
        ]
        by = {kpi: split.by for kpi in kpis if (split := self.plan.kpis[kpi].split) is not None}
        splits = [(source, column) for kpi, column in by.items() for source in self._sources(kpi)]
        if self.store is not None:
            from kpi.run.incremental import ByFile

            asked = aggregates_of(self.checked, roots, without={source for source, _ in splits})
            self.sourcing.by_file = ByFile(self.engine, self.checked, self.store, self.as_of, asked)
        self.sourcing.load(needs_of(self.checked, roots, splits=splits))
        self.gatherers = self.sourcing.gatherers()
        self._gather(lambda: [self._points(kpi, self._now(kpi)) for kpi in kpis])
        stale = {kpi: period for kpi in kpis if (period := self._last_fresh_start(kpi)) is not None}
        if stale:
            self._gather(lambda: [self._looking_back(kpi, period) for kpi, period in stale.items()])
        series = {kpi: self._series(kpi, stale.get(kpi)) for kpi in kpis}
        if by:
            from kpi.run.breakdowns import Splitting

            series = Splitting(self).split(series)
        problems = dict.fromkeys(s.problem for s in series.values() if s.failed and s.problem)
        problems |= dict.fromkeys(s.split.problem for s in series.values() if s.split and s.split.problem)
        problems |= dict.fromkeys(fault for name in named if (fault := self._fault(name)) is not None)
        return Results(
            self.as_of, series, {name: use_of(table) for name, table in self.tables.items()},
            tuple(problems), tuple(self.engine.statements), dict(self.engine.scans),
        )  # fmt: skip

    # Gathering.

    def _lookup(self, request: Request) -> Amount:
        source = request.aggregate.source
        gatherer = self.gatherers.get(source)
        if gatherer is None:
            return Amount(None)
        self._seen.append(request)
        if self._noting:
            self._asked.setdefault(source, {})[request] = None
        return Amount(self.values.get(request), gatherer.is_duration(request.aggregate))

    def _gather(self, visit: Callable[[], object]) -> None:
        """Visit formulas to note what they ask for, then ask it of each source at once."""
        self._asked, self._noting = {}, True
        visit()
        self._noting = False
        for source, asked in self._asked.items():
            try:
                self.values.update(self.gatherers[source].answer(r for r in asked if r not in self.values))
            except KpiError as error:
                self.failures[source] = in_words(error)
            except self.engine.Error as error:
                self.failures[source] = f"{source}: {first_line(error)}"
        self.evaluator.forget()

    # Periods and values.

    def _every(self, kpi: str) -> Every:
        return self.plan.kpis[kpi].every

    def _now(self, kpi: str) -> Period:
        """The period to show."""
        pick = running if self.to_date else last_over
        return pick(self.as_of, self._every(kpi), self.calendar)

    def _before(self, kpi: str, period: Period) -> Period:
        """What a change is measured against (T6)."""
        if self.against == "year ago" or self.evaluator.window(kpi).kind == "year to date":
            return year_ago(period, self.calendar)
        return shift(period, -1, self.calendar)

    def _points(self, kpi: str, now: Period) -> tuple[Point, Point, list[Point]]:
        """The point shown, what it is compared with, and the complete periods before, oldest first."""
        start = whole(now, self.calendar)
        earlier = [self._point(kpi, shift(start, -n, self.calendar), now) for n in range(self.periods, 0, -1)]
        for name in references_of(self.plan.kpis[kpi]):
            self._reference(name, kpi, self._aim(kpi, now))
        return self._point(kpi, now, now), self._point(kpi, self._before(kpi, now), now), earlier

    def _point(self, kpi: str, period: Period, now: Period) -> Point:
        self._seen = []
        try:
            value = self.evaluator.kpi(kpi, period, now)
        except MixedKindsError:
            value = None  # told once, by _problem
        return Point(period, value, self._partial(kpi))

    def _reference(self, name: str, kpi: str, period: Period) -> Value:
        try:
            if name in self.checked.measures:
                return self.evaluator.measure(name, kpi, period, period)
            return self.evaluator.kpi(name, period, period) if name in self.plan.kpis else None
        except MixedKindsError:
            return None

    def _partial(self, kpi: str) -> bool:
        """T2: whether a window that the last value looked back over, also by ``previous`` or through another KPI,
        begins before the first row of its source by more than one period."""
        every = self._every(kpi)
        return any(
            (first := self.tables[request.aggregate.source].first) is not None
            and request.window.start > date.min
            and add_units(request.window.start, 1, every) < first
            for request in self._seen
            if request.window is not None
        )

    def _parts(self, name: str) -> tuple[list[str], list[tuple[tuple[str, ...], nodes.Aggregate]]]:
        """The sources of a KPI or measure, through those that it names; and its aggregates with the paths of their
        texts."""
        if name not in self._of_name:
            found: list[tuple[tuple[str, ...], nodes.Aggregate]] = []
            sources: dict[str, None] = {}
            for path, node in self._texts(name):
                for part in walk(node):
                    if isinstance(part, nodes.Aggregate):
                        found.append((path, part))
                        sources[part.source] = None
            self._of_name[name] = list(sources), found
        return self._of_name[name]

    def _texts(self, name: str) -> list[tuple[tuple[str, ...], nodes.Node]]:
        formula = self.checked.formulas.get(name) or self.checked.measures.get(name)
        if formula is None:
            return []
        texts = [(self._paths[id(node)], node) for node in expand(formula, self.checked, set())]
        # Two formulas with the same text are one tree.
        own = ("kpis", name, "formula") if name in self.checked.formulas else ("measures", name)
        return [(own, formula), *texts[1:]]

    def _sources(self, kpi: str) -> list[str]:
        return self._parts(kpi)[0]

    # Freshness.

    def _behind(self, kpi: str, period: Period) -> Table | None:
        """The dated source that has no row in the period or is older than it should be (S5), or None."""
        for source_id in self._sources(kpi):
            table = self.tables.get(source_id)
            if table is None or table.shape != "dated" or table.source.no_rows == "zero":
                continue
            if not has_row(table, period):
                return table
            updated = table.source.updated
            due = None if updated is None else period.last_day - timedelta(days=parse_updated(updated))
            if due is not None and table.last is not None and table.last < due:
                return table
        return None

    def _fresh(self, kpi: str, period: Period) -> bool:
        definition = self.plan.kpis[kpi]
        if definition.formula is None:
            return self.evaluator.kpi(kpi, period, period) is not None or not definition.values
        return self._behind(kpi, period) is None

    def _last_fresh_start(self, kpi: str) -> Period | None:
        """Where to look back from for the last fresh value of a stale KPI; None for one that is fresh or has none."""
        now = self._now(kpi)
        if self._fresh(kpi, now) or self._problem(kpi) is not None:
            return None
        every = self._every(kpi)
        definition = self.plan.kpis[kpi]
        if definition.formula is None:
            starts = [parse_label(label, self.calendar, every).start for label in definition.values]
            known = [start for start in starts if start < now.start]
            return period_of(max(known), every, self.calendar) if known else None
        newest = [
            table.last
            for source in self._sources(kpi)
            if (table := self.tables.get(source)) is not None
            and table.shape == "dated"
            and table.source.no_rows != "zero"
        ]
        if not newest or any(day is None for day in newest):
            return None
        period = period_of(min(day for day in newest if day is not None), every, self.calendar)
        return min(period, shift(whole(now, self.calendar), -1, self.calendar), key=lambda p: p.start)

    def _looking_back(self, kpi: str, start: Period) -> list[Point]:
        """The points from ``start`` back, newest first, enough to find a fresh value and its history."""
        periods = [shift(start, -n, self.calendar) for n in range(2 * self.periods + 2)]
        for period in periods:
            for name in references_of(self.plan.kpis[kpi]):
                self._reference(name, kpi, period)
        return [self._point(kpi, period, self._now(kpi)) for period in periods]

    # Bringing it together.

    def _series(self, kpi: str, stale_from: Period | None) -> Series:
        now = self._now(kpi)
        definition = self.plan.kpis[kpi]
        sources = tuple(self._sources(kpi))
        problem = self._problem(kpi)
        if problem is not None:
            return Series(kpi, Point(now, None), problem=problem, failed=True, sources=sources)
        shown, previous, history = self._points(kpi, now)
        behind = self._behind(kpi, now)
        fresh = self._fresh(kpi, now)
        last: Point | None = None
        last_history: tuple[Point, ...] = ()
        if stale_from is not None:
            back = self._looking_back(kpi, stale_from)
            for i, point in enumerate(back):
                if point.value is not None and self._fresh(kpi, point.period):
                    last = point
                    last_history = trimmed(list(reversed(back[i + 1 : i + 1 + self.periods])))
                    break
        at = self._aim(kpi, last.period if last is not None else now)
        return Series(
            kpi, shown,
            # A change from a window that the data does not fill would be as untrue as one in such a window.
            previous=None if shown.partial or previous.partial else previous,
            history=trimmed(history),
            fresh=fresh,
            last=last,
            last_history=last_history,
            newest=behind.last if behind is not None else last.period.last_day if last is not None else None,
            behind=behind.source.id if behind is not None else None,
            references={name: self._reference(name, kpi, at) for name in references_of(definition)},
            additive=self._additive(kpi),
            problem=None if definition.formula or definition.values else "it has neither formula nor values yet",
            sources=sources,
        )  # fmt: skip

    def _additive(self, kpi: str) -> bool:
        """Whether a running period has only part of the sum that it will have."""
        formula = self.checked.formulas.get(kpi)
        if formula is None or self.evaluator.window(kpi).kind != "period":
            return False
        return is_additive(formula, self.checked)

    def _aim(self, kpi: str, period: Period) -> Period:
        """The period of what a target names: the whole one where the target of a sum is shared out by days (T7)."""
        return whole(period, self.calendar) if self._additive(kpi) else period

    def _problem(self, kpi: str) -> str | None:
        """Why a KPI cannot be computed, in one sentence, or None."""
        definition = self.plan.kpis[kpi]
        if definition.formula is not None and kpi not in self.checked.formulas:
            return f"{kpi}: its formula cannot be read"
        fault = self._fault(kpi)
        if fault is not None:
            return fault
        try:
            self.evaluator.kpi(kpi, self._now(kpi), self._now(kpi))
        except MixedKindsError as mixed:
            error = TextError(mixed.message, 0, len(definition.formula or ""), hint=mixed.hint)
            return placed(self.checked, ("kpis", kpi, "formula"), error)
        return None

    def _fault(self, name: str) -> str | None:
        """Why the sources of a KPI or measure, or their columns, yield nothing for it; or None."""
        for source in self._sources(name):
            if source in self.failures:
                return self.failures[source]
        for path, aggregate in self._parts(name)[1]:
            gatherer = self.gatherers.get(aggregate.source)
            for fault in (f for a, f in (gatherer.faults.items() if gatherer else ()) if same(a, aggregate)):
                return placed(
                    self.checked, path, TextError(fault.message, *aggregate_place(aggregate, fault), hint=fault.hint)
                )
        return None


def same(one: nodes.Aggregate, other: nodes.Aggregate) -> bool:
    """Whether two aggregates are the same but for the moment that a name gave one of them."""
    from dataclasses import replace

    return replace(one, moment=None) == replace(other, moment=None)


def aggregate_place(aggregate: nodes.Aggregate, fault: TextError) -> tuple[int, int]:
    """Where a fault stands: its own place when it lies in this very aggregate, else the aggregate."""
    start, end = aggregate.at
    return (fault.start, fault.end) if start <= fault.start and fault.end <= end else (start, end)


def has_row(table: Table, period: Period) -> bool:
    """Whether a dated source has a row in the period."""
    from bisect import bisect_left

    return bisect_left(table.days, period.start) < bisect_left(table.days, period.end)


def trimmed(points: list[Point]) -> tuple[Point, ...]:
    """The points from the first one that has a value."""
    first = next((i for i, point in enumerate(points) if point.value is not None), len(points))
    return tuple(points[first:])


def use_of(table: Table) -> SourceUse:
    """What is told of a source that was read."""
    return SourceUse(
        table.source.id, table.files, table.rows, table.skipped, table.skipped_reasons, table.first, table.last
    )
