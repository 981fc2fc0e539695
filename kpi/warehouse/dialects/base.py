"""What differs between engines, or between Ibis and the rules: one class an engine, one method a difference.

An engine without a class of its own gets plain Ibis.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from kpi.engine.row_sql import RAISE, RAISED_BELOW, WHOLE_FROM
from kpi.errors import KpiError
from kpi.formulas.types import ValueType

# A value or table of Ibis, which is not typed.
Expr = Any

IBIS_TYPES: dict[ValueType, str] = {
    "number": "float64", "duration": "float64", "text": "string", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp", "instant": "timestamp('UTC')", "empty": "string",
}  # fmt: skip


def number(value: float) -> Expr:
    """A floating point constant. A bare ``0.1`` is a decimal to some engines, and calculates otherwise."""
    return ibis.literal(repr(value)).cast("float64")


def day(value: date) -> Expr:
    """A date as a constant."""
    return ibis.literal(value)


def none_of(value: Expr) -> Expr:
    """The empty value of another's type, which itself may be of a column that is never empty."""
    return ibis.null(value.type().copy(nullable=True))


# Letters whose capital is several letters in some engines ("ß", "SS") and one or none in files.
SEVERAL_CAPITALS = "".join(
    letter for letter in map(chr, (*range(0x80, 0x2000), *range(0xFB00, 0xFB20))) if len(letter.upper()) > 1
)
ONE_CAPITAL = "".join(
    "ẞ" if letter == "ß" else letter.title() if len(letter.title()) == 1 else letter for letter in SEVERAL_CAPITALS
)
IN_PRIVATE = "".join(chr(0x10F000 + place) for place in range(len(SEVERAL_CAPITALS)))  # letters that nobody uses


class Dialect:
    """Plain Ibis. ``zoned``: the session is in the calendar's zone, so that times with a zone lie on the right days.
    ``odd_decimals``: decimals may be NaN or infinite."""

    zoned = False
    odd_decimals = False

    def trimmed(self, text: Expr) -> Expr:
        """The text without blanks around it: spaces, tabs, and the no-break spaces of spreadsheets."""
        return text.strip()

    def lower(self, text: Expr) -> Expr:
        """The text in lower case. Raises ValueError where the engine has other small letters than files."""
        # Engines differ over these two: whether a sigma ends a word, and whether the dot of an I stays.
        return text.replace("Σ", "σ").replace("İ", "i").lower()

    def upper(self, text: Expr) -> Expr:
        """The text in upper case. Raises ValueError where the engine has other capitals than files."""
        # Engines differ over letters whose capital is more than one letter: these are kept out of their way.
        return text.translate(SEVERAL_CAPITALS, IN_PRIVATE).upper().translate(IN_PRIVATE, ONE_CAPITAL)

    def rounded(self, value: Expr, digits: int) -> Expr:
        """A float64 rounded to so many decimal places, halves away from zero; as ``kpi.engine.row_sql`` does it."""
        scale = number(10.0 ** abs(digits))
        scaled = (value * scale if digits > 0 else value / scale).abs()
        raised = ibis.ifelse(scaled < number(float(RAISED_BELOW)), scaled * number(RAISE), scaled)
        whole = raised.floor().cast("float64")
        nearest = whole + ibis.ifelse(raised - whole >= number(0.5), number(1.0), number(0.0))
        unscaled = nearest / scale if digits > 0 else nearest * scale
        exact = ibis.ifelse(value < number(0.0), -unscaled, unscaled)
        return ibis.ifelse(scaled < number(float(WHOLE_FROM)), exact, value)

    def ordered(self, text: Expr) -> Expr:
        """Something that orders as the text's code points do, whatever the collation."""
        return text

    def contains(self, text: Expr, part: Expr) -> Expr:
        """Whether ``part`` occurs in the text."""
        return text.contains(part)

    def extract(self, text: Expr, pattern: str) -> Expr:
        """The first group of the first match, empty text where that group took no part; NULL without a match. The
        pattern is one that engines read alike (see ``patterns``)."""
        return ibis.ifelse(text.re_search(pattern), text.re_extract(pattern, 1).coalesce(""), ibis.null("string"))

    def finite(self, value: Expr) -> Expr:
        """A floating point number; empty where it is NaN or infinite. Engines that order NaN put it beyond all."""
        bound = number(1.7976931348623157e308)
        return ibis.ifelse(value.between(-bound, bound), value, ibis.null("float64"))

    def cast(self, value: Expr, kind: ValueType) -> Expr:
        """A value as one of another kind; a date or time as another kind of time, in the calendar's zone."""
        return value.cast(IBIS_TYPES[kind])

    def exact(self, value: Expr) -> Expr:
        """A decimal that is summed as such; empty where the engine has decimals that are no numbers."""
        return value

    def seconds(self, value: Expr) -> Expr:
        """The seconds of an interval or a time of day. Raises KpiError where that cannot be had."""
        message = "intervals and times of day cannot be read from this warehouse"
        raise KpiError(message, hint="make them seconds in a view, and name that in table")

    def days_between(self, late: Expr, early: Expr) -> Expr:
        """Whole days, as a float64."""
        return late.delta(early, unit="day").cast("float64")

    def seconds_between(self, late: Expr, early: Expr) -> Expr:
        """Seconds with fractions, of two times of one kind."""
        return late.delta(early, unit="microsecond").cast("float64") / number(1e6)

    def days_later(self, date_: Expr, days: Expr) -> Expr:
        """A date moved by a number of days, which is rounded."""
        # To Ibis a date plus days is a date already; to engines it may be a timestamp.
        return (date_ + days.round().cast("int32").as_interval("D")).cast("timestamp").cast("date")

    def seconds_later(self, time: Expr, seconds: Expr) -> Expr:
        """A time moved by seconds with fractions."""
        return time + (seconds * number(1e6)).round().cast("int64").as_interval("us")


@ibis.udf.scalar.builtin(name="btrim", signature=(("string", "string"), "string"))
def sql_btrim(text, characters):  # type: ignore[no-untyped-def]
    """A function of PostgreSQL and of Spark: the text without these characters around it."""
