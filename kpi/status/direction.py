"""Whether higher or lower is better."""

from __future__ import annotations

from kpi.plan.model import Kpi, Op, Target

SIGNS: dict[Op, int] = {">=": 1, ">": 1, "<=": -1, "<": -1}


def direction_of(kpi: Kpi) -> int:
    """1 if higher is better, -1 if lower is, 0 if the file does not say: from the target (of a schedule, its last
    entry), else from the thresholds."""
    target = kpi.target if kpi.target is None or isinstance(kpi.target, Target) else kpi.target[-1].target
    sign = 0 if target is None else SIGNS.get(target.op, 0)
    return sign or (0 if kpi.thresholds is None else SIGNS.get(kpi.thresholds.green.op, 0))
