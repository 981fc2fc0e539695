"""Evaluates the status of one KPI: the first rule of S5 that applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from kpi.plan.model import Kpi, Relative, Shape, Target, Thresholds
from kpi.run.season import BEFORE, END, NOW, PART, WHOLE
from kpi.run.series import Point, Series
from kpi.status.active_target import Bounds, Comparisons, bounds_of, is_written, target_on, why_unknown
from kpi.status.result import ActiveTarget, Pace, Status, StatusResult
from kpi.status.target_path import Glide, glide_path
from kpi.values import Calendar, Period, format_plain, round12, shift, whole, year_ago
from kpi.values.date_words import day_in_words

_SHAPES: dict[Shape, str] = {
    "seasonal": "expected by now: the shape of last year",
    "linear": "expected by now: a straight line, because last year has no values for its shape",
}
NO_ROWS = "no data to compute it from in this period"


class ResolvedTarget(NamedTuple):
    """The target of one period: ``active`` is what is shown, ``bounds`` what the value is compared with, and ``glide``
    the path to the target until its date, and ``shape`` the one that it has if a seasonal one was asked for."""

    active: ActiveTarget
    bounds: Bounds
    glide: Glide | None
    shape: Shape | None = None


def evaluate_status(kpi: Kpi, series: Series, calendar: Calendar) -> StatusResult:
    """The status of the period shown, or of the last fresh value if the data is out of date (rules S1 to S9)."""
    point, lack, message = _point_to_evaluate(series)
    period = point.period
    proration = proration_of(series, period, calendar)
    target = target_on(kpi, whole(period, calendar).last_day)
    resolved = None if target is None else resolve_target(target, kpi, series.references, period, calendar, proration)
    now = None if resolved is None else resolved.active
    if lack is not None or point.value is None:
        return StatusResult(lack or "no data", point, now, message=message)
    notes = ["the window starts before the first row of the data"] if point.partial else []
    if target is None or resolved is None:
        return StatusResult("no target", point, message=_joined(notes))
    notes += why_unknown(target, series.references)
    if proration < 1 and _is_prorated(target):
        notes.append(_prorated(series, period, calendar))
    if resolved.shape is not None:
        notes.append(_SHAPES[resolved.shape])
    status, pace, comparisons = _status(point.value, kpi, resolved, series.references, proration)
    if kpi.thresholds is not None and resolved.bounds.known:
        lines = filter(None, (kpi.thresholds.green, kpi.thresholds.yellow))
        found = (why_unknown(line, series.references, resolved.bounds.lower) for line in lines)
        notes += [note for note in dict.fromkeys(chain(*found)) if note not in notes]
    notes += _disagreement(point.value, kpi, resolved, status)
    shown = Bounds(resolved.active.op, resolved.active.value, resolved.active.upper).comparisons()
    return StatusResult(status, point, now, pace, _joined(notes), tuple(dict.fromkeys(comparisons + shown)))


def status_then(kpi: Kpi, series: Series, point: Point, calendar: Calendar) -> Status | None:
    """The status of a value of the history of a KPI; None where that is not known: without a value, and where the
    target names other KPIs and measures or has last year's shape, whose values are those of the period shown."""
    if point.value is None or (kpi.path == "seasonal" and kpi.thresholds is None):
        return None
    values = {one.period.start: one.value for one in series.history if not one.partial}
    earlier = {"a year ago": year_ago(point.period, calendar), "the period before": shift(point.period, -1, calendar)}
    anchors = {anchor: values.get(period.start) for anchor, period in earlier.items()}
    then = replace(series, shown=point, fresh=True, failed=False, references=anchors)
    found = evaluate_status(kpi, then, calendar).status
    has_target = target_on(kpi, whole(point.period, calendar).last_day) is not None
    return None if found == "no target" and has_target else found


def resolve_target(
    target: Target,
    kpi: Kpi,
    references: Mapping[str, float | None],
    period: Period,
    calendar: Calendar,
    proration: float,
) -> ResolvedTarget:
    """``target`` with its bounds for ``period``. There is no glide path from the target's date on."""
    bounds = bounds_of(target, kpi, references, proration)
    glide = None
    if target.by is not None and period.last_day < target.by:
        glide = glide_path(kpi, bounds, target.by, calendar, proration)
    # The final target is shown unprorated; only the current value of the glide path is prorated.
    shown = bounds if glide is None else bounds_of(target, kpi, references)
    expected: float | None = None
    shape: Shape | None = None
    if glide is not None:
        expected, shape = _line(glide, kpi, references, period)
    elif proration < 1 and _is_prorated(target) and bounds.op != "between":
        expected = bounds.lower
    written = is_written(target) and (proration == 1 or glide is not None)
    now = ActiveTarget(target.text, target.op, shown.lower, shown.upper, target.by, expected, written)
    return ResolvedTarget(now, bounds, glide, shape)


