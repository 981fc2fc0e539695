"""Will the KPI meet its target: the forecast of one KPI as people read it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.frozen import frozen
from kpi.insight.forecast import Expected, forecast
from kpi.insight.history import TooLittle, history_of
from kpi.status.active_target import Comparisons, bounds_of, target_on
from kpi.status.value_bounds import bounds_of_values
from kpi.values import (
    Calendar,
    Period,
    display_against,
    format_digits,
    format_value,
    holds,
    parse_label,
    parse_unit,
    shift,
)
from kpi.values.count_words import in_words
from kpi.values.periods import number_of, period_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi
    from kpi.run.series import Point, Series

LATER = 24  # periods beyond the target's date in which its being reached is looked for


@frozen
class Outlook:
    """The forecast of one KPI.

    ``period`` is that of the target's date, or the next one for a target without a date; ``value``, ``low`` and
    ``high`` are what is expected then, with an interval of 80%, ``steps`` those of each period up to it. ``chance``
    (0…1) is that of meeting the target then, None without a target. ``reaches`` is the period from which on the
    expected value meets the target up to its date, or the first one after that, None if it does not within the
    forecast, and ``late`` how many periods that is after ``period`` (negative: before); ``is_reached``: the value shown
    meets it already. ``problem`` is why there is no forecast; then all else is empty.
    """

    problem: str | None = None
    period: Period | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    display: str | None = None
    interval_display: str | None = None
    chance: float | None = None
    reaches: Period | None = None
    late: int | None = None
    is_reached: bool = False
    target_display: str | None = None
    by: date | None = None
    steps: tuple[tuple[Period, Expected], ...] = ()

    @property
    def sentence(self) -> str:
        """The forecast in words, without a full stop."""
        if self.period is None:
            return f"none: {self.problem}"
        said = f"{self.display} in {self.period.label} (80% interval {self.interval_display})"
        if self.chance is not None:
            said += f", {chance_in_words(self.chance)} to meet the target"
        return said if self.arrival is None else f"{said}; {self.arrival}"

    @property
    def arrival(self) -> str | None:
        """When the target is reached, in words; None for one without a date."""
        if self.by is None or self.target_display is None:
            return None
        if self.is_reached:
            return f"has reached {self.target_display} already"
        if self.reaches is None or self.late is None:
            return f"does not reach {self.target_display} in the periods that can be forecast"
        text = f"reaches {self.target_display} in {self.reaches.label}"
        if self.late == 0:
            return f"{text}, on time"
        count = abs(self.late)
        words = f"{in_words(count)} {self.reaches.every}{'' if count == 1 else 's'}"
        return f"{text}, {words} {'late' if self.late > 0 else 'early'}"


def chance_in_words(chance: float) -> str:
    """``about 65% likely``, ``less than 5% likely``: in steps of five, because it comes from few errors."""
    if chance < 0.05:
        return f"less than {format_digits('5%')} likely"
    return f"more than {format_digits('95%')} likely" if chance > 0.95 else f"about {chance_in_short(chance)} likely"


def chance_in_short(chance: float) -> str:
    """``65%``, ``<5%``, ``>95%``."""
    if chance < 0.05:
        return f"<{format_digits('5%')}"
    return f">{format_digits('95%')}" if chance > 0.95 else format_digits(f"{round(chance * 20) * 5}%")


def breaks_of(kpi: Kpi, calendar: Calendar) -> tuple[date, ...]:
    """The first days of the periods whose notes mark a break."""
    return tuple(parse_label(label, calendar).start for label in kpi.breaks)


def outlook_of(kpi: Kpi, series: Series, points: Sequence[Point], checked: Checked) -> Outlook:
    """The forecast of a KPI from ``points``, the history and the value shown."""
    calendar = checked.plan.calendar.build()
    history = history_of(points, breaks_of(kpi, calendar))
    if isinstance(history, TooLittle):
        return Outlook(history.reason)
    if series.failed or not history.values:
        return Outlook("there is no value")
    last = history.periods[-1]
    target = target_on(kpi, last.last_day)
    by = None if target is None or target.by is None or target.by <= last.last_day else target.by
    due = shift(last, 1, calendar) if by is None else period_of(by, last.every, calendar)
    horizon = _between(last, due, calendar)
    count = len(history.values)
    found = forecast(
        history, max(horizon, min(horizon + LATER, count)), bounds_of_values(kpi, history.values, checked)
    )  # fmt: skip
    if isinstance(found, TooLittle):
        return Outlook(found.reason)
    target = target_on(kpi, due.last_day)
    comparisons = () if target is None else bounds_of(target, kpi, series.references).comparisons()
    unit = parse_unit(kpi.unit)
    step = found.steps[horizon - 1]
    periods = [shift(last, number + 1, calendar) for number in range(len(found.steps))]
    reached = None
    if by is not None and comparisons:
        values = [history.values[-1], *(each.value for each in found.steps)]
        reached = _reached([_meets(value, comparisons) for value in values], horizon)
    reaches = None if reached is None else shift(last, reached, calendar)
    return Outlook(
        period=due,
        value=step.value,
        low=step.low,
        high=step.high,
        display=display_against(step.value, unit, comparisons),
        interval_display=f"{format_value(step.low, unit)} to {format_value(step.high, unit)}",
        chance=found.chance(horizon, lambda value: _meets(value, comparisons)) if comparisons else None,
        reaches=reaches,
        late=None if reaches is None else _between(due, reaches, calendar),
        is_reached=reached == 0,
        target_display=" to ".join(format_value(bound, unit) for _, bound in comparisons) or None,
        by=by,
        steps=tuple(zip(periods, found.steps, strict=True))[:horizon],
    )


def _reached(met: Sequence[bool], horizon: int) -> int | None:
    """How many periods ahead the target is reached for good as far as its date: the first from which on it is met up
    to ``horizon``, or the first one after that."""
    if not met[horizon]:
        return next((place for place in range(horizon, len(met)) if met[place]), None)
    return max((place + 1 for place in range(horizon) if not met[place]), default=0)


def _between(first: Period, second: Period, calendar: Calendar) -> int:
    """How many periods ``second`` is after ``first``."""
    return number_of(second.start, second.every, calendar) - number_of(first.start, first.every, calendar)


def _meets(value: float, comparisons: Comparisons) -> bool:
    return all(holds(value, op, bound) for op, bound in comparisons)
