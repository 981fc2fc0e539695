"""The glide path: the straight line from a baseline to a target that is to be reached by a date (rule S6)."""

from __future__ import annotations

from datetime import date, timedelta
from math import floor, log10
from typing import NamedTuple

from kpi.plan.model import Kpi, Op
from kpi.status.active_target import Bounds
from kpi.status.result import Pace, Status
from kpi.values import Calendar, period_of, round12

YELLOW_BAND = 1 / 6  # of the way from baseline to target: behind by up to this is yellow, ahead by this is "ahead"


class Glide(NamedTuple):
    """A line from ``baseline`` at the start of ``start`` to ``goal`` at the end of ``by``.

    ``limit`` is the far bound of a range, if any. ``points`` are days, exclusive ends of periods, with the value that
    the line has there; between them it is straight.
    """

    start: date
    by: date
    baseline: float
    goal: float
    limit: float | None
    points: tuple[tuple[date, float], ...] = ()

    @property
    def upward(self) -> bool:
        """Whether higher is better."""
        return self.goal > self.baseline

    @property
    def op(self) -> Op:
        """The operator that a value at least as good as the line meets."""
        return ">=" if self.upward else "<="

    def at(self, end: date) -> float:
        """The line at the exclusive end of a period: the baseline up to ``start``, the goal after ``by``."""
        if end <= self.start:
            return self.baseline
        if end > self.by:
            return self.goal
        knots = [(self.start, self.baseline), *self.points, (self.by + timedelta(days=1), self.goal)]
        after = next(number for number, (day, _) in enumerate(knots) if day >= end)
        (begin, low), (finish, high) = knots[after - 1 : after + 1]
        return round12(low + (high - low) * ((end - begin).days / (finish - begin).days))

    def seasonal(self, end: date, before: float, then: float, last: float) -> float | None:
        """The line at the exclusive end of a period in the shape of last year: the straight line times what the value
        was relative to last year's own straight line. ``before``, ``then`` and ``last`` are the values of last year
        before the start, at this time, and at the end. None where these have no shape: a line that is not positive, or
        a negative value."""
        way = (self.by + timedelta(days=1) - self.start).days
        part = min(max((end - self.start).days, 0), way) / way
        line = before + (last - before) * part
        if line <= 0 or then < 0 or last <= 0:
            return None
        return round12(self.at(end) * then / line)

    def evaluate(self, value: float, line: float) -> tuple[Status, Pace | None]:
        """Status and pace of ``value`` when the line is at ``line``; no pace beyond the far bound of a range."""
        band = abs(self.goal - self.baseline) * YELLOW_BAND
        scale = max(abs(value), abs(self.baseline), abs(self.goal), abs(self.limit or 0.0))
        sign = 1 if self.upward else -1
        if self.limit is not None and _settle(sign * (value - self.limit), scale) > 0:
            over = _settle(abs(value - self.limit) - band, scale)
            return ("yellow" if over <= 0 else "red"), None
        lead = sign * (value - line)
        if _settle(lead, scale) < 0:
            return ("yellow" if _settle(lead + band, scale) >= 0 else "red"), "behind"
        return "green", "ahead" if _settle(lead - band, scale) >= 0 else "on pace"


def _settle(difference: float, scale: float) -> float:
    """``difference`` rounded to remove the floating-point error of numbers of the size of ``scale``."""
    return round(difference, 11 - floor(log10(scale))) if scale > 0 else difference


def glide_path(kpi: Kpi, bounds: Bounds, by: date | None, calendar: Calendar, proration: float = 1.0) -> Glide | None:
    """The line to ``bounds`` by ``by``; None without a date or a baseline, or if the baseline meets the target.

    For a range or an exact number, the line goes to the nearest bound. ``proration`` is that of ``bounds_of`` and is
    already included in ``bounds``.
    """
    if by is None or kpi.baseline is None or not bounds.known or bounds.lower is None:
        return None
    baseline = round12(kpi.baseline * proration)
    if bounds.met_by(baseline):
        return None
    start = kpi.since if kpi.since is not None else period_of(by, "year", calendar).start
    near, far = bounds.lower, None
    if bounds.op == "between" and bounds.upper is not None:
        near, far = (bounds.lower, bounds.upper) if baseline < bounds.lower else (bounds.upper, bounds.lower)
    elif bounds.op == "==":
        far = near
    on_the_way = kpi.path if isinstance(kpi.path, tuple) else ()
    points = tuple((one.end, round12(one.value * proration)) for one in on_the_way)
    return Glide(start, by, baseline, near, far, points)
