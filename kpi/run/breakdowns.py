"""KPIs by the values of a column: which segments there are, and the series of each, after the KPIs themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kpi.data.requirements import identity_of
from kpi.engine.balances import is_balance
from kpi.engine.breakdown import OTHER, Breakdown, Cells, MissingColumnError, Segment, SegmentAggregator, Values
from kpi.engine.queries import first_line
from kpi.engine.request import Request
from kpi.errors import KpiError, TextError, did_you_mean
from kpi.formulas import nodes
from kpi.frozen import frozen
from kpi.run.additivity import is_additive_over_segments
from kpi.run.coverage import is_partial
from kpi.run.evaluator import Amount, Evaluator
from kpi.run.planning import RequestPlanner, anchor_periods
from kpi.run.series import EACH, EMPTY, REST, PartSeries, Point, Series, SplitSeries
from kpi.run.source_loader import in_words, placed
from kpi.values import Period, Span, shift, whole

if TYPE_CHECKING:
    from kpi.engine.aggregate_sql import Value
    from kpi.plan.model import Split
    from kpi.run.inputs import RunInputs
    from kpi.run.kpi_rows import KpiRows
    from kpi.run.scope import Scope
    from kpi.run.source_loader import LoadedSources

# A source, and the bits of the rows of it that are left out.
SourceRows = tuple[str, int]
SegmentValues = dict[tuple[SourceRows, Breakdown], dict[Request, Cells]]


@frozen
class SplitPlan:
    """One KPI to split: the ``requests`` of its value in each period that is wanted, ``shown`` the period by which the
    segments are ordered; ``planner`` made them. ``additive``: the segments add up to the whole."""

    kpi: str
    split: Split
    series: Series
    planner: RequestPlanner
    shown: Period
    requests: Mapping[Period, tuple[Request, ...]]
    additive: bool

    @property
    def all_requests(self) -> Iterator[Request]:
        """The requests of all periods."""
        return (request for requests in self.requests.values() for request in requests)

    @property
    def row_counts(self) -> list[Request]:
        """The numbers of all rows that the value shown is computed from."""
        found = []
        for request in self.requests[self.shown]:
            aggregate = request.aggregate
            counted = nodes.Aggregate("count", aggregate.source, moment=aggregate.moment)
            found.append(request._replace(aggregate=counted))
        return list(dict.fromkeys(found))

    @property
    def source_rows(self) -> tuple[SourceRows, ...]:
        """The rows that the segments are made of."""
        return tuple(dict.fromkeys(rows_of(request) for request in self.all_requests))


@frozen
class ColumnSegments:
    """The values of the column of a split in the rows of each source, and those of them that have rows in the windows
    of the KPI (``present``)."""

    plan: SplitPlan
    values: Mapping[SourceRows, Values]
    present: tuple[str | None, ...]

    @property
    def all_shown(self) -> bool:
        """Whether every value gets a segment of its own."""
        return self.plan.split.judge == "each" or len(self.present) <= self.plan.split.limit

    @property
    def by_value(self) -> Breakdown:
        """The breakdown that has a segment for each value."""
        return Breakdown(self.plan.split.by.casefold())


@frozen
class ChosenSegments:
    """The segments to show, largest first, and the breakdown that they are segments of."""

    column: ColumnSegments
    breakdown: Breakdown
    segments: tuple[Segment, ...]


def split_series(
    inputs: RunInputs,
    planner: RequestPlanner,
    rows: KpiRows,
    evaluator: Evaluator,
    series: Mapping[str, Series],
) -> dict[str, Series]:
    """The series, those of KPIs that are split with their segments. ``evaluator`` has the values of the whole."""
    plans = [
        plan_split(inputs, split_planner(planner, rows, kpi, one.split.by), kpi, one.split, series[kpi])
        for kpi, one in inputs.checked.plan.kpis.items()
        if kpi in series and one.split is not None and series[kpi].problem is None
    ]
    if not plans:
        return dict(series)
    splitter = Splitter(inputs, rows.loaded, evaluator, {})
    return {**series, **{kpi: replace(series[kpi], split=split) for kpi, split in splitter.split(plans).items()}}


def split_planner(planner: RequestPlanner, rows: KpiRows, kpi: str, by: str) -> RequestPlanner:
    """Plans the requests of the segments of a KPI: they have no rows of which the column ``by`` cannot be read."""
    bad = dict(planner.context.bad)
    for owner in rows.owners(kpi):
        for source in rows.columns(owner):
            if source in rows.loaded.rows and (bits := rows.loaded.rows[source].mask([by.casefold()])):
                bad[owner, source] = bad.get((owner, source), 0) | bits
    return planner if bad == planner.context.bad else RequestPlanner(replace(planner.context, bad=bad))


def rows_of(request: Request) -> SourceRows:
    """The rows that a request is about."""
    return request.aggregate.source, request.bad


def plan_split(inputs: RunInputs, planner: RequestPlanner, kpi: str, split: Split, series: Series) -> SplitPlan:
    """The periods in which the segments of a KPI have values, and the requests that these come from."""
    calendar, now = planner.context.calendar, series.shown.period
    shown = series.last.period if series.last is not None else now
    starts = [whole(now, calendar), *([shown] if series.last is not None else [])]
    history = [shift(start, -n, calendar) for start in starts for n in range(inputs.periods, 0, -1)]
    previous = [] if series.previous is None else [series.previous.period]
    anchors = anchor_periods(inputs, planner.context, kpi, shown)
    periods = dict.fromkeys((now, shown, *history, *previous, *anchors.values()))
    formula = inputs.checked.formulas.get(kpi)
    additive = formula is not None and is_additive_over_segments(formula, inputs.checked)
    requests = {period: planner.kpi(kpi, period, now) for period in periods}
    return SplitPlan(kpi, split, series, planner, shown, requests, additive)


@frozen
class Splitter:
    """Splits the KPIs of one run: finds the values of each column, computes what orders them, chooses the segments and
    computes these."""

    inputs: RunInputs
    loaded: LoadedSources
    whole: Evaluator
    aggregators: dict[SourceRows, SegmentAggregator]

    def split(self, plans: Sequence[SplitPlan]) -> dict[str, SplitSeries]:
        """The segments of each KPI, or why there are none. A KPI that lacks a column which only the command line asks
        for is left out."""
        problems: dict[str, str] = {}
        columns: list[ColumnSegments] = []
        shown = list(plans)
        for plan in plans:
            try:
                columns.append(self._column(plan))
            except (KpiError, self.loaded.engine.Error) as error:
                problems[plan.kpi] = self._problem(plan, error)
                if isinstance(error, MissingColumnError) and self._written(plan) is None:
                    shown.remove(plan)
        wanted = [(column, column.by_value, list(first_requests(column))) for column in columns]
        values = self._compute(wanted, problems)
        chosen = [self._choose(column, values) for column in columns if column.plan.kpi not in problems]
        listed = [one for one in chosen if one.breakdown.listed is not None]
        again = [(one.column, one.breakdown, list(one.column.plan.all_requests)) for one in listed]
        values |= self._compute(again, problems)
        series = {
            one.column.plan.kpi: self._series(one, values) for one in chosen if one.column.plan.kpi not in problems
        }
        failed = {
            plan.kpi: SplitSeries(plan.split.by, amount=plan.additive, problem=problems[plan.kpi])
            for plan in shown
            if plan.kpi in problems
        }
        return {**series, **failed}

    def _column(self, plan: SplitPlan) -> ColumnSegments:
        """The values of the column that a KPI is split by. Raises KpiError where it cannot be split by it."""
        by = plan.split.by
        for source, _ in plan.source_rows:
            self.loaded.rows[source].refuse([by.casefold(), identity_of(by)])
        values = {rows: self._aggregator(rows).values(by) for rows in plan.source_rows}
        named = plan.split.targets.keys() - {REST, EACH}
        present: dict[str | None, None] = {}
        for rows, found in values.items():
            windows = [request.window for request in plan.all_requests if rows_of(request) == rows]
            spans = [window for window in windows if window is not None]
            around = Span(min(one.start for one in spans), max(one.end for one in spans)) if spans else None
            for text, value in found.items():
                if around is None or value.has_rows(around) or label_of(text) in named:
                    present[text] = None
        return ColumnSegments(plan, values, tuple(present))

    def _aggregator(self, rows: SourceRows) -> SegmentAggregator:
        """What computes over the segments of some rows. Raises KpiError where these may not be used."""
        if rows not in self.aggregators:
            self.aggregators[rows] = self.loaded.segment_aggregator(*rows)
        return self.aggregators[rows]

    def _compute(
        self, wanted: Sequence[tuple[ColumnSegments, Breakdown, list[Request]]], problems: dict[str, str]
    ) -> SegmentValues:
        """The values of requests over the segments of breakdowns: those of one source and breakdown at once. What
        fails is added to ``problems``."""
        asked: dict[tuple[SourceRows, Breakdown], dict[Request, None]] = {}
        for _, breakdown, requests in wanted:
            for request in requests:
                asked.setdefault((rows_of(request), breakdown), {})[request._replace(bad=0)] = None
        values: SegmentValues = {}
        for (rows, breakdown), requests_ in asked.items():
            try:
                values[rows, breakdown] = self._aggregator(rows).compute(requests_, breakdown)
            except (KpiError, self.loaded.engine.Error) as error:
                for column, own, _ in wanted:
                    if own == breakdown and rows in column.plan.source_rows:
                        problems[column.plan.kpi] = self._problem(column.plan, error)
        return values

    def _series(self, chosen: ChosenSegments, values: SegmentValues) -> SplitSeries:
        plan, present = chosen.column.plan, chosen.column.present
        parts = []
        for segment in chosen.segments:
            series = self._segment_series(chosen, values, segment)
            has_value = any(
                point is not None and point.value is not None
                for point in (series.shown, series.last, *series.history, *series.last_history)
            )
            if segment == OTHER:
                parts.append(PartSeries(None, series, True, len(present) - len(chosen.segments) + 1))
            elif not isinstance(segment, int) and (has_value or label_of(segment) in plan.split.targets):
                parts.append(PartSeries(segment, series))
        found = (*self._skipped(plan), *notes(chosen.column), *self._remarks(chosen, values))
        return SplitSeries(plan.split.by, tuple(parts), plan.additive, tuple(dict.fromkeys(found)))

    def _skipped(self, plan: SplitPlan) -> Iterator[str]:
        """A note for each source of which rows are left out that the KPI as a whole has."""
        for source, bad in plan.source_rows:
            rows = self.loaded.rows[source]
            for note in rows.notes_on(rows.without(bad)):
                if note not in plan.series.notes:
                    yield f"by {plan.split.by}: {note}"

    def _remarks(self, chosen: ChosenSegments, values: SegmentValues) -> Iterator[str]:
        """What is to be said of the values shown of segments (G2)."""
        plan = chosen.column.plan
        for request in plan.requests[plan.shown]:
            cells = values[rows_of(request), chosen.breakdown][request._replace(bad=0)]
            for segment in chosen.segments:
                if segment in cells.remarks:
                    name = REST if isinstance(segment, int) else label_of(segment)
                    yield f"{name}: {cells.remarks[segment]}"

    def _segment_series(self, chosen: ChosenSegments, values: SegmentValues, segment: Segment) -> Series:
        """The series of one segment: that of the whole with other values. Whether it is partial or stale depends on
        the source."""
        plan = chosen.column.plan
        calendar = plan.planner.context.calendar
        series, now = plan.series, plan.series.shown.period
        evaluator = self._evaluator(plan, values, chosen.breakdown, segment)
        partial = {point.period: point.partial for point in (*series.history, *series.last_history)}
        found = {period: evaluator.kpi(plan.kpi, period, now) for period in plan.requests}

        def before(period: Period) -> tuple[Point, ...]:
            periods = [shift(period, -n, calendar) for n in range(self.inputs.periods, 0, -1)]
            points = [Point(one, found[one], partial.get(one, False)) for one in periods]
            first = next((i for i, one in enumerate(points) if one.value is not None), len(points))
            return tuple(points[first:])

        shown, previous, last = series.shown, series.previous, series.last
        anchors: dict[str, float | None] = {  # where the whole has such a value
            anchor: found[earlier]
            for anchor, earlier in anchor_periods(self.inputs, plan.planner.context, plan.kpi, plan.shown).items()
            if series.references.get(anchor) is not None
        }
        return replace(
            series,
            references={**series.references, **anchors},
            shown=replace(shown, value=found[shown.period]),
            previous=None if previous is None else replace(previous, value=found[previous.period]),
            history=before(whole(shown.period, calendar)),
            last=None if last is None else replace(last, value=found[last.period]),
            last_history=() if last is None else before(last.period),
        )

    def _choose(self, column: ColumnSegments, values: SegmentValues) -> ChosenSegments:
        """The segments, largest first; those that have a target of their own are never merged with others."""
        plan = column.plan
        weights = {text: self._weight(column, values, text) for text in column.present}
        order = sorted(column.present, key=lambda text: (-weights[text], text is None, text or ""))
        if column.all_shown:
            return ChosenSegments(column, column.by_value, tuple(order))
        named = [text for text in order if label_of(text) in plan.split.targets]
        free = [text for text in order if text not in named]
        listed = {*named, *free[: max(plan.split.limit - len(named), 0)]}
        segments: list[Segment] = [text for text in order if text in listed]
        if len(listed) < len(order):
            segments.append(OTHER)
        return ChosenSegments(column, column.by_value._replace(listed=frozenset(listed)), tuple(segments))

    def _weight(self, column: ColumnSegments, values: SegmentValues, segment: Segment) -> float:
        """How large a segment is: by its value where the segments add up to the whole, else by its rows, so that the
        best rate of three customers does not come first."""
        plan = column.plan
        if plan.additive:
            evaluator = self._evaluator(plan, values, column.by_value, segment)
            value = evaluator.kpi(plan.kpi, plan.shown, plan.series.shown.period)
            return -1.0 if value is None else abs(value)
        cells = (values[rows_of(request), column.by_value][request._replace(bad=0)] for request in plan.row_counts)
        return sum(cell.at(segment) or 0.0 for cell in cells)

    def _evaluator(self, plan: SplitPlan, values: SegmentValues, breakdown: Breakdown, segment: Segment) -> Evaluator:
        """What evaluates formulas over one segment."""

        def partial(node: nodes.Node, scope: Scope) -> bool:
            return is_partial(plan.planner.formula(node, scope), self.loaded.first_row)

        return Evaluator(plan.planner.context, self._lookup(values, breakdown, segment), partial, self.whole)

    def _lookup(self, values: SegmentValues, breakdown: Breakdown, segment: Segment) -> Callable[[Request], Amount]:
        """The values of aggregates over one segment."""

        def lookup(request: Request) -> Amount:
            rows = rows_of(request)
            bare = request._replace(bad=0)
            value: Value = values[rows, breakdown][bare].at(segment)
            # Of which rows a balance consists is a matter of the whole (B2, B5).
            if is_balance(request.aggregate) and bare in self.loaded.aggregator(*rows).errors:
                value = None
            return Amount(value, self._aggregator(rows).is_duration(request.aggregate))

        return lookup

    def _problem(self, plan: SplitPlan, error: Exception) -> str:
        """Why a KPI cannot be split; after the place of the column where the file has it."""
        if not isinstance(error, KpiError):
            return f"{plan.kpi} cannot be split: {first_line(error)}"
        if isinstance(error, TextError) and (path := self._written(plan)) is not None:
            place = TextError(error.message, 0, len(plan.split.by), hint=error.hint)
            return placed(self.inputs.checked, path, place)
        return f"{plan.kpi} cannot be split: {in_words(error)}"

    def _written(self, plan: SplitPlan) -> tuple[str, ...] | None:
        """Where the file has the column; None where only the command line asks for it."""
        path = ("kpis", plan.kpi, "split")
        places = self.inputs.checked.places
        return next((at for at in (path, (*path, "by")) if (places.written(at) or "").strip() == plan.split.by), None)


def first_requests(column: ColumnSegments) -> Iterable[Request]:
    """The requests over the segments of all values: those that order the segments, and where every value is shown
    also those of all periods."""
    plan = column.plan
    if not column.all_shown:
        return (*plan.requests[plan.shown], *plan.row_counts)
    return (*plan.all_requests, *([] if plan.additive else plan.row_counts))


def notes(column: ColumnSegments) -> Iterator[str]:
    """A note for each target of a segment that does not exist: a typo, or one still to come."""
    split = column.plan.split
    known = {label_of(text): None for values in column.values.values() for text in values}
    for name in split.targets:
        if name not in known and name not in (REST, EACH):
            hint = did_you_mean(name, known)
            message = f'no row has {split.by} "{name}", which has a target'
            yield message + (f": {hint}" if hint else "")


def label_of(text: str | None) -> str:
    """A value of a column for people."""
    return EMPTY if text is None else text
