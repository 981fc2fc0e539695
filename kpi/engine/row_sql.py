"""Row expressions to SQL, with types.

The rules of empty values are V1 (comparisons are never empty: false, but ``!=`` and ``not in`` true), V2 (arithmetic
with an empty value and x / 0 are empty) and V6 (elapsed time with fractions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from kpi.data.column_types import SQL_TYPES, TIMES, Kind
from kpi.data.database import quoted, text_literal
from kpi.data.text_casts_sql import formatted_sql, marks, number_sql
from kpi.errors import TextError, did_you_mean
from kpi.formulas import nodes, unparse
from kpi.plan.model import ReadOptions

NodeType = TypeVar("NodeType", bound=nodes.Node)
SQL_OPS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
FAR = 300_000  # days: eight centuries
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


@dataclass(frozen=True)
class Sql:
    """An SQL expression and the kind of its value. Durations are DOUBLE seconds."""

    text: str
    kind: Kind


class RowCompiler:
    """Compiles the row expressions of one source.

    ``columns`` maps names to their SQL; ``read`` says how the source writes numbers; ``edges`` has the SQL of
    ``window_start`` and ``window_end`` where they may stand; ``first_date`` gives that of ``first_date(column)`` where
    it may stand. All methods raise TextError with offsets.
    """

    def __init__(
        self,
        columns: Mapping[str, Sql],
        read: ReadOptions,
        *,
        edges: tuple[str, str] | None = None,
        first_date: Callable[[str], str] | None = None,
    ) -> None:
        self._columns = {name.casefold(): sql for name, sql in columns.items()}
        self._names = list(columns)
        self._read = read
        self._edges = edges
        self._first_date = first_date

    def value(self, node: nodes.Node) -> Sql:
        """Any expression."""
        match node:
            case nodes.Literal_(value=value):
                return literal(value, node)
            case nodes.Column():
                return self._column(node)
            case nodes.Empty():
                return Sql("NULL", "empty")
            case nodes.WindowEdge(edge=edge):
                if self._edges is None:
                    raise fault(node, f"{edge} may stand only in the brackets of an aggregate")
                return Sql(self._edges[0 if edge == "window_start" else 1], "date")
            case nodes.Negative(operand=operand):
                inner = self.value(operand)
                if inner.kind not in ("number", "duration", "empty"):
                    raise fault(node, f"minus needs a number, found {a(inner.kind)}")
                return Sql(f"(-CAST({inner.text} AS DOUBLE))", inner.kind)
            case nodes.Arithmetic():
                return self._arithmetic(node)
            case nodes.Choice():
                return self._choice(node)
            case nodes.Call():
                return self._call(node)
            case _:
                return Sql(self.condition(node), "boolean")

    def condition(self, node: nodes.Node) -> str:
        """SQL that is true or false, never empty (V1)."""
        match node:
            case nodes.All(parts=parts):
                return "(" + " AND ".join(self.condition(part) for part in parts) + ")"
            case nodes.Any_(parts=parts):
                return "(" + " OR ".join(self.condition(part) for part in parts) + ")"
            case nodes.Not(operand=operand):
                return f"(NOT {self.condition(operand)})"
            case nodes.IsNone(operand=operand, negated=negated):
                return f"({self.value(operand).text} IS {'NOT ' if negated else ''}NULL)"
            case nodes.Compare():
                return self._compare(node)
            case nodes.Within():
                return self._within(node)
            case nodes.Literal_(value=bool() as value):
                return "true" if value else "false"
        sql = self.value(node)
        if sql.kind not in ("boolean", "empty"):
            raise fault(node, f"a condition is needed here, found {a(sql.kind)}", 'compare it, e.g. status == "paid"')
        return f"coalesce(CAST({sql.text} AS BOOLEAN), false)"

    def _column(self, node: nodes.Column) -> Sql:
        sql = self._columns.get(node.name.casefold())
        if sql is None:
            raise fault(node, f'there is no column "{node.name}"', did_you_mean(node.name, self._names))
        return sql

    def _arithmetic(self, node: nodes.Arithmetic) -> Sql:
        left, right = self.value(node.left), self.value(node.right)
        kinds = (left.kind, right.kind)
        if node.op == "-" and left.kind in TIMES and right.kind in TIMES:
            return Sql(elapsed(left, right), "duration")
        if "empty" in kinds and not {"text", "boolean"} & set(kinds):
            return Sql("CAST(NULL AS VARCHAR)", "empty")  # an empty date as well as an empty number
        if node.op in "+-" and left.kind in TIMES and right.kind in ("number", "duration"):
            return moved(left, node.op, right)
        if node.op == "+" and right.kind in TIMES and left.kind in ("number", "duration"):
            return moved(right, "+", left)
        for side, part in ((left, node.left), (right, node.right)):
            if side.kind not in ("number", "duration", "empty"):
                raise fault(part, f'"{node.op}" needs numbers, found {a(side.kind)}', number_hint(part, side.kind))
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
            return Sql(f"(CAST({left.text} AS DOUBLE) / nullif(CAST({right.text} AS DOUBLE), 0))", kind)
        return Sql(f"(CAST({left.text} AS DOUBLE) {node.op} CAST({right.text} AS DOUBLE))", kind)

    def _compare(self, node: nodes.Compare) -> str:
        left, right = alike(self.value(node.left), node.left, self.value(node.right), node.right)
        if node.op not in ("==", "!=") and "boolean" in (left.kind, right.kind):
            raise fault(node, f'"{node.op}" does not go with truth values', "use == or !=")
        default = "true" if node.op == "!=" else "false"
        return f"coalesce({left.text} {SQL_OPS[node.op]} {right.text}, {default})"

    def _within(self, node: nodes.Within) -> str:
        operand = self.value(node.operand)
        pairs = [alike(operand, node.operand, literal(item.value, item), item) for item in node.items]
        if not pairs:
            return "true" if node.negated else "false"
        if all(left is operand for left, _ in pairs):
            found = f"coalesce({operand.text} IN ({', '.join(right.text for _, right in pairs)}), false)"
        else:
            found = "(" + " OR ".join(f"coalesce({left.text} = {right.text}, false)" for left, right in pairs) + ")"
        return f"(NOT {found})" if node.negated else found

    def _choice(self, node: nodes.Choice) -> Sql:
        then, otherwise = one_kind([(self.value(part), part) for part in (node.then, node.otherwise)])
        condition = self.condition(node.condition)
        return Sql(f"(CASE WHEN {condition} THEN {then.text} ELSE {otherwise.text} END)", then.kind)

    def _call(self, node: nodes.Call) -> Sql:
        name = node.name
        if name == "first_date":
            column = node.arguments[0]
            if self._first_date is None or not isinstance(column, nodes.Column):
                raise fault(node, "first_date cannot stand here", "give it a name under computed:")
            self._column(column)
            return Sql(self._first_date(column.name), "date")
        values = [self.value(argument) for argument in node.arguments]
        if name == "coalesce":
            parts = one_kind(list(zip(values, node.arguments, strict=True)))
            return Sql("coalesce(" + ", ".join(part.text for part in parts) + ")", parts[0].kind)
        if name == "number":
            wanted(node, values[0], ("text",), "text")
            return Sql(number_sql(values[0].text, *marks(self._read)), "number")
        return simple_call(node, values)


def simple_call(node: nodes.Call, values: list[Sql]) -> Sql:
    """The functions that need no context."""
    name, first = node.name, values[0]
    if first.kind == "empty" and name in (*SECONDS, "year", "month"):
        return Sql("CAST(NULL AS DOUBLE)", "number")
    if name in SECONDS:
        wanted(node, first, ("duration",), "a difference of two times")
        return Sql(f"({first.text} / {SECONDS[name]}.0)", "number")
    if name in ("year", "month"):
        wanted(node, first, TIMES, "a date")
        return Sql(f"CAST({name}({first.text}) AS DOUBLE)", "number")
    wanted(node, first, ("text",), "text")
    if name == "lower":
        return Sql(f"lower({first.text})", "text")
    if name == "contains":
        wanted(node, values[1], ("text",), "text")
        return Sql(f"coalesce(contains({first.text}, {values[1].text}), false)", "boolean")
    if name == "extract":
        # RE2 has no look-around, so it cannot be made to run for ever by a hostile pattern.
        pattern = values[1].text
        matched = f"regexp_matches({first.text}, {pattern})"
        return Sql(f"(CASE WHEN {matched} THEN regexp_extract({first.text}, {pattern}, 1) END)", "text")
    if name == "date" and isinstance(node.arguments[1], nodes.Literal_):
        return Sql(f"CAST({formatted_sql(first.text, str(node.arguments[1].value))} AS DATE)", "date")
    raise fault(node, f'there is no function "{name}"')


def literal(value: float | int | str | bool, node: nodes.Node) -> Sql:
    """A constant."""
    if isinstance(value, bool):
        return Sql("true" if value else "false", "boolean")
    if isinstance(value, str):
        return Sql(text_literal(value), "text")
    if not math.isfinite(value):
        raise fault(node, "this number is too large")
    return Sql(f"({float(value)!r}::DOUBLE)", "number")


def alike(left: Sql, left_node: nodes.Node, right: Sql, right_node: nodes.Node) -> tuple[Sql, Sql]:
    """Both sides brought to one kind. Dates may be written as text; a time meets a date as the day on which it lies,
    so that ``closed <= "2026-06-30"`` has the whole of that day and ``at == first_date(x)`` the first order (V8)."""
    if left.kind == right.kind:
        return left, right
    if left.kind == "empty":
        return typed(left, right.kind), right
    if right.kind == "empty":
        return left, typed(right, left.kind)
    if left.kind in TIMES and right.kind == "text":
        return alike(left, left_node, as_time(right_node), right_node)
    if right.kind in TIMES and left.kind == "text":
        return alike(as_time(left_node), left_node, right, right_node)
    if "date" in (left.kind, right.kind) and left.kind in TIMES and right.kind in TIMES:
        return day_of(left), day_of(right)
    if left.kind in TIMES and right.kind in TIMES:
        return left, right  # the engine takes a timestamp for one in the calendar's zone
    hint = comparison_hint(left.kind, left_node, right.kind, right_node)
    raise fault(right_node, f"{a(left.kind)} cannot be compared with {a(right.kind)}", hint)


def comparison_hint(left: Kind, left_node: nodes.Node, right: Kind, right_node: nodes.Node) -> str | None:
    """What to write instead of a comparison of two kinds that do not go together."""
    by_kind = {left: left_node, right: right_node}
    if by_kind.keys() == {"text", "number"}:
        text, number = by_kind["text"], by_kind["number"]
        if isinstance(number, nodes.Column) and isinstance(text, nodes.Literal_):
            return f"if {number.name} holds codes, say types: {{{number.name}: text}}; numbers have no quotation marks"
        if isinstance(text, nodes.Column) and isinstance(number, nodes.Literal_):
            return f"text is written in quotation marks; number({text.name}) makes a number of text"
        return "number(column) makes a number of text"
    if by_kind.keys() == {"text", "boolean"}:
        return "truth values are written True and False, without quotation marks"
    if by_kind.keys() == {"number", "duration"}:
        return f"write seconds({unparse(by_kind['duration'])}), or minutes, hours, days"
    return None


def one_kind(values: list[tuple[Sql, nodes.Node]]) -> list[Sql]:
    """Values that stand for one another, brought to one kind; of dates and times that of times, lest hours be lost."""
    first, first_node = next((value for value in values if value[0].kind != "empty"), values[0])
    if first.kind == "text" and any(value.kind in TIMES for value, _ in values):
        first, first_node = next(value for value in values if value[0].kind in TIMES)
    if first.kind not in TIMES:
        for value, node in values:
            alike(first, first_node, value, node)
        return [typed(value, first.kind) if value.kind == "empty" else value for value, _ in values]
    times = [as_time(node) if value.kind == "text" else value for value, node in values]
    for value, (_, node) in zip(times, values, strict=True):
        alike(first, first_node, value, node)
    kinds = {value.kind for value in times}
    kind: Kind = "instant" if "instant" in kinds else "timestamp" if "timestamp" in kinds else "date"
    return [typed(value, kind) for value in times]


def typed(value: Sql, kind: Kind) -> Sql:
    """A value as one of another kind, of which it surely is: an empty one, or a date as a time."""
    return Sql(f"CAST({value.text} AS {SQL_TYPES[kind]})", kind)


def day_of(time: Sql) -> Sql:
    """The day on which a time lies."""
    return time if time.kind == "date" else Sql(f"CAST({time.text} AS DATE)", "date")


def as_time(node: nodes.Node) -> Sql:
    """A date written as text in a formula."""
    if not isinstance(node, nodes.Literal_) or not isinstance(node.value, str):
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
    # A clock that is set forward or back does not change how long something took, where the zones are known.
    type_name = "TIMESTAMPTZ" if "instant" in (left.kind, right.kind) else "TIMESTAMP"
    late, early = (f"CAST({side.text} AS {type_name})" for side in (left, right))
    return f"((epoch_us({late}) - epoch_us({early})) / 1e6)"


def moved(time: Sql, op: str, by: Sql) -> Sql:
    """A date moved by whole days, or a time by days or a duration; empty where that leads out of the calendar."""
    days = f"CAST({by.text} AS DOUBLE)" + (" / 86400" if by.kind == "duration" else "")
    near = f"CASE WHEN abs({days}) < {FAR}"
    if by.kind == "number" and time.kind == "date":
        return Sql(f"({near} THEN {time.text} {op} CAST({by.text} AS INTEGER) END)", "date")
    kind: Kind = "instant" if (time.kind, by.kind) == ("instant", "duration") else "timestamp"
    stamp = f"CAST({time.text} AS {'TIMESTAMPTZ' if kind == 'instant' else 'TIMESTAMP'})"
    seconds = by.text if by.kind == "duration" else f"CAST({by.text} AS DOUBLE) * 86400"
    return Sql(f"({near} THEN {stamp} {op} to_microseconds(CAST({seconds} * 1e6 AS BIGINT)) END)", kind)


def wanted(node: nodes.Call, value: Sql, kinds: tuple[str, ...], words: str) -> None:
    """Refuse an argument of another kind."""
    if value.kind not in (*kinds, "empty"):
        hint = "the column holds numbers already" if (node.name, value.kind) == ("number", "number") else None
        raise fault(node, f"{node.name}() needs {words}, found {a(value.kind)}", hint)


def number_hint(node: nodes.Node, kind: Kind) -> str | None:
    """What to do when something is not a number."""
    if kind == "text":
        name = node.name if isinstance(node, nodes.Column) else "column"
        return f"say types: {{{name}: number}}, or write number({name})"
    return "write … if condition else …" if kind == "boolean" else None


def a(kind: Kind) -> str:
    """The kind in words, with its article where it takes one."""
    words = {"text": "text", "empty": "an empty column", "boolean": "a truth value"}
    return "a time" if kind in ("timestamp", "instant") else words.get(kind, f"a {kind}")


def fault(node: nodes.Node, message: str, hint: str | None = None) -> TextError:
    """The error for a node."""
    return TextError(message, *node.at, hint=hint)


def column_sql(name: str, kind: Kind, table: str = "") -> Sql:
    """A column of a loaded table."""
    return Sql(f"{table}{quoted(name)}", kind)
