"""Text that people type as numbers, dates and durations, to SQL values. What cannot be read becomes NULL."""

from __future__ import annotations

from kpi.data.database import text_literal
from kpi.plan.model import ReadOptions
from kpi.values.units import CURRENCY_ABBREVIATIONS

SIGNS = r"\p{Sc}"  # every sign that Unicode calls a currency's, also those that no unit has
# Any sign of a currency, also with the letters of a country before it (US$, R$), a code, or letters used for one.
CURRENCY = rf"(?:[A-Z]{{0,2}}{SIGNS}|[A-Z]{{3}}|{'|'.join(CURRENCY_ABBREVIATIONS)})"
# Dashes in place of decimals, behind either mark: "20,-" is a whole amount (R13).
DASHES = "[.,][-−–—]{1,2}"
# Spaces that spreadsheets use between groups: no-break, thin, narrow no-break.
SPACES = "\u00a0\u2009\u202f"
# What is around text without being part of it: spaces, tabs, and the no-break spaces of spreadsheets.
BLANKS = " \t\u00a0"
# The last moment that has a name; exports write that day for an end that is not in sight.
LAST_MOMENT = "9999-12-31 23:59:59.999999"
# Day-first or month-first, with the time of day that exports put behind it. Two-digit years are never tried.
SHAPES = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y")
TIMES_OF_DAY = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
WORDED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%b %d %Y", "%B %d %Y")


def clean(text: str, null_values: tuple[str, ...] = ()) -> str:
    """The text without blanks around it; NULL when nothing is left or when it is one of the spellings of empty."""
    # Trimming more than plain spaces takes ten times as long, and few values need it.
    odd = f"(contains({text}, '\u00a0') OR contains({text}, '\t'))"
    trimmed = f"(CASE WHEN {odd} THEN trim({text}, {text_literal(BLANKS)}) ELSE trim({text}) END)"
    if not null_values:
        return f"nullif({trimmed}, '')"
    listed = ", ".join(text_literal(value) for value in ("", *(value.strip() for value in null_values)))
    return f"(CASE WHEN {trimmed} NOT IN ({listed}) THEN {trimmed} END)"


def not_finite_empty(number: str, null_values: tuple[str, ...]) -> str:
    """A floating-point number of a typed file; NULL for NaN or an infinity that is one of the spellings of empty."""
    spellings = {"infinity": "inf", "-infinity": "-inf", "+inf": "inf", "+infinity": "inf"}
    folded = {value.strip().casefold() for value in null_values}
    listed = sorted({spellings.get(value, value) for value in folded} & {"nan", "inf", "-inf"})
    if not listed:
        return number
    named = ", ".join(text_literal(value) for value in listed)
    return f"(CASE WHEN isfinite({number}) OR lower(CAST({number} AS VARCHAR)) NOT IN ({named}) THEN {number} END)"


def plain_number_sql(text: str) -> str:
    """A number in the notation of programs: finite, with a point, without marks between groups (R7)."""
    cast = f"TRY_CAST({text} AS DOUBLE)"
    return f"(CASE WHEN isfinite({cast}) AND NOT contains({text}, '_') THEN {cast} END)"


def like_a_code(text: str, number: str | None = None) -> str:
    """Whether a number is written as codes are: with a zero before it, with an exponent but without a point or sign, or
    with ``_`` inside (R4). So are numbers behind a blank, which may hide a zero. ``number`` is the SQL of the value,
    where that is at hand."""
    # A branch is worked out only for the few rows that get there, both sides of an OR for all.
    signed = " OR ".join(f"({text} >= '{sign}00' AND {text} < '{sign}0:')" for sign in "+-")
    zero = f"{text} < '!' OR {signed} OR ({text} >= '00' AND {text} < '0:')"
    zero = f"(CASE WHEN {text} < '1' THEN {zero} ELSE false END)"
    power = f"regexp_full_match({text}, '[-+]?\\d+[eE]\\d+ *')"
    power = f"(CASE WHEN contains({text}, 'E') OR contains({text}, 'e') THEN {power} ELSE false END)"
    if number is not None:
        power = f"(CASE WHEN {number} = trunc({number}) THEN {power} ELSE false END)"
    return f"({zero} OR contains({text}, '_') OR {power})"


