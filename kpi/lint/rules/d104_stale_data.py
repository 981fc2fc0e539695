"""D104: data that is older than it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.values import parse_updated


@rule("D104", "stale-data", "warning", "Data is as fresh as its source declares.", needs_data=True)
def check(context: Context) -> Iterator[Finding]:
    """Sources whose newest row is older than ``updated`` allows."""
    if context.data is None:
        return
    for source in context.data.sources.values():
        declared = context.plan.sources[source.id]
        if declared.updated is None or declared.no_rows == "zero" or not source.days:
            continue
        newest = source.days[-1][0]
        if newest < context.data.as_of - timedelta(days=parse_updated(declared.updated)):
            age = (context.data.as_of - newest).days
            yield Finding(
                ("sources", source.id, "updated"),
                f"the newest row of {source.id} is {age} days old, of {newest}, but it is declared as "
                f"updated {declared.updated}",
                "add the new data, or correct `updated`",
            )
