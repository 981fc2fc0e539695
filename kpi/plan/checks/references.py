"""References between goals and KPIs: goal, parent, guardrails, leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kpi.errors import nearest
from kpi.plan.checks.cycles import components, cycles, path_text
from kpi.plan.checks.dependencies import link_dependencies
from kpi.plan.checks.report import Path, Report
from kpi.plan.model import Goal, Kpi, Plan


def check_references(plan: Plan, broken: Collection[tuple[str, str]], report: Report) -> None:
    """Report the mistakes of all references between goals and KPIs."""
    references = _References(plan, broken, report)
    for goal in plan.goals.values():
        if goal.parent is not None:
            references.goal(goal.parent, ("goals", goal.id, "parent"))
    parents = {goal.id: [goal.parent] if goal.parent is not None else [] for goal in plan.goals.values()}
    for cycle in cycles(parents, components(parents)):
        message = "parents form a cycle: " + path_text(cycle)
        report.at("E045", message, ("goals", cycle[0], "parent"), "the topmost goal has no parent")
    for kpi in plan.kpis.values():
        for link in link_dependencies(kpi):
            if link.kind == "goal":
                references.goal(link.name, link.path)
            else:
                itself = "its own guardrail" if link.field == "guardrails" else "said to lead itself"
                references.kpi(link.name, kpi.id, itself, link.path)


class _References:
    def __init__(self, plan: Plan, broken: Collection[tuple[str, str]], report: Report) -> None:
        self.plan = plan
        self.broken = broken
        self.report = report
        self._ids_by_name: dict[str, dict[str, str]] = {}

    def goal(self, name: str, path: Path) -> None:
        """Report a goal that does not exist."""
        if name not in self.plan.goals and ("goals", name) not in self.broken:
            hint, meant = self._meant("goals", name, self.plan.goals)
            self.report.at("E040", f'there is no goal "{name}"', path, hint, meant=meant)

    def kpi(self, name: str, own: str, itself: str, path: Path) -> None:
        """Report a KPI that does not exist, or that refers to itself."""
        if name == own:
            self.report.at("E045", f'"{name}" is {itself}', path, "name another KPI")
        elif name in self.plan.kpis or ("kpis", name) in self.broken:
            return
        elif name in self.plan.measures:
            message = f'"{name}" is a measure, and a KPI is needed here'
            self.report.at("E041", message, path, "only KPIs have a goal, a target and an owner")
        else:
            hint, meant = self._meant("kpis", name, self.plan.kpis)
            self.report.at("E041", f'there is no KPI "{name}"', path, hint, meant=meant)

    def _meant(
        self, section: str, name: str, entries: Mapping[str, Goal] | Mapping[str, Kpi]
    ) -> tuple[str | None, str | None]:
        """A hint, and the id that was meant: of what has this very name, or a near one."""
        if section not in self._ids_by_name:
            self._ids_by_name[section] = {entry.name.casefold(): entry.id for entry in entries.values()}
        meant = self._ids_by_name[section].get(name.casefold())
        if meant is not None:
            return f'its id is "{meant}"', meant
        sound = [id_ for id_ in entries if (section, id_) not in self.broken]
        hint = self.report.near(name, sound)
        return hint, None if hint is None else nearest(name, sound)
