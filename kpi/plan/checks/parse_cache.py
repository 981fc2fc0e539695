"""Formulas and row expressions to trees; the same formula is parsed once."""

from __future__ import annotations

from kpi.formulas import FormulaError, Place, parse_formula, parse_row
from kpi.formulas.nodes import Node
from kpi.plan.checks.report import Finding


class ParseCache:
    """Parses formulas and row expressions. Trees are shared, which is safe because they are frozen."""

    def __init__(self) -> None:
        self._formulas: dict[str, Node | Finding] = {}

    def formula(self, text: str) -> Node | Finding:
        """The tree of a formula, or its mistake."""
        made = self._formulas.get(text)
        if made is None:
            try:
                made = parse_formula(text)
            except FormulaError as fault:
                made = Finding.of(fault)
            self._formulas[text] = made
        return made

    def row(self, text: str, place: Place) -> Node | Finding:
        """The tree of a row expression, or its mistake."""
        try:
            return parse_row(text, place)
        except FormulaError as fault:
            return Finding.of(fault)
