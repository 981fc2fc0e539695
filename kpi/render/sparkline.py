"""Sparklines: bars that fit into a table cell."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
FLAT = BARS[3]


def sparkline(values: Sequence[float | None]) -> str:
    """One bar per value, scaled between the smallest and the largest; a space for a missing value.

    If all values are equal, the bars are half high. Empty if there are no values.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    # Halves, so that the span of two huge numbers of opposite sign is finite.
    span = high / 2 - low / 2

    def bar(value: float | None) -> str:
        if value is None:
            return " "
        return FLAT if span == 0 else BARS[round((value / 2 - low / 2) / span * (len(BARS) - 1))]

    return "".join(map(bar, values))