def digits_sql(text: str, type_name: str) -> tuple[str, str]:
    """A whole number that is written by its digits alone, with a minus or none, or NULL; and the cast that this is made
    of. What is written in any other way is another text once it is written again."""
    cast = f"TRY_CAST({text} AS {type_name})"
    return f"(CASE WHEN CAST({cast} AS VARCHAR) = {text} THEN {cast} END)", cast


def whole_number_sql(text: str) -> str:
    """A whole number of up to 38 digits, with all of them (R8), or NULL."""
    return f"(CASE WHEN regexp_full_match({text}, '[-+]?\\d{{1,38}}') THEN TRY_CAST({text} AS HUGEINT) END)"


def number_sql(text: str, decimal: str, thousands: str | None) -> str:
    """A number as spreadsheets and accountants write it.

    Currency signs and codes, a percent sign (a share), one mark between groups of three (R7) or in front of the last
    three digits and then every two as in India, a minus before or behind, parentheses for a negative, dashes in place
    of decimals (R13), and ``$-`` for zero are understood. Anything else is NULL.
    """
    between = (thousands,) if thousands else {".": (",", " ", "'", "’"), ",": (".", " ", "'", "’")}[decimal]
    point = "\\" + decimal
    shapes_of_groups = [f"\\d{{1,3}}(?:{group_mark(mark)}\\d{{3}})+" for mark in between if mark != decimal]
    lakhs = (group_mark(mark) for mark in between if mark != decimal and mark in ",.")
    grouped = "|".join(shapes_of_groups + [f"\\d{{1,2}}(?:{mark}\\d\\d)+{mark}\\d{{3}}" for mark in lakhs])
    digits = f"(?:{grouped}|\\d+)"
    plain = f"(?:{digits}(?:{point}\\d*)?|{point}\\d+)(?:\\s*%)?"
    number = f"(?:{plain}|{digits}{DASHES})"
    currency = CURRENCY
    body = f"(?:{currency}\\s*)?{number}(?:\\s*{currency})?"
    undashed = f"(?:{currency}\\s*)?{plain}(?:\\s*{currency})?"
    shapes = (
        f"[-+−]?\\s*{body}", f"{currency}\\s*[-+−]\\s*{number}", f"{undashed}\\s*[-−]",
        f"\\(\\s*{body}\\s*\\)", f"{currency}\\s*\\(\\s*{number}\\s*\\)",
    )  # fmt: skip
    trimmed = f"trim({text})"
    amount = f"regexp_replace({trimmed}, {text_literal(f'([0-9]){DASHES}')}, '\\1')"
    kept = f"regexp_replace({amount}, {text_literal(f'[^0-9{point}]')}, '', 'g')"
    exponent = trimmed
    if decimal == ",":
        kept, exponent = f"replace({kept}, ',', '.')", f"replace({trimmed}, ',', '.')"
    value = f"TRY_CAST({kept} AS DOUBLE) / (CASE WHEN contains({trimmed}, '%') THEN 100 ELSE 1 END)"
    negative = f"regexp_matches({amount}, '[-−(]')"
    return (
        f"(CASE WHEN regexp_full_match({trimmed}, {text_literal('|'.join(shapes))}) "
        f"THEN {value} * (CASE WHEN {negative} THEN -1 ELSE 1 END) "
        f"WHEN regexp_full_match({trimmed}, '[A-Z]{{0,2}}{SIGNS} *-') THEN 0.0::DOUBLE "
        f"WHEN regexp_full_match({trimmed}, '[-+]?\\d+{point}?\\d*[eE][-+]?\\d+') "
        f"THEN {plain_number_sql(exponent)} END)"
    )


