"""Whether a filter decides about rows that sum up others (R10): leaves them out, or asks for them on purpose.

It is decided by the filter alone: what it comes to for a row of which only one column is known.
"""

from __future__ import annotations

from collections.abc import Collection

from kpi.data.non_data_rows import MEANS, TOTALS, folded
from kpi.formulas import nodes


def decides(condition: nodes.Node | None, column: str, label: str) -> bool:
    """Whether a condition is false for every row that has the label in the column ("": that is empty there), or can
    only be true for such rows."""
    return condition is not None and (
        _outcome(condition, column, label) is False or _asks_for(condition, column, label)
    )


def aggregate_decides(aggregate: nodes.Aggregate, column: str, label: str) -> bool:
    """Whether the rows that an aggregate is of are decided about."""
    return decides(aggregate.filter, column, label)


def _outcome(condition: nodes.Node, column: str, label: str) -> bool | None:
    """What a condition comes to for such a row; None where other columns decide."""
    match condition:
        case nodes.All(parts=parts):
            found = [_outcome(part, column, label) for part in parts]
            return False if False in found else None if None in found else True
        case nodes.Any_(parts=parts):
            found = [_outcome(part, column, label) for part in parts]
            return True if True in found else None if None in found else False
        case nodes.Not(operand=operand):
            inner = _outcome(operand, column, label)
            return None if inner is None else not inner
        case nodes.IsNone(operand=operand, negated=negated) if _is_column(operand, column):
            return (not label) is not negated
        case nodes.Within(operand=operand, items=items, negated=negated) if _is_column(operand, column):
            return _among(label, [item.value for item in items]) is not negated
        case nodes.Compare(op="==" | "!=" as op, left=left, right=right):
            for side, other in ((left, right), (right, left)):
                if _is_column(side, column) and isinstance(other, nodes.Literal_):
                    return _among(label, [other.value]) is (op == "==")
    return None


def _asks_for(condition: nodes.Node, column: str, label: str) -> bool:
    """Whether a condition is true for such rows only."""
    match condition:
        case nodes.All(parts=parts):
            return any(_asks_for(part, column, label) for part in parts)
        case nodes.IsNone(operand=operand, negated=False):
            return not label and _is_column(operand, column)
        case nodes.Within(operand=operand, items=items, negated=False) if _is_column(operand, column):
            return all(_is_label(item.value) for item in items)
        case nodes.Compare(op="==", left=left, right=right):
            pairs = ((left, right), (right, left))
            return any(
                _is_column(side, column) and isinstance(other, nodes.Literal_) and _is_label(other.value)
                for side, other in pairs
            )
    return False


def _is_column(node: nodes.Node, column: str) -> bool:
    return isinstance(node, nodes.Column) and node.name.casefold() == column.casefold()


def _among(label: str, values: Collection[object]) -> bool:
    return bool(label) and label in values


def _is_label(value: object) -> bool:
    return isinstance(value, str) and folded(value) in TOTALS | MEANS
