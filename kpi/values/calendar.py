"""Calendars (first day of the week, start of the fiscal year, time zone) and date arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kpi.errors import TextError, did_you_mean, nearest_instead
from kpi.frozen import frozen

TimeUnit = Literal["day", "week", "month", "quarter", "half", "year"]
Every = str  # the length of a period: a TimeUnit, or several weeks as in "2 weeks"

EVERY: tuple[TimeUnit, ...] = ("day", "week", "month", "quarter", "half", "year")
MOST_WEEKS = 52  # in one period
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

# The number of days or of months of each unit.
DAYS_IN: dict[Every, int] = {"day": 1, "week": 7}
MONTHS_IN: dict[Every, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}

_LONGEST: dict[Every, int] = {"day": 1, "week": 7, "month": 31, "quarter": 92, "half": 184, "year": 366}
_ADJECTIVES: dict[Every, str] = {
    "day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "half": "half-yearly",
    "year": "yearly",
}  # fmt: skip
_LAST_ORDINAL = date.max.toordinal()


@frozen
class Calendar:
    """How days form weeks, quarters and years.

    ``week_starts`` is 0 (Monday) to 6 (Sunday), ``fiscal_year_starts`` the first month (1 to 12) of a fiscal year, and
    ``timezone`` the time zone in which timestamps are converted to dates. ``weeks_from`` is the first day of a period
    of several weeks, from which all such periods are counted (rule T10).
    """

    week_starts: int = 0
    fiscal_year_starts: int = 1
    timezone: str = "UTC"
    weeks_from: date | None = None

    @classmethod
    def from_words(
        cls, week_starts: str, fiscal_year_starts: str, timezone: str, weeks_from: date | None = None
    ) -> Calendar:
        """A calendar from the words in a file: ``monday``, ``april``, ``Europe/Berlin``. Raises TextError."""
        return cls(
            parse_weekday(week_starts), parse_month_name(fiscal_year_starts), parse_timezone(timezone), weeks_from
        )

    @property
    def fiscal(self) -> bool:
        """Whether years do not start in January and so have labels such as FY2027 (rule T4)."""
        return self.fiscal_year_starts != 1


def parse_weekday(text: str) -> int:
    """0 for ``monday`` to 6 for ``sunday``, in any case. Raises TextError."""
    return _position(text, WEEKDAYS, "a day of the week")


def parse_month_name(text: str) -> int:
    """1 for ``january`` to 12 for ``december``, in any case. Raises TextError."""
    return _position(text, MONTHS, "a month") + 1


def _position(text: str, words: tuple[str, ...], what: str) -> int:
    try:
        return words.index(text.strip().lower())
    except ValueError:
        instead = nearest_instead(text, words)
        hint = did_you_mean(text, words)
        raise TextError(f'"{text}" is not {what}', 0, len(text), hint=hint, replacements=instead) from None


def parse_timezone(text: str) -> str:
    """The name of a time zone, such as ``UTC`` or ``Europe/Berlin``. Raises TextError if it is unknown."""
    if text == "UTC":
        return text
    import zoneinfo

    try:
        # "localtime" depends on the machine, so the same plan would mean different things on different machines.
        if text not in ("", "localtime"):
            zoneinfo.ZoneInfo(text)
            return text
    except (KeyError, ValueError, OSError):
        pass  # unknown, an invalid key, or a folder of time zones such as "America"
    known = zoneinfo.available_timezones() - {"localtime"}
    hint = did_you_mean(text, known) if known else "this system has no time zone data: install the package tzdata"
    hint = hint or "write e.g. UTC or Europe/Berlin"
    instead = nearest_instead(text, known)
    raise TextError(f'"{text}" is not a time zone', 0, len(text), hint=hint, replacements=instead)


def add_units(day: date, n: int, unit: Every) -> date:
    """``n`` units after ``day`` (before, if negative).

    It is clipped to the length of the month: 31 May - 3 months = 28 February. The result is limited to the range of
    ``date``.
    """
    if unit not in MONTHS_IN:
        return from_ordinal(day.toordinal() + n * days_in(unit))
    months = day.year * 12 + day.month - 1 + n * MONTHS_IN[unit]
    return from_ordinal(min(month_ordinal(months) + day.day, month_ordinal(months + 1)) - 1)


def before(day: date, unit: Every, n: int = 1) -> date:
    """``n`` units before ``day``, clipped as in :func:`add_units`."""
    return add_units(day, -n, unit)


def length(every: Every) -> int:
    """The maximum number of days of a period: 1, 7, 31, 92, 184 or 366, or that of several weeks."""
    return _LONGEST.get(every) or days_in(every)


def days_in(every: Every) -> int:
    """The number of days of a day, a week or several weeks. Raises ValueError for any other period."""
    return DAYS_IN.get(every) or weeks_in(every) * 7


def weeks_in(every: Every) -> int:
    """The number of weeks of a period of several weeks: 2 for ``2 weeks``. Raises ValueError for any other period."""
    return int(every.removesuffix(" weeks"))


def of_several_weeks(every: Every) -> bool:
    """Whether a period is one of several weeks, such as ``2 weeks``."""
    return every not in _LONGEST


def adjective(every: Every) -> str:
    """How often, in words: ``monthly``, ``half-yearly``, ``measured every 2 weeks``."""
    return _ADJECTIVES.get(every) or f"measured every {every}"


def a_period(every: Every) -> str:
    """One period with its article: ``a month``, ``a half-year``, ``a period of 2 weeks``."""
    if of_several_weeks(every):
        return f"a period of {every}"
    return "a half-year" if every == "half" else f"a {every}"


def in_words(every: Every) -> str:
    """A length as it follows "every": ``month``, ``half-year``, ``2 weeks``."""
    return "half-year" if every == "half" else every


def from_ordinal(ordinal: int) -> date:
    """The day with this proleptic ordinal, limited to the range of ``date``."""
    return date.fromordinal(min(max(ordinal, 1), _LAST_ORDINAL))


def month_ordinal(months: int) -> int:
    """The ordinal of the first day of the month that is ``months`` after January of year 0.

    The result is limited to the day after the last ``date``.
    """
    year, month = divmod(months, 12)
    if year < 1:
        return 1
    return date(year, month + 1, 1).toordinal() if year <= 9999 else _LAST_ORDINAL + 1
