"""Groups KPIs by goal, owner, perspective, level or tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from kpi.plan.model import Plan
from kpi.plan.model.goal import Perspective
from kpi.status.result import worst
from kpi.status.selection import lineage
from kpi.status.view import Group, KpiRow

By = Literal["goal", "owner", "perspective", "level", "tag"]

PERSPECTIVES: tuple[Perspective, ...] = ("financial", "customer", "internal", "learning")


def group_rows(plan: Plan, rows: Sequence[KpiRow], by: By) -> tuple[Group, ...]:
    """The groups with at least one KPI. Goals are in the order of the file, perspectives in the order of the balanced
    scorecard, all other groups in order of appearance. KPIs without a group come last."""
    if by == "goal":
        return _by_goal(plan, rows)
    keys: dict[By, Callable[[KpiRow], Iterable[str]]] = {
        "owner": lambda row: filter(None, [row.kpi.owner]),
        "perspective": lambda row: filter(None, [_perspective(plan, row)]),
        "level": lambda row: filter(None, [_level(plan, row)]),
        "tag": lambda row: row.kpi.tags,
    }
    found: dict[str, list[KpiRow]] = {word: [] for word in PERSPECTIVES} if by == "perspective" else {}
    without: list[KpiRow] = []
    for row in rows:
        names = tuple(dict.fromkeys(keys[by](row)))
        for name in names:
            found.setdefault(name, []).append(row)
        if not names:
            without.append(row)
    groups = [_group(name, members) for name, members in found.items() if members]
    return (*groups, *([_group(f"No {by}", without)] if without else []))


def _by_goal(plan: Plan, rows: Sequence[KpiRow]) -> tuple[Group, ...]:
    groups = []
    for goal in plan.goals.values():
        members = [row for row in rows if row.kpi.goal == goal.id]
        if not members:
            continue
        above = tuple(plan.goals[id_].name or id_ for id_ in reversed(lineage(plan, goal.id)[1:]))
        status = worst(one.status for row in members for one in row.judged)
        groups.append(Group(goal.name or goal.id, status, tuple(members), above, goal.owner, goal.due))
    without = [row for row in rows if row.kpi.goal not in plan.goals]
    return (*groups, *([_group("No goal", without)] if without else []))


def _group(title: str, rows: Sequence[KpiRow]) -> Group:
    return Group(title, worst(one.status for row in rows for one in row.judged), tuple(rows))


def _level(plan: Plan, row: KpiRow) -> str | None:
    goal = plan.goals.get(row.kpi.goal or "")
    return None if goal is None else goal.level


def _perspective(plan: Plan, row: KpiRow) -> str | None:
    """The perspective of the KPI's goal, or else of the nearest goal above it that has one."""
    if row.kpi.goal is None:
        return None
    return next((said for id_ in lineage(plan, row.kpi.goal) if (said := plan.goals[id_].perspective)), None)
