"""Tree to canonical text: the same for two formulas that differ only in layout, and read again as the same tree."""

from __future__ import annotations

import re

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
    Shift,
    WindowEdge,
    Within,
)

# How tightly the parts of an expression hold together, loosest first, as in Python.
_CHOICE, _ANY, _ALL, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)


def unparse(node: Node) -> str:
    """The text of a tree in its canonical form; ``parse_formula`` or ``parse_row`` makes an equal tree of it."""
    return _write(node)[0]


def literal_text(value: float | int | str | bool) -> str:
    """A literal as it is written in a formula; whole numbers have no fraction."""
    if isinstance(value, str):
        # A backslash is doubled only where it would otherwise count: before a quotation mark, a backslash, the end.
        escaped = re.sub(r"\\(?=[\\\"']|$)", r"\\\\", value).replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _held(node: Node, least: int) -> str:
    """The text of a part, in parentheses where it holds together less tightly than ``least``."""
    text, strength = _write(node)
    return text if strength >= least else f"({text})"


def _write(node: Node) -> tuple[str, int]:
    if isinstance(node, Literal_):
        negative = not isinstance(node.value, (str, bool)) and node.value < 0
        return literal_text(node.value), _SIGN if negative else _ATOM
    if isinstance(node, Column):
        return node.name, _ATOM
    if isinstance(node, WindowEdge):
        return node.edge, _ATOM
    if isinstance(node, Empty):
        return "None", _ATOM
    if isinstance(node, Arithmetic):
        strength = _SUM if node.op in "+-" else _PRODUCT
        return f"{_held(node.left, strength)} {node.op} {_held(node.right, strength + 1)}", strength
    if isinstance(node, Negative):
        return f"-{_held(node.operand, _SIGN)}", _SIGN
    if isinstance(node, Call):
        return f"{node.name}({', '.join(unparse(argument) for argument in node.arguments)})", _ATOM
    if isinstance(node, Choice):
        then, condition = _held(node.then, _ANY), _held(node.condition, _ANY)
        return f"{then} if {condition} else {_held(node.otherwise, _CHOICE)}", _CHOICE
    if isinstance(node, (Aggregate, Name, Shift)):
        return _over_rows(node), _ATOM
    return _logic(node)


def _logic(node: Node) -> tuple[str, int]:
    if isinstance(node, Any_):
        return " or ".join(_held(part, _ALL) for part in node.parts), _ANY
    if isinstance(node, All):
        return " and ".join(_held(part, _NOT) for part in node.parts), _ALL
    if isinstance(node, Not):
        return f"not {_held(node.operand, _NOT)}", _NOT
    if isinstance(node, Compare):
        return f"{_held(node.left, _SUM)} {node.op} {_held(node.right, _SUM)}", _COMPARE
    if isinstance(node, IsNone):
        return f"{_held(node.operand, _SUM)} is {'not ' if node.negated else ''}None", _COMPARE
    if isinstance(node, Within):
        items = ", ".join(literal_text(item.value) for item in node.items)
        return f"{_held(node.operand, _SUM)} {'not in' if node.negated else 'in'} ({items})", _COMPARE
    raise TypeError(f"no text for {type(node).__name__}")


def _over_rows(node: Aggregate | Name | Shift) -> str:
    if isinstance(node, Shift):
        periods = f", {node.periods}" if node.periods != 1 else ""
        return f"{node.kind}({unparse(node.operand)}{periods})"
    if isinstance(node, Name):
        text = node.name
    else:
        column = f".{node.column}" if node.column is not None else ""
        condition = f"[{unparse(node.filter)}]" if node.filter is not None else ""
        percent = f", {literal_text(node.percent)}" if node.percent is not None else ""
        text = f"{node.function}({node.source}{column}{condition}{percent})"
    return f"{node.moment}({text})" if node.moment is not None else text
