"""Which KPIs have changed because of something that they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi.diff.changes import REACHING, Change
from kpi.plan.checks import Checked

# Sources have a namespace of their own. A target changes no value, so the KPI's own users are not reached through it.
_SOURCE, _TARGET = "sources.", "="


def affected_kpis(after: Checked, changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    """For each KPI that depends on something that changed, however far away: the subjects of those changes."""
    causes = dict.fromkeys(change.subject for change in changes if reaches_out(change))
    if not causes:
        return {}
    users = _users(after)
    found: dict[str, dict[str, None]] = {}
    for subject in causes:
        if subject == "plan":
            reached: Iterable[str] = after.plan.kpis
        else:
            reached = _reached(users, subject if subject.startswith(_SOURCE) else subject.partition(".")[2])
        for name in (each.removeprefix(_TARGET) for each in reached):
            if name in after.plan.kpis and subject != f"kpis.{name}":
                found.setdefault(name, {})[subject] = None
    return {id_: tuple(found[id_]) for id_ in after.plan.kpis if id_ in found}


def reaches_out(change: Change) -> bool:
    """Whether a change may alter the values of what uses its subject. Added and removed entries do so only through
    formulas that changed as well."""
    return change.kind in REACHING or (change.section == "kpis" and change.field == "unit")


def _users(after: Checked) -> dict[str, list[str]]:
    """What is used, and by which measures, KPIs, targets and queries."""
    users: dict[str, list[str]] = {}
    for id_ in (*after.plan.measures, *after.plan.kpis):
        for used in dict.fromkeys(_values_used(after, id_)):
            users.setdefault(used[0], []).append(used[1])
    for source, others in after.queries.items():
        for other in others:
            users.setdefault(_SOURCE + other, []).append(_SOURCE + source)
    return users


def _values_used(after: Checked, id_: str) -> Iterator[tuple[str, str]]:
    """What the value or the targets of a KPI or measure come from, and which of the two uses it."""
    for one in after.dependencies.of(id_):
        if one.kind == "source":
            yield _SOURCE + one.name, id_
        elif one.kind == "value":
            yield one.name, id_ if one.field == "formula" else _TARGET + id_


def _reached(users: dict[str, list[str]], start: str) -> list[str]:
    found = {start: None}
    waiting = [start]
    for name in waiting:  # grows while it is iterated over
        for user in users.get(name, ()):
            if user not in found:
                found[user] = None
                waiting.append(user)
    return waiting[1:]
