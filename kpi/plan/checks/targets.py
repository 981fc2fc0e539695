"""Targets and thresholds that name a measure or KPI (rule S3)."""

from __future__ import annotations

from kpi.formulas.nodes import NOWHERE, Name
from kpi.plan.checks.cycles import path_text
from kpi.plan.checks.dependencies import NO_DEPENDENCIES, target_dependencies
from kpi.plan.checks.formulas import Formulas
from kpi.plan.checks.report import Finding
from kpi.plan.model import Kpi


def check_targets(formulas: Formulas) -> None:
    """Report the mistakes of all names in targets and thresholds."""
    for kpi in formulas.plan.kpis.values():
        for named in target_dependencies(kpi):
            name = Name(named.name, at=named.at or NOWHERE)
            finding = formulas.unknown(name) or _own_value(name, kpi, formulas) or formulas.other_every(name, kpi)
            if finding is not None:
                formulas.report.within(finding, named.path)


def _own_value(name: Name, kpi: Kpi, formulas: Formulas) -> Finding | None:
    """What is wrong with a target that comes from the KPI's own value of the same period. A value of last year is a
    fine target, so names inside ``previous`` and ``year_ago`` are not followed."""
    waiting, came_from = [name.name], {name.name: kpi.id}
    for current in waiting:  # grows while it is iterated over
        if current == kpi.id:
            path = [current]
            while len(path) == 1 or path[-1] != kpi.id:
                path.append(came_from[path[-1]])
            message = f'the target of "{kpi.id}" depends on its own value: ' + path_text(path[::-1])
            return Finding("E045", message, name.at, "use the value of an earlier period: year_ago, previous")
        for used, shift in formulas.dependencies.get(current, NO_DEPENDENCIES).names:
            if shift is None and used.name not in came_from:
                came_from[used.name] = current
                waiting.append(used.name)
    return None
