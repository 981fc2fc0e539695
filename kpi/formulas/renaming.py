"""Formulas and row expressions with other names, their text otherwise as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kpi.formulas.parse import parse_formula, parse_row
from kpi.formulas.walk import columns, source_columns, sources


class SourceNames(NamedTuple):
    """What a source is called instead, and its columns by their present names; others keep theirs."""

    id: str
    columns: Mapping[str, str]


def renamed_formula(formula: str, names: Mapping[str, SourceNames]) -> str:
    """The formula with other names of its sources, all of which are in ``names``, and of their columns."""
    tree = parse_formula(formula)
    changes = {at: names[source].id for source, at in sources(tree)}
    for source, column, at in source_columns(tree):
        changes[at] = names[source].columns.get(column, column)
    return _replaced(formula, changes)


def renamed_row(expression: str, names: Mapping[str, str]) -> str:
    """The row expression with other names of its columns."""
    changes = {column.at: names.get(column.name, column.name) for column in columns(parse_row(expression))}
    return _replaced(expression, changes)


def _replaced(text: str, changes: Mapping[tuple[int, int], str]) -> str:
    """The text with other words at these spans."""
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text
