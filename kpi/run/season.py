"""The values of a year ago that say how a target is shared out over the year (rules T7 and S10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpi.plan.model import Target
from kpi.values import Period, period_of, whole, year_ago

if TYPE_CHECKING:
    from kpi.plan.model import Kpi
    from kpi.values import Calendar, Window

# The names of these values among the references of a series.
BEFORE, NOW, END = "last year, before the start", "last year, now", "last year, at the end"
PART, WHOLE = "last year, the same part", "last year, the whole period"
SHARED = ("quarter", "half", "year")  # periods of whose running part last year says the share; shorter ones: by days


def season_periods(
    kpi: Kpi, period: Period, calendar: Calendar, window: Window, *, additive: bool
) -> dict[str, Period]:
    """The periods of the values by name: for a ``seasonal`` path those of its ends and of now, and for the running
    period of a sum its part and the whole. The value before a window that begins anew with the path is 0 and not
    among them."""
    found: dict[str, Period] = {}
    target = kpi.target
    if kpi.path == "seasonal" and isinstance(target, Target) and target.by is not None:
        start = path_start(kpi, target, calendar)
        before = period_of(start - timedelta(days=1), period.every, calendar)
        if not begins_anew(window, start, calendar):
            found[BEFORE] = year_ago(before, calendar)
        found[NOW] = year_ago(whole(period, calendar) if additive else period, calendar)
        found[END] = year_ago(period_of(target.by, period.every, calendar), calendar)
    if not period.whole and additive and period.every in SHARED:
        found[PART] = year_ago(period, calendar)
        found[WHOLE] = year_ago(whole(period, calendar), calendar)
    return found


def path_start(kpi: Kpi, target: Target, calendar: Calendar) -> date:
    """The day on which the path to a target by a date starts (rule S6)."""
    assert target.by is not None
    return kpi.since if kpi.since is not None else period_of(target.by, "year", calendar).start


def begins_anew(window: Window, start: date, calendar: Calendar) -> bool:
    """Whether a window begins anew on a day, as one of the year to date does in January."""
    return window.kind == "to date" and period_of(start, window.unit, calendar).start == start
