"""Half-open spans of days, and the periods (days, weeks, months, quarters, halves, years) that cover the time line."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from kpi.frozen import frozen
from kpi.values.calendar import (
    MONTHS_IN,
    Calendar,
    Every,
    add_units,
    days_in,
    from_ordinal,
    month_ordinal,
    of_several_weeks,
    weeks_in,
)


@frozen
class Span:
    """The days from ``start`` up to but excluding ``end``."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Whether ``day`` is in the span."""
        return self.start <= day < self.end


@frozen
class Period:
    """A day, one or several weeks, a month, quarter, half-year or year: the days from ``start`` up to before ``end``.

    ``label`` is its name in files and output: ``2026-06-30``, ``2026-W27``, ``2026-06``, ``2026-Q2``, ``2026-H1``,
    ``2026``, ``FY2027-Q1``, ``FY2027-H1``, ``FY2027``; that of several weeks is their first day. ``whole`` is false for
    the first part of a period, which has the label of the period.
    """

    every: Every
    start: date
    end: date
    label: str
    whole: bool = True

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return from_ordinal(self.end.toordinal() - 1)

    @property
    def labelled_by_day(self) -> bool:
        """Whether the label is the date of the first day."""
        return self.every not in MONTHS_IN and "W" not in self.label

    @property
    def span(self) -> Span:
        """The days of the period."""
        return Span(self.start, self.end)


def period_of(day: date, every: Every, calendar: Calendar) -> Period:
    """The period that contains ``day``."""
    return period_numbered(number_of(day, every, calendar), every, calendar)


def last_over(as_of: date, every: Every, calendar: Calendar) -> Period:
    """The last period that ends on or before the day ``as_of``."""
    period = period_of(as_of, every, calendar)
    return period if period.last_day <= as_of else shift(period, -1, calendar)


def running(as_of: date, every: Every, calendar: Calendar) -> Period:
    """The period that contains ``as_of``, up to and including that day (rule T7)."""
    return _part(period_of(as_of, every, calendar), as_of)


def whole(period: Period, calendar: Calendar) -> Period:
    """The whole period of a part."""
    return period if period.whole else period_of(period.start, period.every, calendar)


def shift(period: Period, n: int, calendar: Calendar) -> Period:
    """The period ``n`` periods later (earlier, if negative), whether or not it has data (rule T6).

    A part is shifted to the same part, clipped to the length of the month: 1 to 30 March becomes 1 to 28 February
    (rule T7). A clipped part can be a whole period, so shift by ``n`` in one step rather than ``n`` times. The result
    is limited to the range of ``date``.
    """
    number = number_of(period.start, period.every, calendar) + n
    moved = period_numbered(number, period.every, calendar)
    if period.whole:
        return moved
    return _part(moved, add_units(period.last_day, n, period.every))


def year_ago(period: Period, calendar: Calendar) -> Period:
    """The same period one year earlier (rule T6): 12 months, 4 quarters or 52 weeks; 29 February becomes the 28th.

    Of periods of several weeks, so many that they are nearest to 52 weeks.
    """
    if period.every == "day":
        return period_of(add_units(period.start, -1, "year"), "day", calendar)
    if period.every == "week":
        periods = 52
    elif of_several_weeks(period.every):
        weeks = weeks_in(period.every)
        periods = (52 + weeks // 2) // weeks
    else:
        periods = 12 // MONTHS_IN[period.every]
    return shift(period, -periods, calendar)


def _part(period: Period, as_of: date) -> Period:
    """The days of a whole ``period`` up to and including ``as_of``, at least its first day."""
    if as_of >= period.last_day:
        return period
    end = from_ordinal(max(as_of, period.start).toordinal() + 1)
    return Period(period.every, period.start, end, period.label, whole=False)


# Periods of one length are numbered consecutively, so that shifting by n means adding n. Weeks are counted from the
# first week in the range of ``date``, several weeks from the calendar's ``weeks_from``; months, quarters, halves and
# years from the (fiscal) year 0.


def number_of(day: date, every: Every, calendar: Calendar) -> int:
    """The number of the period that contains ``day``."""
    if every == "day":
        return day.toordinal()
    if every not in MONTHS_IN:
        return (day.toordinal() - _first_week(every, calendar)) // days_in(every)
    return (day.year * 12 + day.month - calendar.fiscal_year_starts) // MONTHS_IN[every]


@lru_cache(maxsize=4096)  # many KPIs have the same periods, and many values each
def period_numbered(number: int, every: Every, calendar: Calendar) -> Period:
    """The period with this number, limited to the range of ``date``. The inverse of :func:`number_of`."""
    number = min(max(number, number_of(date.min, every, calendar)), number_of(date.max, every, calendar))
    start, end = (_boundary(n, every, calendar) for n in (number, number + 1))
    return Period(every, start, end, _label(number, start, every, calendar))


def _boundary(number: int, every: Every, calendar: Calendar) -> date:
    """The first day of the period with this number."""
    if every == "day":
        return from_ordinal(number)
    if every not in MONTHS_IN:
        return from_ordinal(number * days_in(every) + _first_week(every, calendar))
    return from_ordinal(month_ordinal(number * MONTHS_IN[every] + calendar.fiscal_year_starts - 1))


def _first_week(every: Every, calendar: Calendar) -> int:
    """The ordinal of the first day of the week, or of the several weeks, with number 0."""
    if of_several_weeks(every) and calendar.weeks_from is not None:
        return calendar.weeks_from.toordinal()
    return 1 + calendar.week_starts  # ordinal 1 is a Monday


def _label(number: int, start: date, every: Every, calendar: Calendar) -> str:
    if every == "month":
        return f"{start.year:04d}-{start.month:02d}"
    if every == "week" and calendar.week_starts == 0:
        year, week, _ = start.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if every not in MONTHS_IN:
        return f"{start.year:04d}-{start.month:02d}-{start.day:02d}"
    year, part = divmod(number, 12 // MONTHS_IN[every])
    name = f"FY{year + 1:04d}" if calendar.fiscal else f"{year:04d}"  # labelled by the year in which it ends (rule T4)
    letter = {"quarter": "Q", "half": "H"}.get(every)
    return name if letter is None else f"{name}-{letter}{part + 1}"
