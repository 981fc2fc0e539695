"""Formulas as ANSI SQL, where SQL says the same without a window, a period or another KPI's history."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi.formulas.nodes import (
    Aggregate,
    All,
    Any_,
    Arithmetic,
    Call,
    Choice,
    Column,
    Compare,
    Empty,
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    ValueCall,
    Within,
)
from kpi.formulas.unparse import unparse

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Source

LONGEST = 4_000  # characters of an expression
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALLS = {"lower": "LOWER", "upper": "UPPER", "trim": "TRIM", "abs": "ABS", "floor": "FLOOR", "ceil": "CEILING",
          "length": "CHAR_LENGTH", "coalesce": "COALESCE"}  # fmt: skip
_PARTS = {"year": "YEAR", "month": "MONTH", "quarter": "QUARTER", "day": "DAY", "hour": "HOUR"}
_AGGREGATES = {"sum": "SUM", "avg": "AVG", "min": "MIN", "max": "MAX", "median": "MEDIAN", "stddev": "STDDEV_SAMP"}
_SIGNS = {"==": "=", "!=": "<>"}
# Words that SQL keeps for itself and columns are called.
_RESERVED = frozenset((
    "date", "day", "from", "group", "hour", "month", "order", "select", "table", "time", "timestamp", "to", "user",
    "value", "values", "when", "where", "year", "end", "start", "count", "sum",
))  # fmt: skip


class InexpressibleError(Exception):
    """Why SQL cannot say what a formula says."""


def identifier(name: str) -> str:
    """A name in SQL, quoted where that is needed."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED else '"' + name.replace('"', '""') + '"'


