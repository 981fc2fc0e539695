"""The parts of a number as people write it: sign, currency, digits and suffix, or a duration."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.values.units import CURRENCIES, SECONDS, SIGNS, Unit

NOT_A_NUMBER = "not a number"  # the kind of error of a text that is no number in any unit
_DIGITS = frozenset("0123456789.")
_POWERS = {"%": -2, "k": 3, "K": 3, "M": 6, "B": 9}


def read_number(body: str) -> tuple[float, bool, str] | None:
    """The number, whether it has a ``%`` (it is a share then), and its currency sign or code; None if it is none."""
    sign, rest = _signed(body)
    currency, rest = _currency(rest)
    if currency and not sign:
        sign, rest = _signed(rest)
    if not currency and rest[-3:] in CURRENCIES and rest[:1] in _DIGITS:
        if ambiguous_numbers(body):
            return None  # who writes the currency behind the amount may well group digits by points
        currency, rest = rest[-3:], rest[:-3].rstrip()
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


def ambiguous_numbers(text: str) -> dict[str, tuple[str, str]]:
    """The numbers in ``text`` such as ``50.000``, each with its two readings, ``50000`` and ``50.0``.

    Its point may be a decimal point, or the mark between groups of three digits that many languages have. Numbers with
    a suffix (``1.234M``, ``12.345%``) are not ambiguous.
    """
    import re  # only where a number is explained or refused

    found: dict[str, tuple[str, str]] = {}
    for match in re.finditer(
        r"(?<![\d.,_])([1-9]\d{0,2})\.(\d{3})(?!\d|[.,_]\d|[eE][-+]?\d|\s?[kKMB]\b|\s?%)", text, re.ASCII
    ):
        whole, fraction = match.groups()
        decimals = fraction.rstrip("0") or "0"
        if len(decimals) == 3:
            decimals += "0"  # 1.234 again would be no less ambiguous
        found[match[0]] = (whole + fraction, f"{whole}.{decimals}")
    return found


def with_readings(text: str, numbers: Mapping[str, tuple[str, str]], which: int) -> str:
    """``text`` with each of the ambiguous ``numbers`` in its first (0) or second (1) reading."""
    import re

    for number, both in numbers.items():
        text = re.sub(rf"(?<![\d.,]){re.escape(number)}(?!\d)", both[which], text)
    return text


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
