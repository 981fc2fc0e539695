"""Numbers as people write them: ``30%``, ``$12.4k``, ``1,234.5``, ``4 min 30 s``."""

from __future__ import annotations

from math import isinf

from kpi.values.rounding import round12
from kpi.values.units import CURRENCIES, SECONDS, SIGNS, Unit

NOT_A_NUMBER = "not a number"  # the kind of error of a text that is no number in any unit
_POWERS = {"%": -2, "k": 3, "K": 3, "M": 6, "B": 9}


def parse_number(text: str, unit: Unit, *, relative: bool = False) -> float:
    """The number that ``text`` means, in the scale of a KPI with this unit: a share for ``%``, the unit of a duration.

    Understood are ``%`` (only where the unit is ``%``), ``k``, ``M``, ``B``, a leading currency sign or code that fits
    the unit, ``_`` or ``,`` between groups of three digits (rule R7), a minus sign of either kind, and for durations
    ``4 min 30 s``. With ``relative`` the number is a share of something else and has to have a ``%`` (rule S2).
    Raises TextError with the offsets of what is wrong.
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
    from kpi.values.number_suggestions import refusal

    raise refusal(text, unit, relative)


def read_number(body: str) -> tuple[float, bool, str] | None:
    """The number, whether it has a ``%`` (it is a share then), and its currency sign or code; None if it is none."""
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
    # Moving the point in the text, not in the float, keeps 29.996% exactly 0.29996.
    number = float(f"{sign}{digits}e{power + _POWERS.get(suffix, 0)}")
    return number + 0.0, suffix == "%", currency


def currency_fits(currency: str, unit: Unit) -> bool:
    """Whether a currency sign or code may stand at a number of this unit."""
    return unit.kind == "currency" and unit.text in SIGNS.get(currency, (currency,))


def read_duration(body: str) -> tuple[str, float, float] | None:
    """``4 min 30 s`` as (its last word, number, seconds in one of that number); None if it is no duration.

    A single part keeps its own unit, so that nothing is lost; several are added up in seconds.
    """
    import re  # only where a duration is written out

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
    """A leading sign, and what follows."""
    return (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)


def _currency(text: str) -> tuple[str, str]:
    """A leading currency sign or code, and what follows."""
    if text[:1].isascii() and text[:1] not in "$R" and text[:3] not in CURRENCIES:
        return "", text  # nearly always
    for sign in (*SIGNS, text[:3]):
        if text.startswith(sign) and (sign in SIGNS or sign in CURRENCIES):
            return sign, text[len(sign) :].lstrip()
    return "", text


def _plain(text: str) -> tuple[str, int] | None:
    """Digits with a point, and the exponent, of a number without sign; None if it is none (rule R7)."""
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
