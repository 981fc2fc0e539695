"""KPIs by the values of a column: which parts they have, and the series of each, after the KPIs themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kpi.engine.aggregate_sql import Value
from kpi.engine.aggregation import Request
from kpi.engine.breakdown import OTHER, Cells, Cut, FilterCutter, Key, NoColumnError, Values
from kpi.engine.queries import first_line
from kpi.errors import KpiError, TextError, did_you_mean
from kpi.formulas import nodes
from kpi.plan.model import Split
from kpi.run.evaluator import Amount, Evaluator
from kpi.run.series import EACH, EMPTY, REST, PartSeries, Point, Series, SplitSeries
from kpi.run.source_loader import in_words, placed
from kpi.values import Period, Span, shift, whole

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.run.executor import Run


@dataclass
class Job:
    """One KPI to split. ``periods`` are all whose values are wanted, ``shown`` the one by which the parts are ordered;
    ``asked`` what each period asks of the sources, and ``values`` those of the column in each source. ``parts`` are
    those to compute, once they are chosen. Not ``asked_here`` is what the command line asks of all KPIs and this one
    cannot."""

    kpi: str
    split: Split
    series: Series
    sources: tuple[str, ...]
    shown: Period
    periods: tuple[Period, ...]
    amount: bool
    asked: dict[Period, list[Request]] = field(default_factory=dict)
    values: dict[str, Values] = field(default_factory=dict)
    there: list[str | None] = field(default_factory=list)
    cut: Cut = field(default_factory=lambda: Cut(""))
    parts: list[Key] = field(default_factory=list)
    problem: str | None = None
    asked_here: bool = True

    def every(self) -> Iterable[Request]:
        """All that is asked of the sources."""
        return (request for requests in self.asked.values() for request in requests)


class Splitting:
    """Splits the KPIs of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._cutters: dict[str, FilterCutter] = {}
        self._seen: list[Request] = []
        self._cells: dict[tuple[str, Cut], dict[Request, Cells]] = {}
        self._cut: Cut | None = None
        self._part: Key = None
        snapshots = run.evaluator.snapshots
        checked = run.checked
        self._evaluator = Evaluator(
            checked.formulas, checked.measures, run.plan.kpis, run.calendar, snapshots, self._lookup
        )

    def split(self, series: Mapping[str, Series]) -> dict[str, Series]:
        """The series, those of KPIs that are split with their parts."""
        jobs = [self._job(kpi, one.split, series[kpi]) for kpi, one in self.run.plan.kpis.items()
                if kpi in series and one.split is not None and series[kpi].problem is None]  # fmt: skip
        for job in jobs:
            try:
                self._look(job)
            except NoColumnError as error:
                job.problem, job.asked_here = self._told(job, error), self._written(job) is not None
            except (KpiError, self.run.engine.Error) as error:
                job.problem = self._told(job, error)
        jobs = [job for job in jobs if job.asked_here]
        waiting = [job for job in jobs if job.problem is None]
        self._gather(waiting, lambda job: job.every() if self._fits(job) else self._weighed(job))
        waiting = [job for job in jobs if job.problem is None]
        for job in waiting:
            self._choose(job)
        self._gather([job for job in waiting if job.cut.listed is not None], Job.every)
        return {**series, **{job.kpi: replace(job.series, split=self._made(job)) for job in jobs}}

    def _job(self, kpi: str, split: Split, series: Series) -> Job:
        run = self.run
        shown = series.last.period if series.last is not None else series.shown.period
        starts = [whole(series.shown.period, run.calendar), *([shown] if series.last is not None else [])]
        periods = [series.shown.period, shown, *(shift(start, -n, run.calendar)
                   for start in starts for n in range(run.periods, 0, -1))]  # fmt: skip
        if series.previous is not None:
            periods.append(series.previous.period)
        formula = run.checked.formulas.get(kpi)
        amount = formula is not None and is_amount(formula, run.checked)
        return Job(kpi, split, series, series.sources, shown, tuple(dict.fromkeys(periods)), amount)

    def _cutter(self, source: str) -> FilterCutter:
        if source not in self._cutters:
            self._cutters[source] = self.run.sourcing.cutter(source)
        return self._cutters[source]

    # What there is.

    def _told(self, job: Job, error: Exception) -> str:
        """Why a KPI cannot be split; with its place where the column stands in the file."""
        if not isinstance(error, KpiError):
            return f"{job.kpi} cannot be split: {first_line(error)}"
        if isinstance(error, TextError) and (path := self._written(job)) is not None:
            place = TextError(error.message, 0, len(job.split.by), hint=error.hint)
            return placed(self.run.checked, path, place)
        return f"{job.kpi} cannot be split: {in_words(error)}"

    def _written(self, job: Job) -> tuple[str, ...] | None:
        """Where the file has the column; None where only the command line asks for it."""
        path = ("kpis", job.kpi, "split")
        places = self.run.checked.places
        return next((at for at in (path, (*path, "by")) if (places.written(at) or "").strip() == job.split.by), None)

    def _look(self, job: Job) -> None:
        """Note what is asked of the sources, and which values have rows there."""
        now = job.series.shown.period
        self._cut = None
        for period in job.periods:
            self._seen = []
            self._evaluator.kpi(job.kpi, period, now)
            job.asked[period] = list(dict.fromkeys(self._seen))
        for source in job.sources:
            job.values[source] = self._cutter(source).values(job.split.by)
        named = job.split.targets.keys() - {REST, EACH}
        there: dict[str | None, None] = {}
        for source, values in job.values.items():
            windows = [request.window for request in job.every() if request.aggregate.source == source]
            spans = [window for window in windows if window is not None]
            around = Span(min(one.start for one in spans), max(one.end for one in spans)) if spans else None
            for text, found in values.items():
                if around is None or found.has_rows(around) or label_of(text) in named:
                    there[text] = None
        job.there = list(there)
        job.cut = Cut(job.split.by.casefold())

    def _fits(self, job: Job) -> bool:
        """Whether no value has to go with others."""
        return len(job.there) <= job.split.limit

    # Which parts.

    def _weighed(self, job: Job) -> Iterable[Request]:
        return [*job.asked[job.shown], *self._counts(job)]

    def _counts(self, job: Job) -> list[Request]:
        """The numbers of all rows that the value shown looks at."""
        found = []
        for aggregate, window in job.asked[job.shown]:
            counted = nodes.Aggregate("count", aggregate.source, moment=aggregate.moment)
            found.append(Request(counted, window))
        return list(dict.fromkeys(found))

    def _weight(self, job: Job, part: Key) -> float:
        """How large a part is: by its value where the whole is made of the parts, else by its rows, lest the best rate
        of three customers stands first."""
        if job.amount:
            value = self._value(job, part, job.shown)
            return -1.0 if value is None else abs(value)
        cells = (self._cells[request.aggregate.source, job.cut][request] for request in self._counts(job))
        return sum(cell.at(part) or 0.0 for cell in cells)

    def _choose(self, job: Job) -> None:
        """The parts, largest first; those that have a target of their own are never put together with others."""
        weights = {text: self._weight(job, text) for text in job.there}
        order = sorted(job.there, key=lambda text: (-weights[text], text is None, text or ""))
        if self._fits(job):
            job.parts = list(order)
            return
        named = [text for text in order if label_of(text) in job.split.targets]
        free = [text for text in order if text not in named]
        listed = {*named, *free[: max(job.split.limit - len(named), 0)]}
        job.parts = [text for text in order if text in listed]
        if len(listed) < len(order):
            job.parts.append(OTHER)
        job.cut = job.cut._replace(listed=frozenset(listed))

    # Values.

    def _lookup(self, request: Request) -> Amount:
        self._seen.append(request)
        source = request.aggregate.source
        duration = self._cutter(source).is_duration(request.aggregate)
        if self._cut is None:
            return Amount(None, duration)
        return Amount(self._cells[source, self._cut][request].at(self._part), duration)

    def _gather(self, jobs: Sequence[Job], requests: Callable[[Job], Iterable[Request]]) -> None:
        """Ask each source at once for all that is asked of one way to cut it."""
        asked: dict[tuple[str, Cut], dict[Request, None]] = {}
        for job in jobs:
            counts = [] if job.amount else self._counts(job)
            for request in (*requests(job), *(counts if job.cut.listed is None else ())):
                asked.setdefault((request.aggregate.source, job.cut), {})[request] = None
        for (source, cut), wanted in asked.items():
            try:
                self._cells.setdefault((source, cut), {}).update(self._cutter(source).answer(wanted, cut))
            except (KpiError, self.run.engine.Error) as error:
                for job in jobs:
                    if job.cut == cut and source in job.sources:
                        job.problem = self._told(job, error)

    def _value(self, job: Job, part: Key, period: Period) -> Value:
        self._cut, self._part = job.cut, part
        return self._evaluator.kpi(job.kpi, period, job.series.shown.period)

    def _made(self, job: Job) -> SplitSeries:
        if job.problem is not None:
            return SplitSeries(job.split.by, amount=job.amount, problem=job.problem)
        parts = []
        for part in job.parts:
            series = self._series(job, part)
            has_value = any(
                point is not None and point.value is not None
                for point in (series.shown, series.last, *series.history, *series.last_history)
            )
            if part == OTHER:
                parts.append(PartSeries(None, series, True, len(job.there) - len(job.parts) + 1))
            elif not isinstance(part, int) and (has_value or label_of(part) in job.split.targets):
                parts.append(PartSeries(part, series))
        return SplitSeries(job.split.by, tuple(parts), job.amount, tuple(self._notes(job)))

    def _series(self, job: Job, part: Key) -> Series:
        """The series of one part: that of the whole with other values. What is partial or stale is so by the source."""
        series, run = job.series, self.run
        partial = {point.period: point.partial for point in (*series.history, *series.last_history)}
        values = {period: self._value(job, part, period) for period in job.periods}

        def point(period: Period) -> Point:
            return Point(period, values[period], partial.get(period, False))

        def before(period: Period) -> tuple[Point, ...]:
            points = [point(shift(period, -n, run.calendar)) for n in range(run.periods, 0, -1)]
            first = next((i for i, one in enumerate(points) if one.value is not None), len(points))
            return tuple(points[first:])

        shown, previous, last = series.shown, series.previous, series.last
        return replace(
            series,
            shown=replace(shown, value=values[shown.period]),
            previous=None if previous is None else replace(previous, value=values[previous.period]),
            history=before(whole(shown.period, run.calendar)),
            last=None if last is None else replace(last, value=values[last.period]),
            last_history=() if last is None else before(last.period),
        )

    def _notes(self, job: Job) -> Iterable[str]:
        """Targets of parts that there are none of: a slip of the pen, or something still to come."""
        known = {label_of(text): None for values in job.values.values() for text in values}
        for name in job.split.targets:
            if name not in known and name not in (REST, EACH):
                hint = did_you_mean(name, known)
                message = f'no row has {job.split.by} "{name}", which has a target'
                yield message + (f": {hint}" if hint else "")


def label_of(text: str | None) -> str:
    """A value of a column for people."""
    return EMPTY if text is None else text


def is_amount(node: nodes.Node, checked: Checked) -> bool:
    """Whether a formula is made of sums and counts alone, so that its parts make the whole, or nearly so (a customer
    may count in several parts)."""
    match node:
        case nodes.Aggregate(function=function):
            return function in ("sum", "count", "count_distinct")
        case nodes.Negative(operand=operand) | nodes.Shift(operand=operand):
            return is_amount(operand, checked)
        case nodes.Arithmetic(op="+" | "-", left=left, right=right):
            return is_amount(left, checked) and is_amount(right, checked)
        case nodes.Arithmetic(op="*", left=left, right=right):
            one, other = (left, right) if isinstance(left, nodes.Literal_) else (right, left)
            return isinstance(one, nodes.Literal_) and is_amount(other, checked)
        case nodes.Arithmetic(op="/", left=left, right=nodes.Literal_()):
            return is_amount(left, checked)
        case nodes.Name(name=name):
            below = checked.measures.get(name) or checked.formulas.get(name)
            return below is not None and is_amount(below, checked)
    return False
