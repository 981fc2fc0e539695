"""Windows (the days from which one value is computed) and update intervals of sources."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kpi.errors import Replacement, TextError, nearest
from kpi.frozen import frozen
from kpi.values.calendar import Calendar, TimeUnit, add_units, length
from kpi.values.periods import Period, Span, period_of

UNITS: tuple[TimeUnit, ...] = ("day", "week", "month", "quarter", "year")
TO_DATE: tuple[TimeUnit, ...] = ("week", "month", "quarter", "year")
_MAX_COUNT = 99_999  # of any unit: longer than the range of date
_UPDATED: dict[str, int] = {"hourly": 0, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}


@frozen
class Window:
    """The days from which the value of a period is computed.

    ``period`` is the period itself, ``span`` the last ``count`` units up to its end, ``to date`` the days since
    the week, month, (fiscal) quarter or year of its last day began, ``all time`` everything up to its end. ``count`` is
    only used for ``span``, ``unit`` for ``span`` and ``to date``.
    """

    kind: Literal["period", "span", "to date", "all time"] = "period"
    count: int = 1
    unit: TimeUnit = "day"


YEAR_TO_DATE = Window("to date", unit="year")


def parse_window(text: str | None) -> Window:
    """Parse a window: ``3 months``, ``1 year``, ``12 weeks``, ``quarter to date``, ``all time``. None means one period.

    Raises TextError.
    """
    if text is None:
        return Window()
    words = text.lower().split()
    for unit in TO_DATE:
        if words == [unit, "to", "date"]:
            return Window("to date", unit=unit)
    if words == ["all", "time"]:
        return Window("all time")
    found = _count_and_unit(words)
    if found is None:
        hint, meant = _suggest_window(words)
        replacements = [] if meant is None else [Replacement(0, len(text), meant)]
        raise TextError(f'"{text}" is not a window', 0, len(text), hint=hint, replacements=replacements)
    count, unit = found
    if count == 0:
        raise TextError(f'"{text}" contains no days', 0, len(text), hint="omit window for one period")
    if count > _MAX_COUNT:
        raise TextError(f'"{text}" is longer than any data', 0, len(text), hint='write "all time"')
    return Window("span", count, unit)


def window_span(window: Window, period: Period, calendar: Calendar) -> Span:
    """The days from which the value of ``period`` is computed (rule T2). They end with the period or part.

    ``all time`` starts at ``date.min``, ``year to date`` with the (fiscal) year of the period's last day, and its
    sisters likewise.
    """
    if window.kind == "period":
        return period.span
    if window.kind == "all time":
        return Span(date.min, period.end)
    if window.kind == "to date":
        return Span(period_of(period.last_day, window.unit, calendar).start, period.end)
    return Span(add_units(period.end, -window.count, window.unit), period.end)


def parse_updated(text: str) -> int:
    """The maximum age in days of data with this update interval: ``daily`` 1, ``monthly`` 31, ``2 days`` 2.

    ``hourly`` is 0, so there must be data for the last day. Raises TextError.
    """
    words = text.lower().split()
    if len(words) == 1 and words[0] in _UPDATED:
        return _UPDATED[words[0]]
    found = _count_and_unit(words)
    if found is None:
        hint, meant = _updated_hint(text)
        instead = [] if meant is None else [Replacement(0, len(text), meant)]
        raise TextError(f'"{text}" is not an update interval', 0, len(text), hint=hint, replacements=instead)
    count, unit = found
    if not 0 < count <= _MAX_COUNT:
        raise TextError(f'"{text}" is not an update interval', 0, len(text), hint="write e.g. 2 days")
    return count * length(unit)


def parse_lag(text: str) -> Window:
    """Parse how much later something follows: ``3 months``, ``2 weeks``, ``1 quarter``. Raises TextError."""
    found = _count_and_unit(text.lower().split())
    if found is None:
        raise TextError(f'"{text}" is not a lag', 0, len(text), hint='write e.g. "3 months" or "2 weeks"')
    count, unit = found
    if not 0 < count <= _MAX_COUNT:
        raise TextError(f'"{text}" is not a lag', 0, len(text), hint="the least lag is one period")
    return Window("span", count, unit)


def _count_and_unit(words: list[str]) -> tuple[int, TimeUnit] | None:
    """``3 months`` as (3, "month"). Counts beyond ``_MAX_COUNT`` become ``_MAX_COUNT + 1``."""
    if len(words) != 2 or not (words[0].isascii() and words[0].isdigit()):
        return None
    for unit in UNITS:
        if words[1] in (unit, unit + "s"):
            digits = words[0].lstrip("0") or "0"
            return (int(digits) if len(digits) <= 5 else _MAX_COUNT + 1), unit
    return None


def _updated_hint(text: str) -> tuple[str, str | None]:
    """A hint, and what was most likely meant; None if that is not clear."""
    if any(word in text.lower() for word in ("weekday", "workday", "working", "business")):
        return "write 3 days to allow for weekends", "3 days"
    near = nearest(text, _UPDATED)
    return (f'did you mean "{near}"?' if near else f"write {', '.join(_UPDATED)}, or e.g. 2 days"), near


def _suggest_window(words: list[str]) -> tuple[str, str | None]:
    """A hint, and the window that was most likely meant, None if that is not clear."""
    import re

    text = " ".join(words)
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    for number, word in enumerate(numbers, 1):
        text = re.sub(rf"\b{word}\b", str(number), text)
    meant: str | None = None
    if match := re.fullmatch(r"([wmqy])td|(?:this |current )(week|month|quarter|year)(?: so far)?", text):
        unit = match[2] or next(unit for unit in TO_DATE if unit[0] == match[1])
        meant = f"{unit} to date"
    elif match := re.search(r"(?:^|\s)(\d{1,5})[- ]?(day|week|month|quarter|half|year)s?$", text):
        meant = f"{match[1]} {match[2]}{'' if match[1] == '1' else 's'}"
        if match[2] == "half":
            meant = f"{int(match[1]) * 6} months"
    elif match := re.search(r"(?:^|\s)(\d{1,5})$", text):
        return f'{match[1]} what? write e.g. "{match[1]} months"', None
    elif re.search(r"(?:^|\s)half(?:[- ]?(?:a )?year)?$", text):
        meant = "6 months"
    elif match := re.search(r"(?:^|\s)(day|week|month|quarter|year)$", text):
        meant = f"1 {match[1]}"
    if meant is not None:
        return f'write "{meant}"', meant
    near = nearest(text, [*(f"{unit} to date" for unit in TO_DATE), "all time", *(f"3 {unit}s" for unit in UNITS)])
    if near is not None:
        return f'did you mean "{near}"?', near
    return 'write e.g. "3 months", "1 year", "12 weeks", "year to date" or "all time"', None
