"""The target of each of several periods, as a line for a chart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpi.plan.model import Kpi
from kpi.run.season import BEFORE, END, NOW
from kpi.run.series import Point, Series
from kpi.status.active_target import target_on
from kpi.status.evaluation import proration_of, resolve_target
from kpi.values import Calendar, whole, year_ago

Line = tuple[float | None, ...]


def target_lines(kpi: Kpi, series: Series, points: tuple[Point, ...], calendar: Calendar) -> tuple[Line, Line]:
    """The target at each of ``points``: the value of the glide path if there is one, else the bound.

    The second line is the upper bound of a range, and None everywhere for other targets. A point is None if there was
    no target, if the glide path had not started, if last year has no value for its seasonal shape, or if the target
    refers to a measure or KPI: its earlier values are not known here.
    """
    values = {point.period.start: point.value for point in (*series.history, series.shown)}
    pairs = [_bounds_at(kpi, series, point, calendar, values) for point in points]
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _bounds_at(
    kpi: Kpi, series: Series, point: Point, calendar: Calendar, values: Mapping[date, float | None]
) -> tuple[float | None, float | None]:
    target = target_on(kpi, whole(point.period, calendar).last_day)
    if target is None:
        return None, None
    references = series.references if point.period == series.shown.period else {}
    if kpi.path == "seasonal" and not references:
        # The ends of the path are the same for all periods; what is known of a year ago is in the history.
        ends = {name: series.references[name] for name in (BEFORE, END) if name in series.references}
        references = {**ends, NOW: values.get(year_ago(point.period, calendar).start)}
    resolved = resolve_target(
        target, kpi, references, point.period, calendar, proration_of(series, point.period, calendar)
    )
    if resolved.glide is not None:
        if kpi.path == "seasonal" and resolved.shape == "linear" and series.references.get(NOW) is not None:
            return None, None  # no value of last year: a straight piece would not belong to this line
        return (None if point.period.end <= resolved.glide.start else resolved.active.expected_now), None
    return resolved.bounds.lower, resolved.bounds.upper
