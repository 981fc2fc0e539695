"""Rounds numbers to hide floating-point errors, and writes their digits."""

from __future__ import annotations

from math import floor, log10

_HUGE, _TINY = 1e15, 1e-9  # beyond these a rounded number is written with an exponent


def round12(x: float) -> float:
    """``x`` rounded to 12 significant digits (rule V7), so that the order of rows has no effect. -0.0 becomes 0.0."""
    return float(f"{x:.12g}") + 0.0


def difference(new: float, old: float) -> float:
    """``new - old`` of two values rounded to 12 digits, without the error of subtracting: 0.262 - 0.258 is 0.004."""
    change = new - old
    # Two such values differ by at least 1e-12 of the greater one if they differ at all.
    return round12(change) if abs(change) > 5e-13 * max(abs(new), abs(old)) else 0.0


def format_plain(value: float) -> str:
    """All digits without separators or an exponent, for CSV: ``0.0000001``, ``44``, ``12345.678``."""
    return all_digits(value)


def all_digits(value: float, places: int = 0) -> str:
    """All digits of ``value`` without an exponent, with the decimal point moved ``places`` to the right."""
    mantissa, _, exponent = repr(float(value) + 0.0).partition("e")  # adding turns -0.0 into 0.0
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.removeprefix("-").partition(".")
    digits, point = whole + fraction, len(whole) + int(exponent or 0) + places
    digits = "0" * -point + digits if point < 0 else digits + "0" * (point - len(digits))
    whole, fraction = digits[: max(point, 0)].lstrip("0") or "0", digits[max(point, 0) :].rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def fixed(size: float, decimals: int) -> str:
    """``size`` (not negative) with commas and ``decimals`` decimals; very large and small ones with an exponent."""
    if size >= _HUGE:
        return f"{size:.{3 + decimals}g}"
    if 0 < size < _TINY:
        return f"{size:.{max(1, decimals + 1 + magnitude(size))}g}"
    return f"{nudged(size):,.{decimals}f}"


def nudged(size: float) -> float:
    """``size``, increased far beyond the twelfth digit, so that halves are rounded up as in a spreadsheet."""
    return size * (1 + 1e-14)


def trimmed(text: str, least: int = 0) -> str:
    """``text`` without trailing zeros, except for the first ``least`` decimals."""
    whole, point, fraction = text.partition(".")
    if not point or "e" in text:
        return text
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def magnitude(size: float) -> int:
    """The power of ten of the first digit of a positive number: 0 for 1 to 9.99, -1 for 0.1."""
    return floor(log10(size))
