"""Formulas over periods: first to learn which aggregates over which windows they need, then to work out values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from kpi.engine.aggregate_sql import Value
from kpi.engine.aggregation import Request, has_edges
from kpi.formulas import nodes
from kpi.plan.model import Kpi, Source
from kpi.values import (
    Calendar,
    Period,
    Span,
    Unit,
    Window,
    parse_unit,
    parse_window,
    round12,
    shift,
    whole,
    window_span,
    year_ago,
)

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


class MixedKindsError(Exception):
    """A formula adds, or otherwise mixes, what does not go together. ``at`` is the operator's place in its text."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Amount(NamedTuple):
    """A value (None: there is none) that is a plain number or a duration in seconds."""

    value: Value
    duration: bool = False


@dataclass(frozen=True)
class Scope:
    """Where a formula is evaluated: the period, the window of the KPI it belongs to, that KPI's unit, and for which
    period a snapshot has a value (B3)."""

    period: Period
    window: Window
    unit: Unit
    now: Period


class Evaluator:
    """Evaluates the formulas of a plan.

    ``lookup`` gives the value of an aggregate over a window, and whether it is a duration; in the first pass it only
    notes what is asked. Every branch is always visited, so that both passes ask for the same. One that may
    ``remember`` works out the value of a KPI in a period once, however many name it, until it is told to ``forget``;
    what the value asked for is asked for again each time.
    """

    def __init__(
        self,
        formulas: Mapping[str, nodes.Node],
        measures: Mapping[str, nodes.Node],
        kpis: Mapping[str, Kpi],
        calendar: Calendar,
        snapshots: frozenset[str],
        lookup: Callable[[Request], Amount],
        *,
        remember: bool = False,
    ) -> None:
        self.formulas = formulas
        self.measures = measures
        self.kpis = kpis
        self.calendar = calendar
        self.snapshots = snapshots
        self._lookup = lookup
        self._remember = remember
        self._known: dict[tuple[str, Period, Period], tuple[Value, dict[Request, None]]] = {}
        self._asked: dict[Request, None] = {}
        self._windows: dict[str, Window] = {}
        self._units: dict[str, Unit] = {}

    def kpi(self, kpi_id: str, period: Period, now: Period) -> Value:
        """The value of a KPI in a period, in its own scale, rounded (V7)."""
        kpi = self.kpis[kpi_id]
        if kpi.formula is None:
            value = kpi.values.get(whole(period, self.calendar).label)
            return None if value is None else round12(float(value))
        if not self._remember:
            return self._of_formula(kpi_id, period, now)
        known = self._known.get((kpi_id, period, now))
        if known is not None:
            for request in known[1]:
                self.lookup(request)
            return known[0]
        around, self._asked = self._asked, {}
        try:
            found = self._of_formula(kpi_id, period, now)
            self._known[kpi_id, period, now] = found, self._asked
        finally:
            around.update(self._asked)
            self._asked = around
        return found

    def lookup(self, request: Request) -> Amount:
        """What is known of an aggregate over a window; that it was asked for is kept beside the value being worked
        out."""
        self._asked[request] = None
        return self._lookup(request)

    def forget(self) -> None:
        """Work out all values anew, for there are others to look up now."""
        self._known.clear()

    def _of_formula(self, kpi_id: str, period: Period, now: Period) -> Value:
        formula = self.formulas.get(kpi_id)
        if formula is None:
            return None
        scope = Scope(period, self.window(kpi_id), self.unit(kpi_id), now)
        return self._settled(self.amount(formula, scope), scope.unit)

    def measure(self, name: str, kpi_id: str, period: Period, now: Period) -> Value:
        """The value of a measure as the KPI ``kpi_id`` would compute it (N1)."""
        scope = Scope(period, self.window(kpi_id), self.unit(kpi_id), now)
        return self._settled(self.amount(self.measures[name], scope), scope.unit)

    def window(self, kpi_id: str) -> Window:
        """The KPI's window, read once."""
        if kpi_id not in self._windows:
            self._windows[kpi_id] = parse_window(self.kpis[kpi_id].window)
        return self._windows[kpi_id]

    def unit(self, kpi_id: str) -> Unit:
        """The KPI's unit, read once."""
        if kpi_id not in self._units:
            self._units[kpi_id] = parse_unit(self.kpis[kpi_id].unit)
        return self._units[kpi_id]

    def _settled(self, amount: Amount, unit: Unit) -> Value:
        """The amount in the KPI's unit (V6)."""
        value = amount.value
        if amount.duration and unit.kind not in ("duration", "none"):
            message = f'the formula gives a duration, and the unit is "{unit.text}"'
            raise MixedKindsError(message, "write unit: minutes, or hours")
        if value is None or not math.isfinite(value):
            return None
        if amount.duration and unit.kind == "duration":
            value /= unit.seconds
        return round12(value)

    def amount(self, node: nodes.Node, scope: Scope) -> Amount:
        """The value of any part of a formula. Raises MixedKindsError."""
        match node:
            case nodes.Literal_(value=value):
                return Amount(float(value))
            case nodes.Negative(operand=operand):
                inner = self.amount(operand, scope)
                return Amount(None if inner.value is None else -inner.value, inner.duration)
            case nodes.Arithmetic():
                return self._arithmetic(node, scope)
            case nodes.Shift(kind=kind, operand=operand, periods=periods):
                then = self._then(kind, periods, scope.period)
                return self.amount(operand, replace(scope, period=then))
            case nodes.Name():
                return self._named(node, scope)
            case nodes.Aggregate():
                return self._aggregate(node, scope)
        raise TypeError(f"not part of a formula: {node}")

    def _then(self, kind: str, periods: int, period: Period) -> Period:
        return year_ago(period, self.calendar) if kind == "year_ago" else shift(period, -periods, self.calendar)

    def _aggregate(self, node: nodes.Aggregate, scope: Scope) -> Amount:
        if node.source in self.snapshots:
            amount = self.lookup(Request(node, None))
            return amount if scope.period == scope.now else Amount(None, amount.duration)
        return self.lookup(Request(node, self.span(scope)))

    def span(self, scope: Scope) -> Span:
        """The days that a value in this scope looks back over."""
        return window_span(scope.window, scope.period, self.calendar)

    def _named(self, node: nodes.Name, scope: Scope) -> Amount:
        measure = self.measures.get(node.name)
        if measure is not None:
            return self.amount(at_moment(measure, node), scope)
        unit = self.unit(node.name)
        value = self.kpi(node.name, scope.period, scope.now)
        if unit.kind == "duration" and value is not None:
            value *= unit.seconds
        return Amount(value, unit.kind == "duration")

    def _arithmetic(self, node: nodes.Arithmetic, scope: Scope) -> Amount:
        left, right = self.amount(node.left, scope), self.amount(node.right, scope)
        if node.op in "+-":
            return added(node.op, in_unit(left, right, scope.unit), in_unit(right, left, scope.unit))
        duration = left.duration != right.duration if node.op == "*" else left.duration and not right.duration
        if node.op == "*" and left.duration and right.duration:
            raise MixedKindsError("two durations cannot be multiplied", "divide one of them by a duration first")
        if node.op == "/" and right.duration and not left.duration:
            # A rate such as tickets for each hour: the duration is taken in the unit, else in hours.
            raise MixedKindsError(
                "a number cannot be divided by a duration", "compute the hours in a column: hours(a - b)"
            )
        if left.value is None or right.value is None or (node.op == "/" and right.value == 0):
            return Amount(None, duration)
        value = left.value * right.value if node.op == "*" else left.value / right.value
        return Amount(value, duration)


