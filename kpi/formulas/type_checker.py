"""The one pass that decides types: a tree of row expressions becomes a typed tree, or a FormulaError says why not.

The typed tree is what compilers emit, operation by operation: every implicit conversion is a node of its own, each
operator is the one for the types at hand (``+`` of a date and a number is ``add_days``), and conditions are never
empty. The same pass judges formulas before any data has been read: a column of unknown type has all types that it may
have, an operation all that some combination yields, and a mistake is what fails for every combination.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Literal, NamedTuple, NoReturn

from kpi.formulas import nodes
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import AGGREGATES, ROW_FUNCTIONS
from kpi.formulas.types import (
    AMOUNT,
    ANY,
    BOOLEAN,
    CLOCK,
    DATE,
    DURATION,
    EMPTY,
    NUMBER,
    TEXT,
    TIME,
    Types,
    ValueType,
    in_words,
)
from kpi.formulas.unparse import unparse

# What compilers emit besides the functions of ROW_FUNCTIONS. "convert" is to the type of the node; "is_true" makes a
# condition of a boolean, which may be empty; "seconds_between" and "add_seconds" work on times of one type.
Operation = Literal[
    "constant", "column", "window_edge", "null", "convert", "is_true", "and", "or", "not", "is_null", "in",
    "==", "!=", "<", "<=", ">", ">=", "negate", "+", "-", "*", "/",
    "days_between", "seconds_between", "add_days", "add_seconds", "concat", "choose",
]  # fmt: skip
Constant = float | int | str | bool | date | datetime
Lookup = Callable[[nodes.Column], Types]

_CONDITIONS = frozenset({"is_true", "and", "or", "not", "is_null", "in", "==", "!=", "<", "<=", ">", ">="})
_VERBS = {"+": "added", "-": "subtracted", "*": "multiplied", "/": "divided"}
_COMPARE_HINT = 'compare it, e.g. amount > 0, status == "paid"'


class Typed(NamedTuple):
    """A node of a typed tree.

    ``op`` is an Operation or the name of a row function. ``value`` is that of a constant, the name of a column, or the
    edge of the window. ``types`` has one type once all columns have one; text that may also be read as a date has two
    until something decides.
    """

    op: str
    types: Types
    args: tuple[Typed, ...]
    node: nodes.Node
    value: Constant | None = None

    @property
    def type(self) -> ValueType:
        """The type, where it is known."""
        if len(self.types) == 1:
            return next(iter(self.types))
        assert "text" in self.types, "only a text constant may have two types"
        return "text"


class Overload(NamedTuple):
    """The operation for certain types of the two sides: what these are converted to, and the type of the result."""

    op: str
    left: ValueType
    right: ValueType
    result: ValueType


class Hints:
    """What to write instead, for sources whose ``types`` can say what a column holds. Others have a class of theirs."""

    def number(self, node: nodes.Node) -> str:
        """How text becomes a number."""
        if isinstance(node, nodes.Column):
            return f"say types: {{{node.name}: number}}, or write number({node.name})"
        return "number(text) makes a number of it"

    def time(self, node: nodes.Node) -> str | None:
        """How text becomes a date."""
        if isinstance(node, nodes.Column):
            return f'say in types: that the column is a date, e.g. types: {{{node.name}: "date %d/%m/%Y"}}'
        return 'date(text, "%d/%m/%Y") makes a date of it'

    def text_with_number(self, text: nodes.Node, number: nodes.Node) -> str | None:
        """How text and a number are compared."""
        if isinstance(number, nodes.Column) and isinstance(text, nodes.Literal_):
            return f"if {number.name} holds codes, say types: {{{number.name}: text}}; numbers have no quotation marks"
        if isinstance(text, nodes.Column) and isinstance(number, nodes.Literal_):
            return f"text is written in quotation marks; number({text.name}) makes a number of text"
        if isinstance(text, nodes.Literal_):
            value = str(text.value)
            return f"write {value} without quotation marks" if value.isdigit() else None
        return "number(column) makes a number of text"

    def text_plus_number(self, text: nodes.Node, number: nodes.Node) -> str | None:
        """How text and a number are added."""
        if isinstance(number, nodes.Column):
            joined = f"to join texts say types: {{{number.name}: text}}"
            return f"{joined}; to add numbers, {self.number(text)}" if isinstance(text, nodes.Column) else joined
        return self.number(text) if not isinstance(text, nodes.Literal_) else None

    def aggregate_of_text(self, column: str, where: str) -> str:
        """What to do about an aggregate of text."""
        return f"count_distinct({where}) counts the distinct values"


class TypeChecker:
    """Types the row expressions of one source. ``lookup`` gives the types of a column, and may raise FormulaError."""

    def __init__(self, lookup: Lookup, hints: Hints | None = None) -> None:
        self._lookup = lookup
        self._hints = hints or Hints()

    def value(self, node: nodes.Node) -> Typed:
        """Any expression. Raises FormulaError E052 where values do not go together."""
        match node:
            case nodes.Column(name=name):
                return Typed("column", self._lookup(node), (), node, name)
            case nodes.GroupValue():
                return Typed("column", self._lookup(nodes.Column("value", at=node.at)), (), node, "value")
            case nodes.Literal_(value=value):
                return _constant(value, node)
            case nodes.Compare(op=op, left=left, right=right):
                return self._compare(op, self.value(left), self.value(right), node)
            case nodes.Arithmetic(op=op, left=left, right=right):
                return self._arithmetic(op, self.value(left), self.value(right), node)
            case nodes.Call():
                return self._call(node)
            case nodes.Choice(condition=condition, then=then, otherwise=otherwise):
                test = self.condition(condition)
                types, values = self._alike((self.value(then), self.value(otherwise)), "both values of a choice")
                return Typed("choose", types, (test, *values), node)
            case nodes.Negative(operand=operand):
                return self._negative(node, self.value(operand))
            case nodes.Empty():
                return Typed("null", EMPTY, (), node)
            case nodes.WindowEdge(edge=edge):
                return Typed("window_edge", DATE, (), node, edge)
        return self._logic(node)

    def condition(self, node: nodes.Node) -> Typed:
        """An expression that is true or false, never empty (V1). Raises FormulaError E052 where it is neither."""
        typed = self.value(node)
        if typed.op in _CONDITIONS or (typed.op == "constant" and typed.types == BOOLEAN):
            return typed
        if typed.types == EMPTY:
            typed = self.convert(typed, "boolean")
        if not typed.types & BOOLEAN:
            _fail(f"a condition is needed here, not {in_words(typed.types)}", node, _COMPARE_HINT)
        return Typed("is_true", BOOLEAN, (typed,), node)

    def aggregated(self, aggregate: nodes.Aggregate, types: Types) -> None:
        """Raise FormulaError E052 for an aggregate of a column or expression that holds something else."""
        wanted = AGGREGATES[aggregate.function].column
        if wanted is None or types & (wanted | EMPTY):
            return
        hint = None
        if aggregate.expression is not None:
            if types == BOOLEAN:
                hint = f"count the rows instead: count({aggregate.source}[{unparse(aggregate.expression)}])"
            elif types == TEXT:
                hint = self._hints.number(aggregate.expression)
            _fail(f"{aggregate.function} needs numbers, and this is {in_words(types)}", aggregate.expression, hint)
        where = f"{aggregate.source}.{aggregate.column}"
        if types == BOOLEAN:
            hint = f"count the rows instead: count({aggregate.source}[{aggregate.column}])"
        elif types == TEXT:
            hint = self._hints.aggregate_of_text(str(aggregate.column), where)
        message = f"{aggregate.function} needs numbers, and {where} holds {in_words(types)}"
        raise FormulaError("E052", message, aggregate.column_at, hint=hint)

    def convert(self, typed: Typed, to: ValueType) -> Typed:
        """A value as one of a type to which it can be converted. One whose type is not known stays as it is."""
        if len(typed.types) == 1 and to in typed.types:
            return typed
        target: Types = frozenset((to,))
        if typed.op == "null":
            return typed._replace(types=target)
        if typed.op == "constant" and "text" in typed.types:
            if to == "text":
                return typed._replace(types=target)
            time = _time_of(str(typed.value))
            assert time is not None, "a text that is compared with a time is one itself"
            kind: ValueType = "timestamp" if isinstance(time, datetime) else "date"
            return self.convert(typed._replace(types=frozenset((kind,)), value=time), to)
        if to in typed.types:
            if typed.op == "choose" and "text" in typed.types:
                test, *values = typed.args
                return typed._replace(types=target, args=(test, *(self.convert(value, to) for value in values)))
            if typed.op == "coalesce" and "text" in typed.types:
                return typed._replace(types=target, args=tuple(self.convert(value, to) for value in typed.args))
            return typed
        return Typed("convert", target, (typed,), typed.node)

    # Logic and comparisons.

    def _logic(self, node: nodes.Node) -> Typed:
        match node:
            case nodes.All(parts=parts):
                return Typed("and", BOOLEAN, tuple(self.condition(part) for part in parts), node)
            case nodes.Any_(parts=parts):
                return Typed("or", BOOLEAN, tuple(self.condition(part) for part in parts), node)
            case nodes.Not(operand=operand):
                return _not(self.condition(operand), node)
            case nodes.IsNone(operand=operand, negated=negated):
                test = Typed("is_null", BOOLEAN, (self.value(operand),), node)
                return _not(test, node) if negated else test
            case nodes.Within():
                return self._within(node)
        raise TypeError(f"not a row expression: {type(node).__name__}")

    def _compare(self, op: str, left: Typed, right: Typed, node: nodes.Node) -> Typed:
        common = _comparisons(op, left.types, right.types)
        if not common:
            self._clash(op, left, right, node)
        return Typed(op, BOOLEAN, (self.convert(left, common[0]), self.convert(right, common[0])), node)

    def _within(self, node: nodes.Within) -> Typed:
        operand = self.value(node.operand)
        if not node.items:  # of a split: no value is listed, or none is left
            return Typed("constant", BOOLEAN, (), node, node.negated)
        items = [_constant(item.value, item) for item in node.items]
        common = items[0].types
        for item in items[1:]:  # of one type among themselves, whatever the operand is
            if not common & item.types:
                words = f"{in_words(common)} and {in_words(item.types)} are not"
                _fail(f"all items of a list are of one type: {words}", item.node)
            common &= item.types
        tests = [self._compare("==", operand, item, node) for item in items]
        if all(test.args[0] is operand for test in tests):
            found = Typed("in", BOOLEAN, (operand, *(test.args[1] for test in tests)), node)
        else:
            found = Typed("or", BOOLEAN, tuple(tests), node)
        return _not(found, node) if node.negated else found

    def _clash(self, op: str, left: Typed, right: Typed, node: nodes.Node) -> NoReturn:
        """Say why two values cannot be compared, and how it was probably meant."""
        both = left.types | right.types
        if both == BOOLEAN or (op not in ("==", "!=") and BOOLEAN in (left.types, right.types)):
            _fail(f"booleans have no order, so {op} cannot compare them", node, "write == or !=")
        hint = None
        for one, other in ((left, right), (right, left)):
            if one.types == TEXT and other.types <= TIME and other.types:
                if one.op == "constant":
                    _refuse_time(str(one.value), node)
                hint = self._hints.time(one.node)
            elif one.types == TEXT and other.types == NUMBER:
                hint = self._hints.text_with_number(one.node, other.node)
            elif one.types == TEXT and other.types == BOOLEAN:
                hint = "booleans are written True and False, without quotation marks"
            elif one.types & DURATION and other.types == NUMBER:
                hint = f"write seconds({unparse(one.node)}), or minutes, hours, days"
            elif one.types == BOOLEAN and other.types == NUMBER:
                hint = "a boolean is compared with True or False, or needs no comparison"
        _fail(f"{in_words(left.types)} cannot be compared with {in_words(right.types)}", node, hint)

    # Arithmetic.

    def _negative(self, node: nodes.Negative, operand: Typed) -> Typed:
        found = operand.types & (AMOUNT | EMPTY)
        if not found:
            hint = self._hints.number(node.operand) if operand.types == TEXT else None
            _fail(f"{in_words(operand.types)} cannot be negative", node, hint)
        return Typed("negate", found, (operand,), node)

    def _arithmetic(self, op: str, left: Typed, right: Typed, node: nodes.Node) -> Typed:
        overloads = _overloads(op, left.types, right.types)
        if not overloads:
            self._not_calculable(op, left, right, node)
        types = frozenset(one.result for one in overloads)
        return self._operation(overloads[0], types, left, right, node)

    def _operation(self, chosen: Overload, types: Types, left: Typed, right: Typed, node: nodes.Node) -> Typed:
        if chosen.op == "null":
            return Typed("null", EMPTY, (), node)
        left, right = self.convert(left, chosen.left), self.convert(right, chosen.right)
        if chosen.op in ("add_days", "add_seconds"):
            time, by = (left, right) if chosen.left in TIME else (right, left)
            if isinstance(node, nodes.Arithmetic) and node.op == "-":
                by = Typed("negate", by.types, (by,), by.node)
            return Typed(chosen.op, types, (time, by), node)
        return Typed(chosen.op, types, (left, right), node)

    def _not_calculable(self, op: str, left: Typed, right: Typed, node: nodes.Node) -> NoReturn:
        if op == "+" and left.types | right.types == TEXT | NUMBER:
            text, number = (left, right) if left.types == TEXT else (right, left)
            hint = self._hints.text_plus_number(text.node, number.node)
            _fail("text and a number cannot be added", node, hint)
        for side in (left, right):
            if side.types <= TEXT | BOOLEAN:
                hint = self._hints.number(side.node) if side.types == TEXT else None
                if side.types == BOOLEAN:
                    hint = "write … if condition else …"
                _fail(f"{in_words(side.types)} cannot be {_VERBS[op]}", side.node, hint)
        hint = None
        duration = left.node if left.types == DURATION else right.node
        if left.types | right.types == AMOUNT:
            hint = f"write {'hours' if op == '/' else 'minutes'}({unparse(duration)}), which is a number"
        elif left.types == right.types == DURATION:
            hint = "write minutes(…) around one of them"
        words = f"{in_words(left.types)} and {in_words(right.types)} cannot be {_VERBS[op]}"
        if op == "/":
            words = f"{in_words(left.types)} cannot be divided by {in_words(right.types)}"
        elif left.types == right.types == DURATION:
            words = f"two durations cannot be {_VERBS[op]}"
        _fail(words, node, hint)

    # Functions.

    def _call(self, node: nodes.Call) -> Typed:
        function = ROW_FUNCTIONS[node.name].taking(len(node.arguments))
        args: list[Typed] = []
        for place, part in enumerate(node.arguments):
            argument, typed = function.argument(place), self.value(part)
            fitting = typed.types & argument.types
            if typed.types == EMPTY and argument.types != ANY:
                typed = self.convert(typed, "number" if "number" in argument.types else min(argument.types))
            elif not fitting and typed.types != EMPTY:
                self._unfit(node, argument.types, typed)
            elif typed.op == "constant" and len(fitting) == 1:
                typed = self.convert(typed, next(iter(fitting)))
            args.append(typed)
        if function.result is not None:
            return Typed(node.name, frozenset((function.result,)), tuple(args), node)
        if function.most is None:
            types, values = self._alike(tuple(args), f"all values of {node.name}")
            return Typed(node.name, types, values, node)
        return Typed(node.name, args[0].types & function.arguments[0].types, tuple(args), node)

    def _unfit(self, node: nodes.Call, wanted: Types, typed: Typed) -> NoReturn:
        hint = None
        if wanted == DURATION:
            hint = f"e.g. {ROW_FUNCTIONS[node.name].example}"
        elif typed.types == TEXT and wanted & NUMBER:
            hint = self._hints.number(typed.node)
        elif typed.types == TEXT and wanted in (TIME, CLOCK):
            hint = self._hints.time(typed.node)
        elif typed.types == DATE and wanted == CLOCK:
            hint = "a date has no time of day"
        elif node.name == "number" and typed.types == NUMBER:
            hint = "it is a number already"
        _fail(f"{node.name} takes {in_words(wanted)}, not {in_words(typed.types)}", typed.node, hint)

    def _alike(self, values: tuple[Typed, ...], what: str) -> tuple[Types, tuple[Typed, ...]]:
        """Values that take the place of one another, as values of one type; of dates and times as times, so that no
        hours are lost."""
        common = values[0].types
        for value in values[1:]:
            found = _unions(common, value.types)
            if not found:
                self._not_alike(common, values, value, what)
            common = found
        if len(common) > 1:
            return common, values
        return common, tuple(self.convert(value, next(iter(common))) for value in values)

    def _not_alike(self, common: Types, values: tuple[Typed, ...], value: Typed, what: str) -> NoReturn:
        hint = None
        if value.types == TEXT and common <= TIME:
            if value.op == "constant":
                _refuse_time(str(value.value), value.node)
            hint = self._hints.time(value.node)
        elif common == TEXT and value.types <= TIME:
            text = next(one for one in values if one.types == TEXT)
            hint = self._hints.time(text.node)
        _fail(f"{what} are of one type: {in_words(common)} and {in_words(value.types)} are not", value.node, hint)


def row_types(node: nodes.Node) -> Types:
    """The types that a row expression may yield, whatever the types of its columns. Raises FormulaError."""
    return UNTYPED.value(node).types


def check_row(node: nodes.Node) -> None:
    """Raise FormulaError E052 where the values of a row expression certainly do not go together."""
    UNTYPED.value(node)


def check_condition(node: nodes.Node) -> None:
    """Raise FormulaError E052 where a row expression is certainly not a condition, or a mistake in itself."""
    UNTYPED.condition(node)


def check_aggregate(aggregate: nodes.Aggregate) -> None:
    """Raise FormulaError E052 where what an aggregate is of is certainly nothing that it can be of."""
    if aggregate.expression is not None:
        UNTYPED.aggregated(aggregate, row_types(aggregate.expression))


def check_group_condition(node: nodes.Node) -> None:
    """Raise FormulaError E052 where an expression is certainly not a condition on the value of a group."""
    TypeChecker(lambda _: AMOUNT).condition(node)


def _of_unknown(column: nodes.Column) -> Types:
    return TEXT if column.name == "filename" else ANY


UNTYPED = TypeChecker(_of_unknown)


def _fail(message: str, node: nodes.Node, hint: str | None = None) -> NoReturn:
    raise FormulaError("E052", message, node.at, hint=hint)


def _not(operand: Typed, node: nodes.Node) -> Typed:
    return Typed("not", BOOLEAN, (operand,), node)


# Constants.


def _constant(value: float | int | str | bool, node: nodes.Node) -> Typed:
    if isinstance(value, bool):
        return Typed("constant", BOOLEAN, (), node, value)
    if isinstance(value, str):
        if not value.lstrip()[:1].isdigit():
            return Typed("constant", TEXT, (), node, value)
        time = _time_of(value)
        if time is None:
            return Typed("constant", TEXT, (), node, value)
        return Typed("constant", _TEXT_OR_TIMESTAMP if isinstance(time, datetime) else _TEXT_OR_DATE, (), node, value)
    if not math.isfinite(value):
        _fail("this number is too large", node)
    return Typed("constant", NUMBER, (), node, value)


_TEXT_OR_DATE: Types = TEXT | DATE
_TEXT_OR_TIMESTAMP: Types = TEXT | frozenset(("timestamp",))


def _time_of(text: str) -> date | datetime | None:
    """The date or local time that text is; None if it is neither."""
    text = text.strip()
    try:
        time = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if isinstance(time, datetime) and time.tzinfo is not None else time


def _refuse_time(text: str, node: nodes.Node) -> NoReturn:
    """Say why text is not the date or time that is needed."""
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        _fail(f'"{text.strip()}" is not a date', node, "dates are written YYYY-MM-DD, in quotation marks")
    _fail("a time in a formula has no zone", node, "write the local time, as YYYY-MM-DD HH:MM:SS")


# The rules for values whose types are known, and what they come to for sets of types.

_ORDER: tuple[ValueType, ...] = ("number", "text", "boolean", "duration", "date", "timestamp", "instant", "empty")


def _pairs(left: Types, right: Types) -> Iterable[tuple[ValueType, ValueType]]:
    """All combinations; text comes before the date that it may also be read as."""
    return ((one, other) for one in _ORDER if one in left for other in _ORDER if other in right)


def _common(left: ValueType, right: ValueType) -> ValueType | None:
    """As what two values are compared. A time meets a date as the day on which it is, so that
    ``closed <= "2026-06-30"`` has the whole of that day and ``at == first_date(x)`` the first order (V8)."""
    if left == right or right == "empty":
        return left
    if left == "empty":
        return right
    if left in TIME and right in TIME:
        return "date" if "date" in (left, right) else "instant"
    return None


@cache
def _comparisons(op: str, left: Types, right: Types) -> tuple[ValueType, ...]:
    """As what two sides may be compared, the preferred one first."""
    found = (_common(one, other) for one, other in _pairs(left, right))
    ordered = op not in ("==", "!=")
    return tuple(type_ for type_ in found if type_ is not None and not (ordered and type_ == "boolean"))


@cache
def _unions(left: Types, right: Types) -> Types:
    """The types of a value that is one of two."""
    found = set()
    for one, other in _pairs(left, right):
        common = _common(one, other)
        if common is not None:
            widest = max(one, other, key=_ORDER.index) if one in TIME and other in TIME else common
            found.add(widest)
    return frozenset(found)


@cache
def _overloads(op: str, left: Types, right: Types) -> tuple[Overload, ...]:
    """The operations that some combination of types allows, the preferred one first."""
    found = (_overload(op, one, other) for one, other in _pairs(left, right))
    return tuple(dict.fromkeys(one for one in found if one is not None))


_PLAIN: dict[str, dict[tuple[ValueType, ValueType], ValueType]] = {
    "+": {("number", "number"): "number", ("duration", "duration"): "duration"},  # text: see below
    "-": {("number", "number"): "number", ("duration", "duration"): "duration"},
    "*": {("number", "number"): "number", ("duration", "number"): "duration", ("number", "duration"): "duration"},
    "/": {("number", "number"): "number", ("duration", "number"): "duration", ("duration", "duration"): "number"},
}  # fmt: skip


def _overload(op: str, left: ValueType, right: ValueType) -> Overload | None:
    result = _PLAIN[op].get((left, right))
    if result is not None:
        return Overload(op, left, right, result)
    if op == "+" and "text" in (left, right) and {left, right} <= {"text", "empty"}:
        return Overload("concat", "text", "text", "text")
    if "empty" in (left, right):
        # An empty date as well as an empty number.
        return None if {left, right} & {"text", "boolean"} else Overload("null", left, right, "empty")
    if op == "-" and left in TIME and right in TIME:
        if left == right == "date":
            return Overload("days_between", "date", "date", "duration")
        # A clock that is set forward or back does not change how long something took, where the zones are known.
        both: ValueType = "instant" if "instant" in (left, right) else "timestamp"
        return Overload("seconds_between", both, both, "duration")
    if op in ("+", "-") and left in TIME and right in AMOUNT:
        return _moved(left, right)
    if op == "+" and right in TIME and left in AMOUNT:
        moved = _moved(right, left)
        return moved._replace(left=moved.right, right=moved.left)
    return None


def _moved(time: ValueType, by: ValueType) -> Overload:
    """A date moved by a number of days, which are whole ones, or any time by a duration or days."""
    if (time, by) == ("date", "number"):
        return Overload("add_days", "date", "number", "date")
    # A number of days is one of the calendar: the same time of day, whatever the clocks do between.
    kind: ValueType = "instant" if (time, by) == ("instant", "duration") else "timestamp"
    return Overload("add_seconds", kind, "duration", kind)
