"""Where a formula is evaluated, and what changes that on the way down through its parts.

Planning and evaluation walk formulas in the same scopes, so that what is planned is what is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kpi.engine.request import Request
from kpi.formulas import children, nodes, rebuilt
from kpi.frozen import frozen
from kpi.plan.model import Kpi
from kpi.values import Calendar, Period, Unit, Window, parse_unit, parse_window, shift, window_span, year_ago

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


class Scope(NamedTuple):
    """Where a formula is evaluated: the period, the window and unit of the KPI it belongs to, and the period for which
    a snapshot has a value (B3). ``owner`` is the KPI, or the measure that a target names, whose rows count (R6)."""

    period: Period
    window: Window
    unit: Unit
    now: Period
    owner: str


class KpiValue(NamedTuple):
    """The value of a KPI in a period, when ``now`` is the period shown."""

    kpi: str
    period: Period
    now: Period


@frozen
class FormulaContext:
    """The formulas of a plan, by the id of their KPI or measure, and everything else that gives them a meaning.

    ``bad`` has the bits of the rows that are bad for a KPI or measure in a source, where there are any (R6).
    """

    formulas: Mapping[str, nodes.Node]
    measures: Mapping[str, nodes.Node]
    kpis: Mapping[str, Kpi]
    calendar: Calendar
    snapshots: frozenset[str]
    bad: Mapping[tuple[str, str], int] = field(default_factory=dict)
    _windows: dict[str, Window] = field(default_factory=dict, repr=False, compare=False)
    _units: dict[str, Unit] = field(default_factory=dict, repr=False, compare=False)

    def window(self, kpi_id: str) -> Window:
        """The KPI's window, parsed once."""
        if kpi_id not in self._windows:
            self._windows[kpi_id] = parse_window(self.kpis[kpi_id].window)
        return self._windows[kpi_id]

    def unit(self, kpi_id: str) -> Unit:
        """The KPI's unit, parsed once."""
        if kpi_id not in self._units:
            self._units[kpi_id] = parse_unit(self.kpis[kpi_id].unit)
        return self._units[kpi_id]

    def scope(self, kpi_id: str, period: Period, now: Period, owner: str | None = None) -> Scope:
        """The scope of a KPI's formula in a period; or that of a measure, the ``owner``, that its target names."""
        return Scope(period, self.window(kpi_id), self.unit(kpi_id), now, owner or kpi_id)

    def shifted(self, node: nodes.Shift, scope: Scope) -> Scope:
        """The scope inside ``previous`` or ``year_ago``."""
        if node.kind == "year_ago":
            return scope._replace(period=year_ago(scope.period, self.calendar))
        return scope._replace(period=shift(scope.period, -node.periods, self.calendar))

    def below(self, node: nodes.Node, scope: Scope) -> list[tuple[nodes.Node, Scope]]:
        """The parts of a formula directly below a node, each in the scope in which it is evaluated. Aggregates and
        names have none."""
        match node:
            case nodes.Aggregate() | nodes.Name():
                return []
            case nodes.Shift(operand=operand):
                return [(operand, self.shifted(node, scope))]
            case nodes.Growth(operand=operand):
                return [(operand, scope), (operand, self.shifted(node.before, scope))]
            case nodes.Over(operand=operand, window=window):
                return [(operand, scope._replace(window=window_of(window)))]
        return [(part, scope) for part in children(node)]

    def request(self, node: nodes.Aggregate, scope: Scope) -> Request:
        """The request for an aggregate in a scope."""
        bad = self.bad.get((scope.owner, node.source), 0)
        if node.source in self.snapshots:
            return Request(node, None, bad)
        return Request(node, window_span(scope.window, scope.period, self.calendar), bad)

    def measure(self, node: nodes.Name) -> nodes.Node | None:
        """The formula of the measure that a name refers to, with the moment of the name given to its aggregates; None
        where the name is a KPI's."""
        measure = self.measures.get(node.name)
        return None if measure is None else with_moment(measure, node.moment)

    def requests(self, node: nodes.Node, scope: Scope) -> Iterator[Request | KpiValue]:
        """The requests of a formula in a scope and the values of the KPIs that it names, in the order of
        evaluation."""
        waiting = [(node, scope)]
        while waiting:
            part, where = waiting.pop()
            match part:
                case nodes.Aggregate():
                    yield self.request(part, where)
                case nodes.Name(name=name):
                    measure = self.measure(part)
                    if measure is not None:
                        waiting.append((measure, where))
                    else:
                        yield KpiValue(name, where.period, where.now)
                case _:
                    waiting += reversed(self.below(part, where))

    def earlier(self, node: nodes.Node, scope: Scope) -> Iterator[tuple[nodes.Node, Scope]]:
        """What a formula and the KPIs that it names measure against, by ``previous``, ``year_ago`` or ``growth``, with
        the scope of the earlier period. What is inside of that again is not looked at."""
        waiting = [(node, scope)]
        seen: set[KpiValue] = set()
        while waiting:
            part, where = waiting.pop()
            match part:
                case nodes.Shift():
                    yield from self.below(part, where)
                case nodes.Growth():
                    here, before = self.below(part, where)
                    waiting.append(here)
                    yield before
                case nodes.Name(name=name) if name not in self.measures:
                    value = KpiValue(name, where.period, where.now)
                    if value not in seen and name in self.formulas:
                        seen.add(value)
                        waiting.append((self.formulas[name], self.scope(*value)))
                case nodes.Name(name=name):
                    waiting.append((self.measures[name], where))
                case _:
                    waiting += reversed(self.below(part, where))


@cache
def window_of(text: str) -> Window:
    """The window of ``over``, parsed once."""
    return parse_window(text)


def context_of(checked: Checked, bad: Mapping[tuple[str, str], int]) -> FormulaContext:
    """The context of a plan's formulas; ``bad`` as in :class:`FormulaContext`."""
    plan = checked.plan
    snapshots = frozenset(name for name, source in plan.sources.items() if source.snapshot)
    return FormulaContext(checked.formulas, checked.measures, plan.kpis, plan.calendar.build(), snapshots, bad)


def with_moment(measure: nodes.Node, moment: nodes.MomentName | None) -> nodes.Node:
    """A measure with a moment given to each of its aggregates and names that have none."""
    if moment is None:
        return measure
    if isinstance(measure, (nodes.Aggregate, nodes.Name)):
        return replace(measure, moment=measure.moment or moment)
    return rebuilt(measure, lambda part: with_moment(part, moment))
