"""Formats durations: ``250 ms``, ``4 min 32 s``, ``3 d 4 h``."""

from __future__ import annotations

from math import floor

from kpi.values.rounding import fixed, magnitude, nudged, trimmed

_PARTS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_STEPS = tuple(length for length, _ in _PARTS)
_DAYS_ONLY = 100 * 86400  # longer durations are shown without hours


def elapsed(seconds: float, finer: int = 0, digits: int | None = None) -> str:
    """Format a duration with three digits or two parts: ``250 ms``, ``12.3 s``, ``4 min 32 s``, ``120 d``.

    ``finer`` adds that many digits or parts. ``digits`` shows all parts, the last one with at most that many decimals:
    seconds, or milliseconds below one second. ``seconds`` must not be negative.
    """
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
        part = _last_part(seconds) + finer
        decimals, step = max(0, part - 3), _STEPS[min(part, 3)]
    # Counted in whole steps, so that rounding errors do not affect the parts.
    return _in_parts(floor(nudged(seconds) * 10**decimals / step + 0.5) * step, decimals)


def _last_part(seconds: float) -> int:
    """The index in ``_PARTS`` of the last part that is shown by default."""
    if seconds < 3600:
        return 3
    if seconds < 86400:
        return 2
    return 1 if seconds < _DAYS_ONLY else 0


def _in_parts(ticks: int, decimals: int) -> str:
    """A duration of ``ticks`` of 10 ** -``decimals`` seconds each, in days, hours, minutes and seconds."""
    per_second = 10**decimals
    if 0 < ticks < per_second and decimals >= 3:
        return f"{_decimal(ticks, decimals - 3)} ms"
    parts = []
    for length, word in _PARTS[:3]:
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
