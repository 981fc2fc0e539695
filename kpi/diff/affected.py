"""Which KPIs are not what they were because of something that they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpi.diff.changes import Change
from kpi.plan.checks.dependencies import uses_of
from kpi.plan.model import Reference, Target

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi

# Sources have a namespace of their own. That a target names something is a way's end: it changes no value.
_SOURCE, _TARGET = "sources.", "="


def affected_kpis(after: Checked, changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    """For each KPI that something it uses has changed, however far away: the subjects of those changes."""
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
    """Whether a change may alter the values of what uses its subject. New and removed entries do so only through
    formulas that changed as well."""
    return change.kind in ("formula", "source") or (change.section == "kpis" and change.field == "unit")


def _users(after: Checked) -> dict[str, list[str]]:
    """What is used, and by which measures, KPIs and queries."""
    users: dict[str, list[str]] = {}
    for name, tree in (*after.measures.items(), *after.formulas.items()):
        uses = uses_of(tree)
        used = {f"{_SOURCE}{one.source}" for one, _ in uses.aggregates} | {one.name for one, _ in uses.names}
        for each in used:
            users.setdefault(each, []).append(name)
    for source, others in after.queries.items():
        for other in others:
            users.setdefault(_SOURCE + other, []).append(_SOURCE + source)
    for kpi in after.plan.kpis.values():
        for name in names_in_targets(kpi):
            users.setdefault(name, []).append(_TARGET + kpi.id)
    return users


def _reached(users: dict[str, list[str]], start: str) -> list[str]:
    found = {start: None}
    waiting = [start]
    for name in waiting:  # grows while it is walked
        for user in users.get(name, ()):
            if user not in found:
                found[user] = None
                waiting.append(user)
    return waiting[1:]


def names_in_targets(kpi: Kpi) -> Iterator[str]:
    """The measures and KPIs that its target and thresholds name."""
    targets = [kpi.target] if isinstance(kpi.target, Target) else [entry.target for entry in kpi.target or ()]
    if kpi.thresholds is not None:
        targets += [kpi.thresholds.green, *([kpi.thresholds.yellow] if kpi.thresholds.yellow else [])]
    for target in targets:
        for bound in (target.value, target.upper):
            if isinstance(bound, Reference):
                yield bound.name
