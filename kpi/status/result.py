"""The status of one KPI, and the combined status of several."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from kpi.frozen import frozen
from kpi.plan.model import Op
from kpi.run.series import Point

Status = Literal["green", "yellow", "red", "stale", "no data", "no target"]
Pace = Literal["behind", "on pace", "ahead"]

# The order of the statuses in summaries.
STATUSES: tuple[Status, ...] = ("green", "yellow", "red", "stale", "no data", "no target")
WORST_FIRST: tuple[Status, ...] = ("red", "stale", "no data", "yellow", "green", "no target")


@frozen
class ActiveTarget:
    """The target of one period, in the KPI's scale.

    ``value`` is the bound; for ``between`` it is the lower bound and ``upper`` the upper one. A bound is None if it
    refers to a measure or KPI that has no value in the period. ``expected_now`` is the value of the glide path at the
    end of the period, None without a glide path. ``written`` is true if the number is the one in the file, and false if
    it was computed from a baseline, from another KPI or measure, or prorated.
    """

    text: str
    op: Op
    value: float | None
    upper: float | None = None
    by: date | None = None
    expected_now: float | None = None
    written: bool = True


@frozen
class StatusResult:
    """The status of one KPI.

    ``point`` is the point evaluated: the one shown, or the last fresh one if the KPI is stale. ``comparisons`` led to
    the status or can be made by a reader; the value displayed must not contradict them (rule S9).
    ``message`` explains the status where the status alone does not, else None.
    """

    status: Status
    point: Point
    target: ActiveTarget | None = None
    pace: Pace | None = None
    message: str | None = None
    comparisons: tuple[tuple[Op, float], ...] = ()


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of several statuses, which is the status of a goal (rule S8). Raises ValueError if there are none."""
    return min(statuses, key=WORST_FIRST.index)
