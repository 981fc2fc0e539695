"""Parses dates and period labels: ``2026-06-30``, ``2026-W27``, ``2026-06``, ``2026-Q2``, ``2026-H1``, ``FY2027``."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from kpi.errors import Replacement, TextError
from kpi.values.calendar import (
    EVERY,
    MONTHS,
    WEEKDAYS,
    Calendar,
    Every,
    TimeUnit,
    a_period,
    add_units,
    length,
    month_ordinal,
    of_several_weeks,
)
from kpi.values.periods import Period, period_numbered, period_of


def parse_date(text: str) -> date:
    """Parse a date written as ``2026-06-30``. Raises TextError with a suggestion for any other notation."""
    if form_of(text) != "day":
        from kpi.values.date_suggestions import suggest_dates

        suggested = suggest_dates(text) or _ends_of_month(text)
        hint = " or ".join(suggested) if suggested else "dates are written YYYY-MM-DD, e.g. 2026-06-30"
        raise TextError(
            f'"{text}" is not a date', 0, len(text), hint=f"write {hint}" if suggested else hint,
            replacements=_whole(text, *suggested), certain=form_of(text) is None and not _ends_of_month(text),
        )  # fmt: skip
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    _check_year(year, text)
    _check_month(month, text)
    days = month_ordinal(year * 12 + month) - month_ordinal(year * 12 + month - 1)
    if not 1 <= day <= days:
        message = f'"{text}" is not a date: {MONTHS[month - 1].title()} {year} has {days} days'
        meant = f"{text[:8]}{days if day else '01'}"
        raise TextError(message, 8, 10, hint=f"write {meant}", replacements=_whole(text, meant))
    return date(year, month, day)


def parse_label(text: str, calendar: Calendar, every: Every | None = None) -> Period:
    """Parse the label of a period (rules T3, T4) of any length, or of length ``every``.

    Accepts ``2026-06-30``, ``2026-W27`` (if weeks start on Monday; otherwise a week is labelled by its first day, which
    needs ``every`` to be ``week``, as several weeks do), ``2026-06``, ``2026-Q2``, ``2026-H1`` and ``2026`` (if years
    start in January), ``FY2027-Q1``, ``FY2027-H1`` and ``FY2027`` (if they do not). Raises TextError with a suggestion.
    """
    kind, fiscal = form_of(text), text.startswith("FY")
    if kind is None:
        _raise_invalid(text, calendar, every)
    if kind == "day" and every is not None and _labelled_by_day(every, calendar):
        return _from_first_day(text, every, calendar)
    if every is not None and kind != every:
        _raise_wrong_length(text, kind, calendar, every)
    if kind == "day":
        return period_of(parse_date(text), "day", calendar)
    if kind == "week":
        return _week(text, calendar)
    if kind == "month":
        return _month(text, calendar)
    if fiscal != calendar.fiscal:
        _raise_wrong_year(text, kind, calendar)
    return _part_of_year(text, text[2:] if fiscal else text, kind, calendar)


def scheduled_period(text: str, calendar: Calendar, every: Every) -> Period:
    """The period of an entry of the schedule of a KPI with this ``every``. Raises TextError.

    A date is the several weeks that begin on it if the KPI has such periods, else a day.
    """
    several = of_several_weeks(every) and form_of(text) == "day"
    return parse_label(text, calendar, every if several else None)


def suggest_label(text: str, calendar: Calendar, every: Every | None) -> str | None:
    """The label that ``text`` most likely means, if that is a label here; else None."""
    from kpi.values.date_suggestions import label_candidates

    for candidate in label_candidates(text):
        if form_of(candidate) is None:
            continue
        try:
            return parse_label(candidate, calendar, every).label
        except TextError:
            continue
    return None


def _labels_meant(text: str, calendar: Calendar, every: Every | None) -> list[str]:
    """The labels that ``text`` may mean: one, or those of two dates whose day and month can be either way round."""
    from kpi.values.date_suggestions import suggest_dates

    dates = suggest_dates(text) if every in (None, "day") else []
    if len(dates) > 1:
        return dates
    found = suggest_label(text, calendar, every)
    return [] if found is None else [found]


def form_of(text: str) -> TimeUnit | None:
    """The length of the period whose label has the form of ``text``, without checking its numbers. None if unknown."""
    form = "".join("0" if character in "0123456789" else character for character in text)
    kinds: dict[str, TimeUnit] = {
        "0000-00-00": "day", "0000-W00": "week", "0000-00": "month", "0000-Q0": "quarter", "0000-H0": "half",
        "0000": "year", "FY0000-Q0": "quarter", "FY0000-H0": "half", "FY0000": "year",
    }  # fmt: skip
    return kinds.get(form)


def _ends_of_month(text: str) -> list[str]:
    """The first and the last day of the month that ``text`` means; empty if it does not mean one."""
    label = suggest_label(text, Calendar(), "month")
    if label is None:
        return []
    month = parse_label(label, Calendar())
    return [month.start.isoformat(), month.last_day.isoformat()]


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
    raise TextError(message, 0, len(text), hint=f"weeks are labelled by their first day: write {right}")


def _labelled_by_day(every: Every, calendar: Calendar) -> bool:
    """Whether periods of this length, other than days, are labelled by their first day."""
    return of_several_weeks(every) or (every == "week" and calendar.week_starts != 0)


def _from_first_day(text: str, every: Every, calendar: Calendar) -> Period:
    day = parse_date(text)
    period = period_of(day, every, calendar)
    if of_several_weeks(every) and calendar.weeks_from is None:  # an error of the calendar, not of its labels
        return Period(every, day, add_units(day, 1, every), text)
    if period.label == text:
        return period
    if every == "week":
        why = f"weeks start on {WEEKDAYS[calendar.week_starts].title()} here"
    else:
        why = f"they are counted from {calendar.weeks_from} here"
    message = f'"{text}" is not the first day of {a_period(every)}: {why}'
    raise TextError(message, 0, len(text), hint=f"write {period.label}", replacements=_whole(text, period.label))


def _part_of_year(text: str, name: str, kind: Every, calendar: Calendar) -> Period:
    """A year, half-year or quarter. ``name`` is ``text`` without FY."""
    year = int(name[:4])
    _check_year(year, text)
    number = year - 1 if calendar.fiscal else year  # a fiscal year is labelled by the year in which it ends
    if kind == "year":
        return period_numbered(number, "year", calendar)
    parts, words, what = (4, "four", "quarters are Q1 to Q4") if kind == "quarter" else (2, "two", "halves are H1, H2")
    part = int(name[-1])
    if not 1 <= part <= parts:
        message = f'"{text}" is not {a_period(kind)}: a year has {words}'
        raise TextError(message, len(text) - 2, len(text), hint=what)
    return period_numbered(number * parts + part - 1, kind, calendar)


def _raise_wrong_year(text: str, kind: Every, calendar: Calendar) -> NoReturn:
    """Raise the error for a calendar year if years are fiscal, or for a fiscal year if they are not (rule T4)."""
    starts = MONTHS[calendar.fiscal_year_starts - 1].title()
    if not calendar.fiscal:
        message = f'"{text}" names a fiscal year, but years start in {starts} here'
        raise TextError(message, 0, len(text), hint=f"write {text[2:]}, or set calendar.fiscal_year_starts")
    plain = _part_of_year(text, text, kind, Calendar())  # raises an error if there is no such quarter
    same = _part_of_year(text, text, kind, calendar)
    other = period_of(plain.last_day if kind == "year" else plain.start, kind, calendar)
    hint, labels = f"write {same.label} for {_extent(same)}", [same.label]
    if other != same:
        hint += f", or {other.label} for {_extent(other)}"
        labels.append(other.label)
    message = f'"{text}" is ambiguous: fiscal years start in {starts} here'
    raise TextError(message, 0, len(text), hint=hint, replacements=_whole(text, *labels))


def _whole(text: str, *instead: str) -> list[Replacement]:
    """Each of these texts instead of all of ``text``."""
    return [Replacement(0, len(text), one) for one in instead]


def _extent(period: Period) -> str:
    first, last = period.start, period.last_day
    return f"{MONTHS[first.month - 1].title()} {first.year} to {MONTHS[last.month - 1].title()} {last.year}"


def _raise_wrong_length(text: str, kind: Every, calendar: Calendar, every: Every) -> NoReturn:
    replacements: list[Replacement] = []
    message = f'"{text}" is {a_period(kind)}, but {a_period(every)} such as {_example(calendar, every)} is expected'
    try:
        found = parse_label(text, calendar)
    except TextError:
        hint = None  # there is a second error; the length is to be fixed first
    else:
        longer = length(every) > length(kind)
        # A period belongs to the longer period that contains its last day (rule T3).
        right = period_of(found.last_day if longer else found.start, every, calendar).label
        hint = f"write {right}" if longer else f"{a_period(every)} within it is e.g. {right}"
        replacements = _whole(text, right) if longer else []
    raise TextError(message, 0, len(text), hint=hint, replacements=replacements)


def _raise_invalid(text: str, calendar: Calendar, every: Every | None) -> NoReturn:
    suggested = _labels_meant(text, calendar, every)
    expected = [every] if every is not None else list(reversed(EVERY))
    examples = ", ".join(_example(calendar, one) for one in expected)
    what = a_period(every) if every is not None else "a period"
    hint = f"write {' or '.join(suggested)}" if suggested else f"{what} is written {examples}"
    replacements = _whole(text, *suggested)
    raise TextError(f'"{text}" is not {what}', 0, len(text), hint=hint, replacements=replacements, certain=True)


def _example(calendar: Calendar, every: Every) -> str:
    """An example of a label: that of a period of this length in 2026."""
    return period_of(date(2026, 6, 30) if every != "quarter" else date(2026, 1, 1), every, calendar).label
