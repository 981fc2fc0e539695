"""What judging says about one KPI, and how the statuses of several make one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.plan.model import Op
from kpi.run.series import Point

Status = Literal["green", "yellow", "red", "stale", "no data", "no target"]
Pace = Literal["behind", "on pace", "ahead"]

# The order in which summaries count them.
STATUSES: tuple[Status, ...] = ("green", "yellow", "red", "stale", "no data", "no target")
WORST_FIRST: tuple[Status, ...] = ("red", "stale", "no data", "yellow", "green", "no target")


@dataclass(frozen=True)
class TargetNow:
    """A target with its numbers for one period, in the KPI's own scale.

    ``value`` is the bound (the lower one of a ``between``, whose upper one is ``upper``); None when it names a measure
    or KPI that has no value in that period. ``expected_now`` is where the glide path stands at the period's end; None
    for a target that is kept. ``written``: the number stands so in the file; it is not computed from a baseline,
    from another KPI or measure, or for a part of a period.
    """

    text: str
    op: Op
    value: float | None
    upper: float | None = None
    by: date | None = None
    expected_now: float | None = None
    written: bool = True


@dataclass(frozen=True)
class Judgement:
    """Where one KPI stands. ``point`` is the value judged: the one shown, or the last fresh one when stale.

    ``comparisons`` led to the status or can be made by a reader, so what is shown must not contradict them (rule S9).
    ``message`` says in words what a reader could not guess from the status; None when there is nothing to say.
    """

    status: Status
    point: Point
    target: TargetNow | None = None
    pace: Pace | None = None
    message: str | None = None
    comparisons: tuple[tuple[Op, float], ...] = ()


def worst(statuses: Iterable[Status]) -> Status:
    """The status of a goal whose KPIs have these (rule S8). Raises ValueError when there are none."""
    return min(statuses, key=WORST_FIRST.index)