def in_unit(one: Amount, other: Amount, unit: Unit) -> Amount:
    """A plain number beside a duration is taken in the KPI's unit (V6)."""
    if one.duration or not other.duration:
        return one
    if unit.kind != "duration":
        raise MixedKindsError("a number and a duration cannot be added", "give the KPI a unit such as minutes")
    return Amount(None if one.value is None else one.value * unit.seconds, True)


def added(op: str, left: Amount, right: Amount) -> Amount:
    """A sum or difference of two amounts of one kind."""
    if left.value is None or right.value is None:
        return Amount(None, left.duration)
    return Amount(left.value + right.value if op == "+" else left.value - right.value, left.duration)


def at_moment(measure: nodes.Node, name: nodes.Name) -> nodes.Node:
    """A measure with the moment of its name given to each of its aggregates."""
    if name.moment is None:
        return measure
    match measure:
        case nodes.Aggregate(moment=None):
            return replace(measure, moment=name.moment)
        case nodes.Name(moment=None):
            return replace(measure, moment=name.moment)
        case nodes.Arithmetic():
            return replace(measure, left=at_moment(measure.left, name), right=at_moment(measure.right, name))
        case nodes.Negative() | nodes.Shift():
            return replace(measure, operand=at_moment(measure.operand, name))
    return measure


def is_additive(node: nodes.Node, checked: Checked) -> bool:
    """Whether a formula is a sum over the days of its period, so that half a period has half of it (T7)."""
    match node:
        case nodes.Aggregate(function="sum" | "count", source=source, moment=moment):
            return not has_edges(node) and moment in flows(checked.plan.sources.get(source))
        case nodes.Negative(operand=operand):
            return is_additive(operand, checked)
        case nodes.Arithmetic(op="+" | "-", left=left, right=right):
            return is_additive(left, checked) and is_additive(right, checked)
        case nodes.Arithmetic(op="*", left=left, right=right):
            one, other = (left, right) if isinstance(left, nodes.Literal_) else (right, left)
            return isinstance(one, nodes.Literal_) and is_additive(other, checked)
        case nodes.Arithmetic(op="/", left=left, right=nodes.Literal_()):
            return is_additive(left, checked)
        case nodes.Name(name=name) if name in checked.measures:
            return is_additive(at_moment(checked.measures[name], node), checked)
        case nodes.Name(name=name) if name in checked.formulas:
            # A window of its own looks back beyond the period.
            return checked.plan.kpis[name].window is None and is_additive(checked.formulas[name], checked)
    return False


def flows(source: Source | None) -> tuple[nodes.MomentName | None, ...]:
    """The moments in which rows of a source come day by day; the others speak of a state."""
    if source is None or source.snapshot:
        return ()
    return ("started", "ended") if source.lasting else (None,)
