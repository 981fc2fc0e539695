"""What the targets of a KPI name."""

from __future__ import annotations

from kpi.plan.model import Kpi, Reference, Target


def references_of(kpi: Kpi) -> list[str]:
    """The measures and KPIs that the targets and the thresholds name."""
    targets: list[Target] = []
    if isinstance(kpi.target, Target):
        targets.append(kpi.target)
    elif kpi.target is not None:
        targets += [entry.target for entry in kpi.target]
    if kpi.thresholds is not None:
        targets += [t for t in (kpi.thresholds.green, kpi.thresholds.yellow) if t is not None]
    if kpi.split is not None:
        targets += kpi.split.targets.values()
    bounds = [bound for target in targets for bound in (target.value, target.upper)]
    return list(dict.fromkeys(bound.name for bound in bounds if isinstance(bound, Reference)))
