"""The line of a target through several periods, for a chart."""

from __future__ import annotations

from kpi.plan.model import Kpi
from kpi.run.series import Point, Series
from kpi.status.active_target import target_on
from kpi.status.evaluation import aim_at, share_of
from kpi.values import Calendar, whole

Line = tuple[float | None, ...]


def target_lines(kpi: Kpi, series: Series, points: tuple[Point, ...], calendar: Calendar) -> tuple[Line, Line]:
    """What each of ``points`` is measured against: the glide path while there is one, else the bound that is kept.

    The second line is the upper end of a range, all None otherwise. None where there was no target or its glide path
    had not begun, and where it names a measure or KPI: what that was in earlier periods is not known here.
    """
    pairs = [_bounds_at(kpi, series, point, calendar) for point in points]
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _bounds_at(kpi: Kpi, series: Series, point: Point, calendar: Calendar) -> tuple[float | None, float | None]:
    target = target_on(kpi, whole(point.period, calendar).last_day)
    if target is None:
        return None, None
    references = series.references if point.period == series.shown.period else {}
    aim = aim_at(target, kpi, references, point.period, calendar, share_of(series, point.period, calendar))
    if aim.glide is not None:
        return (None if point.period.end <= aim.glide.start else aim.now.expected_now), None
    return aim.bounds.lower, aim.bounds.upper
