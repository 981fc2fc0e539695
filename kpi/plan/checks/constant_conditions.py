"""Conditions that are the same for every row. With a header in quotation marks, as in a spreadsheet's
``"Answered (Y/N)" == "Y"``, two texts are compared: no row would pass, and every count would silently be 0."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.formulas import walk
from kpi.formulas.column_names import column_name
from kpi.formulas.nodes import Call, Column, Compare, IsNone, Literal_, Node, WindowEdge, Within
from kpi.plan.checks.report import Finding
from kpi.plan.checks.rows import Rows


def constant_conditions(node: Node, rows: Rows) -> Iterator[Finding]:
    """E052 for each condition in a row expression that names no column."""
    for part in walk(node):
        is_test = isinstance(part, (Compare, Within, IsNone)) or (isinstance(part, Call) and part.name == "contains")
        if is_test and not any(isinstance(each, (Column, WindowEdge)) for each in walk(part)):
            yield Finding("E052", "this names no column, so it is the same for every row", part.at, _hint(part, rows))


def _hint(test: Node, rows: Rows) -> str:
    texts = [each.value for each in walk(test) if isinstance(each, Literal_) and isinstance(each.value, str)]
    for text in texts:
        name = column_name(text)
        if name and rows.columns is not None and rows.unknown(name, test.at) is None:
            return f"a column is named without quotation marks: {name}"
    return "a column is named without quotation marks" if texts else "compare a column"
