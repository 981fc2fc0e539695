"""Targets: a direction, a bound, and either kept (every period) or reached by a date."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kpi.frozen import frozen

Op = Literal[">=", ">", "<=", "<", "==", "between"]


@frozen
class Reference:
    """A bound that is the value of a measure or KPI in the same period, times ``factor`` (1.0 = all of it)."""

    name: str
    factor: float = 1.0


Anchor = Literal["the baseline", "a year ago", "the period before"]


@frozen
class Relative:
    """A bound relative to the baseline, or to the KPI's own value a year ago or in the period before: base + ``share``
    * |base|; ``share`` is +0.2 for "20% more"."""

    share: float
    to: Anchor = "the baseline"


@frozen
class OfTarget:
    """A bound of a threshold that is the number of the KPI's own target in the same period, times ``factor``."""

    factor: float = 1.0


Bound = float | Reference | Relative | OfTarget


@frozen
class Target:
    """A parsed target or threshold.

    ``text`` is as written in the file; ``op`` its direction; ``value`` the bound (the lower one of a ``between``)
    in the KPI's own scale (a share for unit ``%``, the unit itself for durations); ``upper`` the upper bound of a
    ``between``, else None; ``by`` the date by which it is to be reached, None when it is to be kept.
    """

    text: str
    op: Op
    value: Bound
    upper: Bound | None = None
    by: date | None = None


@frozen
class ScheduleEntry:
    """One line of a schedule: ``target`` holds for periods whose last day is on or after ``start``, until the next."""

    label: str
    start: date
    target: Target
