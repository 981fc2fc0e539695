"""A101: no owner."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("A101", "no-owner", "warning", "Every goal and KPI has an owner.")
def check(context: Context) -> Iterator[Finding]:
    """Goals and KPIs without owner. KPIs do not inherit the owner of their goal."""
    for kind, entries in (("goals", context.goals), ("kpis", context.kpis)):
        for entry in entries:
            if entry.owner is None and not context.given(kind, entry.id, "owner"):
                noun = "goal" if kind == "goals" else "KPI"
                yield Finding(
                    (kind, entry.id),
                    f"{noun} {shown(entry)} has no owner",
                    "set `owner` to one person, preferably an e-mail address",
                    key=True,
                )
