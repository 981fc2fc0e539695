"""Typed row expressions to Ibis: one line for each operation and function, as ``kpi.engine.row_sql`` has for files.

Types are decided by ``kpi.formulas.type_checker``. What is refused here are the few things that files have and
warehouses do not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from unicodedata import normalize

import ibis

from kpi.engine.row_sql import FAR, PARTS_OF_DATE, SECONDS_OF_DAY, UNITS, digits_of, is_long, types_of_columns
from kpi.formulas import nodes
from kpi.formulas.errors import FormulaError
from kpi.formulas.type_checker import TypeChecker, Typed
from kpi.formulas.types import ValueType
from kpi.warehouse import patterns
from kpi.warehouse.dialects.base import IBIS_TYPES, Dialect, Expr, day, number
from kpi.warehouse.suggestions import WarehouseHints, in_a_view


class Value(NamedTuple):
    """An Ibis value and its type. Durations are float64 seconds."""

    expr: Expr
    type: ValueType


class IbisCompiler:
    """Compiles the row expressions of one source for one relation.

    ``columns`` maps names to values of that relation; ``edges`` are ``window_start`` and ``window_end``; ``first_date``
    gives the value of ``first_date(column)``. Where the parser allows neither, neither is needed. All methods raise
    FormulaError with offsets.
    """

    def __init__(
        self,
        dialect: Dialect,
        columns: Mapping[str, Value],
        *,
        edges: tuple[Expr, Expr] | None = None,
        first_date: Callable[[str], Expr] | None = None,
    ) -> None:
        self.dialect = dialect
        self.columns = {name.casefold(): value for name, value in columns.items()}
        self.edges = edges
        self.first_date = first_date
        types = {name: value.type for name, value in columns.items()}
        self.checker = TypeChecker(types_of_columns(types), WarehouseHints())

    def value(self, node: nodes.Node) -> Value:
        """Any expression."""
        typed = self.checker.value(node)
        _refuse_vast(typed)
        return Value(self.emit(typed), typed.type)

    def condition(self, node: nodes.Node) -> Expr:
        """A value that is true or false, never empty (V1)."""
        typed = self.checker.condition(node)
        _refuse_vast(typed)
        return self.emit(typed)

    def emit(self, typed: Typed) -> Expr:
        """The Ibis value of a typed tree."""
        return EMITTERS[typed.op](self, typed, *(self.emit(part) for part in typed.args))


# How often some operations have their argument in the statement, so that nested ones would grow without bound.
REPEATS = {"round": 16, "extract": 3, "date": 12, "concat": 2, "add_days": 3, "add_seconds": 3}
MOST_PARTS = 20_000


def _refuse_vast(typed: Typed) -> int:
    """The number of parts that an expression has in a statement. Raises FormulaError where these are too many."""
    parts = 1 + REPEATS.get(typed.op, 1) * sum(_refuse_vast(part) for part in typed.args)
    if parts > MOST_PARTS:
        raise FormulaError(
            "E050", "this expression is too complex", typed.node.at, hint="compute a part of it in a view"
        )
    return parts


def as_float(value: Expr) -> Expr:
    """A number or duration, as arithmetic takes it."""
    return value.cast("float64")


def day_of(time: Value) -> Value:
    """The day on which a time is, in the calendar's zone (T5)."""
    return time if time.type == "date" else Value(time.expr.cast("date"), "date")


def as_type(dialect: Dialect, time: Value, type_: ValueType) -> Value:
    """A time as one of another type."""
    return time if time.type == type_ else Value(dialect.cast(time.expr, type_), type_)


# One line for each operation and function. They get the compiler, the node, and the values of its arguments.

Emitter = Callable[..., Expr]


def _constant(compiler: IbisCompiler, typed: Typed) -> Expr:
    match typed.value:
        case bool() as value:
            return ibis.literal(value)
        case int() as value if is_long(value):
            literal = ibis.literal(str(value)).cast("decimal(38, 0)")
            return ibis.literal(value, type="int64") if abs(value) < 2**63 else literal
        case int() | float() as value:
            return number(float(value))
        case datetime() as value:
            return compiler.dialect.cast(ibis.literal(value.isoformat(sep=" ")), "timestamp")
        case date() as value:
            return day(value)
        case value:
            if "\0" in str(value):
                raise FormulaError("E052", "a text cannot hold the character U+0000", typed.node.at)
            return ibis.literal(value)


def _convert(compiler: IbisCompiler, typed: Typed, value: Expr) -> Expr:
    before, after = typed.args[0].type, typed.type
    if before == "empty":
        return ibis.null(IBIS_TYPES[after])
    if (before, after) == ("number", "duration"):  # of days
        return as_float(value) * number(float(SECONDS_OF_DAY))
    return value.cast("date") if after == "date" else compiler.dialect.cast(value, after)


