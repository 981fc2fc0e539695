"""Row expressions to Ibis, with types: the twin of ``kpi.engine.row_sql``, rule for rule (V1, V2, V6, V8, T5, T8)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

import ibis

from kpi.data.column_types import TIMES, Kind
from kpi.engine.row_sql import FAR, SECONDS, a, fault
from kpi.errors import did_you_mean
from kpi.formulas import nodes
from kpi.warehouse import patterns
from kpi.warehouse.dialects.base import IBIS_TYPES, Expr, Tongue, day, number
from kpi.warehouse.suggestions import comparison_hint, in_a_view, number_hint


class Typed(NamedTuple):
    """An Ibis value and the kind of what it holds. Durations are float64 seconds."""

    expr: Expr
    kind: Kind


class IbisCompiler:
    """Compiles the row expressions of one source for one relation.

    ``columns`` maps names to values of that relation; ``edges`` are ``window_start`` and ``window_end`` where they may
    stand; ``first_date`` gives the value of ``first_date(column)`` where it may stand. All methods raise TextError
    with offsets.
    """

    def __init__(
        self,
        tongue: Tongue,
        columns: Mapping[str, Typed],
        *,
        edges: tuple[Expr, Expr] | None = None,
        first_date: Callable[[str], Expr] | None = None,
    ) -> None:
        self._tongue = tongue
        self._columns = {name.casefold(): typed for name, typed in columns.items()}
        self._names = list(columns)
        self._edges = edges
        self._first_date = first_date

    def value(self, node: nodes.Node) -> Typed:
        """Any expression."""
        match node:
            case nodes.Literal_(value=value):
                return literal(value, node)
            case nodes.Column():
                return self._column(node)
            case nodes.Empty():
                return Typed(ibis.null("string"), "empty")
            case nodes.WindowEdge(edge=edge):
                if self._edges is None:
                    raise fault(node, f"{edge} may stand only in the brackets of an aggregate")
                return Typed(self._edges[0 if edge == "window_start" else 1], "date")
            case nodes.Negative(operand=operand):
                inner = self.value(operand)
                if inner.kind not in ("number", "duration", "empty"):
                    raise fault(node, f"minus needs a number, found {a(inner.kind)}")
                return Typed(-as_float(inner), inner.kind)
            case nodes.Arithmetic():
                return self._arithmetic(node)
            case nodes.Choice():
                return self._choice(node)
            case nodes.Call():
                return self._call(node)
            case _:
                return Typed(self.condition(node), "boolean")

    def condition(self, node: nodes.Node) -> Expr:
        """A value that is true or false, never empty (V1)."""
        match node:
            case nodes.All(parts=parts):
                return ibis.and_(*(self.condition(part) for part in parts))
            case nodes.Any_(parts=parts):
                return ibis.or_(*(self.condition(part) for part in parts))
            case nodes.Not(operand=operand):
                return ~self.condition(operand)
            case nodes.IsNone(operand=operand, negated=negated):
                inner = self.value(operand).expr
                return inner.notnull() if negated else inner.isnull()
            case nodes.Compare():
                return self._compare(node)
            case nodes.Within():
                return self._within(node)
            case nodes.Literal_(value=bool() as value):
                return ibis.literal(value)
        typed = self.value(node)
        if typed.kind not in ("boolean", "empty"):
            raise fault(node, f"a condition is needed here, found {a(typed.kind)}", 'compare it, e.g. status == "paid"')
        return typed.expr.cast("boolean").coalesce(False)

    def _column(self, node: nodes.Column) -> Typed:
        typed = self._columns.get(node.name.casefold())
        if typed is None:
            raise fault(node, f'there is no column "{node.name}"', did_you_mean(node.name, self._names))
        return typed

    def _arithmetic(self, node: nodes.Arithmetic) -> Typed:
        left, right = self.value(node.left), self.value(node.right)
        kinds = (left.kind, right.kind)
        if node.op == "-" and left.kind in TIMES and right.kind in TIMES:
            return Typed(self._elapsed(left, right), "duration")
        if "empty" in kinds and not {"text", "boolean"} & set(kinds):
            return Typed(ibis.null("string"), "empty")  # an empty date as well as an empty number
        if node.op in "+-" and left.kind in TIMES and right.kind in ("number", "duration"):
            return self._moved(left, node.op, right)
        if node.op == "+" and right.kind in TIMES and left.kind in ("number", "duration"):
            return self._moved(right, "+", left)
        for side, part in ((left, node.left), (right, node.right)):
            if side.kind not in ("number", "duration", "empty"):
                raise fault(part, f'"{node.op}" needs numbers, found {a(side.kind)}', number_hint(part, side.kind))
        kind: Kind = "duration" if "duration" in kinds else "number"
        if node.op in "+-" and set(kinds) == {"number", "duration"}:
            raise fault(node, "a number and a duration cannot be added", "write minutes(…) around the duration")
        if node.op == "*" and kinds == ("duration", "duration"):
            raise fault(node, "two durations cannot be multiplied", "write minutes(…) around one of them")
        one, other = as_float(left), as_float(right)
        if node.op == "/":
            if right.kind == "duration":
                kind = "number"
                if left.kind == "number":
                    raise fault(node, "a number cannot be divided by a duration", "write hours(…) around the duration")
            return Typed(one / other.nullif(number(0.0)), kind)
        return Typed(one + other if node.op == "+" else one - other if node.op == "-" else one * other, kind)

    def _compare(self, node: nodes.Compare) -> Expr:
        left, right = alike(self._tongue, self.value(node.left), node.left, self.value(node.right), node.right)
        if node.op not in ("==", "!=") and "boolean" in (left.kind, right.kind):
            raise fault(node, f'"{node.op}" does not go with truth values', "use == or !=")
        one, other = left.expr, right.expr
        if node.op not in ("==", "!=") and left.kind == right.kind == "text":
            one, other = self._tongue.ordered(one), self._tongue.ordered(other)
        return OPERATORS[node.op](one, other).coalesce(node.op == "!=")

    def _within(self, node: nodes.Within) -> Expr:
        operand = self.value(node.operand)
        pairs = [alike(self._tongue, operand, node.operand, literal(item.value, item), item) for item in node.items]
        if not pairs:
            return ibis.literal(node.negated)
        if all(left is operand for left, _ in pairs):
            found = operand.expr.isin([right.expr for _, right in pairs]).coalesce(False)
        else:
            found = ibis.or_(*((left.expr == right.expr).coalesce(False) for left, right in pairs))
        return ~found if node.negated else found

    def _choice(self, node: nodes.Choice) -> Typed:
        then, otherwise = one_kind(self._tongue, [(self.value(part), part) for part in (node.then, node.otherwise)])
        return Typed(ibis.ifelse(self.condition(node.condition), then.expr, otherwise.expr), then.kind)

    def _call(self, node: nodes.Call) -> Typed:
        name = node.name
        if name == "first_date":
            column = node.arguments[0]
            if self._first_date is None or not isinstance(column, nodes.Column):
                raise fault(node, "first_date cannot stand here", "give it a name under computed:")
            self._column(column)
            return Typed(self._first_date(column.name), "date")
        values = [self.value(argument) for argument in node.arguments]
        if name == "coalesce":
            parts = one_kind(self._tongue, list(zip(values, node.arguments, strict=True)))
            return Typed(ibis.coalesce(*(part.expr for part in parts)), parts[0].kind)
        return self._simple_call(node, values)

    def _simple_call(self, node: nodes.Call, values: list[Typed]) -> Typed:
        """The functions that need no context."""
        name, first = node.name, values[0]
        if first.kind == "empty" and name in (*SECONDS, "year", "month"):
            return Typed(ibis.null("float64"), "number")
        if name in SECONDS:
            wanted(node, first, ("duration",), "a difference of two times")
            return Typed(as_float(first) / number(float(SECONDS[name])), "number")
        if name in ("year", "month"):
            wanted(node, first, TIMES, "a date")
            moment = day_of(first).expr
            return Typed((moment.year() if name == "year" else moment.month()).cast("float64"), "number")
        wanted(node, first, ("text",), "text")
        text = first.expr.cast("string") if first.kind == "empty" else first.expr
        if name == "lower":
            try:
                return Typed(self._tongue.lower(text), "text")
            except ValueError as error:
                raise fault(node, f"lower() is not to be had: {error}", in_a_view("the column", "text")) from None
        if name in ("number", "date"):
            raise fault(node, f"{name}() of text cannot be computed in a warehouse", in_a_view("the column", name))
        if name == "contains":
            wanted(node, values[1], ("text",), "text")
            return Typed(self._tongue.contains(text, values[1].expr).coalesce(False), "boolean")
        if name == "extract":
            pattern = node.arguments[1]
            if not isinstance(pattern, nodes.Literal_) or not isinstance(pattern.value, str):
                raise fault(pattern, "extract() needs a pattern in quotation marks")
            try:
                portable = patterns.portable(pattern.value)
            except ValueError as error:
                raise fault(pattern, f"{error} is read otherwise by a warehouse than in files", patterns.HINT) from None
            return Typed(self._tongue.extract(text, portable), "text")
        raise fault(node, f'there is no function "{name}"')

    # Times.

    def _elapsed(self, left: Typed, right: Typed) -> Expr:
        """Seconds between two times, with fractions (V6)."""
        if left.kind == right.kind == "date":
            return self._tongue.days_between(left.expr, right.expr) * number(86400.0)
        # A clock that is set forward or back does not change how long something took, where the zones are known.
        kind: Kind = "instant" if "instant" in (left.kind, right.kind) else "timestamp"
        return self._tongue.seconds_between(*(as_kind(self._tongue, side, kind).expr for side in (left, right)))

    def _moved(self, time: Typed, op: str, by: Typed) -> Typed:
        """A date moved by whole days, or a time by days or a duration; empty where that leads out of the calendar."""
        amount = as_float(by)
        amount = -amount if op == "-" else amount
        days = amount / number(86400.0) if by.kind == "duration" else amount
        near = ibis.ifelse(days.abs() < number(float(FAR)), amount, ibis.null("float64"))
        if by.kind == "number" and time.kind == "date":
            return Typed(self._tongue.days_later(time.expr, near), "date")
        kind: Kind = "instant" if (time.kind, by.kind) == ("instant", "duration") else "timestamp"
        seconds = near if by.kind == "duration" else near * number(86400.0)
        return Typed(self._tongue.seconds_later(as_kind(self._tongue, time, kind).expr, seconds), kind)


OPERATORS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def literal(value: float | int | str | bool, node: nodes.Node) -> Typed:
    """A constant."""
    if isinstance(value, bool):
        return Typed(ibis.literal(value), "boolean")
    if isinstance(value, str):
        if "\0" in value:
            raise fault(node, "a text cannot hold the character U+0000")
        return Typed(ibis.literal(value), "text")
    if not math.isfinite(value):
        raise fault(node, "this number is too large")
    return Typed(number(float(value)), "number")


def as_float(typed: Typed) -> Expr:
    """A number or duration, as arithmetic takes it."""
    return typed.expr.cast("float64")


def as_kind(tongue: Tongue, typed: Typed, kind: Kind) -> Typed:
    """A time as one of another kind."""
    return typed if typed.kind == kind else Typed(tongue.cast(typed.expr, kind), kind)


def alike(
    tongue: Tongue, left: Typed, left_node: nodes.Node, right: Typed, right_node: nodes.Node
) -> tuple[Typed, Typed]:
    """Both sides brought to one kind. Dates may be written as text; a time meets a date as the day on which it lies,
    so that ``closed <= "2026-06-30"`` has the whole of that day and ``at == first_date(x)`` the first order (V8)."""
    if left.kind == right.kind:
        return left, right
    if "empty" in (left.kind, right.kind):
        kind = right.kind if left.kind == "empty" else left.kind
        return (
            Typed(ibis.null(IBIS_TYPES[kind]), kind) if left.kind == "empty" else left,
            Typed(ibis.null(IBIS_TYPES[kind]), kind) if right.kind == "empty" else right,
        )
    if left.kind in TIMES and right.kind == "text":
        return alike(tongue, left, left_node, as_time(tongue, right_node), right_node)
    if right.kind in TIMES and left.kind == "text":
        return alike(tongue, as_time(tongue, left_node), left_node, right, right_node)
    if "date" in (left.kind, right.kind) and left.kind in TIMES and right.kind in TIMES:
        return day_of(left), day_of(right)
    if left.kind in TIMES and right.kind in TIMES:  # the session takes a timestamp for one in the calendar's zone
        return as_kind(tongue, left, "instant"), as_kind(tongue, right, "instant")
    hint = comparison_hint(left.kind, left_node, right.kind, right_node)
    raise fault(right_node, f"{a(left.kind)} cannot be compared with {a(right.kind)}", hint)


def one_kind(tongue: Tongue, values: list[tuple[Typed, nodes.Node]]) -> list[Typed]:
    """Values that stand for one another, brought to one kind; of dates and times that of times, lest hours be lost."""
    first, first_node = next((value for value in values if value[0].kind != "empty"), values[0])
    if first.kind == "text" and any(value.kind in TIMES for value, _ in values):
        first, first_node = next(value for value in values if value[0].kind in TIMES)
    if first.kind not in TIMES:
        for value, node in values:
            alike(tongue, first, first_node, value, node)
        if first.kind == "number":
            return [Typed(as_float(value), "number") for value, _ in values]
        return [
            Typed(ibis.null(IBIS_TYPES[first.kind]) if value.kind == "empty" else value.expr, first.kind)
            for value, _ in values
        ]
    times = [as_time(tongue, node) if value.kind == "text" else value for value, node in values]
    for value, (_, node) in zip(times, values, strict=True):
        alike(tongue, first, first_node, value, node)
    kinds = {value.kind for value in times}
    kind: Kind = "instant" if "instant" in kinds else "timestamp" if "timestamp" in kinds else "date"
    return [as_kind(tongue, value, kind) for value in times]


def day_of(time: Typed) -> Typed:
    """The day on which a time lies, in the calendar's zone (T5)."""
    return time if time.kind == "date" else Typed(time.expr.cast("date"), "date")


def as_time(tongue: Tongue, node: nodes.Node) -> Typed:
    """A date written as text in a formula."""
    if not isinstance(node, nodes.Literal_) or not isinstance(node.value, str):
        name = node.name if isinstance(node, nodes.Column) else "the column"
        raise fault(node, "text cannot be compared with a date", in_a_view(name, "date"))
    text = node.value.strip()
    try:
        if len(text) == 10:
            return Typed(day(date.fromisoformat(text)), "date")
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise fault(node, f'"{text}" is not a date', "dates are written YYYY-MM-DD") from None
    if moment.tzinfo is not None:
        raise fault(node, "a time in a formula has no zone", "write the local time, as YYYY-MM-DD HH:MM:SS")
    return Typed(tongue.cast(ibis.literal(moment.isoformat(sep=" ")), "timestamp"), "timestamp")


def wanted(node: nodes.Call, value: Typed, kinds: tuple[str, ...], words: str) -> None:
    """Refuse an argument of another kind."""
    if value.kind not in (*kinds, "empty"):
        hint = "the column holds numbers already" if (node.name, value.kind) == ("number", "number") else None
        raise fault(node, f"{node.name}() needs {words}, found {a(value.kind)}", hint)
