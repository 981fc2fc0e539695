"""Which values a run needs, in which periods, and which aggregates these come from. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from kpi.frozen import frozen
from kpi.plan.checks.dependencies import target_anchors
from kpi.run.additivity import is_additive_over_days
from kpi.run.freshness import held_value, is_fresh, last_fresh_period
from kpi.run.scope import FormulaContext, KpiValue
from kpi.run.season import season_periods
from kpi.values import YEAR_TO_DATE, Period, last_over, running, shift, whole, year_ago

if TYPE_CHECKING:
    from kpi.engine.request import Request
    from kpi.engine.table import Table
    from kpi.formulas import nodes
    from kpi.run.inputs import RunInputs
    from kpi.run.scope import Scope


class KpiPeriods(NamedTuple):
    """The periods in which the value of a KPI is needed: the one shown (``now``), the one that its change is measured
    against, the complete ones before (oldest first), and for a KPI whose data is stale those in which its last fresh
    value and the history of that may be (newest first). ``held_by`` is the source whose last value holds longer than a
    period, so that ``now`` is the period of that value (S5)."""

    now: Period
    previous: Period
    history: tuple[Period, ...]
    look_back: tuple[Period, ...] = ()
    held_by: str | None = None


@frozen
class RunPlan:
    """The periods of each KPI, and the requests that their values come from, by source."""

    periods: Mapping[str, KpiPeriods]
    requests: Mapping[str, tuple[Request, ...]]


@frozen
class RequestPlanner:
    """The requests that values come from. Those of a KPI in a period are worked out once."""

    context: FormulaContext
    _known: dict[KpiValue, tuple[Request, ...]] = field(default_factory=dict, repr=False, compare=False)

    def kpi(self, kpi_id: str, period: Period, now: Period) -> tuple[Request, ...]:
        """The requests of the value of a KPI in a period, in the order of its formula, each once."""
        key = KpiValue(kpi_id, period, now)
        if key not in self._known:
            formula = self.context.formulas.get(kpi_id)
            found = () if formula is None else self.formula(formula, self.context.scope(kpi_id, period, now))
            self._known[key] = tuple(dict.fromkeys(found))
        return self._known[key]

    def reference(self, name: str, kpi_id: str, period: Period) -> Iterable[Request]:
        """The requests of a measure or KPI that a target of the KPI ``kpi_id`` names."""
        measure = self.context.measures.get(name)
        if measure is not None:
            return self.formula(measure, self.context.scope(kpi_id, period, period, name))
        return self.kpi(name, period, period) if name in self.context.kpis else ()

    def formula(self, formula: nodes.Node, scope: Scope) -> Iterator[Request]:
        """The requests of any part of a formula, those of the KPIs that it names included."""
        for found in self.context.requests(formula, scope):
            if isinstance(found, KpiValue):
                yield from self.kpi(*found)
            else:
                yield found


def plan_run(
    inputs: RunInputs, planner: RequestPlanner, tables: Collection[str], own_tables: Mapping[str, Mapping[str, Table]]
) -> RunPlan:
    """The periods and requests of a run over these sources; ``own_tables`` has for each KPI the rows that it can use.
    Of a source that is not among ``tables`` nothing is requested."""
    periods = {kpi: kpi_periods(inputs, planner.context, kpi, own_tables[kpi]) for kpi in inputs.kpis}
    found: dict[str, dict[Request, None]] = {}
    for request in _requests(inputs, planner, periods):
        if request.aggregate.source in tables:
            found.setdefault(request.aggregate.source, {})[request] = None
    return RunPlan(periods, {source: tuple(requests) for source, requests in found.items()})


def _requests(inputs: RunInputs, planner: RequestPlanner, periods: Mapping[str, KpiPeriods]) -> Iterator[Request]:
    for kpi, (now, previous, history, *_) in periods.items():
        for period in history:
            yield from planner.kpi(kpi, period, now)
        for name in inputs.checked.dependencies.target_names(kpi):
            yield from planner.reference(name, kpi, target_period(inputs, planner.context, kpi, now))
        for anchor in anchor_periods(inputs, planner.context, kpi, now).values():
            yield from planner.kpi(kpi, anchor, now)
        yield from planner.kpi(kpi, now, now)
        yield from planner.kpi(kpi, previous, now)
    for kpi, (now, _, _, look_back, _) in periods.items():
        for name in inputs.checked.dependencies.target_names(kpi):
            for period in look_back:
                yield from planner.reference(name, kpi, period)
        for period in look_back:
            for anchor in anchor_periods(inputs, planner.context, kpi, period).values():
                yield from planner.kpi(kpi, anchor, now)
            yield from planner.kpi(kpi, period, now)


def kpi_periods(inputs: RunInputs, context: FormulaContext, kpi: str, tables: Mapping[str, Table]) -> KpiPeriods:
    """The periods in which the value of a KPI is needed."""
    calendar = context.calendar
    pick = running if inputs.to_date else last_over
    now = pick(inputs.as_of, context.kpis[kpi].every, calendar)
    sources = inputs.checked.dependencies.row_sources(kpi)
    held = held_value(sources, tables, now, calendar) if sources_read(sources, tables) else None
    now = now if held is None else held.period
    start = whole(now, calendar)
    history = tuple(shift(start, -n, calendar) for n in range(inputs.periods, 0, -1))
    # What a change is measured against (T6).
    against_year = inputs.against == "year ago" or context.window(kpi) == YEAR_TO_DATE
    previous = year_ago(now, calendar) if against_year else shift(now, -1, calendar)
    look_back: tuple[Period, ...] = ()
    if sources_read(sources, tables) and not is_fresh(context.kpis[kpi], sources, tables, now, calendar):
        last = last_fresh_period(context.kpis[kpi], sources, tables, now, calendar)
        if last is not None:
            look_back = tuple(shift(last, -n, calendar) for n in range(2 * inputs.periods + 2))
    return KpiPeriods(now, previous, history, look_back, None if held is None else held.source)


def sources_read(sources: Collection[str], tables: Mapping[str, Table]) -> bool:
    """Whether all these sources could be read."""
    return all(source in tables for source in sources)


def is_additive(inputs: RunInputs, context: FormulaContext, kpi: str) -> bool:
    """Whether a running period has only part of the sum that the KPI will have in it."""
    formula = context.formulas.get(kpi)
    if formula is None or context.window(kpi).kind != "period":
        return False
    return is_additive_over_days(formula, inputs.checked)


def anchor_periods(inputs: RunInputs, context: FormulaContext, kpi: str, period: Period) -> dict[str, Period]:
    """The periods of the earlier values of a KPI that its targets for ``period`` need, by their names: those to which
    they are relative (of a part, the same part: T7), and those that share them out over the year."""
    definition, calendar = context.kpis[kpi], context.calendar
    found: dict[str, Period] = {
        anchor: year_ago(period, calendar) if anchor == "a year ago" else shift(period, -1, calendar)
        for anchor in target_anchors(definition)
    }
    additive = is_additive(inputs, context, kpi)
    return found | season_periods(definition, period, calendar, context.window(kpi), additive=additive)


def target_period(inputs: RunInputs, context: FormulaContext, kpi: str, period: Period) -> Period:
    """The period of what a target names: the whole one where the target of a sum is prorated by days (T7)."""
    return whole(period, context.calendar) if is_additive(inputs, context, kpi) else period
