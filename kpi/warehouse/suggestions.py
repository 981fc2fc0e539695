"""What to write instead, where the types are those of a warehouse's table and ``types`` cannot change them."""

from __future__ import annotations

from kpi.formulas import nodes
from kpi.formulas.type_checker import Hints


def in_a_view(column: str, kind: str) -> str:
    """How a column of a warehouse gets another type."""
    return f"make {column} a {kind} there, e.g. in a view, and name that in table"


class WarehouseHints(Hints):
    """As for files, but with a view in place of ``types``."""

    def number(self, node: nodes.Node) -> str:
        return in_a_view(node.name if isinstance(node, nodes.Column) else "the column", "number")

    def time(self, node: nodes.Node) -> str:
        return in_a_view(node.name if isinstance(node, nodes.Column) else "the column", "date")

    def text_with_number(self, text: nodes.Node, number: nodes.Node) -> str | None:
        if isinstance(text, nodes.Column) and isinstance(number, nodes.Literal_):
            return f"text is written in quotation marks; or {in_a_view(text.name, 'number')}"
        if isinstance(text, nodes.Literal_):
            return super().text_with_number(text, number)
        return in_a_view(text.name if isinstance(text, nodes.Column) else "the text", "number")

    def aggregate_of_text(self, column: str, where: str) -> str:
        return f"count_distinct({where}), or {in_a_view(column, 'number')}"
