"""Selects KPIs by id, goal and owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kpi.errors import UsageError, did_you_mean
from kpi.plan.model import Plan, find_kpi
from kpi.status.view import short_owner


def select_kpis(
    plan: Plan, kpis: Collection[str] = (), goals: Collection[str] = (), owners: Collection[str] = ()
) -> tuple[str, ...]:
    """The ids of the KPIs that match, in the order of the file.

    A KPI matches if it matches one name of each kind that is given. ``kpis`` are ids, or names in any letter case. A
    goal includes all goals below it. An owner may be given as the part before the ``@``. Raises UsageError for a name
    that is not in the plan, and for one of several KPIs.
    """
    ids = {find_kpi(plan.kpis, name) for name in kpis}
    _check_names("goal", goals, plan.goals)
    wanted_goals = {goal for goal in plan.goals if goals and not set(goals).isdisjoint(lineage(plan, goal))}
    known_owners = [kpi.owner for kpi in plan.kpis.values() if kpi.owner]
    _check_names("owner of a KPI", owners, dict.fromkeys([*known_owners, *map(short_owner, known_owners)]))
    return tuple(
        kpi.id
        for kpi in plan.kpis.values()
        if (not ids or kpi.id in ids)
        and (not goals or kpi.goal in wanted_goals)
        and (not owners or (kpi.owner is not None and not {kpi.owner, short_owner(kpi.owner)}.isdisjoint(owners)))
    )


def lineage(plan: Plan, goal: str) -> list[str]:
    """The goal and the goals above it, topmost last. Stops at a missing parent and at a cycle."""
    found: dict[str, None] = {}
    at: str | None = goal
    while at is not None and at in plan.goals and at not in found:
        found[at] = None
        at = plan.goals[at].parent
    return list(found)


def _check_names(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f'there is no {kind} "{name}"', hint=did_you_mean(name, known))
