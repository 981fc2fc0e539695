"""The status of one KPI: the first rule of S5 that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from kpi.plan.model import Kpi, Target, Thresholds
from kpi.run.series import Point, Series
from kpi.status.active_target import Bounds, Comparisons, bounds_of, is_written, names_without_value, target_on
from kpi.status.result import Judgement, Pace, Status, TargetNow
from kpi.status.target_path import Glide, glide_path
from kpi.values import Calendar, Period, whole
from kpi.values.date_words import day_in_words

NOTHING = "nothing to compute it from in this period"


class Aim(NamedTuple):
    """A target as it stands for one period: for showing, for judging, and the line while it is still to be reached."""

    now: TargetNow
    bounds: Bounds
    glide: Glide | None


def judge(kpi: Kpi, series: Series, calendar: Calendar) -> Judgement:
    """Judges the period shown, or the last fresh value when the data is behind (rules S1 to S9)."""
    point, lack, message = _what_there_is(series)
    period = point.period
    share = share_of(series, period, calendar)
    target = target_on(kpi, whole(period, calendar).last_day)
    aim = None if target is None else aim_at(target, kpi, series.references, period, calendar, share)
    now = None if aim is None else aim.now
    if lack is not None or point.value is None:
        return Judgement(lack or "no data", point, now, message=message)
    notes = ["its window begins before the data does"] if point.partial else []
    if target is None or aim is None:
        return Judgement("no target", point, message=_joined(notes))
    missing = names_without_value(target, series.references)
    notes += [f'the target names "{name}", which has no value now' for name in missing]
    if share < 1:
        notes.append(f"target shared out: {period.span.days} of {whole(period, calendar).span.days} days")
    status, pace, comparisons = _status(point.value, kpi, aim, series.references, share)
    shown = Bounds(aim.now.op, aim.now.value, aim.now.upper).comparisons()
    return Judgement(status, point, now, pace, _joined(notes), tuple(dict.fromkeys(comparisons + shown)))


def aim_at(
    target: Target, kpi: Kpi, references: Mapping[str, float | None], period: Period, calendar: Calendar, share: float
) -> Aim:
    """``target`` with its numbers for ``period``. From its date on, and without a way to go, it is kept: no line."""
    bounds = bounds_of(target, kpi, references, share)
    glide = None
    if target.by is not None and period.last_day < target.by:
        glide = glide_path(kpi, bounds, target.by, calendar, share)
    # What is still to be reached is shown as it is written; only where the line stands now is shared out.
    shown = bounds if glide is None else bounds_of(target, kpi, references)
    expected = None if glide is None else glide.at(period.end)
    written = is_written(target) and (share == 1 or glide is not None)
    now = TargetNow(target.text, target.op, shown.lower, shown.upper, target.by, expected, written)
    return Aim(now, bounds, glide)


def share_of(series: Series, period: Period, calendar: Calendar) -> float:
    """The part (0…1) of a sum's target that is due in a running period, by days (rule T7); 1 for all else."""
    if period.whole or not series.additive:
        return 1.0
    return period.span.days / whole(period, calendar).span.days


def _what_there_is(series: Series) -> tuple[Point, Status | None, str | None]:
    """The value to show, why it cannot be judged (None: it can), and a message."""
    if not series.fresh and not series.failed:
        behind = f"no rows of {series.behind}" if series.behind else "no value"
        message = f"{behind} since {day_in_words(series.newest)}" if series.newest else behind
        if series.last is not None and series.last.value is not None:
            return series.last, "stale", message
        return replace(series.shown, value=None), "no data", series.problem or message
    if series.shown.value is None or series.failed:
        return replace(series.shown, value=None), "no data", series.problem or NOTHING
    return series.shown, None, None


def _status(
    value: float, kpi: Kpi, aim: Aim, references: Mapping[str, float | None], share: float
) -> tuple[Status, Pace | None, Comparisons]:
    """Thresholds, else the glide path, else met or not; the pace comes from the glide path whichever decides."""
    glide, line = aim.glide, aim.now.expected_now
    status: Status | None = None
    pace: Pace | None = None
    compared: Comparisons = ()
    if glide is not None and line is not None:
        status, pace = glide.judge(value, line)
        compared = ((glide.op, line),)
    if kpi.thresholds is not None:
        status, compared = _by_thresholds(value, kpi, kpi.thresholds, references, share)
    elif status is None:
        status = "no target" if not aim.bounds.known else "green" if aim.bounds.met_by(value) else "red"
        compared = aim.bounds.comparisons()
    return status, pace, compared


def _by_thresholds(
    value: float, kpi: Kpi, thresholds: Thresholds, references: Mapping[str, float | None], share: float
) -> tuple[Status, Comparisons]:
    green = bounds_of(thresholds.green, kpi, references, share)
    yellow = green if thresholds.yellow is None else bounds_of(thresholds.yellow, kpi, references, share)
    if not (green.known and yellow.known):
        return "no target", ()
    compared = green.comparisons() + yellow.comparisons()
    if green.met_by(value):
        return "green", compared
    return ("yellow" if yellow.met_by(value) else "red"), compared


def _joined(notes: list[str]) -> str | None:
    return "; ".join(notes) or None
