"""Text to tree: the two ways into this room."""

from __future__ import annotations

from kpi.formulas.formula_parser import FormulaReader
from kpi.formulas.nodes import Node
from kpi.formulas.row_parser import Place, RowReader
from kpi.formulas.source_text import FormulaText
from kpi.formulas.types import check_condition, check_row


def parse_formula(text: str) -> Node:
    """The tree of a KPI's or measure's formula. Raises FormulaFault, whatever the text, and nothing else.

    The tree is at most ``MAX_DEPTH`` levels deep or a little more, so that whoever walks it may recurse.
    """
    prepared = FormulaText(text)
    try:
        return FormulaReader(prepared).read(prepared.root)
    except RecursionError:
        raise prepared.too_deep((0, len(text))) from None


def parse_row(text: str, place: Place = "computed") -> Node:
    """The tree of a row expression: a column under ``computed``, a source's ``where``, or the ``filter`` in brackets.

    A ``where`` or ``filter`` must be able to be true or false. ``window_start`` and ``window_end`` stand only in a
    filter, ``first_date`` only under ``computed``. Raises FormulaFault, whatever the text, and nothing else.
    """
    prepared = FormulaText(text)
    try:
        made = RowReader(prepared, place).read(prepared.root)
        if place == "computed":
            check_row(made)
        else:
            check_condition(made)
        return made
    except RecursionError:
        raise prepared.too_deep((0, len(text))) from None
