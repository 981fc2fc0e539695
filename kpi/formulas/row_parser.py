"""The parser of row expressions: ``where``, ``computed`` and the filter in the brackets of an aggregate."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Literal

from kpi.errors import TextError, did_you_mean, nearest
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import (
    AGGREGATES,
    EDGE_WORDS,
    FORMULA_FUNCTIONS,
    FUNCTIONS,
    POINTS_IN_TIME,
    ROW_FUNCTIONS,
    ArgumentKind,
    RowFunction,
)
from kpi.formulas.nodes import (
    All,
    Any_,
    Arithmetic,
    ArithmeticOp,
    At,
    Call,
    Choice,
    Column,
    Compare,
    CompareOp,
    Empty,
    IsNone,
    Literal_,
    Negative,
    Node,
    Not,
    WindowEdge,
    Within,
)  # fmt: skip
from kpi.formulas.source_text import SourceText, is_empty_word
from kpi.formulas.suggestions import elsewhere

Place = Literal["filter", "where", "computed"]

OPERATORS: dict[type[ast.operator], ArithmeticOp] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS: dict[type[ast.cmpop], CompareOp] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_COUNTED = {1: "one argument", 2: "two arguments", 3: "three arguments"}
MAX_DIGITS = 15  # decimal places: a number has no more digits


def negate(operand: Node, at: At) -> Node:
    """Unary minus; a number simply becomes negative, so that ``-5`` is one literal everywhere."""
    if isinstance(operand, Literal_) and not isinstance(operand.value, (bool, str)):
        return Literal_(-operand.value if operand.value else 0, at=at)
    return Negative(operand, at=at)


class RowParser:
    """Parses row expressions. ``place`` decides about ``window_start``, ``window_end`` and ``first_date``."""

    def __init__(self, text: SourceText, place: Place) -> None:
        self.text = text
        self.place = place

    def read(self, node: ast.expr) -> Node:
        """The tree of one expression. Raises FormulaError."""
        self.text.enter(node)
        made = self._read(node)
        self.text.leave()
        return made

    def _read(self, node: ast.expr) -> Node:
        at = self.text.at(node)
        if isinstance(node, ast.Constant):
            return self.text.literal(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return Arithmetic(OPERATORS[type(node.op)], self.read(node.left), self.read(node.right), at=at)
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return Not(self.read(node.operand), at=at)
            operand = self.read(node.operand)
            return negate(operand, at) if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.BoolOp):
            join = All if isinstance(node.op, ast.And) else Any_
            return self._joined(join, [self.read(part) for part in node.values], at)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.IfExp):
            return self._choice(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise self._refuse(node)

    def _choice(self, node: ast.IfExp) -> Node:
        values = [
            Empty(at=self.text.at(part)) if isinstance(part, ast.Constant) and part.value is None else self.read(part)
            for part in (node.body, node.orelse)
        ]
        if all(isinstance(value, Empty) for value in values):
            raise self.text.error_at("E052", "a choice between None and None is always empty", node)
        return Choice(self.read(node.test), *values, at=self.text.at(node))

    def _joined(self, join: type[All] | type[Any_], parts: list[Node], at: At) -> Node:
        flat: list[Node] = []
        for part in parts:
            flat += part.parts if isinstance(part, join) else (part,)
        return join(tuple(flat), at=at)

    def _refuse(self, node: ast.expr) -> FormulaError:
        text = self.text
        if isinstance(node, ast.Attribute):
            start, end = text.name_at(node)
            return text.error_at(
                "E052",
                "a row expression names the columns of its own source alone",
                node,
                instead=text.text[start:end],
            )
        if isinstance(node, ast.Subscript):
            return text.error_at(
                "E052",
                "brackets belong only after a source or column inside an aggregate",
                node,
                "join conditions with and, or",
            )
        if isinstance(node, (ast.Tuple, ast.List)):
            return text.error_at("E052", "a list belongs only after in", node, 'write status in ("paid", "open")')
        return text.error_at("E050", "this has no meaning in a formula", node)

    def _name(self, node: ast.Name) -> Node:
        at = self.text.at(node)
        if node.id in ("window_start", "window_end"):
            if self.place != "filter":
                raise self.text.error_at(
                    "E053",
                    f"{node.id} belongs only in the brackets of an aggregate",
                    node,
                    f"a row has no window; write e.g. count(tickets[opened < {node.id}])",
                )
            return WindowEdge("window_start" if node.id == "window_start" else "window_end", at=at)
        self.text.refuse_foreign_word(node)
        return Column(node.id, at=at)

    # Comparisons.

    def _comparison(self, node: ast.Compare) -> Node:
        if len(node.ops) == 1:
            return self._one(node.ops[0], node.left, node.comparators[0], self.text.at(node))
        parts: list[Node] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            at = (self.text.at(left)[0], self.text.at(right)[1])
            parts.append(self._one(op, left, right, at))
            left = right
        return All(tuple(parts), at=self.text.at(node))

    def _one(self, op: ast.cmpop, left: ast.expr, right: ast.expr, at: At) -> Node:
        between = self.text.between(self.text.at(left)[1], self.text.at(right)[0])
        operator = next(token for token in between if token[1] != ")")
        if isinstance(op, (ast.Is, ast.IsNot)):
            return self._is(isinstance(op, ast.IsNot), left, right, (operator[2], at[1]), at)
        if isinstance(op, (ast.In, ast.NotIn)):
            return Within(self.read(left), self._items(left, right), isinstance(op, ast.NotIn), at=at)
        for side, other in ((right, left), (left, right)):
            if is_empty_word(side):
                test = "is not None" if isinstance(op, ast.NotEq) else "is None"
                where = (operator[2], at[1]) if side is right else at
                raise self.text.error_at(
                    "E052",
                    f"{operator[1]} does not test for an empty value",
                    where,
                    f"write {self.text.of(other)} {test}",
                    instead=test if side is right else f"{self.text.of(other)} {test}",
                )
        if isinstance(right, (ast.Tuple, ast.List)):
            word = "not in" if isinstance(op, ast.NotEq) else "in"
            raise self.text.error_at(
                "E052",
                f"{operator[1]} does not compare with a list",
                (operator[2], at[1]),
                f"write {self.text.of(left)} {word} {self.text.of(right)}",
                instead=f"{word} {self.text.of(right)}",
            )
        return Compare(COMPARISONS[type(op)], self.read(left), self.read(right), at=at)

    def _is(self, negated: bool, left: ast.expr, right: ast.expr, where: At, at: At) -> Node:
        word = "is not" if negated else "is"
        if isinstance(right, ast.Name) and is_empty_word(right):
            raise self.text.error_at("E052", f"{right.id} is written None", right, instead="None")
        if not is_empty_word(right):
            equals = "!=" if negated else "=="
            raise self.text.error_at(
                "E052", f"{word} tests only for None", where, instead=f"{equals} {self.text.of(right)}"
            )
        return IsNone(self.read(left), negated, at=at)

    def _items(self, left: ast.expr, right: ast.expr) -> tuple[Literal_, ...]:
        text = self.text
        if isinstance(right, (ast.Tuple, ast.List)):
            if not right.elts:
                raise text.error_at("E052", "the list is empty", right, 'write e.g. ("paid", "open")')
            return tuple(self._item(left, item) for item in right.elts)
        before = text.before(text.at(right)[0])
        if before is not None and before[1] == "(":  # ("paid"): Python sees no list here, people do
            return (self._item(left, right),)
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            raise text.error_at(
                "E052",
                "in takes a list",
                right,
                f"write {text.of(left)} == {text.of(right)}, or contains({text.of(left)}, {text.of(right)})",
            )
        raise text.error_at("E052", "in takes a list of values", right, 'write e.g. status in ("paid", "open")')

    def _item(self, left: ast.expr, node: ast.expr) -> Literal_:
        if is_empty_word(node):
            raise self.text.error_at("E052", "a list holds no None", node, f"add: or {self.text.of(left)} is None")
        if isinstance(node, ast.Name):
            self.text.refuse_foreign_word(node)
            raise self.text.error_at(
                "E052", "a list holds values, not columns", node, f'text needs quotation marks: "{node.id}"'
            )
        made = self.read(node)
        if not isinstance(made, Literal_):
            raise self.text.error_at("E052", "a list holds values only: text, numbers, True, False", node)
        return made

    # Functions.

    def _call(self, node: ast.Call) -> Node:
        text = self.text
        if not isinstance(node.func, ast.Name):
            raise text.error_at(
                "E051",
                "only a function can be called",
                node.func,
                f"the functions of a row: {', '.join(ROW_FUNCTIONS)}",
            )
        name = node.func.id
        if name not in ROW_FUNCTIONS:
            raise self._unknown(name, node, node.func)
        function = ROW_FUNCTIONS[name]
        self._check_number(function, node)
        if name == "first_date" and self.place != "computed":
            raise text.error_at(
                "E051",
                "first_date belongs in computed",
                node,
                "compute it as a column, e.g. first_order: first_date(customer_id), and name that here",
            )
        taken = function.taking(len(node.args))
        for place, argument in enumerate(node.args):
            self._check_argument(function, taken.argument(place).kind, argument)
        return Call(name, tuple(self.read(argument) for argument in node.args), at=text.at(node))

    def _unknown(self, name: str, call: ast.Call, function: ast.Name) -> FormulaError:
        text = self.text
        if name in ("min", "max") and len(call.args) > 1:
            sign = "<" if name == "min" else ">"
            first, second = text.of(call.args[0]), text.of(call.args[1])
            return text.error_at(
                "E052",
                f"{name} is an aggregate over rows",
                function,
                f"write {first} if {first} {sign} {second} else {second}",
            )
        if name in AGGREGATES:
            return text.error_at(
                "E052",
                f"{name} is an aggregate; a row expression speaks about one row",
                function,
                "aggregates belong in formulas and measures; what needs two passes belongs in a query",
            )
        if name in FORMULA_FUNCTIONS:
            return text.error_at(
                "E053",
                f"{name} is about periods; a row expression speaks about one row",
                function,
                f"wrap an aggregate in it, e.g. {name}(count({'employees' if name in POINTS_IN_TIME else 'orders'}))",
            )
        return unknown_function(text, function, ROW_FUNCTIONS)

    def _check_number(self, function: RowFunction, node: ast.Call) -> None:
        """Refuse too few or too many arguments."""
        found, least, most = len(node.args), function.least, function.most
        if least <= found and (most is None or found <= most):
            return
        wanted = _COUNTED[least]
        if most is None:
            wanted += " or more"
        elif most > least:
            wanted += f" or {_COUNTED[most].split()[0]}"
        said = f"{function.name} takes {wanted}" + (f", not {found}" if most is not None else "")
        raise self.text.error_at("E051", said, node, f"e.g. {function.example}")

    def _check_argument(self, function: RowFunction, kind: ArgumentKind, node: ast.expr) -> None:
        """Refuse an argument that is not of the form that the function needs."""
        match kind:
            case "pattern":
                self._check_pattern(node)
            case "format":
                self._check_format(node)
            case "column" if not isinstance(node, ast.Name) or node.id in EDGE_WORDS or is_empty_word(node):
                message = f"{function.name} takes the name of a column"
                raise self.text.error_at("E051", message, node, f"e.g. {function.example}")
            case "digits":
                number = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
                value = number.value if isinstance(number, ast.Constant) else None
                if isinstance(value, bool) or not isinstance(value, int) or value > MAX_DIGITS:
                    message = f"{function.name} takes a whole number of decimal places, at most {MAX_DIGITS}"
                    raise self.text.error_at("E051", message, node, f"e.g. {function.example}")

    def _check_pattern(self, node: ast.expr) -> None:
        from kpi.formulas.patterns import pattern_fault

        text = self.text
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            raise text.error_at(
                "E051", "the pattern of extract is written as text", node, 'e.g. extract(name, "order (\\d+)")'
            )
        pattern = text.literal(node).value
        assert isinstance(pattern, str)
        found = pattern_fault(pattern)
        if found is not None:
            raise text.error_at("E051", found[0], node, found[1])

    def _check_format(self, node: ast.expr) -> None:
        from kpi.formulas.datetime_formats import check_type

        text = self.text
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            raise text.error_at("E051", "the format of date is written as text", node, 'e.g. date(day, "%d/%m/%Y")')
        shape = str(text.literal(node).value)
        try:
            check_type(f"date {shape}")
        except TextError as mistake:
            hint = (mistake.hint or "").replace("write date ", "write ")
            raise text.error_at("E051", mistake.message, node, hint) from None
        if "%" not in shape:
            raise text.error_at("E051", f'"{shape}" is no format', node, 'e.g. date(day, "%d/%m/%Y")')


def unknown_function(text: SourceText, function: ast.Name, known: Collection[str]) -> FormulaError:
    """The error E051 about a name that is not a function, with the right one where that is known."""
    name, folded = function.id, function.id.lower()
    if folded != name and folded in FUNCTIONS:
        return text.error_at("E051", f"functions are written in lower case: {folded}", function, instead=folded)
    hint = elsewhere(name)
    meant = None if hint else nearest(name, known)
    return text.error_at(
        "E051", f"there is no function {name}", function, hint or did_you_mean(name, known), instead=meant
    )
