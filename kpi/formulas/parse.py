"""Text to tree: the two ways into this package."""

from __future__ import annotations

from kpi.formulas.formula_parser import FormulaParser
from kpi.formulas.nodes import Node
from kpi.formulas.row_parser import Place, RowParser
from kpi.formulas.source_text import SourceText
from kpi.formulas.type_checker import check_condition, check_row


def parse_formula(text: str) -> Node:
    """The tree of a KPI's or measure's formula.

    The tree is at most ``MAX_DEPTH`` levels deep or a little more, so that whoever walks it may recurse. Raises
    FormulaError, whatever the text, and nothing else.
    """
    source = SourceText(text)
    try:
        return FormulaParser(source).read(source.root)
    except RecursionError:
        raise source.too_deep((0, len(text))) from None


def parse_row(text: str, place: Place = "computed") -> Node:
    """The tree of a row expression: a column under ``computed``, a source's ``where``, or the ``filter`` in brackets.

    A ``where`` or ``filter`` must be able to be true or false. ``window_start`` and ``window_end`` are known only in a
    filter, ``first_date`` only under ``computed``. Raises FormulaError, whatever the text, and nothing else.
    """
    source = SourceText(text)
    try:
        tree = RowParser(source, place).read(source.root)
        if place == "computed":
            check_row(tree)
        else:
            check_condition(tree)
        return tree
    except RecursionError:
        raise source.too_deep((0, len(text))) from None
