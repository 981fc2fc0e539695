"""D102: a column that the data does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lazy_pattern import lazy_pattern
from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule

# As the rooms that read and compute say it.
ABSENT = lazy_pattern(r"\b(there is|has) no column\b")


@rule("D102", "missing-column", "warning", "Formulas use only columns that the data has.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """KPIs whose formulas use a column that the data does not have."""
    if context.data is None:
        return
    for series in context.data.series.values():
        if series.problem is not None and ABSENT.search(series.problem):
            yield Finding(("kpis", series.kpi, "formula"), series.problem, key=True)
