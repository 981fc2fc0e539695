"""A107: an owner whose KPI is made of what others own."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule
from kpi.plan.model import Kpi

MADE = 3  # so many KPIs of one source make its owner the one who works with it, and not only collects it


@rule("A107", "owner-without-influence", "info", "The owner of a KPI owns something that moves it, or has agreed it.")
def check(context: Context) -> Iterator[Finding]:
    """KPIs all of whose sources and component KPIs belong to others, who do not own the KPI's goal nor agreed to it."""
    sources = {kpi.id: _sources(context, kpi.id) for kpi in context.kpis if kpi.id in context.checked.formulas}
    owned: dict[tuple[str, str], int] = {}
    for id_, names in sources.items():
        for name in names:
            key = name, _person(context.plan.kpis[id_].owner)
            owned[key] = owned.get(key, 0) + 1
    for kpi in context.kpis:
        if not kpi.owner or kpi.id not in sources:
            continue
        others = _owners_behind(context, kpi, sources[kpi.id], owned)
        if others and None not in others and _person(kpi.owner) not in others and not _agreed(context, kpi, others):
            names_ = sorted(other for other in others if other)
            whose = names_[0] if len(names_) == 1 else f"{', '.join(names_[:-1])} and {names_[-1]}"
            yield Finding(
                ("kpis", kpi.id, "owner"),
                f"{kpi.owner} owns {shown(kpi)}, but everything that it is computed from belongs to {whose}",
                "name the one who can move it as owner, or agree it with them and set `agreed_with` of its goal",
            )


def _sources(context: Context, id_: str) -> set[str]:
    """The sources in the formula of a KPI and in the measures that it names."""
    graph, found, waiting, seen = context.checked.dependencies, set(), [id_], {id_}
    while waiting:
        for part in graph.of(waiting.pop()):
            if part.field == "formula" and part.kind == "source":
                found.add(part.name)
            elif part.field == "formula" and part.name in context.checked.measures and part.name not in seen:
                seen.add(part.name)
                waiting.append(part.name)
    return found


def _owners_behind(context: Context, kpi: Kpi, sources: set[str], owned: dict[tuple[str, str], int]) -> set[str | None]:
    """The owners of the sources and KPIs that the formula is made of; None stands for one that tells nothing.

    The owner of a source without ``MADE`` KPIs of it only collects it; so does one from whose source the owner of this
    KPI makes others as well.
    """
    plan, mine = context.plan, _person(kpi.owner)
    found: set[str | None] = set()
    for name in sources:
        owner = _person(plan.sources[name].owner) if name in plan.sources else ""
        works = owned.get((name, owner), 0) >= MADE and owned.get((name, mine), 0) < MADE
        found.add(owner if owner and (works or owner == mine) else None)
    for part in context.checked.dependencies.of(kpi.id):
        if part.field == "formula" and part.kind == "value" and part.name in plan.kpis:
            found.add(_person(plan.kpis[part.name].owner) or None)
    return found


def _agreed(context: Context, kpi: Kpi, others: set[str | None]) -> bool:
    """Whether one of the others owns the goal of the KPI or has agreed to it."""
    goal = context.plan.goals.get(kpi.goal or "")
    if goal is None:
        return False
    return any(_person(name) in others for name in (goal.owner, goal.agreed_with) if name)


def _person(owner: str | None) -> str:
    return (owner or "").strip().lower()
