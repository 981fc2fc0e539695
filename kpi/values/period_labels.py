"""Dates and the names of periods, as people write them in a file."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from kpi.errors import TextError
from kpi.values.calendar import EVERY, MONTHS, WEEKDAYS, Calendar, Every, month_ordinal
from kpi.values.periods import Period, period_numbered, period_of

_A = {"day": "a day", "week": "a week", "month": "a month", "quarter": "a quarter", "year": "a year"}


def parse_date(text: str) -> date:
    """A day written ``2026-06-30``, and in no other way. Raises TextError that says what was found and expected."""
    if form_of(text) != "day":
        from kpi.values.date_suggestions import ends_of_month, suggest_dates

        mended = suggest_dates(text) or ends_of_month(text)
        hint = " or ".join(mended) if mended else "a date is written YYYY-MM-DD, e.g. 2026-06-30"
        raise TextError(f'"{text}" is not a date', 0, len(text), hint=f"write {hint}" if mended else hint)
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    _check_year(year, text)
    _check_month(month, text)
    days = month_ordinal(year * 12 + month) - month_ordinal(year * 12 + month - 1)
    if not 1 <= day <= days:
        message = f'"{text}" is not a date: {MONTHS[month - 1].title()} {year} has {days} days'
        raise TextError(message, 8, 10, hint=f"write {text[:8]}{days}" if day else f"write {text[:8]}01")
    return date(year, month, day)


def parse_label(text: str, calendar: Calendar, every: Every | None = None) -> Period:
    """The period with this label (rules T3, T4), of any length or of exactly ``every``.

    Understood are ``2026-06-30``, ``2026-W27`` (where weeks start on Monday; else a week is named by its first day,
    and only where ``every`` is ``week``), ``2026-06``, ``2026-Q2`` and ``2026`` (where years start in January),
    ``FY2027-Q1`` and ``FY2027`` (where they do not). Raises TextError that offers the right label.
    """
    kind, fiscal = form_of(text), text.startswith("FY")
    if kind is None:
        _refuse(text, calendar, every)
    if kind == "day" and every == "week" and calendar.week_starts != 0:
        return _week_from_first_day(text, calendar)
    if every is not None and kind != every:
        _refuse_length(text, kind, calendar, every)
    if kind == "day":
        return period_of(parse_date(text), "day", calendar)
    if kind == "week":
        return _week(text, calendar)
    if kind == "month":
        return _month(text, calendar)
    if fiscal != calendar.fiscal:
        _refuse_year(text, kind, calendar)
    return _year_or_quarter(text, text[2:] if fiscal else text, kind, calendar)


def form_of(text: str) -> Every | None:
    """Which kind of label ``text`` has the form of, before its numbers are looked at; None if of none."""
    form = "".join("0" if character in "0123456789" else character for character in text)
    kinds: dict[str, Every] = {
        "0000-00-00": "day", "0000-W00": "week", "0000-00": "month", "0000-Q0": "quarter", "0000": "year",
        "FY0000-Q0": "quarter", "FY0000": "year",
    }  # fmt: skip
    return kinds.get(form)


def _check_year(year: int, text: str) -> None:
    if year == 0:
        raise TextError(f'"{text}" is not possible: there is no year 0', 0, len(text), hint="write a year such as 2026")


def _check_month(month: int, text: str) -> None:
    if not 1 <= month <= 12:
        raise TextError(f'"{text}" is not possible: there is no month {month:02d}', 5, 7, hint="months are 01 to 12")


def _month(text: str, calendar: Calendar) -> Period:
    year, month = int(text[:4]), int(text[5:])
    _check_year(year, text)
    _check_month(month, text)
    return period_of(date(year, month, 1), "month", calendar)


def _week(text: str, calendar: Calendar) -> Period:
    year, number = int(text[:4]), int(text[6:])
    _check_year(year, text)
    weeks = date(year, 12, 28).isocalendar().week  # 28 December is always in the last week
    if not 1 <= number <= weeks:
        hint = f"the weeks of {year} are {year}-W01 to {year}-W{weeks}"
        raise TextError(f'"{text}" is not a week: {year} has {weeks} weeks', 5, 8, hint=hint)
    monday = date.fromisocalendar(year, number, 1)
    if calendar.week_starts == 0:
        return period_of(monday, "week", calendar)
    starts = WEEKDAYS[calendar.week_starts].title()
    right = period_of(monday, "week", calendar).label
    message = f'"{text}" is an ISO week, but weeks start on {starts} here'
    raise TextError(message, 0, len(text), hint=f"such a week is named by its first day: write {right}")


def _week_from_first_day(text: str, calendar: Calendar) -> Period:
    week = period_of(parse_date(text), "week", calendar)
    if week.label != text:
        starts = WEEKDAYS[calendar.week_starts].title()
        message = f'"{text}" is not the first day of a week: weeks start on {starts} here'
        raise TextError(message, 0, len(text), hint=f"write {week.label}")
    return week


def _year_or_quarter(text: str, name: str, kind: Every, calendar: Calendar) -> Period:
    year = int(name[:4])
    _check_year(year, text)
    number = year - 1 if calendar.fiscal else year  # a fiscal year is named by the year in which it ends
    if kind == "year":
        return period_numbered(number, "year", calendar)
    quarter = int(name[-1])
    if not 1 <= quarter <= 4:
        message = f'"{text}" is not a quarter: a year has four'
        raise TextError(message, len(text) - 2, len(text), hint="quarters are Q1 to Q4")
    return period_numbered(number * 4 + quarter - 1, "quarter", calendar)


def _refuse_year(text: str, kind: Every, calendar: Calendar) -> NoReturn:
    """A plain year where years are fiscal, or a fiscal one where they are not (rule T4)."""
    starts = MONTHS[calendar.fiscal_year_starts - 1].title()
    if not calendar.fiscal:
        message = f'"{text}" names a fiscal year, but years start in {starts} here'
        raise TextError(message, 0, len(text), hint=f"write {text[2:]}, or set calendar.fiscal_year_starts")
    plain = _year_or_quarter(text, text, kind, Calendar())  # an impossible one is refused as such
    same = _year_or_quarter(text, text, kind, calendar)
    other = period_of(plain.start if kind == "quarter" else plain.last_day, kind, calendar)
    hint = f"write {same.label} for {_extent(same)}"
    if other != same:
        hint += f", or {other.label} for {_extent(other)}"
    message = f'"{text}" is ambiguous: fiscal years start in {starts} here'
    raise TextError(message, 0, len(text), hint=hint)


def _extent(period: Period) -> str:
    first, last = period.start, period.last_day
    return f"{MONTHS[first.month - 1].title()} {first.year} to {MONTHS[last.month - 1].title()} {last.year}"


def _refuse_length(text: str, kind: Every, calendar: Calendar, every: Every) -> NoReturn:
    message = f'"{text}" is {_A[kind]}, but {_A[every]} such as {_example(calendar, every)} is expected'
    try:
        found = parse_label(text, calendar)
    except TextError:
        hint = None  # wrong in two ways; the right length is what to mend first
    else:
        longer = EVERY.index(every) > EVERY.index(kind)
        # What belongs to a longer period has its last day in it (rule T3); so has whatever contains its first day.
        right = period_of(found.last_day if longer else found.start, every, calendar).label
        hint = f"write {right}" if longer else f"{_A[every]} within it is e.g. {right}"
    raise TextError(message, 0, len(text), hint=hint)


def _refuse(text: str, calendar: Calendar, every: Every | None) -> NoReturn:
    from kpi.values.date_suggestions import suggest_label

    mended = suggest_label(text, calendar, every)
    expected = [every] if every is not None else list(reversed(EVERY))
    examples = ", ".join(_example(calendar, one) for one in expected)
    what = _A[every] if every is not None else "a period"
    hint = f"write {mended}" if mended else f"{what} is written {examples}"
    raise TextError(f'"{text}" is not {what}', 0, len(text), hint=hint)


def _example(calendar: Calendar, every: Every) -> str:
    """The label of some period of this length in 2026."""
    return period_of(date(2026, 6, 30) if every != "quarter" else date(2026, 1, 1), every, calendar).label
