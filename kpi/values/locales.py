"""How people write numbers and dates: in English, or as in the locale of the file or of ``--locale``.

The locale is that of the current context, as the precision of :mod:`decimal` is: the commands set it once for formats
that people read, and never for those of programs. All functions that format numbers and dates of this package follow
it. Words stay English. Babel is imported only where a locale is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from kpi.errors import TextError
from kpi.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
NBSP = "\N{NO-BREAK SPACE}"
POWERS = {"k": 3, "M": 6, "B": 9}
# Abbreviations of a thousand that CLDR lacks.
THOUSANDS = {"de": "Tsd."}
_NUMBER = r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?"
_PLACE = lazy_pattern(r"[#0,.]+")  # where the number goes in a pattern of CLDR
_SHAPE = lazy_pattern(
    rf"(?P<head>[▲▼] <?)?(?P<sign>-)?(?P<symbol>\D*?)(?P<number>{_NUMBER})(?P<scale>[kMB])?(?P<tail>%| pt)?"
)


def parse_locale(text: str) -> str:
    """The name of a locale such as ``de``, ``de-AT`` or ``pt_BR``, as CLDR writes it. Raises TextError."""
    if text.strip() == ENGLISH:
        return ENGLISH
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(text.strip().replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError):
        raise TextError(
            f'"{text}" is not a locale', 0, len(text), hint="write a language, or a language and a country: de, de_AT"
        ) from None


def decimal_mark(name: str) -> str:
    """The decimal mark of a locale: ``,`` in German."""
    if name == ENGLISH:
        return "."
    from babel import Locale

    return str(Locale.parse(name).number_symbols.get("latn", {}).get("decimal", "."))


class LocaleStyle:
    """How numbers and dates are written in one locale, by the patterns of CLDR."""

    def __init__(self, name: str) -> None:
        from babel import Locale

        self.locale: Locale = Locale.parse(name)
        self._symbols = self.locale.number_symbols.get("latn", {})

    def figure(self, text: str) -> str:
        """A number with its unit as :mod:`kpi.values.formatting` writes it in English, as it is written here. Text of
        another shape, such as ``=``, stays as it is."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            return text
        number = self._scaled(found["number"], found["scale"])
        if found["tail"] == "%":
            number = self._in_pattern(self.locale.percent_formats[None].pattern, number)
            number = number.replace("%", self._symbols.get("percentSign", "%"))
        elif symbol := found["symbol"].strip():
            number = self._money(number, symbol)
        sign = self._symbols.get("minusSign", "-") if found["sign"] else ""
        return f"{found['head'] or ''}{sign}{number}{found['tail'] if found['tail'] == ' pt' else ''}"

    def numbers(self, text: str) -> str:
        """Text in which each number is written as it is here: the parts of a duration."""
        return re.sub(_NUMBER, lambda found: self.number(found[0]), text)

    def number(self, text: str) -> str:
        """A number with commas between groups of three digits, as it is written here, with the same decimals."""
        from decimal import Decimal

        from babel.numbers import format_decimal

        if "e" in text:
            return text.replace(".", self._symbols.get("decimal", "."))
        _, _, fraction = text.partition(".")
        whole = self.locale.decimal_formats[None].pattern.partition(".")[0]
        pattern = whole + ("." + "0" * len(fraction) if fraction else "")
        return format_decimal(Decimal(text.replace(",", "")), format=pattern, locale=self.locale)

    def _scaled(self, number: str, scale: str | None) -> str:
        """``12.4`` and ``k``: with the abbreviation used here, which may be one of another power of ten."""
        if scale is None:
            return self.number(number)
        power = POWERS[scale]
        if power == 3 and self.locale.language in THOUSANDS:
            return f"{self.number(number)}{NBSP}{THOUSANDS[self.locale.language]}"
        formats = self.locale.compact_decimal_formats
        for length in ("short", "long"):
            pattern = formats[length]["other"][str(10**power)].pattern.replace("'", "")
            zeros = pattern.count("0")
            if pattern.strip("0"):
                return str(pattern.replace("0" * zeros, self.number(_shifted(number, zeros - 1)), 1))
        return self.number(_shifted(number, power))

    def _money(self, number: str, symbol: str) -> str:
        pattern = self.locale.currency_formats["standard"].pattern
        text = self._in_pattern(pattern, number)
        if symbol.isalpha():  # a code is never written right beside a digit
            text = re.sub(r"¤(?=\d)", f"¤{NBSP}", text)
        return text.replace("¤", symbol)

    @staticmethod
    def _in_pattern(pattern: str, number: str) -> str:
        return _PLACE.sub(lambda _: number, pattern.partition(";")[0].replace("'", ""), count=1)

    def day(self, day: date) -> str:
        """``12. Mai 2026``."""
        return self._date("yMMMd", day)

    def day_and_month(self, day: date) -> str:
        """``12. Mai``."""
        return self._date("MMMd", day)

    def month(self, day: date) -> str:
        """``Mai 2026``."""
        return self._date("yMMM", day)

    def month_name(self, day: date) -> str:
        """``Mai``."""
        return self._date("MMM", day)

    def day_in_full(self, day: date) -> str:
        """``30. Juni 2026``."""
        from babel.dates import format_date

        return format_date(day, "long", locale=self.locale)

    def _date(self, skeleton: str, day: date) -> str:
        from babel.dates import format_skeleton

        return format_skeleton(skeleton, day, locale=self.locale)


def _shifted(number: str, places: int) -> str:
    from decimal import Decimal

    return f"{Decimal(number.replace(',', '')).scaleb(places):f}"


_current: ContextVar[LocaleStyle | None] = ContextVar("locale", default=None)
_style = cache(LocaleStyle)


def current() -> LocaleStyle | None:
    """The style of the current context; None for English."""
    return _current.get()


@contextmanager
def written_in(name: str | None) -> Iterator[None]:
    """Write numbers and dates as in a locale while the block runs; None is English. Raises TextError."""
    token = _current.set(None)
    use_locale(name)
    try:
        yield
    finally:
        _current.reset(token)


def use_locale(name: str | None) -> None:
    """Write numbers and dates as in a locale from now on, until the end of the enclosing :func:`written_in`. None is
    English. Raises TextError."""
    known = ENGLISH if name is None else parse_locale(name)
    _current.set(None if known == ENGLISH else _style(known))
