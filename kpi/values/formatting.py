"""Formats numbers for people, without contradicting the comparisons of their exact values."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.values.durations import elapsed
from kpi.values.numbers import parse_number
from kpi.values.rounding import all_digits, fixed, magnitude, nudged, trimmed
from kpi.values.units import Unit

Limit = float | tuple[float, float]

_SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
_FINEST = 12  # digits are added one by one up to this number; after that, all digits are shown


def format_value(value: float, unit: Unit, *, digits: int | None = None) -> str:
    """Format a value: ``26.2%``, ``$12.4k``, ``4 min 32 s``, ``1,234``. Only zero is shown as zero.

    ``digits`` is the exact number of decimals, including trailing zeros. For a duration it is the maximum number of
    decimals of the seconds, or of the milliseconds below one second.
    """
    return _signed(value, unit, 0, digits)


def format_change(change: float, unit: Unit) -> str:
    """Format a difference of two values: ``▲ 0.4 pt`` (for ``%``), ``▼ $1.2k``, ``=`` for zero.

    The arrow shows the direction of the change, not whether it is an improvement. Compute ``change`` with
    :func:`difference`.
    """
    if change == 0:
        return "="
    size = abs(change)
    if unit.kind == "percent":
        points = size * 100
        digits = all_digits(size, 2) if _extreme(size) else trimmed(fixed(points, _decimals(points, 1, below=0.1)), 1)
        text = f"{digits} pt"
    else:
        text = _text(size, unit, 0, None)
    return f"{'▲' if change > 0 else '▼'} {text}"


def display_against(value: float, unit: Unit, bounds: Sequence[tuple[str, Limit]]) -> str:
    """Format ``value`` with enough digits not to contradict any of ``bounds`` (rule S9).

    Each bound is an operator (``>= > <= < ==``, or ``between`` with both ends inclusive) and a number in the KPI's
    scale. The number shown meets exactly the bounds that ``value`` meets: compared with at least 0.3, 0.29996 is
    ``29.996%``, not ``30.0%``.
    """
    verdicts = [holds(value, op, limit) for op, limit in bounds]
    for finer in range(_FINEST):
        text = _signed(value, unit, finer, None)
        shown = parse_number(text, unit)
        if all(holds(shown, op, limit) == verdict for (op, limit), verdict in zip(bounds, verdicts, strict=True)):
            return text
    return _exact(value, unit)


def format_exact(value: float, unit: Unit) -> str:
    """Format ``value`` with all its digits and no others, for targets and other given numbers: ``30%``, ``$12,345``."""
    for finer in range(_FINEST if unit.kind == "duration" else 1):
        text = _signed(value, unit, finer, None)
        if unit.kind != "percent" and parse_number(text, unit) == value:
            return text
    return _exact(value, unit)


def holds(value: float, op: str, limit: Limit) -> bool:
    """Whether ``value op limit``. ``between`` takes a pair of inclusive ends. Raises ValueError for other operators."""
    if isinstance(limit, tuple):
        if op != "between":
            raise ValueError(f"{op} takes one number")
        return limit[0] <= value <= limit[1]
    if op == ">=":
        return value >= limit
    if op == ">":
        return value > limit
    if op == "<=":
        return value <= limit
    if op == "<":
        return value < limit
    if op == "==":
        return value == limit
    raise ValueError(f"{op} is not a comparison with one number")


def _signed(value: float, unit: Unit, finer: int, digits: int | None) -> str:
    return ("-" if value < 0 else "") + _text(abs(value), unit, finer, digits)


def _text(size: float, unit: Unit, finer: int, digits: int | None) -> str:
    """Format a number that is not negative, with ``finer`` more digits than usual or exactly ``digits`` decimals."""
    if _extreme(size):
        return _exact(size, unit)
    if unit.kind == "percent":
        points = size * 100
        if digits is not None:
            return f"{fixed(points, digits)}%"
        return f"{trimmed(fixed(points, _decimals(points, 1, below=1) + finer), 1)}%"
    if unit.kind == "duration":
        return elapsed(size * unit.seconds, finer, digits)
    if unit.kind == "currency":
        return _prefix(unit) + _money(size, finer, digits)
    return _count(size, finer, digits)


def _extreme(size: float) -> bool:
    """Whether ``size`` is so large or small that multiplying it may overflow."""
    return size != 0 and not 1e-100 < size < 1e100


def _prefix(unit: Unit) -> str:
    """The prefix of an amount of money: ``$``, or a code and a space."""
    return f"{unit.symbol} " if unit.symbol.isalpha() else unit.symbol


def _decimals(size: float, usual: int, *, below: float) -> int:
    """The usual number of decimals; for a number less than ``below``, enough to show two significant digits."""
    return usual if size >= below or size == 0 else max(usual, 1 - magnitude(size))


def _count(size: float, finer: int, digits: int | None) -> str:
    """``44``, ``2.5``, ``1,234``, ``12.4k``: two decimals below 10,000, three significant digits from there on."""
    if digits is not None:
        return _scaled_to(size, digits) if size >= 1e4 else fixed(size, digits)
    text = fixed(size, _decimals(size, 2, below=0.1) + finer)
    return _scaled(size, finer) if _read(text) >= 1e4 else trimmed(text)


def _money(size: float, finer: int, digits: int | None) -> str:
    """``9.50``, ``950``, ``12.4k``: two decimals below 100 unless whole, none below 1,000, then three digits."""
    if digits is not None:
        return _scaled_to(size, digits) if size >= 1e3 else fixed(size, digits)
    cents = _decimals(size, 2, below=0.1) + finer
    text = fixed(size, cents if size < 100 else 0 if finer == 0 else finer + 1)
    if _read(text) >= 1e3:
        return _scaled(size, finer)
    return trimmed(text, 0 if _read(text).is_integer() else 2)


def _scaled(size: float, finer: int) -> str:
    """``12.4k``, ``1.24M``, ``1,230B``: three significant digits and ``finer`` more, without trailing zeros."""
    rounded = float(f"{nudged(size):.{2 + finer}e}")
    scale, suffix = _scale_of(rounded)
    return trimmed(fixed(size / scale, max(0, 2 + finer - magnitude(rounded / scale)))) + suffix


def _scaled_to(size: float, digits: int) -> str:
    """``12.40k``: exactly ``digits`` decimals. 999.96k with one decimal is 1.0M."""
    scale, suffix = _scale_of(size)
    rounded = _read(fixed(size / scale, digits)) * scale
    scale, suffix = _scale_of(max(rounded, size))
    return fixed(size / scale, digits) + suffix


def _scale_of(size: float) -> tuple[float, str]:
    """The largest of thousand, million and billion that does not exceed ``size``; at least thousand."""
    return next((scale for scale in _SCALES if size >= scale[0]), _SCALES[-1])


def _read(text: str) -> float:
    return float(text.replace(",", ""))


def _exact(value: float, unit: Unit) -> str:
    """All digits of ``value``; a duration is shown in its own unit."""
    sign = "-" if value < 0 else ""
    whole, point, fraction = all_digits(abs(value), 2 if unit.kind == "percent" else 0).partition(".")
    number = f"{int(whole):,}{point}{fraction}"
    if unit.kind == "percent":
        return f"{sign}{number}%"
    if unit.kind == "duration":
        return f"{sign}{number} {unit.short}"
    return sign + (_prefix(unit) if unit.kind == "currency" else "") + number
