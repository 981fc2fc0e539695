"""B103: nothing to steer by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpi.linting.context import shown
from kpi.linting.rule import Finding, Rule

if TYPE_CHECKING:
    from kpi.linting.context import Context


def check(context: Context) -> Iterator[Finding]:
    """Goals whose KPIs are all said to be lagging."""
    for goal in context.goals:
        kpis = context.kpis_of[goal.id]
        if kpis and all(kpi.indicator == "lagging" for kpi in kpis):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} has lagging indicators only: they tell when it is too late to steer",
                "add a leading one: what moves first when things go right",
                key=True,
            )


RULE = Rule("B103", "only-lagging", "info", "Every goal has a leading indicator.", check)