class SqlWriter:
    """Writes the metrics of a plan. ``used`` are the columns that they name, by source."""

    def __init__(self, checked: Checked) -> None:
        self.used: dict[str, dict[str, None]] = {}
        self._checked = checked
        self._done: dict[str, str] = {}
        self._qualified = True

    def metric(self, id_: str) -> str:
        """The expression of a KPI. Raises InexpressibleError."""
        kpi = self._checked.plan.kpis[id_]
        if kpi.formula is None:
            raise InexpressibleError("its values are typed in by hand")
        if kpi.window is not None:
            raise InexpressibleError(f"it has a window of its own, {kpi.window}")
        if id_ not in self._done:
            self._done[id_] = _short(self._formula(self._checked.formulas[id_]))
        return self._done[id_]

    def row(self, node: Node, source: Source) -> str:
        """A computed column of a source, over the columns of its table. Raises InexpressibleError."""
        self._qualified = False
        try:
            return _short(self._value(node, source, numeric=True))
        finally:
            self._qualified = True

    # Over aggregates.

    def _formula(self, node: Node) -> str:
        if isinstance(node, Literal_):
            return _literal(node)
        if isinstance(node, Negative):
            return f"(-{self._formula(node.operand)})"
        if isinstance(node, Arithmetic):
            left, right = self._formula(node.left), self._formula(node.right)
            # A division by zero has no value, and whole numbers are not cut off.
            return f"(1.0 * {left} / NULLIF({right}, 0))" if node.op == "/" else f"({left} {node.op} {right})"
        if isinstance(node, ValueCall) and node.name == "abs":
            return f"ABS({self._formula(node.arguments[0])})"
        if isinstance(node, Name) and node.moment is None:
            if node.name in self._checked.measures:
                if node.name not in self._done:
                    self._done[node.name] = _short(self._formula(self._checked.measures[node.name]))
                return self._done[node.name]
            return self.metric(node.name)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        raise InexpressibleError(f"SQL has no {unparse(node)}")

    def _aggregate(self, node: Aggregate) -> str:
        source = self._checked.plan.sources[node.source]
        if node.moment is not None or source.lasting:
            raise InexpressibleError(f"{unparse(node)} is of a point in time")
        if node.per is not None or node.function not in (*_AGGREGATES, "count", "count_distinct", "percentile"):
            raise InexpressibleError(f"SQL has no {unparse(node)} in one expression")
        conditions = [one for one in (self._checked.where.get(source.id), node.filter) if one is not None]
        when = " AND ".join(self._condition(one, source) for one in conditions)
        if node.function == "count":
            if when:
                return f"COUNT(CASE WHEN {when} THEN 1 END)"
            if source.date is None:
                raise InexpressibleError(f"{unparse(node)} names no column")
            return f"COUNT({self._column(source.date, source)})"
        assert node.operand is not None
        value = self._value(node.operand, source, numeric=node.function != "count_distinct")
        if when:
            value = f"CASE WHEN {when} THEN {value}{' ELSE 0' if node.function == 'sum' else ''} END"
        if node.function == "count_distinct":
            return f"COUNT(DISTINCT {value})"
        if node.function == "percentile":
            share = (Decimal(repr(node.percent)) / 100).normalize()
            return f"PERCENTILE_CONT({share:f}) WITHIN GROUP (ORDER BY {value})"
        return f"{_AGGREGATES[node.function]}({value})"

    # Rows.

    def _column(self, name: str, source: Source) -> str:
        if name == "filename":
            raise InexpressibleError("a table has no filename")
        if not self._qualified:
            columns = self._checked.facts[source.id].columns or {}
            return identifier(source.columns.get(name) or columns.get(name) or name)
        computed = self._checked.rows.get((source.id, name))
        if computed is not None:
            self.row(computed, source)  # raises where it cannot be a field
        self.used.setdefault(source.id, {})[name] = None
        return f"{identifier(source.id)}.{identifier(name)}"

    def _value(self, node: Node, source: Source, *, numeric: bool = False) -> str:
        """A value of a row. Only where it is known to be a number are + and - of numbers, and not of dates."""
        match node:
            case Column(name=name):
                computed = None if self._qualified else self._checked.rows.get((source.id, name))
                return (
                    self._column(name, source) if computed is None else self._value(computed, source, numeric=numeric)
                )
            case Literal_():
                return _literal(node)
            case Empty():
                return "NULL"
            case Negative(operand=operand):
                return f"(-{self._value(operand, source, numeric=numeric)})"
            case Arithmetic(op="*", left=left, right=right):
                return f"({self._value(left, source, numeric=True)} * {self._value(right, source, numeric=True)})"
            case Arithmetic(op="/", left=left, right=right):
                over, under = self._value(left, source, numeric=True), self._value(right, source, numeric=True)
                return f"(1.0 * {over} / NULLIF({under}, 0))"
            case Arithmetic(op=op, left=left, right=right) if numeric:
                return f"({self._value(left, source, numeric=True)} {op} {self._value(right, source, numeric=True)})"
            case Choice(condition=condition, then=then, otherwise=otherwise):
                when = self._condition(condition, source)
                one, other = (self._value(part, source, numeric=numeric) for part in (then, otherwise))
                return f"CASE WHEN {when} THEN {one} ELSE {other} END"
            case Call(name=name, arguments=arguments) if name in _CALLS:
                return f"{_CALLS[name]}({', '.join(self._value(one, source, numeric=numeric) for one in arguments)})"
            case Call(name=name, arguments=(argument,)) if name in _PARTS:
                return f"EXTRACT({_PARTS[name]} FROM {self._value(argument, source)})"
        raise InexpressibleError(f"SQL has no {unparse(node)}")

    def _condition(self, node: Node, source: Source) -> str:
        """A condition that SQL finds true where it holds here."""
        match node:
            case All(parts=parts):
                return "(" + " AND ".join(self._condition(one, source) for one in parts) + ")"
            case Any_(parts=parts):
                return "(" + " OR ".join(self._condition(one, source) for one in parts) + ")"
            case Not(operand=operand):
                return f"(({self._condition(operand, source)}) IS NOT TRUE)"
            case IsNone(operand=operand, negated=negated):
                return f"({self._value(operand, source)} IS {'NOT ' if negated else ''}NULL)"
            case Within(operand=operand, items=items, negated=negated):
                this = self._value(operand, source)
                listed = f"{this} {'NOT ' if negated else ''}IN ({', '.join(map(_literal, items))})"
                return f"({listed} OR {this} IS NULL)" if negated else f"({listed})"
            case Compare(op=op, left=left, right=right):
                one, other = self._value(left, source), self._value(right, source)
                text = f"{one} {_SIGNS.get(op, op)} {other}"
                if op != "!=":
                    return f"({text})"
                if not isinstance(right, Literal_):
                    raise InexpressibleError(f"SQL has no {unparse(node)} for empty values")
                return f"({text} OR {one} IS NULL)"
            case Column() | Call():
                return f"({self._value(node, source)} = TRUE)"
        raise InexpressibleError(f"SQL has no {unparse(node)}")


def _literal(node: Literal_) -> str:
    value = node.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"{Decimal(repr(value)).normalize():f}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    """A text, unless it is longer than any tool reads."""
    if len(text) > LONGEST:
        raise InexpressibleError(f"its SQL is longer than {LONGEST:,} characters")
    if text.startswith("(") and text.endswith(")") and _whole(text):
        return text[1:-1]
    return text


def _whole(text: str) -> bool:
    """Whether the first bracket is closed by the last one; quotations are not looked into, so they say no."""
    if "'" in text or '"' in text:
        return False
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and place < len(text) - 1:
            return False
    return True
