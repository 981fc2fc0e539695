"""D110: a text or number in a condition that no row has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context


@rule(
    "D110",
    "literal-without-rows",
    "warning",
    "Every text and number that a condition compares with occurs in the data.",
    needs_data=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Literals in filters, ``where`` and computed columns that no row has."""
    if context.data is None:
        return
    for literal in dict.fromkeys(one for series in context.data.series.values() for one in series.absent):
        yield Finding(literal.path, literal.message, literal.hint, start=literal.start, end=literal.end)
