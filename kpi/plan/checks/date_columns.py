"""The columns that hold dates, as far as the plan says."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.formulas.nodes import Node
from kpi.formulas.type_checker import row_types
from kpi.formulas.types import TIME
from kpi.plan.model import Source


def date_columns(sources: Mapping[str, Source], rows: Mapping[tuple[str, str], Node]) -> set[tuple[str, str]]:
    """The (source, column) pairs that certainly hold dates by what the plan says; ``rows`` are computed columns."""
    found = {column for column, node in rows.items() if row_types(node) <= TIME}
    for id_, source in sources.items():
        named = (source.date, source.from_, source.until, source.through)
        typed = (column for column, type_ in source.types.items() if type_.startswith(("date", "timestamp")))
        found |= {(id_, column) for column in (*named, *typed) if column is not None}
    return found