def _same(compare: Callable[[Expr, Expr], Expr], *, when_empty: bool = False) -> Emitter:
    def emit(_: IbisCompiler, typed: Typed, left: Expr, right: Expr) -> Expr:
        for value, part in ((left, typed.args[1]), (right, typed.args[0])):
            if len(forms := _forms(part)) > 1:
                found = value.isin(forms)
                return (~found if when_empty else found).coalesce(when_empty)
        return compare(left, right).coalesce(when_empty)

    return emit


def _within(_: IbisCompiler, typed: Typed, value: Expr, *items: Expr) -> Expr:
    if any(is_long(item.value) for item in typed.args[1:]):
        # A list is of one type, and that of numbers of both kinds keeps fewer digits than these have.
        return ibis.or_(*(value == item for item in items)).coalesce(False)
    listed = [form for part, item in zip(typed.args[1:], items, strict=True) for form in _forms(part) or [item]]
    return value.isin(listed).coalesce(False)


def _forms(part: Typed) -> list[Expr]:
    """A text constant in the composed and in the decomposed form of Unicode (V9), where these differ. Warehouses have
    no function for that in common."""
    if part.op != "constant" or not isinstance(part.value, str) or part.value.isascii():
        return []
    return [ibis.literal(form) for form in dict.fromkeys(normalize(kind, part.value) for kind in ("NFC", "NFD"))]


def _ordered(compare: Callable[[Expr, Expr], Expr]) -> Emitter:
    def emit(compiler: IbisCompiler, typed: Typed, left: Expr, right: Expr) -> Expr:
        if typed.args[0].type == "text":
            left, right = compiler.dialect.ordered(left), compiler.dialect.ordered(right)
        return compare(left, right).coalesce(False)

    return emit


def _calculated(calculate: Callable[[Expr, Expr], Expr]) -> Emitter:
    return lambda _, typed, left, right: calculate(as_float(left), as_float(right))


def _near(amount: Expr, most: int) -> Expr:
    """An amount of days or seconds; empty where it leads out of the calendar."""
    return ibis.ifelse(amount.abs() < number(float(most)), amount, ibis.null("float64"))


def _add_days(compiler: IbisCompiler, typed: Typed, time: Expr, days: Expr) -> Expr:
    return compiler.dialect.days_later(time, _near(as_float(days), FAR))


def _add_seconds(compiler: IbisCompiler, typed: Typed, time: Expr, seconds: Expr) -> Expr:
    return compiler.dialect.seconds_later(time, _near(as_float(seconds), FAR * SECONDS_OF_DAY))


def _days_between(compiler: IbisCompiler, typed: Typed, late: Expr, early: Expr) -> Expr:
    return compiler.dialect.days_between(late, early) * number(float(SECONDS_OF_DAY))


def _alike(typed: Typed, value: Expr) -> Expr:
    """A value beside others, in the one Ibis type that all of them get."""
    return as_float(value) if typed.type == "number" else value


def _choose(_: IbisCompiler, typed: Typed, test: Expr, then: Expr, otherwise: Expr) -> Expr:
    return ibis.ifelse(test, _alike(typed, then), _alike(typed, otherwise))


def _in_units(seconds: int) -> Emitter:
    return lambda _, typed, duration: as_float(duration) / number(float(seconds))


def _part_of_date(part: Callable[[Expr], Expr]) -> Emitter:
    return lambda _, typed, time: as_float(part(day_of(Value(time, typed.args[0].type)).expr))


def _case(typed: Typed, change: Callable[[Expr], Expr], text: Expr) -> Expr:
    try:
        return change(text)
    except ValueError as error:
        hint = in_a_view("the column", "text")
        raise FormulaError("E051", f"{typed.op} is not available: {error}", typed.node.at, hint=hint) from None


def _extract(compiler: IbisCompiler, typed: Typed, text: Expr, _pattern: Expr) -> Expr:
    pattern = typed.args[1]
    try:
        portable = patterns.portable(str(pattern.value))
    except ValueError as error:
        message = f"{error} is read otherwise by a warehouse than in files"
        raise FormulaError("E051", message, pattern.node.at, hint=patterns.HINT) from None
    return compiler.dialect.extract(text, portable)


def _in_files_only(_: IbisCompiler, typed: Typed, *_args: Expr) -> Expr:
    message = f"{typed.op}() of text cannot be computed in a warehouse"
    raise FormulaError("E051", message, typed.node.at, hint=in_a_view("the column", typed.op))


