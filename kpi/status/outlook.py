"""Will the KPI meet its target: the forecast of one KPI as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.insight.forecast import Expected, Forecast, forecast
from kpi.insight.history import History, TooLittle, history_of
from kpi.plan.model import Op
from kpi.status.active_target import Comparisons, bounds_of, target_on
from kpi.status.value_bounds import bounds_of_values
from kpi.values import Calendar, Period, Unit, display_against, format_value, holds, parse_label, parse_unit, shift
from kpi.values.periods import number_of, period_of

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.run.series import Series
    from kpi.status.view import KpiRow

LATER = 24  # periods beyond the target's date in which its being reached is looked for


@dataclass(frozen=True)
class Outlook:
    """The forecast of one KPI.

    ``period`` is that of the target's date, or the next one for a target without a date; ``value``, ``low`` and
    ``high`` are what is expected then, with an interval of 80%, ``steps`` those of each period up to it. ``chance``
    (0…1) is that of meeting the target then, None without a target. ``reaches`` is the first period in which the
    expected value meets the target, None if it does not within the forecast, and ``late`` how many periods that is
    after ``period`` (negative: before). ``problem`` is why there is no forecast; then all else is empty.
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
    target_display: str | None = None
    by: date | None = None
    steps: tuple[tuple[Period, Expected], ...] = ()

    @property
    def sentence(self) -> str:
        """The forecast in words, without a full stop."""
        if self.period is None:
            return f"no forecast: {self.problem}"
        said = [f"{self.display} in {self.period.label}, 80% interval {self.interval_display}"]
        if self.chance is not None:
            said.append(f"{chance_in_words(self.chance)} to meet the target")
        if self.by is not None and self.target_display is not None:
            said.append(self._when())
        return "; ".join(said)

    def _when(self) -> str:
        if self.reaches is None or self.late is None:
            return f"does not reach {self.target_display} in the periods that can be forecast"
        text = f"reaches {self.target_display} in {self.reaches.label}"
        if self.late == 0:
            return f"{text}, on time"
        count = abs(self.late)
        words = f"{_COUNTS.get(count, str(count))} {self.reaches.every}{'' if count == 1 else 's'}"
        return f"{text}, {words} {'late' if self.late > 0 else 'early'}"


_COUNTS = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
    11: "eleven", 12: "twelve",
}  # fmt: skip


def chance_in_words(chance: float) -> str:
    """``about 65%``, ``less than 5%``: in steps of five, because it comes from few errors."""
    if chance < 0.05:
        return "less than 5% likely"
    if chance > 0.95:
        return "more than 95% likely"
    return f"about {round(chance * 20) * 5}% likely"


def breaks_of(row: KpiRow, calendar: Calendar) -> tuple[date, ...]:
    """The first days of the periods whose notes mark a break."""
    return tuple(parse_label(label, calendar).start for label in row.kpi.breaks)


def outlook_of(row: KpiRow, series: Series, checked: Checked) -> Outlook:
    """The forecast of a KPI from its history and the value shown."""
    calendar = checked.plan.calendar.build()
    points = (*row.history, row.point)
    if series.failed:
        return Outlook("there is no value")
    history = history_of(points, breaks_of(row, calendar))
    if isinstance(history, TooLittle):
        return Outlook(history.reason)
    if not history.values:
        return Outlook("there is no value")
    last = history.periods[-1]
    by = None if row.target is None else row.target.by
    due = shift(last, 1, calendar) if by is None or by <= last.last_day else period_of(by, last.every, calendar)
    horizon = _between(last, due, calendar)
    bounds = bounds_of_values(row.kpi, history.values, checked)
    found = forecast(history, horizon, bounds)
    if isinstance(found, TooLittle):
        return Outlook(found.reason)
    further = forecast(history, min(horizon + LATER, len(history.values)), bounds)
    assert isinstance(further, Forecast)
    return _outlook(row, series, calendar, found, further, due, due if by is None or by <= last.last_day else None)


def _outlook(
    row: KpiRow, series: Series, calendar: Calendar, found: Forecast, further: Forecast, due: Period, kept: Period | None
) -> Outlook:
    """``kept`` is the next period for a target that is to be kept, or was to be reached before."""
    unit = parse_unit(row.kpi.unit)
    horizon = len(found.steps)
    last = found.steps[-1]
    target = target_on(row.kpi, due.last_day)
    known = None if target is None else bounds_of(target, row.kpi, series.references)
    comparisons = () if known is None else known.comparisons()
    periods = [shift(due, step - horizon, calendar) for step in range(1, len(further.steps) + 1)]
    reaches = next(
        (
            period
            for period, step in zip(periods, further.steps, strict=True)
            if _meets(step.value, comparisons)
        ),
        None,
    )  # fmt: skip
    dated = target is not None and target.by is not None and kept is None
    return Outlook(
        period=due,
        value=last.value,
        low=last.low,
        high=last.high,
        display=_display(last.value, unit, comparisons),
        interval_display=f"{format_value(last.low, unit)} to {format_value(last.high, unit)}",
        chance=found.chance(horizon, lambda value: _meets(value, comparisons)) if comparisons else None,
        reaches=reaches if dated and comparisons else None,
        late=_between(due, reaches, calendar) if dated and reaches is not None and comparisons else None,
        target_display=_bound_display(comparisons, unit) if comparisons else None,
        by=target.by if dated and target is not None else None,
        steps=tuple(zip(periods, found.steps, strict=False)),
    )


def _between(first: Period, second: Period, calendar: Calendar) -> int:
    """How many periods ``second`` is after ``first``."""
    return number_of(second.start, second.every, calendar) - number_of(first.start, first.every, calendar)


def _meets(value: float, comparisons: Comparisons) -> bool:
    return all(holds(value, op, bound) for op, bound in comparisons)


def _display(value: float, unit: Unit, comparisons: tuple[tuple[Op, float], ...]) -> str:
    return display_against(value, unit, comparisons) if comparisons else format_value(value, unit)


def _bound_display(comparisons: Comparisons, unit: Unit) -> str:
    return " to ".join(format_value(bound, unit) for _, bound in comparisons)
