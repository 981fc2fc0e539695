"""What to write instead, where a warehouse's table is not mended as a file's columns are: there its types decide."""

from __future__ import annotations

from kpi.computing import rows
from kpi.computing.rows import Kind
from kpi.formulas import tree


def in_a_view(column: str, kind: str) -> str:
    """How a column of a warehouse gets another kind."""
    return f"make {column} a {kind} there, e.g. in a view, and name that in table"


def number_hint(node: tree.Node, kind: Kind) -> str | None:
    """What to write instead of a value that is not a number."""
    if kind == "text":
        return in_a_view(node.name if isinstance(node, tree.Column) else "the column", "number")
    return rows.number_hint(node, kind)


def comparison_hint(left: Kind, left_node: tree.Node, right: Kind, right_node: tree.Node) -> str | None:
    """What to write instead of a comparison of two kinds that do not go together."""
    nodes = {left: left_node, right: right_node}
    if nodes.keys() == {"text", "number"}:
        text, number = nodes["text"], nodes["number"]
        if isinstance(text, tree.Column) and isinstance(number, tree.Literal_):
            return f"text is written in quotation marks; or {in_a_view(text.name, 'number')}"
        if not isinstance(text, tree.Literal_):
            return in_a_view(text.name if isinstance(text, tree.Column) else "the text", "number")
    return rows.comparison_hint(left, left_node, right, right_node)
