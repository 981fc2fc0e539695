"""News or noise: the signal of one KPI as people read it. Two signs: variation and assurance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from kpi.frozen import frozen
from kpi.insight.history import TooLittle, history_of
from kpi.insight.signals import NEAR, OF_LAST, RUN, Limits, Signal, signal
from kpi.status.active_target import bounds_of, target_on
from kpi.status.direction import direction_of
from kpi.status.outlook import breaks_of
from kpi.status.value_bounds import bounds_of_values
from kpi.values import Period, format_value, parse_unit, whole
from kpi.values.count_words import in_words, ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi
    from kpi.run.series import Point, Series
    from kpi.values import Calendar

WHOLE = 1000.0  # from here on, limits are whole numbers

# "changed": unusual, and nothing says whether that is good or bad.
Variation = Literal["improving", "concerning", "changed", "common cause"]
Assurance = Literal["passes", "fails", "hit and miss"]


@frozen
class Signs:
    """Whether the value shown is news.

    ``variation``: improving or concerning where the value is outside its usual range (``changed`` where the KPI has no
    direction), else common cause. ``assurance``: whether values within the usual range always meet the target (passes),
    never (fails), or by chance; None without a target. ``sentence`` says what was found. ``limits`` is the usual range
    from the values since the period ``since``. ``problem`` is why nothing can be said; then all else is empty.
    """

    problem: str | None = None
    variation: Variation | None = None
    assurance: Assurance | None = None
    sentence: str | None = None
    limits: Limits | None = None
    since: Period | None = None
    seasonal: bool = False


def signs_of(kpi: Kpi, series: Series, points: Sequence[Point], checked: Checked) -> Signs:
    """The signs of a KPI from ``points``, the history and the value shown. The usual range ends where its values
    cannot be."""
    calendar = checked.plan.calendar.build()
    history = history_of(points, breaks_of(kpi, calendar))
    found = history if isinstance(history, TooLittle) else signal(history)
    if isinstance(found, TooLittle) or isinstance(history, TooLittle):
        return Signs(found.reason if isinstance(found, TooLittle) else None)
    low, middle, high = found.limits
    bounds = bounds_of_values(kpi, history.values, checked)
    found = replace(found, limits=Limits(bounds.cut(low), middle, bounds.cut(high)))
    direction = direction_of(kpi)
    variation: Variation = "common cause"
    if found.side:
        variation = "changed" if direction == 0 else "improving" if found.side == direction else "concerning"
    return Signs(
        variation=variation,
        assurance=_assurance(kpi, series, history.periods[-1], found.limits, calendar),
        sentence=_sentence(found, kpi),
        limits=found.limits,
        since=found.since,
        seasonal=found.seasonal,
    )


def _assurance(kpi: Kpi, series: Series, period: Period, limits: Limits, calendar: Calendar) -> Assurance | None:
    target = target_on(kpi, whole(period, calendar).last_day)
    bounds = None if target is None else bounds_of(target, kpi, series.references)
    if bounds is None or not bounds.known or bounds.lower is None:
        return None
    if bounds.met_by(limits.low) and bounds.met_by(limits.high):
        return "passes"
    upper = bounds.lower if bounds.upper is None else bounds.upper
    never = {
        ">=": limits.high < bounds.lower, ">": limits.high <= bounds.lower,
        "<=": limits.low > upper, "<": limits.low >= upper,
    }  # fmt: skip
    apart = limits.high < bounds.lower or limits.low > upper
    return "fails" if never.get(bounds.op, apart) else "hit and miss"


def _rough(limit: float) -> float:
    """A limit without decimals that say nothing: 8,479, not 8,478.64."""
    return limit if abs(limit) < WHOLE else float(round(limit))


def _sentence(found: Signal, kpi: Kpi) -> str:
    unit = parse_unit(kpi.unit)
    every = kpi.every
    season = "for the season, " if found.seasonal else ""
    usual = " to ".join(format_value(_rough(one), unit) for one in (found.limits.low, found.limits.high))
    usual += f", {season}from the values since {found.since.label}"
    way = "above" if found.side > 0 else "below"
    if found.rule is None:
        return f"within its usual range ({usual})"
    if found.rule == "run":
        middle = format_value(found.limits.middle, unit)
        return f"{in_words(RUN)} {every}s in a row {way} its usual {middle}"
    if found.rule == "near a limit":
        edge = "upper" if found.side > 0 else "lower"
        few = f"{in_words(NEAR)} of the last {in_words(OF_LAST)} {every}s"
        return f"{few} near the {edge} end of its usual range ({usual})"
    text = f"{way} its usual range ({usual})"
    if found.streak > 1:
        return f"{text}, the {ordinal(found.streak)} {every} in a row"
    if found.earlier is not None:
        return f"{text} for the first time since {found.earlier.label}"
    judged = "" if found.judged_since is None else f" (judged since {found.judged_since.label})"
    return f"{text} for the first time{judged}"
