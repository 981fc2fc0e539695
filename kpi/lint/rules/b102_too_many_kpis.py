"""B102: a file with too many KPIs."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import RuleOption

MAX_KPIS = RuleOption("max_kpis_per_file", int, 25, "More KPIs in one file are too many.")


@rule("B102", "too-many-kpis", "info", "A team has few KPIs.", options=[MAX_KPIS])
def check(context: Context) -> Iterator[Finding]:
    """Files with more KPIs than ``max_kpis_per_file``; one finding a file, at the first KPI that is too many."""
    most = MAX_KPIS.of(context.settings)
    if len(context.kpis) <= most:
        return
    files: dict[str, list[str]] = {}
    for kpi in context.kpis:
        files.setdefault(context.places.key(("kpis", kpi.id)).file, []).append(kpi.id)
    for ids in files.values():
        if len(ids) > most:
            yield Finding(
                ("kpis", ids[most]),
                f"this file has {len(ids)} KPIs, more than the limit of {most}",
                "keep the key ones; turn those that only formulas use into measures",
                key=True,
            )
