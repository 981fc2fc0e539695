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
    GroupValue,
    Growth,
    IsNone,
    Literal_,
    Name,
    Negative,
    Node,
    Not,
    Over,
    Shift,
    Total,
    ValueCall,
    WindowEdge,
    Within,
)
from kpi.formulas.walk import rebuilt

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
    if isinstance(node, GroupValue):
        return "value", _ATOM
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
    if isinstance(node, (Aggregate, Name, Shift, Growth, Over, Total, ValueCall)):
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


def _over_rows(node: Aggregate | Name | Shift | Growth | Over | Total | ValueCall) -> str:
    match node:
        case Shift(kind=kind, operand=operand, periods=periods):
            return f"{kind}({unparse(operand)}{f', {periods}' if periods != 1 else ''})"
        case Growth(operand=operand, kind=kind, periods=periods):
            since = f", {kind}" if kind != "previous" else f", {periods}" if periods != 1 else ""
            return f"growth({unparse(operand)}{since})"
        case Over(operand=operand, window=window):
            return f"over({unparse(operand)}, {literal_text(window)})"
        case Total(operand=operand):
            return f"total({unparse(operand)})"
        case ValueCall(name=name, arguments=arguments):
            return f"{name}({', '.join(unparse(argument) for argument in arguments)})"
        case Name(name=name):
            text = name
        case Aggregate():
            percent = f", {literal_text(node.percent)}" if node.percent is not None else ""
            text = f"{node.function}({_rows(node)}{percent})"
    return f"{node.moment}({text})" if node.moment is not None else text


def _rows(node: Aggregate) -> str:
    """What an aggregate is of."""
    condition = f"[{unparse(node.filter)}]" if node.filter is not None else ""
    if node.per is not None:
        key = _with_source(node.per.key, node.source)
        groups = f"[{unparse(node.per.condition)}]" if node.per.condition is not None else ""
        return f"per({_bracketed(key, condition)}, {unparse(node.per.value)}){groups}"
    if node.operand is None:
        return f"{node.source}{condition}"
    return _bracketed(_with_source(node.operand, node.source), condition)


def _with_source(node: Node, source: str) -> Node:
    """A row expression whose columns are written with their source."""
    if isinstance(node, Column):
        return Column(f"{source}.{node.name}")
    return rebuilt(node, lambda part: _with_source(part, source))


def _bracketed(node: Node, condition: str) -> str:
    """The text of an expression, with the brackets of a filter behind it."""
    return f"{_held(node, _ATOM)}{condition}" if condition else unparse(node)
