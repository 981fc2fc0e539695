"""The parser of formulas: arithmetic and functions over aggregates, measures and other KPIs, and shifts in time."""

from __future__ import annotations

import ast
from dataclasses import replace

from kpi.errors import TextError
from kpi.formulas.aggregate_parser import AggregateParser
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import (
    AGGREGATES,
    FORMS,
    FORMULA_FUNCTIONS,
    POINTS_IN_TIME,
    ROW_FUNCTIONS,
    SHIFTS,
    VALUE_FUNCTIONS,
    ValueFunction,
)
from kpi.formulas.nodes import (
    Aggregate,
    Arithmetic,
    Growth,
    Literal_,
    MomentName,
    Name,
    Node,
    Over,
    Shift,
    Total,
    ValueCall,
)  # fmt: skip
from kpi.formulas.row_parser import OPERATORS, negate, unknown_function
from kpi.formulas.source_text import SourceText
from kpi.formulas.walk import rebuilt
from kpi.values import parse_window

MAX_PERIODS = 10_000  # previous(x, n): further back no calendar reaches


class FormulaParser:
    """Parses formulas over aggregates."""

    def __init__(self, text: SourceText) -> None:
        self.text = text
        self.aggregates = AggregateParser(text)

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
            rows = self.aggregates.rows_of(node, "sum")
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
        if name in VALUE_FUNCTIONS and not self._is_of_rows(name, node):
            return self._values(VALUE_FUNCTIONS[name], node)
        if name in AGGREGATES:
            return self.aggregates.aggregate(AGGREGATES[name], node)
        if name in POINTS_IN_TIME:
            return self._moment(name, node)
        if name in SHIFTS:
            return self._shift(name, node)
        if name in FORMS:
            return self._form(name, node)
        if name in ROW_FUNCTIONS:
            hint = f"use {name} inside an aggregate, or in a column under computed"
            instead = ROW_FUNCTIONS[name].for_formulas
            if instead is not None:
                hint += f"; {instead}"
            raise text.error_at("E052", f"{name} works on one row, not on a formula", function, hint)
        raise unknown_function(text, function, FORMULA_FUNCTIONS)

    # Functions of values.

    def _is_of_rows(self, name: str, node: ast.Call) -> bool:
        """Whether a function that is also an aggregate is one here: it has one argument, or a column and a filter."""
        if name not in AGGREGATES:
            return False
        condition = len(node.args) == 2 and isinstance(node.args[1], (ast.Compare, ast.BoolOp))
        return len(node.args) < VALUE_FUNCTIONS[name].least or condition

    def _values(self, function: ValueFunction, node: ast.Call) -> Node:
        text, name = self.text, function.name
        column = next((part for part in node.args if isinstance(part, (ast.Attribute, ast.Subscript))), None)
        if len(node.args) > 1 and name in AGGREGATES and column is not None:
            first, second = (text.of(part) for part in node.args[:2])
            sign = "<" if name == "min" else ">"
            raise text.error_at(
                "E052",
                f"{name} of several is of values, and {text.of(column)} is a column",
                column,
                f"for each row: sum({first} if {first} {sign} {second} else {second}); of aggregates: "
                f"e.g. {name}(sum({text.of(column)}), 0)",
            )
        found = len(node.args)
        if found < function.least or (function.most is not None and found > function.most):
            counted = "one argument" if function.most == 1 else "two arguments or more"
            raise text.error_at("E051", f"{name} takes {counted}, not {found}", node, f"e.g. {function.example}")
        return ValueCall(name, tuple(self.read(part) for part in node.args), at=text.at(node))

    def _form(self, name: str, node: ast.Call) -> Node:
        match name:
            case "growth":
                return self._growth(node)
            case "total":
                operand = self._operand(name, self._only_argument(name, node, FORMS[name].example))
                return Total(operand, at=self.text.at(node))
            case "over":
                return self._over(node)
        raise self.text.error_at(
            "E052",
            "per gives a value for each group, and a formula has one value",
            node,
            f"aggregate them, e.g. avg({self.text.of(node)})",
        )

    def _growth(self, node: ast.Call) -> Node:
        text, at = self.text, self.text.at(node)
        if len(node.args) not in (1, 2):
            message = f"growth takes one argument or two, not {len(node.args)}"
            raise text.error_at("E051", message, node, "e.g. growth(revenue), growth(revenue, 12)")
        operand = self._operand("growth", node.args[0])
        if len(node.args) == 1:
            return Growth(operand, at=at)
        since = node.args[1]
        if isinstance(since, ast.Name) and since.id == "year_ago":
            return Growth(operand, "year_ago", at=at)
        return Growth(operand, "previous", self._periods("growth", since), at=at)

    def _over(self, node: ast.Call) -> Node:
        text = self.text
        window = node.args[1] if len(node.args) == 2 else None
        if window is None or not (isinstance(window, ast.Constant) and isinstance(window.value, str)):
            where = window or node
            raise text.error_at(
                "E051", "over takes a value and a window as text", where, 'e.g. over(revenue, "3 months")'
            )
        words = " ".join(str(text.literal(window).value).lower().split())
        try:
            parse_window(words)
        except TextError as error:
            hint = "leave over out" if "omit window" in (error.hint or "") else error.hint
            raise text.error_at("E053", error.message, window, hint) from None
        return Over(self._operand("over", node.args[0]), words, at=text.at(node))

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
        if isinstance(node, (Shift, Growth)):
            raise self.text.error_at(
                "E053", f"{node.called} goes outside of {moment}", node.at, f"write {node.called}({moment}(…))"
            )
        return rebuilt(node, lambda part: self._pushed(part, moment))

    def _shift(self, name: str, node: ast.Call) -> Node:
        text, at = self.text, self.text.at(node)
        if not SHIFTS[name].periods:
            return Shift(name, self._operand(name, self._only_argument(name, node, f"{name}(revenue)")), at=at)
        if len(node.args) not in (1, 2):
            raise text.error_at(
                "E051", f"{name} takes one argument or two, not {len(node.args)}", node, f"e.g. {name}(revenue, 12)"
            )
        periods = self._periods(name, node.args[1]) if len(node.args) == 2 else 1
        return Shift(name, self._operand(name, node.args[0]), periods, at=at)

    def _periods(self, name: str, node: ast.expr) -> int:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            also = ", or growth(revenue, year_ago)" if name == "growth" else ""
            raise self.text.error_at(
                "E053", f"{name} counts back whole periods, 1 or more", node, f"e.g. {name}(revenue, 12){also}"
            )
        if value > MAX_PERIODS:
            raise self.text.error_at("E053", f"{name} counts back at most {MAX_PERIODS:,} periods", node)
        return value
