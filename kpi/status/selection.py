"""Which KPIs are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kpi.errors import UsageError, did_you_mean
from kpi.plan.model import Plan
from kpi.status.view import short_owner


def select_kpis(
    plan: Plan, kpis: Collection[str] = (), goals: Collection[str] = (), owners: Collection[str] = ()
) -> tuple[str, ...]:
    """The ids, in the order of the file, of the KPIs that fit every kind of name given, and any name of each kind.

    A goal stands for all goals below it, too; an owner may be named by the part before the ``@`` alone. Raises
    UsageError for a name that the plan does not know.
    """
    _know("KPI", kpis, plan.kpis)
    _know("goal", goals, plan.goals)
    wanted_goals = {goal for goal in plan.goals if goals and not set(goals).isdisjoint(lineage(plan, goal))}
    known_owners = [kpi.owner for kpi in plan.kpis.values() if kpi.owner]
    _know("owner of a KPI", owners, dict.fromkeys([*known_owners, *map(short_owner, known_owners)]))
    return tuple(
        kpi.id
        for kpi in plan.kpis.values()
        if (not kpis or kpi.id in kpis)
        and (not goals or kpi.goal in wanted_goals)
        and (not owners or (kpi.owner is not None and not {kpi.owner, short_owner(kpi.owner)}.isdisjoint(owners)))
    )


def lineage(plan: Plan, goal: str) -> list[str]:
    """The goal and those above it, topmost last. Stops where a parent is missing or comes round again."""
    found: dict[str, None] = {}
    at: str | None = goal
    while at is not None and at in plan.goals and at not in found:
        found[at] = None
        at = plan.goals[at].parent
    return list(found)


def _know(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f'there is no {kind} "{name}"', hint=did_you_mean(name, known))
