"""Targets and thresholds that name a measure or KPI (rule S3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kpi.formulas.nodes import At, Name
from kpi.plan.checks.cycles import in_brief
from kpi.plan.checks.formulas import Formulas
from kpi.plan.checks.report import Finding, Path
from kpi.plan.model import Kpi, Reference, Target


class Named(NamedTuple):
    """A measure or KPI that a target names: ``at`` is where in the text at ``path``."""

    name: str
    at: At
    path: Path


def check_targets(formulas: Formulas) -> None:
    """Report the mistakes of all names in targets and thresholds."""
    for kpi in formulas.plan.kpis.values():
        for named in references(kpi):
            name = Name(named.name, at=named.at)
            finding = formulas.unknown(name) or _own(named, kpi, formulas) or formulas.other_every(name, kpi)
            if finding is not None:
                formulas.report.within(finding, named.path)


def references(kpi: Kpi) -> Iterator[Named]:
    """The measures and KPIs that a KPI's target, schedule, thresholds and targets of parts name."""
    path: Path = ("kpis", kpi.id)
    targets: list[tuple[Path, Target | None]] = []
    if isinstance(kpi.target, Target):
        targets.append(((*path, "target"), kpi.target))
    elif kpi.target is not None:
        targets += [((*path, "target", entry.label), entry.target) for entry in kpi.target]
    if kpi.thresholds is not None:
        targets.append(((*path, "thresholds", "green"), kpi.thresholds.green))
        targets.append(((*path, "thresholds", "yellow"), kpi.thresholds.yellow))
    if kpi.split is not None:
        targets += [((*path, "split", "targets", name), target) for name, target in kpi.split.targets.items()]
    for where, target in targets:
        if target is not None:
            start = 0
            for bound in (target.value, target.upper):
                if isinstance(bound, Reference):
                    at = _place(bound.name, target.text, start)
                    start = at[1]
                    yield Named(bound.name, at, where)


def _place(name: str, text: str, start: int) -> At:
    """Where a name stands. The words before it may be spelled like it, so it is the last one before the date; of two
    bounds the first is looked for from the start."""
    found = list(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text[start:]))
    if not found:
        return 0, len(text)
    match = found[0] if text.lower().startswith("between") else found[-1]
    return start + match.start(), start + match.end()


def _own(named: Named, kpi: Kpi, formulas: Formulas) -> Finding | None:
    """What is wrong with a target that is the KPI's own value of the same period, in whatever disguise. Last year's
    is a fine target, so what lies in the past is not followed."""
    waiting, came_from = [named.name], {named.name: kpi.id}
    for name in waiting:  # grows while it is walked
        if name == kpi.id:
            way = [name]
            while len(way) == 1 or way[-1] != kpi.id:
                way.append(came_from[way[-1]])
            message = f'the target of "{kpi.id}" leads back to its own value: ' + in_brief(way[::-1])
            return Finding("E045", message, named.at, "a value of an earlier period will do: year_ago, previous")
        uses = formulas.uses.get(name)
        for used, shift in uses.names if uses is not None else ():
            if shift is None and used.name not in came_from:
                came_from[used.name] = name
                waiting.append(used.name)
    return None
