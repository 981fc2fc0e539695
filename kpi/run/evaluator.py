"""The values of formulas over periods, once the aggregates that they need are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from kpi.engine.aggregate_sql import Value
from kpi.engine.request import Request
from kpi.formulas import nodes
from kpi.frozen import frozen
from kpi.run.scope import FormulaContext, Scope
from kpi.values import Period, Unit, round12, whole


class MixedKindsError(Exception):
    """A formula adds, or otherwise combines, values of kinds that do not go together."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Amount(NamedTuple):
    """A value (None: there is none) that is a plain number or a duration in seconds."""

    value: Value
    duration: bool = False


@frozen
class Evaluator:
    """Evaluates the formulas of a plan. ``lookup`` gives the value of an aggregate over a window; ``partial`` says
    whether a part of a formula looks back, in a scope, to before its data begins: nothing is measured against that
    (T2). ``whole`` evaluates over all parts of a split, where this is about one of them.

    The value of a KPI in a period is computed once, however many formulas name it.
    """

    context: FormulaContext
    lookup: Callable[[Request], Amount]
    partial: Callable[[nodes.Node, Scope], bool]
    whole: Evaluator | None = None
    _known: dict[tuple[str, Period, Period], Value] = field(default_factory=dict, repr=False, compare=False)

    def kpi(self, kpi_id: str, period: Period, now: Period) -> Value:
        """The value of a KPI in a period, in its own scale, rounded (V7). Raises MixedKindsError."""
        kpi = self.context.kpis[kpi_id]
        if kpi.formula is None:
            value = kpi.values.get(whole(period, self.context.calendar).label)
            return None if value is None else round12(float(value))
        key = kpi_id, period, now
        if key not in self._known:
            self._known[key] = self._evaluate(kpi_id, period, now)
        return self._known[key]

    def _evaluate(self, kpi_id: str, period: Period, now: Period) -> Value:
        formula = self.context.formulas.get(kpi_id)
        if formula is None:
            return None
        scope = self.context.scope(kpi_id, period, now)
        return in_unit(self.amount(formula, scope), scope.unit)

    def measure(self, name: str, kpi_id: str, period: Period, now: Period) -> Value:
        """The value of a measure that a target of the KPI ``kpi_id`` names, in the window of that KPI (N1). Raises
        MixedKindsError."""
        scope = self.context.scope(kpi_id, period, now, name)
        return in_unit(self.amount(self.context.measures[name], scope), scope.unit)

    def amount(self, node: nodes.Node, scope: Scope) -> Amount:
        """The value of any part of a formula. Raises MixedKindsError."""
        match node:
            case nodes.Literal_(value=value):
                return Amount(float(value))
            case nodes.Negative(operand=operand):
                inner = self.amount(operand, scope)
                return Amount(None if inner.value is None else -inner.value, inner.duration)
            case nodes.Arithmetic():
                return arithmetic(node.op, self.amount(node.left, scope), self.amount(node.right, scope), scope.unit)
            case nodes.ValueCall(name=name, arguments=arguments):
                return of_values(name, [self.amount(part, scope) for part in arguments], scope.unit)
            case nodes.Shift():
                ((operand, earlier),) = self.context.below(node, scope)
                return self._earlier(operand, earlier)
            case nodes.Over():
                ((operand, inner_scope),) = self.context.below(node, scope)
                return self.amount(operand, inner_scope)
            case nodes.Growth():
                (operand, here), (_, earlier) = self.context.below(node, scope)
                return growth(self.amount(operand, here), self._earlier(operand, earlier))
            case nodes.Total(operand=operand):
                return (self.whole or self).amount(operand, scope)
            case nodes.Name():
                return self._named(node, scope)
            case nodes.Aggregate():
                amount = self.lookup(self.context.request(node, scope))
                known = node.source not in self.context.snapshots or scope.period == scope.now
                return amount if known else Amount(None, amount.duration)
        raise TypeError(f"not part of a formula: {node}")

    def _earlier(self, operand: nodes.Node, scope: Scope) -> Amount:
        """What is inside ``previous``, ``year_ago`` or ``growth``, in the scope of the earlier period."""
        amount = self.amount(operand, scope)
        return Amount(None, amount.duration) if self.partial(operand, scope) else amount

    def _named(self, node: nodes.Name, scope: Scope) -> Amount:
        measure = self.context.measure(node)
        if measure is not None:
            return self.amount(measure, scope)
        unit = self.context.unit(node.name)
        value = self.kpi(node.name, scope.period, scope.now)
        if unit.kind == "duration" and value is not None:
            value *= unit.seconds
        return Amount(value, unit.kind == "duration")


def in_unit(amount: Amount, unit: Unit) -> Value:
    """The amount in the KPI's unit, rounded (V6). Raises MixedKindsError for a duration in a unit of another kind."""
    value = amount.value
    if amount.duration and unit.kind not in ("duration", "none"):
        raise MixedKindsError(
            f'the formula gives a duration, and the unit is "{unit.text}"', "write unit: minutes, or hours"
        )
    if value is None or not math.isfinite(value):
        return None
    if amount.duration and unit.kind == "duration":
        value /= unit.seconds
    return round12(value)


def arithmetic(op: nodes.ArithmeticOp, left: Amount, right: Amount, unit: Unit) -> Amount:
    """The result of an operator. Raises MixedKindsError where one side is a duration and the other may not be."""
    if op in "+-":
        left, right = beside(left, right, unit), beside(right, left, unit)
        if left.value is None or right.value is None:
            return Amount(None, left.duration)
        return Amount(left.value + right.value if op == "+" else left.value - right.value, left.duration)
    if op == "*" and left.duration and right.duration:
        raise MixedKindsError("two durations cannot be multiplied", "divide one of them by a duration first")
    if op == "/" and right.duration and not left.duration:
        hint = "compute the hours in a column: hours(a - b)"
        raise MixedKindsError("a number cannot be divided by a duration", hint)
    duration = left.duration != right.duration if op == "*" else left.duration and not right.duration
    if left.value is None or right.value is None or (op == "/" and right.value == 0):
        return Amount(None, duration)
    return Amount(left.value * right.value if op == "*" else left.value / right.value, duration)


# One line for each function of values. They get the values of its arguments.
VALUE_FUNCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "abs": lambda values: abs(values[0]),
    "min": min,
    "max": max,
}


def of_values(name: str, amounts: Sequence[Amount], unit: Unit) -> Amount:
    """The result of a function of values; none where an argument has no value. Raises MixedKindsError."""
    duration = next((one for one in amounts if one.duration), None)
    if duration is not None:
        amounts = [beside(one, duration, unit) for one in amounts]
    values = [one.value for one in amounts if one.value is not None]
    found = VALUE_FUNCTIONS[name](values) if len(values) == len(amounts) else None
    return Amount(found, duration is not None)


def growth(now: Amount, before: Amount) -> Amount:
    """The change by the size of what it is measured against (V12); none where that is 0."""
    if now.value is None or not before.value:
        return Amount(None)
    return Amount((now.value - before.value) / abs(before.value))


def beside(one: Amount, other: Amount, unit: Unit) -> Amount:
    """An amount that is added to another: a plain number beside a duration is in the KPI's unit (V6)."""
    if one.duration or not other.duration:
        return one
    if unit.kind != "duration":
        raise MixedKindsError("a number and a duration cannot be added", "give the KPI a unit such as minutes")
    return Amount(None if one.value is None else one.value * unit.seconds, True)
