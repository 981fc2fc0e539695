"""A105: an owner of too many KPIs."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.plan.model.lint import RuleOption

MAX_KPIS = RuleOption("max_kpis_per_owner", int, 10, "More KPIs on one person are too many.")


@rule("A105", "overloaded-owner", "info", "Nobody owns more KPIs than one person can act on.", options=[MAX_KPIS])
def check(context: Context) -> Iterator[Finding]:
    """Owners of more KPIs than ``max_kpis_per_owner``; one finding an owner, at the first KPI that is too many."""
    most = MAX_KPIS.of(context.settings)
    owned: dict[str, list[str]] = {}
    for kpi in context.kpis:
        if kpi.owner:
            owned.setdefault(kpi.owner.strip().lower(), []).append(kpi.id)
    for ids in owned.values():
        if len(ids) > most:
            owner = context.plan.kpis[ids[0]].owner
            yield Finding(
                ("kpis", ids[most], "owner"),
                f"{owner} owns {len(ids)} KPIs, more than the limit of {most}",
                "assign some to others, or remove those that change no decision",
            )