def marks(read: ReadOptions) -> tuple[str, str | None]:
    """The decimal mark of a source, and the one between groups of three where only one is understood."""
    return read.decimal or ("," if read.thousands == "." else "."), read.thousands


def group_mark(mark: str) -> str:
    """The pattern of a mark between groups of three; a space may be any of the narrow ones."""
    return f"[ {SPACES}]" if mark == " " else "\\" + mark if mark in ".'" else mark


def date_sql(text: str) -> str:
    """An ISO date, year first with four digits, or NULL. A time of day behind it is not a date."""
    cast = f"TRY_CAST({text} AS DATE)"
    shape = f"strlen({text}) <= 10"
    return f"(CASE WHEN {shape} AND {cast} BETWEEN DATE '1000-01-01' AND DATE '9999-12-31' THEN {cast} END)"


def counted_days_sql(text: str) -> str:
    """A time as spreadsheets count days, of which 45123 is one in 2023, or NULL; to the second, as they show it."""
    days = f"TRY_CAST({text} AS DOUBLE)"
    stamp = f"TIMESTAMP '1899-12-30' + to_seconds(CAST(round({days} * 86400) AS BIGINT))"
    return f"(CASE WHEN regexp_full_match({text}, '\\d{{5}}(?:\\.\\d*)?') THEN {stamp} END)"


def timestamp_sql(text: str) -> str:
    """An ISO timestamp without a zone, or NULL."""
    cast = f"TRY_CAST({text} AS TIMESTAMP)"
    bare = f"length({text}) > 10 AND {text} < ':' AND {text} >= '0' AND NOT {zoned(text)}"
    bounds = f"TIMESTAMP '1000-01-01' AND TIMESTAMP '{LAST_MOMENT}'"
    return f"(CASE WHEN {bare} AND {cast} BETWEEN {bounds} THEN {cast} END)"


def zoned_sql(text: str) -> str:
    """An ISO timestamp with a zone, or NULL."""
    cast = f"TRY_CAST({text} AS TIMESTAMPTZ)"
    bounds = f"TIMESTAMPTZ '1000-01-01 00:00:00+00' AND TIMESTAMPTZ '{LAST_MOMENT}+00'"
    return f"(CASE WHEN length({text}) > 10 AND {zoned(text)} AND {cast} BETWEEN {bounds} THEN {cast} END)"


def zoned(text: str) -> str:
    """Whether an ISO timestamp says its zone: by an offset, or by a Z or name at its end."""
    rest = f"substr({text}, 11)"
    return f"(right({text}, 1) > '9' OR contains({rest}, '+') OR contains({rest}, '-'))"


def formatted_sql(text: str, shape: str) -> str:
    """A timestamp in a ``strptime`` format, with a zone where the format reads one, or NULL."""
    stamp = f"try_strptime({text}, {text_literal(shape)})"
    if "%n" in shape.replace("%%", ""):
        stamp = cut_to_microseconds(stamp, zoned="%z" in shape.lower())
    # "%Y" also reads two digits, as the year 26.
    return f"(CASE WHEN {stamp} BETWEEN '1000-01-01' AND '{LAST_MOMENT}' THEN {stamp} END)"


def cut_to_microseconds(stamp: str, *, zoned: bool) -> str:
    """A time in nanoseconds as one in microseconds, cut and never rounded up (R14): the last nanosecond of a month is
    in that month. A cast rounds some values. Infinity is NULL."""
    nanoseconds = f"epoch_ns({stamp})"
    whole = f"(({nanoseconds} - (({nanoseconds} % 1000) + 1000) % 1000) // 1000)"
    make, type_name = ("make_timestamptz", "TIMESTAMPTZ") if zoned else ("make_timestamp", "TIMESTAMP")
    return f"(CASE WHEN isfinite(CAST({stamp} AS {type_name})) THEN {make}({whole}) END)"