def _line(glide: Glide, kpi: Kpi, references: Mapping[str, float | None], period: Period) -> tuple[float, Shape | None]:
    """What is expected at the end of a period, and the shape of the path if a seasonal one was asked for (S10)."""
    straight = glide.at(period.end)
    if kpi.path != "seasonal":
        return straight, None
    before, then, last = (references.get(name, 0.0 if name == BEFORE else None) for name in (BEFORE, NOW, END))
    found = None
    if before is not None and then is not None and last is not None:
        found = glide.seasonal(period.end, before, then, last)
    return (straight, "linear") if found is None else (found, "seasonal")


def proration_of(series: Series, period: Period, calendar: Calendar) -> float:
    """The fraction (0…1) of a running period that is over, for a sum (rule T7): by what came in this part of it a year
    ago, else by days. 1 for all other KPIs."""
    if period.whole or not series.additive:
        return 1.0
    share = _share_a_year_ago(series)
    return period.span.days / whole(period, calendar).span.days if share is None else share


def _share_a_year_ago(series: Series) -> float | None:
    """How much of the sum of a running period was there at this point a year ago; None where that is unknown."""
    part, all_ = series.references.get(PART), series.references.get(WHOLE)
    return round12(part / all_) if part is not None and all_ is not None and 0 <= part < all_ else None


def _prorated(series: Series, period: Period, calendar: Calendar) -> str:
    share = _share_a_year_ago(series)
    if share is None:
        return f"target prorated: {period.span.days} of {whole(period, calendar).span.days} days"
    percent = format_plain(round(share * 100, 1))
    return f"target prorated: {percent}%, the share of this part of the {period.every} a year ago"


def _point_to_evaluate(series: Series) -> tuple[Point, Status | None, str | None]:
    """The point to show, the status if the point alone decides it ("stale" or "no data"), and a message."""
    if not series.fresh and not series.failed:
        typed = f"no value since {day_in_words(series.newest)}" if series.newest else "no value"
        message = series.missing or typed
        if series.last is not None and series.last.value is not None:
            return series.last, "stale", message
        return replace(series.shown, value=None), "no data", series.problem or message
    if series.shown.value is None or series.failed:
        return replace(series.shown, value=None), "no data", series.problem or NO_ROWS
    return series.shown, None, None


def _status(
    value: float, kpi: Kpi, resolved: ResolvedTarget, references: Mapping[str, float | None], proration: float
) -> tuple[Status, Pace | None, Comparisons]:
    """The status from thresholds, else from the glide path, else from the target; the pace from the glide path."""
    glide, line = resolved.glide, resolved.active.expected_now
    status: Status | None = None
    pace: Pace | None = None
    compared: Comparisons = ()
    if glide is not None and line is not None:
        status, pace = glide.evaluate(value, line)
        compared = ((glide.op, line),)
    if kpi.thresholds is not None:
        status, compared = _by_thresholds(value, kpi, kpi.thresholds, references, proration, resolved.bounds.lower)
    elif status is None:
        status = "no target" if not resolved.bounds.known else "green" if resolved.bounds.met_by(value) else "red"
        compared = resolved.bounds.comparisons()
    return status, pace, compared


def _by_thresholds(
    value: float,
    kpi: Kpi,
    thresholds: Thresholds,
    references: Mapping[str, float | None],
    proration: float,
    own: float | None,
) -> tuple[Status, Comparisons]:
    green = bounds_of(thresholds.green, kpi, references, proration, own)
    yellow = green if thresholds.yellow is None else bounds_of(thresholds.yellow, kpi, references, proration, own)
    if not (green.known and yellow.known):
        return "no target", ()
    compared = green.comparisons() + yellow.comparisons()
    if green.met_by(value):
        return "green", compared
    return ("yellow" if yellow.met_by(value) else "red"), compared


def _is_prorated(target: Target) -> bool:
    """Whether the bounds are shared out by days in a running period: not those relative to the same part before."""
    return not isinstance(target.value, Relative) or target.value.to == "the baseline"


def _disagreement(value: float, kpi: Kpi, resolved: ResolvedTarget, status: Status) -> list[str]:
    """What the glide path says where the thresholds decide and say otherwise (rule S10)."""
    line = resolved.active.expected_now
    if kpi.thresholds is None or resolved.glide is None or line is None:
        return []
    by_line, pace = resolved.glide.evaluate(value, line)
    return [] if by_line == status else [f"{status} by its thresholds; {pace or by_line + ' by its target'}"]


def _joined(notes: list[str]) -> str | None:
    return "; ".join(notes) or None
