"""Formulas: text to tree, types, descriptions, and the place of every mistake. Nothing is evaluated here."""

from kpi.formulas.describe import describe
from kpi.formulas.errors import FormulaError
from kpi.formulas.lexer import MAX_DEPTH, MAX_LENGTH
from kpi.formulas.parse import parse_formula, parse_row
from kpi.formulas.row_parser import Place
from kpi.formulas.unparse import unparse
from kpi.formulas.walk import (
    aggregates,
    children,
    columns,
    names,
    rebuilt,
    row_expressions,
    source_columns,
    sources,
    walk,
)

__all__ = [
    "MAX_DEPTH", "MAX_LENGTH", "FormulaError", "Place", "aggregates", "children", "columns", "describe", "names",
    "parse_formula", "parse_row", "rebuilt", "row_expressions", "source_columns", "sources", "unparse", "walk",
]  # fmt: skip