# A duration that says its units, in English or by ISO 8601, the greatest first; and one by the clock.
UNITS = (
    ("weeks?|wks?|w", 604800), ("days?|d", 86400), ("hours?|hrs?|h", 3600), ("minutes?|mins?|m", 60),
    ("seconds?|secs?|s", 1),
)  # fmt: skip
AMOUNT = r"\d+(?:\.\d+)?"
CLOCK = r"(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)"
WORDS = "".join(rf"(?:{AMOUNT}\s*(?:{unit})(?:\s*,?\s*(?:and\s+)?|$))?" for unit, _ in UNITS)
ISO = rf"p(?:{AMOUNT}w)?(?:{AMOUNT}d)?(?:t(?:{AMOUNT}h)?(?:{AMOUNT}m)?(?:{AMOUNT}s)?)?"
SPOKEN = rf"-?(?:{WORDS}|{ISO}|{CLOCK})|\d+ days?,? {CLOCK}"


def spoken_duration_sql(text: str) -> str:
    """Seconds of a duration that can be read in one way only, as ``1:02:03``, ``1h 5m``, ``P1DT5M``."""
    lower, parts = f"lower({text})", []
    for unit, factor in UNITS:
        # In ISO 8601 a T follows the day.
        amount = text_literal(f"({AMOUNT})\\s*(?:{unit})(?:[^a-su-z]|$)")
        parts.append(f"coalesce(TRY_CAST(regexp_extract({lower}, {amount}, 1) AS DOUBLE), 0) * {factor}")
    for place, factor in ((1, 3600), (2, 60), (3, 1)):
        clock = f"regexp_extract({lower}, {text_literal(CLOCK + '$')}, {place})"
        parts.append(f"coalesce(TRY_CAST({clock} AS DOUBLE), 0) * {factor}")
    sign = f"(CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END)"
    fits = f"regexp_full_match({lower}, {text_literal(SPOKEN)}) AND regexp_matches({text}, '\\d')"
    return f"(CASE WHEN {fits} THEN {sign} * ({' + '.join(parts)}) END)"


def duration_sql(text: str, shape: str) -> str:
    """Seconds of a duration in a format of %d %H %M %S; the leading part may exceed its usual bound (``36:00:00``)."""
    import re

    if not shape:
        return spoken_duration_sql(text)
    names = re.findall(r"%([dHMSf])", shape)
    pattern = re.escape(shape).replace("%%", "%")
    for name in "dHMf":
        pattern = pattern.replace("%" + name, r"(\d+)")
    pattern = pattern.replace("%S", r"(\d+(?:\.\d+)?)")
    whole = text_literal("-?" + pattern)
    factors = {"d": "86400", "H": "3600", "M": "60", "S": "1"}
    parts = []
    within = []
    for place, name in enumerate(names, 1):
        part = f"TRY_CAST(regexp_extract({text}, {whole}, {place}) AS DOUBLE)"
        if name == "f":
            digits = f"regexp_extract({text}, {whole}, {place})"
            parts.append(f"({part} / pow(10, length({digits})))")
            continue
        parts.append(f"{part} * {factors[name]}")
        if place > 1 and name in "HMS":
            within.append(f"{part} < {24 if name == 'H' else 60}")
    bounds = "".join(f" AND {bound}" for bound in within)
    sign = f"(CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END)"
    return f"(CASE WHEN regexp_full_match({text}, {whole}){bounds} THEN {sign} * ({' + '.join(parts)}) END)"


def readings() -> list[str]:
    """The formats that are tried on a date column that is not ISO (R4)."""
    shapes = [shape.format(mark) + time for mark in "/-." for shape in SHAPES for time in TIMES_OF_DAY]
    shapes += [f"%Y{mark}%m{mark}%d{time}" for mark in "/." for time in TIMES_OF_DAY]
    return shapes + [shape + time for shape in WORDED for time in TIMES_OF_DAY[:3]]
