"""What to write in the source for values that cannot be read as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kpi.data.number_formats import LIKE_THE_OTHERS, TWO_WAYS
from kpi.data.text_casts_sql import SPOKEN
from kpi.lazy_pattern import lazy_pattern

SKIP = "on_bad_rows: skip leaves such rows out and says how many"
EMPTY_SPELLINGS = {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", "unknown", "missing", "#value!"}
DURATION = lazy_pattern(r"-?\d+([:.])\d\d(\1\d\d)?")


def empty_hint(name: str, value: str, elsewhere: Sequence[str] = ()) -> str | None:
    """What to write where a value may be a spelling of an empty one; ``elsewhere``: other columns that have it too, and
    may mean something by it, as NA is North America."""
    value = value.strip()
    if value.casefold() not in EMPTY_SPELLINGS:
        return None
    if elsewhere:
        columns = ", ".join(elsewhere[:3])
        return (
            f'read: {{null_values: ["{value}"]}} would empty it in {columns} as well; if it means empty only here, say '
            f"computed: {{{name}_number: number({name})}}"
        )
    return f'if that means empty, say read: {{null_values: ["{value}"]}}'


def date_hint(name: str, value: str) -> str:
    """What to write for a date that no format reads that is tried."""
    if re.fullmatch(r"\d{5}(\.\d+)?", value):
        return f"if a spreadsheet counted the days, say types: {{{name}: date}}"
    if re.fullmatch(r"\d{10}|\d{13}", value):
        factor = "1000000" if len(value) == 10 else "1000"
        return (
            "if that counts from 1970, take the date away here, and make times of it in a second source: "
            f"query: select *, make_timestamp(CAST({name} AS BIGINT) * {factor}) AS at FROM …"
        )
    if re.search(r"\d{4}.?[QqHh]\d|[QqHh]\d.?\d{4}|\d{4}-?[Ww]\d\d", value):
        return "write the day on which the period begins, e.g. 2026-04-01"
    hint = f'say how it is written, e.g. types: {{{name}: "date %d/%m/%Y"}}'
    if re.search(r"[^\W\d_]{3}", value):
        return f"{hint}; of names of months only English ones are read"
    return hint


def notation_hint(name: str, words: str) -> str | None:
    """What to write for a number that is written otherwise than the rest of its column; None for any other fault."""
    if words == TWO_WAYS:
        return 'say read: {decimal: ","} if the point separates thousands, read: {decimal: "."} if it does not'
    if words.startswith(LIKE_THE_OTHERS):
        return (
            "different things are not added up; where both mean the same, leave types out, and say "
            f"computed: {{{name}_number: number({name})}}"
        )
    return None


def number_hint(name: str, value: str, *, most: bool, reads: Callable[[str], bool]) -> str:
    """What to write for a number in another notation. ``most``: most values of the column cannot be read; ``reads``
    says whether the value is a number with a decimal mark, once it is declared as one."""
    value = value.strip()
    if value.startswith(("[", "{")):
        return "a list or an object is no value: write what is in it under keys or columns of its own"
    point, comma = reads("."), reads(",")
    declared = f"types: {{{name}: number}}"
    if point and comma and re.search(r"[.,]\d{3}(?!\d)", value):
        if "," in value:
            return f'say {declared} if the comma separates thousands, or read: {{decimal: ","}} if it does not'
        return f'say {declared} if the point is the decimal mark, and read: {{decimal: ","}} as well if it is not'
    if point:
        return f"say {declared}, which reads currency signs, thousands marks and %"
    if comma:
        return 'if that is a decimal comma, say read: {decimal: ","}'
    duration = DURATION.fullmatch(value)
    if duration:
        mark = duration[1]
        if duration[2]:
            return f'if that is a duration, say types: {{{name}: "duration %H{mark}%M{mark}%S"}}'
        if mark == ":":
            return f'if that is a duration, say types: {{{name}: "duration %M:%S"}} or "duration %H:%M"'
    if re.fullmatch(SPOKEN, value.lower()):
        return f"if that is a duration, say types: {{{name}: duration}}"
    if most and re.fullmatch(r"\D*\d+(\.\d+)?\D*", value) and re.search(r"[^\W\d_]", value):
        return (
            f"{name} holds text; the number in it can be computed: "
            f"{{{name}_number: 'number(extract({name}, \"([0-9.]+)\"))'}}"
        )
    return SKIP
