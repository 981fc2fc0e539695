"""How far a KPI and a goal have come, from 0.0 to 1.0."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.plan.model import Kpi
from kpi.status.active_target import Bounds
from kpi.status.view import KpiRow
from kpi.values import round12


def kpi_score(row: KpiRow) -> float | None:
    """The progress of a KPI from its baseline to its target, limited to 0…1; ``score`` in the file takes its place.

    Without a baseline, or with one that meets the target, progress is counted from zero where more is better; where
    less is better, the score is 1 if the target is met, else 0. None without a value or a target.
    """
    if row.kpi.score is not None:
        return row.kpi.score
    target, value = row.target, row.point.value
    if target is None or value is None or row.status in ("stale", "no data"):
        return None
    bounds = Bounds(target.op, target.value, target.upper)
    if not bounds.known:
        return None
    if bounds.met_by(value):
        return 1.0
    goal = _nearest(value, bounds)
    start = _start(row.kpi, bounds)
    if start is None or start == goal:
        return 0.0
    return round12(min(max((value - start) / (goal - start), 0.0), 1.0))


def is_scored(row: KpiRow) -> bool:
    """Whether a KPI counts in the score of its goal: it has a target or a score, and not the weight 0."""
    return row.kpi.weight > 0 and (row.kpi.score is not None or row.target is not None)


def _start(kpi: Kpi, bounds: Bounds) -> float | None:
    """The value at which the score is 0; None where only meeting the target counts."""
    if kpi.baseline is not None and not bounds.met_by(kpi.baseline):
        return kpi.baseline
    counts_up = bounds.op in (">=", ">") and (bounds.lower or 0) > 0
    return 0.0 if counts_up else None


def _nearest(value: float, bounds: Bounds) -> float:
    """The bound that a value that does not meet the target has to reach."""
    lower = bounds.lower or 0.0
    return bounds.upper if bounds.upper is not None and value > bounds.upper else lower


def weighted(scores: Iterable[tuple[float | None, float]]) -> float | None:
    """The weighted mean of (score, weight) pairs. A missing score counts as 0; None if all are missing."""
    pairs = list(scores)
    if all(score is None for score, _ in pairs):
        return None
    total = sum(weight for _, weight in pairs)
    return round12(sum((score or 0.0) * weight for score, weight in pairs) / total)
