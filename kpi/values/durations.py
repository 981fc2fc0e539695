"""Formats durations: ``250 ms``, ``4 min 32 s``, ``3 d 4 h``."""

from __future__ import annotations

from math import floor

from kpi.values.rounding import fixed, magnitude, nudged, trimmed

_PARTS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_STEPS = tuple(length for length, _ in _PARTS)
_HOUR, _DAY = 3600, 86400
_HOURS_ONLY, _DAYS_ONLY = 100 * _HOUR, 100 * _DAY  # longer durations are shown without minutes, without hours
_MOST_DECIMALS = 3  # of days, more than usual


def elapsed(seconds: float, finer: int = 0, digits: int | None = None, unit: float = 1) -> str:
    """Format a duration with three digits or two parts: ``250 ms``, ``12.3 s``, ``4 min 32 s``, ``26 h``, ``34.9 d``.

    ``finer`` adds that many digits or parts. ``digits`` shows all parts, the last one with at most that many decimals:
    seconds, or milliseconds below one second. ``unit`` is the length in seconds of the unit in which the duration is
    measured: one in hours is not shown in days, and one in days from one day on only in days, as far as three more
    digits say enough. ``seconds`` must not be negative.
    """
    if unit == _DAY <= seconds < 1e15 and digits is None:
        if finer <= _MOST_DECIMALS:
            decimals = finer + (seconds < _DAYS_ONLY)
            return f"{_decimal(floor(nudged(seconds) / _DAY * 10**decimals + 0.5), decimals)} d"
        finer -= _MOST_DECIMALS
    if seconds == 0:
        return "0 s"
    if seconds < 1e-9 or seconds >= 1e15:
        return f"{fixed(seconds, max(0, 2 + finer - magnitude(seconds)))} s"
    step = 1
    if digits is not None:
        decimals = digits + 3 if seconds < 1 else digits
    elif seconds < 60:
        decimals = max(0, 2 + finer - magnitude(seconds))
    else:
        part = _last_part(seconds, unit) + finer
        decimals, step = max(0, part - 3), _STEPS[min(part, 3)]
    # Counted in whole steps, so that rounding errors do not affect the parts.
    return _in_parts(floor(nudged(seconds) * 10**decimals / step + 0.5) * step, decimals, unit)


def _last_part(seconds: float, unit: float) -> int:
    """The index in ``_PARTS`` of the last part that is shown by default."""
    if seconds < 3600:
        return 3
    if unit == _HOUR:
        return 2 if seconds < _HOURS_ONLY else 1
    if seconds < _DAY:
        return 2
    return 1 if seconds < _DAYS_ONLY else 0


def _in_parts(ticks: int, decimals: int, unit: float) -> str:
    """A duration of ``ticks`` of 10 ** -``decimals`` seconds each, in days, hours, minutes and seconds; one in hours
    has no days."""
    per_second = 10**decimals
    if 0 < ticks < per_second and decimals >= 3:
        return f"{_decimal(ticks, decimals - 3)} ms"
    parts = []
    for length, word in _PARTS[unit == _HOUR : 3]:
        count, ticks = divmod(ticks, length * per_second)
        if count:
            parts.append(f"{count:,} {word}")
    if ticks or not parts:
        parts.append(f"{_decimal(ticks, decimals)} s")
    return " ".join(parts)


def _decimal(ticks: int, decimals: int) -> str:
    """``ticks`` with the decimal point moved ``decimals`` places to the left."""
    whole, fraction = divmod(ticks, 10**decimals)
    return trimmed(f"{whole:,}.{fraction:0{decimals}d}") if decimals else f"{whole:,}"
