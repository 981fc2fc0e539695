"""Row expressions to SQL, with types.

The rules of empty values are V1 (comparisons are never empty: false, but ``!=`` and ``not in`` true), V2 (arithmetic
with an empty value and x / 0 are empty) and V6 (elapsed time with fractions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from kpi.computing.engine import quoted, text_literal
from kpi.computing.numbers import number_sql
from kpi.errors import TextError, did_you_mean
from kpi.formulas import tree

Kind = Literal["number", "text", "boolean", "date", "timestamp", "duration", "empty"]
NodeType = TypeVar("NodeType", bound=tree.Node)
SQL_OPS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
TIMES = ("date", "timestamp")


@dataclass(frozen=True)
class Sql:
    """An SQL expression and the kind of its value. Durations are DOUBLE seconds."""

    text: str
    kind: Kind


class RowCompiler:
    """Compiles the row expressions of one source.

    ``columns`` maps names to their SQL; ``edges`` the SQL of ``window_start`` and ``window_end`` where they may stand;
    ``first_dates`` the SQL of ``first_date(column)`` where it may stand. All methods raise TextError with offsets.
    """

    def __init__(
        self,
        columns: Mapping[str, Sql],
        *,
        edges: tuple[str, str] | None = None,
        first_date: Callable[[str], str] | None = None,
    ) -> None:
        self._columns = {name.casefold(): sql for name, sql in columns.items()}
        self._names = list(columns)
        self._edges = edges
        self._first_date = first_date

    def value(self, node: tree.Node) -> Sql:
        """Any expression."""
        match node:
            case tree.Literal_(value=value):
                return literal(value, node)
            case tree.Column():
                return self._column(node)
            case tree.WindowEdge(edge=edge):
                if self._edges is None:
                    raise fault(node, f"{edge} may stand only in the brackets of an aggregate")
                return Sql(self._edges[0 if edge == "window_start" else 1], "date")
            case tree.Negative(operand=operand):
                inner = self.value(operand)
                if inner.kind not in ("number", "duration", "empty"):
                    raise fault(node, f"minus needs a number, found {a(inner.kind)}")
                return Sql(f"(-{inner.text})", inner.kind)
            case tree.Arithmetic():
                return self._arithmetic(node)
            case tree.Choice():
                return self._choice(node)
            case tree.Call():
                return self._call(node)
            case _:
                return Sql(self.condition(node), "boolean")

    def condition(self, node: tree.Node) -> str:
        """SQL that is true or false, never empty (V1)."""
        match node:
            case tree.All(parts=parts):
                return "(" + " AND ".join(self.condition(part) for part in parts) + ")"
            case tree.Any_(parts=parts):
                return "(" + " OR ".join(self.condition(part) for part in parts) + ")"
            case tree.Not(operand=operand):
                return f"(NOT {self.condition(operand)})"
            case tree.IsNone(operand=operand, negated=negated):
                return f"({self.value(operand).text} IS {'NOT ' if negated else ''}NULL)"
            case tree.Compare():
                return self._compare(node)
            case tree.Within():
                return self._within(node)
            case tree.Literal_(value=bool() as value):
                return "true" if value else "false"
        sql = self.value(node)
        if sql.kind not in ("boolean", "empty"):
            raise fault(node, f"a condition is needed here, found {a(sql.kind)}", 'compare it, e.g. status == "paid"')
        return f"coalesce({sql.text}, false)"

    def _column(self, node: tree.Column) -> Sql:
        sql = self._columns.get(node.name.casefold())
        if sql is None:
            raise fault(node, f'there is no column "{node.name}"', did_you_mean(node.name, self._names))
        return sql

    def _arithmetic(self, node: tree.Arithmetic) -> Sql:
        left, right = self.value(node.left), self.value(node.right)
        kinds = (left.kind, right.kind)
        if node.op == "-" and left.kind in TIMES and right.kind in TIMES:
            return Sql(elapsed(left, right), "duration")
        if node.op in "+-" and left.kind in TIMES and right.kind in ("number", "duration"):
            return moved(left, node.op, right)
        if node.op == "+" and right.kind in TIMES and left.kind in ("number", "duration"):
            return moved(right, "+", left)
        for side, part in ((left, node.left), (right, node.right)):
            if side.kind not in ("number", "duration", "empty"):
                raise fault(part, f'"{node.op}" needs numbers, found {a(side.kind)}', number_hint(side.kind))
        kind: Kind = "duration" if "duration" in kinds else "number"
        if node.op in "+-" and set(kinds) == {"number", "duration"}:
            raise fault(node, "a number and a duration cannot be added", "write minutes(…) around the duration")
        if node.op == "*" and kinds == ("duration", "duration"):
            raise fault(node, "two durations cannot be multiplied", "write minutes(…) around one of them")
        if node.op == "/":
            if right.kind == "duration":
                kind = "number"
                if left.kind == "number":
                    raise fault(node, "a number cannot be divided by a duration", "write hours(…) around the duration")
            return Sql(f"(CAST({left.text} AS DOUBLE) / nullif({right.text}, 0))", kind)
        return Sql(f"(CAST({left.text} AS DOUBLE) {node.op} {right.text})", kind)

    def _compare(self, node: tree.Compare) -> str:
        left, right = alike(self.value(node.left), node.left, self.value(node.right), node.right)
        if node.op not in ("==", "!=") and "boolean" in (left.kind, right.kind):
            raise fault(node, f'"{node.op}" does not go with truth values', "use == or !=")
        default = "true" if node.op == "!=" else "false"
        return f"coalesce({left.text} {SQL_OPS[node.op]} {right.text}, {default})"

    def _within(self, node: tree.Within) -> str:
        operand = self.value(node.operand)
        items = [alike(operand, node.operand, literal(item.value, item), item)[1].text for item in node.items]
        if not items:
            return "true" if node.negated else "false"
        found = f"coalesce({operand.text} IN ({', '.join(items)}), false)"
        return f"(NOT {found})" if node.negated else found

    def _choice(self, node: tree.Choice) -> Sql:
        then, otherwise = alike(self.value(node.then), node.then, self.value(node.otherwise), node.otherwise)
        condition = self.condition(node.condition)
        kind = otherwise.kind if then.kind == "empty" else then.kind
        return Sql(f"(CASE WHEN {condition} THEN {then.text} ELSE {otherwise.text} END)", kind)

    def _call(self, node: tree.Call) -> Sql:
        name = node.name
        if name == "first_date":
            column = node.arguments[0]
            if self._first_date is None or not isinstance(column, tree.Column):
                raise fault(node, "first_date cannot stand here", "give it a name under computed:")
            self._column(column)
            return Sql(self._first_date(column.name), "date")
        values = [self.value(argument) for argument in node.arguments]
        if name == "coalesce":
            return self._coalesce(node, values)
        return simple_call(node, values)

    def _coalesce(self, node: tree.Call, values: list[Sql]) -> Sql:
        first = next((v for v in values if v.kind != "empty"), values[0])
        parts = [alike(first, node, value, part)[1] for value, part in zip(values, node.arguments, strict=True)]
        return Sql("coalesce(" + ", ".join(part.text for part in parts) + ")", first.kind)


def simple_call(node: tree.Call, values: list[Sql]) -> Sql:
    """The functions that need no context."""
    name, first = node.name, values[0]
    if name in SECONDS:
        wanted(node, first, ("duration",), "a difference of two times")
        return Sql(f"({first.text} / {SECONDS[name]}.0)", "number")
    if name in ("year", "month"):
        wanted(node, first, TIMES, "a date")
        return Sql(f"CAST({name}({first.text}) AS DOUBLE)", "number")
    wanted(node, first, ("text",), "text")
    if name == "lower":
        return Sql(f"lower({first.text})", "text")
    if name == "number":
        return Sql(number_sql(first.text, ".", None), "number")
    if name == "contains":
        wanted(node, values[1], ("text",), "text")
        return Sql(f"coalesce(contains({first.text}, {values[1].text}), false)", "boolean")
    if name == "extract":
        # RE2 has no look-around, so it cannot be made to run for ever by a hostile pattern.
        pattern = values[1].text
        matched = f"regexp_matches({first.text}, {pattern})"
        return Sql(f"(CASE WHEN {matched} THEN regexp_extract({first.text}, {pattern}, 1) END)", "text")
    raise fault(node, f'there is no function "{name}"')


def literal(value: float | int | str | bool, node: tree.Node) -> Sql:
    """A constant."""
    if isinstance(value, bool):
        return Sql("true" if value else "false", "boolean")
    if isinstance(value, str):
        return Sql(text_literal(value), "text")
    if not math.isfinite(value):
        raise fault(node, "this number is too large")
    return Sql(f"({float(value)!r}::DOUBLE)", "number")


def alike(left: Sql, left_node: tree.Node, right: Sql, right_node: tree.Node) -> tuple[Sql, Sql]:
    """Both sides brought to one kind. Dates may be written as text; a time meets a date as the day on which it lies,
    so that ``closed <= "2026-06-30"`` has the whole of that day and ``at == first_date(x)`` the first order (V8)."""
    if left.kind == right.kind or "empty" in (left.kind, right.kind):
        return left, right
    if left.kind in TIMES and right.kind == "text":
        return alike(left, left_node, as_time(right_node), right_node)
    if right.kind in TIMES and left.kind == "text":
        return alike(as_time(left_node), left_node, right, right_node)
    if left.kind in TIMES and right.kind in TIMES:
        return day_of(left), day_of(right)
    text, other = (left, right) if left.kind == "text" else (right, left)
    hint = None
    if text.kind == "text" and other.kind == "number":
        hint = "numbers are written without quotation marks; number(column) makes a number of text"
    elif text.kind == "text" and other.kind == "boolean":
        hint = "truth values are written True and False, without quotation marks"
    raise fault(right_node, f"{a(left.kind)} cannot be compared with {a(right.kind)}", hint)


def day_of(time: Sql) -> Sql:
    """The day on which a time lies."""
    return time if time.kind == "date" else Sql(f"CAST({time.text} AS DATE)", "date")


def as_time(node: tree.Node) -> Sql:
    """A date written as text in a formula."""
    if not isinstance(node, tree.Literal_) or not isinstance(node.value, str):
        raise fault(node, "text cannot be compared with a date", "say in types: that the column is a date")
    text = node.value.strip()
    try:
        if len(text) == 10:
            return Sql(f"DATE {text_literal(date.fromisoformat(text).isoformat())}", "date")
        from datetime import datetime

        moment = datetime.fromisoformat(text)
    except ValueError:
        raise fault(node, f'"{text}" is not a date', "dates are written YYYY-MM-DD") from None
    if moment.tzinfo is not None:
        raise fault(node, "a time in a formula has no zone", "write the local time, as YYYY-MM-DD HH:MM:SS")
    return Sql(f"TIMESTAMP {text_literal(moment.isoformat(sep=' '))}", "timestamp")


def elapsed(left: Sql, right: Sql) -> str:
    """Seconds between two times, with fractions (V6)."""
    if left.kind == right.kind == "date":
        return f"(CAST({left.text} - {right.text} AS DOUBLE) * 86400)"
    late, early = (f"CAST({side.text} AS TIMESTAMP)" for side in (left, right))
    return f"((epoch_us({late}) - epoch_us({early})) / 1e6)"


def moved(time: Sql, op: str, by: Sql) -> Sql:
    """A date moved by whole days, or a time by days or a duration."""
    if by.kind == "number" and time.kind == "date":
        return Sql(f"({time.text} {op} CAST({by.text} AS INTEGER))", "date")
    seconds = by.text if by.kind == "duration" else f"({by.text} * 86400)"
    stamp = f"CAST({time.text} AS TIMESTAMP)"
    return Sql(f"({stamp} {op} to_microseconds(CAST({seconds} * 1e6 AS BIGINT)))", "timestamp")


def wanted(node: tree.Call, value: Sql, kinds: tuple[str, ...], words: str) -> None:
    """Refuse an argument of another kind."""
    if value.kind not in (*kinds, "empty"):
        hint = "the column holds numbers already" if (node.name, value.kind) == ("number", "number") else None
        raise fault(node, f"{node.name}() needs {words}, found {a(value.kind)}", hint)


def number_hint(kind: Kind) -> str | None:
    """What to do when something is not a number."""
    if kind == "text":
        return "say types: {column: number}, or write number(column)"
    return "write … if condition else …" if kind == "boolean" else None


def a(kind: Kind) -> str:
    """The kind in words, with its article where it takes one."""
    words = {"text": "text", "empty": "an empty column", "boolean": "a truth value", "timestamp": "a time"}
    return words.get(kind, f"a {kind}")


def fault(node: tree.Node, message: str, hint: str | None = None) -> TextError:
    """The error for a node."""
    return TextError(message, *node.at, hint=hint)


def column_sql(name: str, kind: Kind, table: str = "") -> Sql:
    """A column of a loaded table."""
    return Sql(f"{table}{quoted(name)}", kind)