def _date(compiler: IbisCompiler, typed: Typed, *parts: Expr) -> Expr:
    """The date of a year, month and day; empty where there is none. Some engines refuse a statement in which there is
    such a date, so the day is counted from the first of the month, and has to be in that month."""
    if len(parts) == 2:
        return _in_files_only(compiler, typed, *parts)
    numbers = [as_float(part) for part in parts]
    whole = [
        (one == one.floor()) & one.between(number(1.0), number(float(most)))
        for one, most in zip(numbers, PARTS_OF_DATE, strict=True)
    ]
    exists = ibis.and_(*whole).coalesce(False)
    year, month, day_ = (ibis.ifelse(exists, one, number(1.0)).cast("int32") for one in numbers)
    found = compiler.dialect.days_later(ibis.date(year, month, 1), as_float(day_) - number(1.0))
    return ibis.ifelse(exists & (found.month() == month), found, ibis.null("date"))


def _concat(_: IbisCompiler, typed: Typed, left: Expr, right: Expr) -> Expr:
    # Some engines join an empty value as if it were a text without characters.
    return ibis.ifelse(left.notnull() & right.notnull(), left.concat(right), ibis.null("string"))


def _hour(compiler: IbisCompiler, typed: Typed, time: Expr) -> Expr:
    return as_float(as_type(compiler.dialect, Value(time, typed.args[0].type), "timestamp").expr.hour())


def _first_date(compiler: IbisCompiler, typed: Typed, column: Expr) -> Expr:
    assert compiler.first_date is not None
    return compiler.first_date(str(typed.args[0].value))


def _window_edge(compiler: IbisCompiler, typed: Typed) -> Expr:
    assert compiler.edges is not None
    return compiler.edges[0 if typed.value == "window_start" else 1]


EMITTERS: Mapping[str, Emitter] = {
    "constant": _constant,
    "column": lambda compiler, typed: compiler.columns[str(typed.value).casefold()].expr,
    "window_edge": _window_edge,
    "null": lambda _, typed: ibis.null(IBIS_TYPES[typed.type]),
    "convert": _convert,
    "is_true": lambda _, typed, value: value.cast("boolean").coalesce(False),
    "and": lambda _, typed, *parts: ibis.and_(*parts),
    "or": lambda _, typed, *parts: ibis.or_(*parts),
    "not": lambda _, typed, value: ~value,
    "is_null": lambda _, typed, value: value.isnull(),
    "in": _within,
    "==": _same(operator.eq),
    "!=": _same(operator.ne, when_empty=True),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "negate": lambda _, typed, value: -as_float(value),
    "+": _calculated(operator.add),
    "-": _calculated(operator.sub),
    "*": _calculated(operator.mul),
    "/": lambda _, typed, left, right: as_float(left) / as_float(right).nullif(number(0.0)),
    "days_between": _days_between,
    "seconds_between": lambda compiler, typed, late, early: compiler.dialect.seconds_between(late, early),
    "add_days": _add_days,
    "add_seconds": _add_seconds,
    "concat": _concat,
    "choose": _choose,
    # Functions.
    **{unit: _in_units(seconds) for unit, seconds in UNITS.items()},
    "year": _part_of_date(lambda time: time.year()),
    "month": _part_of_date(lambda time: time.month()),
    "quarter": _part_of_date(lambda time: time.quarter()),
    "week": _part_of_date(lambda time: time.week_of_year()),
    "day": _part_of_date(lambda time: time.day()),
    "weekday": _part_of_date(lambda time: time.day_of_week.index() + 1),
    "hour": _hour,
    "abs": lambda _, typed, value: as_float(value).abs(),
    "round": lambda compiler, typed, value, *digits: compiler.dialect.rounded(as_float(value), digits_of(typed)),
    "floor": lambda _, typed, value: as_float(as_float(value).floor()),
    "ceil": lambda _, typed, value: as_float(as_float(value).ceil()),
    "lower": lambda compiler, typed, text: _case(typed, compiler.dialect.lower, text),
    "upper": lambda compiler, typed, text: _case(typed, compiler.dialect.upper, text),
    "trim": lambda compiler, typed, text: compiler.dialect.trimmed(text),
    "contains": lambda compiler, typed, text, part: compiler.dialect.contains(text, part).coalesce(False),
    "starts_with": lambda _, typed, text, part: text.startswith(part).coalesce(False),
    "ends_with": lambda _, typed, text, part: text.endswith(part).coalesce(False),
    "length": lambda _, typed, text: as_float(text.length()),
    "replace": lambda _, typed, text, old, new: text.replace(old, new),
    "extract": _extract,
    "coalesce": lambda _, typed, *values: ibis.coalesce(*(_alike(typed, value) for value in values)),
    "number": _in_files_only,
    "date": _date,
    "first_date": _first_date,
}
