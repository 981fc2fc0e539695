"""Parses numbers: ``30%``, ``$12.4k``, ``1,234.5``, ``4 min 30 s``."""

from __future__ import annotations

from math import isinf

from kpi.values.rounding import round12
from kpi.values.units import CURRENCIES, SECONDS, SIGNS, Unit

_POWERS = {"%": -2, "k": 3, "K": 3, "M": 6, "B": 9}


def parse_number(text: str, unit: Unit, *, relative: bool = False) -> float:
    """Parse a number into the scale of a KPI with this unit: a fraction for ``%``, the KPI's unit for durations.

    Accepts ``%`` (only if the unit is ``%``), the suffixes ``k``, ``M`` and ``B``, a leading currency sign or code of
    the unit, ``_`` or ``,`` between groups of three digits (rule R7), ASCII and Unicode minus signs, and ``4 min 30 s``
    for durations. If ``relative``, the number is a share of another one and needs a ``%`` (rule S2). Raises TextError
    with the offsets of the error.
    """
    body = text.strip().replace("\N{MINUS SIGN}", "-")
    found = read_number(body)
    if found is not None:
        number, percent, currency = found
        if currency and not currency_fits(currency, unit):
            right = False
        elif relative:
            right = percent and not currency
        elif unit.kind == "percent":
            right = percent or abs(number) < 1
        else:
            right = not percent
        if right and not isinf(number):
            return number
    elif unit.kind == "duration" and not relative:
        duration = read_duration(body)
        if duration is not None and not isinf(duration[1]):
            _, number, seconds = duration
            return number if seconds == unit.seconds else round12(number * seconds / unit.seconds)
    from kpi.values.number_suggestions import number_error

    raise number_error(text, unit, relative)


def read_number(body: str) -> tuple[float, bool, str] | None:
    """The number, whether it has a ``%`` (so it is a fraction), and its currency sign or code; None if invalid."""
    sign, rest = _signed(body)
    currency, rest = _currency(rest)
    if currency and not sign:
        sign, rest = _signed(rest)
    suffix = rest[-1:] if rest[-1:] in _POWERS else ""
    if suffix:
        rest = rest[:-1].rstrip()
    plain = _plain(rest)
    if plain is None:
        return None
    digits, power = plain
    # Shifting the decimal point in the text rather than in the float keeps 29.996% exactly 0.29996.
    number = float(f"{sign}{digits}e{power + _POWERS.get(suffix, 0)}")
    return number + 0.0, suffix == "%", currency


def currency_fits(currency: str, unit: Unit) -> bool:
    """Whether a currency sign or code matches this unit."""
    return unit.kind == "currency" and unit.text in SIGNS.get(currency, (currency,))


def read_duration(body: str) -> tuple[str, float, float] | None:
    """``4 min 30 s`` as (last unit, number, seconds per unit of that number). None if it is not a duration.

    A single part keeps its unit, so that no precision is lost; several parts are added up in seconds.
    """
    import re  # imported late: only needed for durations

    sign, rest = _signed(body)
    parts: list[tuple[str, float, float]] = []
    at = 0
    while at < len(rest):
        match = re.compile(r"([0-9._,]+(?:e[-+]?[0-9]+)?)\s*([a-z]+)\s*", re.IGNORECASE).match(rest, at)
        plain = _plain(match[1]) if match else None
        if match is None or plain is None:
            return None
        word = match[2].lower()
        seconds = 60.0 if word == "m" else SECONDS.get(word)
        if seconds is None or (parts and seconds >= parts[-1][2]):
            return None
        parts.append((word, float(f"{sign}{plain[0]}e{plain[1]}") + 0.0, seconds))
        at = match.end()
    if len(parts) == 1:
        return parts[0]
    return (parts[-1][0], sum(number * seconds for _, number, seconds in parts), 1.0) if parts else None


def _signed(text: str) -> tuple[str, str]:
    """A leading sign and the rest."""
    return (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)


def _currency(text: str) -> tuple[str, str]:
    """A leading currency sign or code and the rest."""
    if text[:1].isascii() and text[:1] not in "$R" and text[:3] not in CURRENCIES:
        return "", text  # the usual case
    for sign in (*SIGNS, text[:3]):
        if text.startswith(sign) and (sign in SIGNS or sign in CURRENCIES):
            return sign, text[len(sign) :].lstrip()
    return "", text


def _plain(text: str) -> tuple[str, int] | None:
    """The digits with decimal point and the exponent of an unsigned number (rule R7). None if it is invalid."""
    mantissa, e, exponent = text.replace("E", "e").partition("e")
    if e and not (_digits(exponent[1:] if exponent[:1] in ("-", "+") else exponent) and len(exponent) <= 4):
        return None
    whole, point, fraction = mantissa.partition(".")
    if point and not _digits(fraction):
        return None
    if not _digits(whole) and (whole or not point):
        first, *groups = whole.split("," if "," in whole else "_")
        right = 0 < len(first) <= 3 and all(len(group) == 3 for group in groups) and first != "0"
        if not (right and groups and all(_digits(group) for group in (first, *groups))):
            return None
        whole = first + "".join(groups)
    return f"{whole}.{fraction}" if point else whole, int(exponent) if e else 0


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
