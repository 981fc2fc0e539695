"""D105: gaps in the dates of a source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.values import parse_updated

# Fewer days do not show what is usual; a gap of up to a week is never reported.
# More than a few holes are a rhythm, such as a survey every quarter.
ENOUGH, LEAST, TIMES, MOST = 20, 7, 4, 2


@rule("D105", "hole-in-dates", "info", "The dates of a source have no gaps.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Stretches without rows that are far longer than usual for the source."""
    if context.data is None:
        return
    for source in context.data.sources.values():
        days = [day for day, _ in source.days]
        if len(days) < ENOUGH or context.plan.sources[source.id].no_rows == "zero":
            continue
        gaps = sorted((later - day).days for day, later in pairwise(days))
        limit = max(LEAST, TIMES * gaps[len(gaps) * 9 // 10], _expected(context, source.id))
        holes = [(day, later) for day, later in pairwise(days) if (later - day).days > limit]
        if len(holes) <= MOST:
            for day, later in holes:
                yield Finding(
                    ("sources", source.id),
                    f"{source.id} has no row between {day} and {later}, {(later - day).days - 1} days",
                    "add the missing rows, or set no_rows: zero if no row means zero",
                    key=True,
                )


def _expected(context: Context, source: str) -> int:
    updated = context.plan.sources[source].updated
    return 0 if updated is None else parse_updated(updated)
