"""What to write instead, where a warehouse's table is not mended as a file's columns are: there its types decide."""

from __future__ import annotations

from kpi.data.column_types import Kind
from kpi.engine import row_sql as rows
from kpi.formulas import nodes


def in_a_view(column: str, kind: str) -> str:
    """How a column of a warehouse gets another kind."""
    return f"make {column} a {kind} there, e.g. in a view, and name that in table"


def number_hint(node: nodes.Node, kind: Kind) -> str | None:
    """What to write instead of a value that is not a number."""
    if kind == "text":
        return in_a_view(node.name if isinstance(node, nodes.Column) else "the column", "number")
    return rows.number_hint(node, kind)


def comparison_hint(left: Kind, left_node: nodes.Node, right: Kind, right_node: nodes.Node) -> str | None:
    """What to write instead of a comparison of two kinds that do not go together."""
    by_kind = {left: left_node, right: right_node}
    if by_kind.keys() == {"text", "number"}:
        text, number = by_kind["text"], by_kind["number"]
        if isinstance(text, nodes.Column) and isinstance(number, nodes.Literal_):
            return f"text is written in quotation marks; or {in_a_view(text.name, 'number')}"
        if not isinstance(text, nodes.Literal_):
            return in_a_view(text.name if isinstance(text, nodes.Column) else "the text", "number")
    return rows.comparison_hint(left, left_node, right, right_node)
