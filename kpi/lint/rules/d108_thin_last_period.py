"""D108: a last month with few rows."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.values import last_over, shift

BEFORE, PART = 6, 0.5  # months to compare with; the part of the poorest of them that is still believed


@rule(
    "D108",
    "thin-last-period",
    "warning",
    "The last period has about as many rows as the periods before.",
    needs_data=True,
)
def check(context: Context) -> Iterator[Finding]:
    """Dated sources whose last month has far fewer rows than each of the six before."""
    if context.data is None:
        return
    last = last_over(context.data.as_of, "month", context.calendar)
    for source in context.data.sources.values():
        if context.plan.sources[source.id].no_rows == "zero" or not source.days:
            continue
        months = [shift(last, -n, context.calendar) for n in range(BEFORE + 1)]
        counts = [sum(rows for day, rows in source.days if month.start <= day < month.end) for month in months]
        least = min(counts[1:])
        if 0 < counts[0] < least * PART:
            yield Finding(
                ("sources", source.id),
                f"{source.id} has {counts[0]:,} rows in {last.label}, but at least {least:,} in each of the {BEFORE} "
                "months before",
                "check that the whole month was exported",
                key=True,
            )
