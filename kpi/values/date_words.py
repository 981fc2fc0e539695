"""Formats dates in words: in English, or in the locale of the current context."""

from __future__ import annotations

from datetime import date, timedelta

from kpi.values.calendar import MONTHS
from kpi.values.locales import current


def day_in_words(day: date) -> str:
    """``12 May 2026``, ``31 Dec 2026``: months with more than four letters are shortened to three."""
    style = current()
    return f"{day.day} {month_in_words(day)}" if style is None else style.day(day)


def day_and_month(day: date) -> str:
    """``12 May``, where the year goes without saying."""
    style = current()
    return f"{day.day} {_short(day)}" if style is None else style.day_and_month(day)


def month_in_words(day: date) -> str:
    """``May 2026``, ``Dec 2026``."""
    style = current()
    return f"{_short(day)} {day.year}" if style is None else style.month(day)


def month_name(day: date) -> str:
    """``May``, ``Dec``, where the year goes without saying."""
    style = current()
    return _short(day) if style is None else style.month_name(day)


def day_in_full(day: date) -> str:
    """``30 June 2026``."""
    style = current()
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}" if style is None else style.day_in_full(day)


def by_in_words(day: date) -> str:
    """The date of a target: ``Dec 2026`` for the last day of a month, else the day."""
    last_of_month = (day + timedelta(days=1)).month != day.month if day < date.max else True
    return month_in_words(day) if last_of_month else day_in_words(day)


def _short(day: date) -> str:
    name = MONTHS[day.month - 1].title()
    return name if len(name) <= 4 else name[:3]
