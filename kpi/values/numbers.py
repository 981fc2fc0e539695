"""Parses numbers: ``30%``, ``$12.4k``, ``1,234.5``, ``4 min 30 s``."""

from __future__ import annotations

from math import isinf

from kpi.values.number_syntax import currency_fits, read_duration, read_number
from kpi.values.rounding import round12
from kpi.values.units import Unit


def parse_number(text: str, unit: Unit, *, relative: bool = False) -> float:
    """Parse a number into the scale of a KPI with this unit: a fraction for ``%``, the KPI's unit for durations.

    Accepts ``%`` (only if the unit is ``%``), the suffixes ``k``, ``M`` and ``B``, a leading currency sign or code of
    the unit or a code at the end, ``_`` or ``,`` between groups of three digits (rule R7), ASCII and Unicode minus
    signs, and ``4 min 30 s`` for durations. If ``relative``, the number is a share of another one and needs a ``%``
    (rule S2). Raises TextError with the offsets of the error.
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
