"""A104: a source without an owner."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("A104", "source-without-owner", "info", "Every source has an owner to contact when it breaks.")
def check(context: Context) -> Iterator[Finding]:
    """Sources without owner. A query over other sources has the owners of these."""
    for source in context.plan.sources.values():
        if source.owner is None and not source.query and not context.given("sources", source.id, "owner"):
            yield Finding(
                ("sources", source.id),
                f'source "{source.id}" has no owner',
                "set `owner` to whoever to contact when the data stops arriving",
                key=True,
            )
