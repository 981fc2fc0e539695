"""The parser of formulas: arithmetic over aggregates, measures and other KPIs, points in time and shifts."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import NamedTuple

from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import (
    AGGREGATES,
    FORMULA_FUNCTIONS,
    POINTS_IN_TIME,
    ROW_FUNCTIONS,
    SHIFTS,
    AggregateFunction,
)
from kpi.formulas.nodes import (
    NOWHERE,
    Aggregate,
    Arithmetic,
    At,
    Literal_,
    MomentName,
    Name,
    Negative,
    Node,
    Shift,
)  # fmt: skip
from kpi.formulas.row_parser import OPERATORS, RowParser, negate, unknown_function
from kpi.formulas.source_text import SourceText
from kpi.formulas.type_checker import check_condition

MAX_PERIODS = 10_000  # previous(x, n): further back no calendar reaches


class _Rows(NamedTuple):
    """The argument of an aggregate: ``source`` or ``source.column``, either with a filter."""

    source: str
    source_at: At
    column: str | None = None
    column_at: At = NOWHERE
    filter: Node | None = None


class FormulaParser:
    """Parses formulas over aggregates."""

    def __init__(self, text: SourceText) -> None:
        self.text = text
        self.rows = RowParser(text, "filter")

    def read(self, node: ast.expr) -> Node:
        """The tree of one formula. Raises FormulaError."""
        self.text.enter(node)
        made = self._read(node)
        self.text.leave()
        return made

    def _read(self, node: ast.expr) -> Node:
        at = self.text.at(node)
        if isinstance(node, ast.Constant):
            made = self.text.literal(node)
            if isinstance(made.value, (str, bool)):
                kind = "text" if isinstance(made.value, str) else "a boolean"
                raise self.text.error_at("E052", f"a number is needed here, not {kind}", node)
            return made
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return Arithmetic(OPERATORS[type(node.op)], self.read(node.left), self.read(node.right), at=at)
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
            operand = self.read(node.operand)
            return negate(operand, at) if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.Call):
            return self._call(node)
        raise self._refuse(node)

    def _name(self, node: ast.Name) -> Node:
        if node.id in ("window_start", "window_end"):
            raise self.text.error_at(
                "E053",
                f"{node.id} belongs only in the brackets of an aggregate",
                node,
                f"e.g. count(tickets[opened < {node.id}])",
            )
        self.text.refuse_foreign_word(node)
        return Name(node.id, at=self.text.at(node))

    def _refuse(self, node: ast.expr) -> FormulaError:
        text = self.text
        written = text.of(node)
        if isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            return text.error_at(
                "E052",
                "a condition belongs only in the brackets of an aggregate",
                node,
                'e.g. count(orders[status == "paid"]); targets are set by target',
            )
        if isinstance(node, ast.IfExp):
            return text.error_at(
                "E052",
                "a choice belongs only in a row expression",
                node,
                "compute a column with it, or filter in brackets",
            )
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            inner = node.value if isinstance(node, ast.Subscript) else node
            if isinstance(inner, ast.Call):
                return text.error_at(
                    "E052",
                    "a filter goes inside the aggregate, after its source or column",
                    node,
                    'e.g. count(orders[status == "paid"])',
                )
            rows = self._rows_of(node)
            if rows.column is None:
                return text.error_at("E052", f"{rows.source} needs an aggregate", node, f"e.g. count({written})")
            return text.error_at(
                "E052", f"{rows.source}.{rows.column} needs an aggregate", node, f"e.g. sum({written})"
            )
        if isinstance(node, (ast.Tuple, ast.List)):
            return text.error_at("E052", "a list belongs only after in, inside brackets", node)
        return text.error_at("E050", "this has no meaning in a formula", node)

    # Functions.

    def _call(self, node: ast.Call) -> Node:
        text = self.text
        function = node.func
        if isinstance(function, ast.Attribute):
            method = text.text[slice(*text.name_at(function))]
            inside = text.of(function.value)
            hint = (
                f"write {method}({inside})"
                if method in AGGREGATES
                else "a function comes before its brackets: sum(orders.amount)"
            )
            raise text.error_at("E051", f"{method} is not called with a dot", text.name_at(function), hint)
        if not isinstance(function, ast.Name):
            raise text.error_at("E051", "only a function can be called", function)
        name = function.id
        if name in AGGREGATES:
            return self._aggregate(AGGREGATES[name], node)
        if name in POINTS_IN_TIME:
            return self._moment(name, node)
        if name in SHIFTS:
            return self._shift(name, node)
        if name in ROW_FUNCTIONS:
            hint = f"use {name} in the brackets of an aggregate, or in a column under computed"
            instead = ROW_FUNCTIONS[name].for_formulas
            if instead is not None:
                hint += f"; {instead}"
            raise text.error_at("E052", f"{name} works on one row, not on a formula", function, hint)
        raise unknown_function(text, function, FORMULA_FUNCTIONS)

    def _aggregate(self, function: AggregateFunction, node: ast.Call) -> Node:
        text, name = self.text, function.name
        if not node.args:
            raise text.error_at("E051", f"{name} needs something to work on", node, f"e.g. {function.example}")
        wanted = 2 if function.percent else 1
        if len(node.args) > wanted:
            raise self._too_many(name, node, wanted)
        if len(node.args) < wanted:
            raise text.error_at("E051", f"{name} needs the percent", node, f"write {name}({text.of(node.args[0])}, 95)")
        percent = self._percent(node.args[1], node) if function.percent else None
        rows = self._rows_of(node.args[0], name)
        if rows.column is None and function.column is not None:
            written = text.text[rows.source_at[1] : text.at(node.args[0])[1]]
            column = "customer_id" if name == "count_distinct" else "amount"
            tail = ", 95" if function.percent else ""
            raise text.error_at(
                "E051",
                f"{name} takes a column of a source",
                node.args[0],
                f"write {name}({rows.source}.{column}{written}{tail}), with the column that you mean",
            )
        if rows.column is not None and function.column is None:
            filled = f"{rows.column} is not None"
            raise text.error_at(
                "E051",
                "count takes a source and counts its rows",
                node.args[0],
                f"write count({rows.source}), or for rows with a value count({rows.source}[{filled}])",
            )
        return Aggregate(
            name,
            rows.source,
            rows.column,
            rows.filter,
            percent,
            None,
            at=text.at(node),
            source_at=rows.source_at,
            column_at=rows.column_at,
        )

    def _too_many(self, name: str, node: ast.Call, wanted: int) -> FormulaError:
        text = self.text
        extra = node.args[wanted]
        first = text.of(node.args[0])
        if isinstance(extra, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            return text.error_at(
                "E051",
                "a filter goes in brackets after the source or column",
                extra,
                f"write {name}({first}[{text.of(extra)}])",
            )
        counted = "one argument" if wanted == 1 else "two arguments"
        return text.error_at("E051", f"{name} takes {counted}, not {len(node.args)}", extra, f"write {name}({first})")

    def _percent(self, node: ast.expr, call: ast.Call) -> float:
        text = self.text
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            raise text.error_at(
                "E051", "the percent comes second", node, f"write percentile({text.of(node)}, {text.of(call.args[0])})"
            )
        if isinstance(node, (ast.Compare, ast.BoolOp)):
            raise text.error_at(
                "E051",
                "a filter goes in brackets after the column",
                node,
                f"write percentile({text.of(call.args[0])}[{text.of(node)}], 95)",
            )
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value > 100:
            raise text.error_at("E051", "the percent is a number from 0 to 100", node, "e.g. 95")
        if 0 < value < 1:
            raise text.error_at("E051", "the percent is counted from 0 to 100", node, f"write {value * 100:.12g}")
        return float(value)

    # What aggregates work on.

    def _rows_of(self, node: ast.expr, function: str = "sum") -> _Rows:
        """Read ``source``, ``source.column``, ``source[…]`` or ``source.column[…]``."""
        text = self.text
        if isinstance(node, ast.Subscript):
            inner = node.value
            if isinstance(inner, ast.Subscript):
                raise text.error_at("E050", "there is one pair of brackets", node, "join the conditions with and")
            rows = self._rows_of(inner, function)
            return rows._replace(filter=self._filter(node.slice, rows, node))
        if isinstance(node, ast.Name):
            text.refuse_foreign_word(node)
            return _Rows(node.id, text.at(node))
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                return _Rows(node.value.id, text.at(node.value), node.attr, text.name_at(node))
            if isinstance(node.value, ast.Subscript) and isinstance(node.value.value, ast.Name):
                source, condition = text.of(node.value.value), text.of(node.value.slice)
                raise text.error_at(
                    "E050", "the filter goes after the column", node, f"write {source}.{node.attr}[{condition}]"
                )
            raise text.error_at(
                "E050", "a column is named by its source and its name, with one dot", node, "e.g. orders.amount"
            )
        raise self._refuse_rows(node, function)

    def _refuse_rows(self, node: ast.expr, function: str) -> FormulaError:
        text = self.text
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            if called in FORMULA_FUNCTIONS:
                hint = (
                    f"write {called}({function}(…)) instead"
                    if called not in AGGREGATES
                    else "aggregates do not nest; a query can"
                )
                return text.error_at("E052", f"{function} takes a column, not {called}(…)", node, hint)
        if isinstance(node, (ast.BinOp, ast.IfExp, ast.Call, ast.UnaryOp)):
            return text.error_at(
                "E052",
                f"{function} takes a column, not a calculation",
                node,
                "compute it as a column of the source under computed, and name that here",
            )
        if isinstance(node, (ast.Compare, ast.BoolOp)):
            return text.error_at(
                "E052",
                f"{function} takes a column, not a condition",
                node,
                "a filter goes in brackets, e.g. count(orders[amount > 0])",
            )
        return text.error_at("E052", f"{function} takes a source or a column of one, e.g. orders.amount", node)

    def _filter(self, node: ast.expr, rows: _Rows, whole: ast.Subscript) -> Node:
        text = self.text
        if isinstance(node, ast.Tuple):
            first, second = node.elts[0], node.elts[-1] if len(node.elts) == 1 else node.elts[1]
            commas = [token for token in text.between(text.at(first)[1], text.at(whole)[1]) if token[1] == ","]
            hint = f"write {text.of(first)} and {text.of(second)}" if second is not first else "leave it out"
            raise text.error_at("E050", "a comma does not join conditions", commas[0][2:] if commas else node, hint)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and rows.column is None:
            raise text.error_at(
                "E052", "a column is named with a dot", whole, f"write {rows.source}.{text.literal(node).value}"
            )
        made = self.rows.read(node)
        check_condition(made)
        return made

    # Time.

    def _only_argument(self, name: str, node: ast.Call, example: str) -> ast.expr:
        if len(node.args) != 1:
            raise self.text.error_at(
                "E051", f"{name} takes one argument, not {len(node.args)}", node, f"e.g. {example}"
            )
        return node.args[0]

    def _operand(self, name: str, node: ast.expr) -> Node:
        """The argument of a point in time or a shift. A mere number has no time."""
        operand = self.read(node)
        if isinstance(operand, Literal_):
            raise self.text.error_at("E053", f"{name} of a number is that number", node, "leave it out")
        return operand

    def _moment(self, name: MomentName, node: ast.Call) -> Node:
        argument = self._only_argument(name, node, f"{name}(count(employees))")
        return self._pushed(self._operand(name, argument), name)

    def _pushed(self, node: Node, moment: MomentName) -> Node:
        """``node`` with the point in time at each of its aggregates and names, where it is computed."""
        if isinstance(node, (Aggregate, Name)):
            if node.moment is not None:
                raise self.text.error_at(
                    "E053", f"{node.moment} inside {moment}: only one moment can hold", node.at, "leave one out"
                )
            return replace(node, moment=moment)
        if isinstance(node, Arithmetic):
            return replace(node, left=self._pushed(node.left, moment), right=self._pushed(node.right, moment))
        if isinstance(node, Negative):
            return replace(node, operand=self._pushed(node.operand, moment))
        if isinstance(node, Shift):
            raise self.text.error_at(
                "E053", f"{node.kind} goes outside of {moment}", node.at, f"write {node.kind}({moment}(…))"
            )
        return node

    def _shift(self, name: str, node: ast.Call) -> Node:
        text, at = self.text, self.text.at(node)
        if not SHIFTS[name].periods:
            return Shift(name, self._operand(name, self._only_argument(name, node, f"{name}(revenue)")), at=at)
        if len(node.args) not in (1, 2):
            raise text.error_at(
                "E051", f"{name} takes one argument or two, not {len(node.args)}", node, f"e.g. {name}(revenue, 12)"
            )
        periods = self._periods(node.args[1]) if len(node.args) == 2 else 1
        return Shift(name, self._operand(name, node.args[0]), periods, at=at)

    def _periods(self, node: ast.expr) -> int:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.text.error_at(
                "E053", "previous counts back whole periods, 1 or more", node, "e.g. previous(revenue, 12)"
            )
        if value > MAX_PERIODS:
            raise self.text.error_at("E053", f"previous counts back at most {MAX_PERIODS:,} periods", node)
        return value
