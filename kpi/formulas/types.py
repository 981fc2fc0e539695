"""What kind of value a row expression yields, as far as that is certain without knowing the types of the columns.

Kinds are sets of bits: a column may be anything, text that looks like a date may be either. A mistake is certain when
no kind is left that would fit.
"""

from __future__ import annotations

import re
from typing import NoReturn

from kpi.formulas.errors import FormulaFault
from kpi.formulas.nodes import (
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
    Negative,
    Node,
    Not,
    WindowEdge,
    Within,
)  # fmt: skip

NUMBER, TEXT, BOOLEAN, DATE, DURATION = 1, 2, 4, 8, 16
ANYTHING = NUMBER | TEXT | BOOLEAN | DATE | DURATION
_NAMES = {NUMBER: "a number", TEXT: "text", BOOLEAN: "a truth value", DATE: "a date", DURATION: "a span of time"}
_DATE_TEXT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", re.ASCII | re.DOTALL)

# What + - * / make of two kinds; what is not listed is a mistake.
_ARITHMETIC: dict[str, dict[tuple[int, int], int]] = {
    "+": {
        (NUMBER, NUMBER): NUMBER, (DATE, NUMBER): DATE, (NUMBER, DATE): DATE,
        (DURATION, DURATION): DURATION, (DATE, DURATION): DATE, (DURATION, DATE): DATE,
    },
    "-": {
        (NUMBER, NUMBER): NUMBER, (DATE, NUMBER): DATE, (DATE, DATE): DURATION,
        (DURATION, DURATION): DURATION, (DATE, DURATION): DATE,
    },
    "*": {(NUMBER, NUMBER): NUMBER, (DURATION, NUMBER): DURATION, (NUMBER, DURATION): DURATION},
    "/": {(NUMBER, NUMBER): NUMBER, (DURATION, NUMBER): DURATION, (DURATION, DURATION): NUMBER},
}  # fmt: skip
_VERBS = {"+": "added", "-": "subtracted", "*": "multiplied", "/": "divided"}
# What the row functions take (every argument) and yield; coalesce and first_date have their own rules.
_FUNCTIONS: dict[str, tuple[int, int]] = {
    "minutes": (DURATION, NUMBER), "hours": (DURATION, NUMBER), "days": (DURATION, NUMBER),
    "seconds": (DURATION, NUMBER), "year": (DATE, NUMBER), "month": (DATE, NUMBER), "lower": (TEXT, TEXT),
    "contains": (TEXT, BOOLEAN), "extract": (TEXT, TEXT), "number": (TEXT | NUMBER, NUMBER),
    "date": (TEXT, DATE),
}  # fmt: skip


def in_words(kinds: int) -> str:
    """``a number``, ``text or a date``: a set of kinds for a message."""
    return " or ".join(name for bit, name in _NAMES.items() if kinds & bit)


def check_row(node: Node) -> int:
    """The kinds that a row expression may yield. Raises FormulaFault E052 where values certainly do not go together."""
    if isinstance(node, Literal_):
        return _literal(node.value)
    if isinstance(node, Column):
        return TEXT if node.name == "filename" else ANYTHING
    if isinstance(node, Empty):
        return ANYTHING
    if isinstance(node, WindowEdge):
        return DATE
    if isinstance(node, Arithmetic):
        return _arithmetic(node)
    if isinstance(node, Negative):
        found = check_row(node.operand) & (NUMBER | DURATION)
        return found or _fail(f"{in_words(check_row(node.operand))} has no negative", node)
    if isinstance(node, Call):
        return _call(node)
    if isinstance(node, Choice):
        check_condition(node.condition)
        return _common((node.then, node.otherwise), "both values of a choice are of one kind", node)
    _check_logic(node)
    return BOOLEAN


def check_condition(node: Node) -> None:
    """Raise FormulaFault E052 where a row expression certainly yields no truth value."""
    found = check_row(node)
    if not found & BOOLEAN:
        _fail(
            f"a condition is needed here, not {in_words(found)}", node, 'compare it, e.g. amount > 0, status == "paid"'
        )


def _fail(message: str, node: Node, hint: str | None = None) -> NoReturn:
    raise FormulaFault("E052", message, node.at, hint=hint)


def _literal(value: float | int | str | bool) -> int:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return TEXT | DATE if _DATE_TEXT.fullmatch(value) else TEXT
    return NUMBER


def _arithmetic(node: Arithmetic) -> int:
    left, right = check_row(node.left), check_row(node.right)
    found = 0
    for (first, second), made in _ARITHMETIC[node.op].items():
        if left & first and right & second:
            found |= made
    if found:
        return found
    for kinds, side in ((left, node.left), (right, node.right)):
        if not kinds & ~(TEXT | BOOLEAN):
            hint = "number(text) makes a number of it" if kinds == TEXT else None
            _fail(f"{in_words(kinds)} cannot be {_VERBS[node.op]}", side, hint)
    _fail(f"{in_words(left)} and {in_words(right)} cannot be {_VERBS[node.op]}", node)


def _call(node: Call) -> int:
    if node.name == "coalesce":
        return _common(node.arguments, "all values of coalesce are of one kind", node)
    if node.name == "first_date":
        return DATE
    takes, yields = _FUNCTIONS[node.name]
    for argument in node.arguments:
        found = check_row(argument)
        if not found & takes:
            hint = f"e.g. {node.name}(closed - opened)" if takes == DURATION else None
            _fail(f"{node.name} takes {in_words(takes)}, not {in_words(found)}", argument, hint)
    return yields


def _common(parts: tuple[Node, ...], rule: str, node: Node) -> int:
    common = ANYTHING
    for part in parts:
        found = check_row(part)
        if not common & found:
            _fail(f"{rule}: {in_words(common)} and {in_words(found)} are not", part)
        common &= found
    return common


def _check_logic(node: Node) -> None:
    if isinstance(node, (All, Any_)):
        for part in node.parts:
            check_condition(part)
    elif isinstance(node, Not):
        check_condition(node.operand)
    elif isinstance(node, IsNone):
        check_row(node.operand)
    elif isinstance(node, Within):
        left = check_row(node.operand)
        common = _common(node.items, "all items of a list are of one kind", node)
        if not left & common:
            _clash(left, common, node.operand, node.items[0], node)
    elif isinstance(node, Compare):
        left, right = check_row(node.left), check_row(node.right)
        ordered = ANYTHING if node.op in ("==", "!=") else ANYTHING & ~BOOLEAN
        if left & right & ordered:
            return
        if left & right == BOOLEAN or (BOOLEAN in (left, right) and ordered != ANYTHING):
            _fail(f"truth values have no order, so {node.op} cannot compare them", node, "write == or !=")
        _clash(left, right, node.left, node.right, node)


def _clash(left: int, right: int, left_node: Node, right_node: Node, node: Node) -> NoReturn:
    """Say why two values can never be equal, and how it was probably meant."""
    hint = None
    both = left | right
    for kinds, side in ((left, left_node), (right, right_node)):
        if isinstance(side, Literal_) and isinstance(side.value, str) and kinds == TEXT:
            if both & DATE and not both & NUMBER:
                hint = "a date is written as YYYY-MM-DD, in quotation marks"
            elif both & NUMBER:
                hint = f"write {side.value} without quotation marks" if side.value.isdigit() else None
    if both & DURATION and both & NUMBER:
        hint = "say in what it is counted, e.g. days(closed - opened) > 2"
    elif {left, right} == {NUMBER, BOOLEAN}:
        hint = "a truth value is compared with True or False, or stands alone"
    _fail(f"{in_words(left)} is compared with {in_words(right)}", node, hint)
