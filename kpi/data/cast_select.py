"""SQL for the values of a source's rows, each made of its text once."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.data.database import quoted
from kpi.data.type_inference import Reading

# One bit a column in a BIGINT; the last ones share a bit.
BITS = 60
WIDTHS = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "BIGINT": 63}


def typed_sql(rows: str, readings: Sequence[Reading], last: int, extra: Sequence[str]) -> str:
    """The ``rows`` (a parenthesised SELECT) with their values, and in ``bad$`` a bit for each that cannot be read, of
    which ``last`` is the highest. ``extra`` are columns to pass on.

    In steps, because the engine evaluates a repeated branch once for each occurrence.
    """
    casts, values, named, doubts, bits = [], [], [], [], []
    for i, reading in enumerate(readings):
        column, value = quoted(reading.name), reading.sql
        if reading.cast is not None:
            casts.append(f"{reading.cast} AS cast{i}$")
            value = value.replace(reading.cast, f"cast{i}$")
        values.append(f"{value} AS value{i}$")
        named.append(f"value{i}$ AS {quoted(reading.held_in)}")
        bad = reading.bad_in(column, f"value{i}$")
        if bad is not None:
            # Most rows are of no doubt, and pass with one look.
            doubts.append(bad if reading.kind == "text" else f"value{i}$ IS NULL")
            bits.append(f"(CASE WHEN {bad} THEN {1 << min(i, last)} ELSE 0 END)")
    named += extra
    inner = f"(SELECT {', '.join(['*', *casts])} FROM {rows} c)"
    inner = f"(SELECT {', '.join(['*', *values])} FROM {inner} t)"
    found = f"(CASE WHEN {' OR '.join(doubts)} THEN {' | '.join(bits)} ELSE 0 END)" if bits else "0"
    return f"(SELECT {', '.join(named or ['c0'])}, {found} AS bad$ FROM {inner} v)"
