"""D109: a balance of a source whose last date lacks rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.lint.rule import Finding, rule

if TYPE_CHECKING:
    from kpi.lint.context import Context
    from kpi.plan.checks.dependencies import DependencyGraph

BEFORE = 12  # dates to compare with


@rule(
    "D109",
    "balance-without-key",
    "warning",
    "The last date of a balance has as many rows as the dates before.",
    needs_data=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Sources without ``key`` of which balances are asked, and whose last date has fewer rows than is usual."""
    if context.data is None:
        return
    from statistics import median_low

    balances = sources_of_balances(context.checked.dependencies)
    for source in context.data.sources.values():
        declared = context.plan.sources[source.id]
        before = [rows for _, rows in source.days[-BEFORE - 1 : -1]]
        if source.id not in balances or declared.key or declared.date is None or not before:
            continue
        last, rows = source.days[-1]
        usual = median_low(before)
        if rows < usual:
            have = "row" if rows == 1 else "rows"
            yield Finding(
                ("sources", source.id),
                f"{source.id} has {rows:,} {have} on {last}, its last date, and usually {usual:,} on a date; balances "
                "take the rows of that date alone",
                'if each row is about one thing of several, say which with "key"; else add the missing rows',
                key=True,
            )


def sources_of_balances(graph: DependencyGraph) -> set[str]:
    """The sources of which a formula takes the rows of one point in time."""
    found: set[str] = set()
    for formula in graph.formulas.values():
        found.update(one.source for one, _ in formula.aggregates if one.moment in ("at_end", "at_start"))
        for name, _ in formula.names:
            if name.moment in ("at_end", "at_start"):
                found.update(graph.row_sources(name.name))
    return found
