"""The glide path: the straight line from a baseline to a target that is to be reached by a date (rule S6)."""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import NamedTuple

from kpi.plan.model import Kpi, Op
from kpi.status.active_target import Bounds
from kpi.status.result import Pace, Status
from kpi.values import Calendar, period_of, round12

SIXTH = 6  # behind by up to a sixth of the way is yellow; ahead by a sixth is "ahead"


class Glide(NamedTuple):
    """A line from ``baseline`` on ``start`` to ``goal`` on ``by``. ``limit``: where a range ends beyond ``goal``."""

    start: date
    by: date
    baseline: float
    goal: float
    limit: float | None

    @property
    def upward(self) -> bool:
        """Whether higher is better."""
        return self.goal > self.baseline

    @property
    def op(self) -> Op:
        """How a value compares with the line when it is at least as good."""
        return ">=" if self.upward else "<="

    def at(self, day: date) -> float:
        """Where the line stands on ``day``: the baseline up to its start, the goal from its date on."""
        if day <= self.start:
            return self.baseline
        if day >= self.by:
            return self.goal
        fraction = (day - self.start).days / (self.by - self.start).days
        return round12(self.baseline + (self.goal - self.baseline) * fraction)

    def judge(self, value: float, line: float) -> tuple[Status, Pace | None]:
        """Status and pace of ``value`` when the line stands at ``line``. Beyond a range's far end there is no pace."""
        sixth = abs(self.goal - self.baseline) / SIXTH
        scale = max(abs(value), abs(self.baseline), abs(self.goal), abs(self.limit or 0.0))
        sign = 1 if self.upward else -1
        if self.limit is not None and _settle(sign * (value - self.limit), scale) > 0:
            over = _settle(abs(value - self.limit) - sixth, scale)
            return ("yellow" if over <= 0 else "red"), None
        lead = sign * (value - line)
        if _settle(lead, scale) < 0:
            return ("yellow" if _settle(lead + sixth, scale) >= 0 else "red"), "behind"
        return "green", "ahead" if _settle(lead - sixth, scale) >= 0 else "on pace"


def _settle(difference: float, scale: float) -> float:
    """``difference`` without the float noise that numbers as large as ``scale`` bring into it."""
    return round(difference, 11 - floor(log10(scale))) if scale > 0 else difference


def glide_path(kpi: Kpi, bounds: Bounds, by: date | None, calendar: Calendar, share: float = 1.0) -> Glide | None:
    """The line to ``bounds`` by ``by``; None when the target is simply kept: no date or baseline, or one that meets it.

    Towards a range, or an exact number, the line goes to the nearest bound. ``share`` as in ``bounds_of``; ``bounds``
    have it already.
    """
    if by is None or kpi.baseline is None or not bounds.known or bounds.lower is None:
        return None
    baseline = round12(kpi.baseline * share)
    if bounds.met_by(baseline):
        return None
    start = kpi.since if kpi.since is not None else period_of(by, "year", calendar).start
    near, far = bounds.lower, None
    if bounds.op == "between" and bounds.upper is not None:
        near, far = (bounds.lower, bounds.upper) if baseline < bounds.lower else (bounds.upper, bounds.lower)
    elif bounds.op == "==":
        far = near
    return Glide(start, by, baseline, near, far)
