"""How the dates of a column are written, for hints: one format that reads every row, or several together (R9)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.text_casts_sql import formatted_sql, readings

# Different values that are looked at. Those that the formats found do not read are added, so none goes unseen.
MOST_VALUES = 2_000
MOST_FORMATS = 4
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%n",
       "%Y-%m-%dT%H:%M:%S.%n")  # fmt: skip
ZONED = tuple(f"%Y-%m-%d{t}%H:%M:%S{z}" for t in " T" for z in (" %z", "%z", ".%n%z", ".%n %z"))
SHORT_YEARS = tuple(
    order.replace("-", mark) + time
    for mark in "/-."
    for order in ("%d-%m-%y", "%m-%d-%y", "%y-%m-%d")
    for time in ("", " %H:%M", " %H:%M:%S")
)
# Shapes that nobody means but as a date; still they are only offered, not read.
OFFERED = (
    "%Y%m%d", "%Y-%m", "%m/%Y", "%Y", "%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p", "%b %Y", "%B %Y", "%b-%y",
    "%A, %B %d, %Y", "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip
# Of two formats that read all values of one kind alike, the one that is first here.
FORMATS = tuple(dict.fromkeys((
    *ISO, *ZONED, *readings(), *OFFERED, *SHORT_YEARS,
)))  # fmt: skip


class Written(NamedTuple):
    """How the dates of a column are written.

    ``formats`` together read every value that any format reads, the first that reads a value being right; ``unread`` is
    a value that none reads, if there is one. ``either`` are a value, the format that reads it here, and one that reads
    it and all that are written like it otherwise: which is right is not known. ``clash`` are two values written alike
    of which one has the day first and the other the month.
    """

    formats: tuple[str, ...] = ()
    unread: str | None = None
    either: tuple[str, str, str] | None = None
    clash: tuple[str, str] | None = None


def written_dates(engine: Engine, rows: str, column: str) -> Written | None:
    """How the dates are written in a column of text (or of numbers) of ``rows``, a FROM clause. None where no format
    reads any value, or where more than a few would be needed."""
    text = f"trim(CAST({quoted(column)} AS VARCHAR))"
    distinct = f"(SELECT DISTINCT {text} AS v FROM {rows} WHERE {text} <> '')"
    found: Written | None = None
    unlike = ""
    values: dict[str, list[object]] = {}
    for _ in range(3):
        asked = ", ".join(f"CAST({formatted_sql('v', shape)} AS VARCHAR)" for shape in FORMATS)
        new = engine.ask(f"SELECT v, {asked} FROM {distinct} d {unlike} ORDER BY hash(v) LIMIT {MOST_VALUES}")
        if not new:
            break
        values |= {row[0]: list(row[1:]) for row in new}
        found = _written(values)
        if found is None or found.clash is not None:
            break
        read = [formatted_sql("v", shape) for shape in found.formats]
        unlike = f"WHERE coalesce({', '.join(f'CAST({one} AS DATE)' for one in read)}) IS NULL"
        if found.unread is not None:
            unlike += f" AND v NOT IN (SELECT unnest({_listed(values)}))"
    return found


def _listed(values: Mapping[str, object]) -> str:
    return "[" + ", ".join(map(text_literal, values)) + "]"


def _kind(value: str) -> str:
    """What values that are written alike have in common: their marks, and which of their numbers is a year."""
    digits = re.sub(r"\d+", lambda run: "9" if len(run[0]) < 3 else f"<{len(run[0])}>", value)
    return re.sub(r"[^\W\d_]+", "A", digits)


def _written(values: Mapping[str, Sequence[object]]) -> Written | None:
    """How these values are written, each given with what every format makes of it."""
    kinds: dict[str, list[str]] = {}
    for value in sorted(values):
        kinds.setdefault(_kind(value), []).append(value)
    choices: list[list[int]] = []
    examples: list[str] = []
    unread: str | None = None
    for alike in sorted(kinds.values(), key=len, reverse=True):
        some = [i for i in range(len(FORMATS)) if any(values[value][i] is not None for value in alike)]
        all_ = [i for i in some if all(values[value][i] is not None for value in alike)]
        if not some:
            unread = unread or alike[0]
        elif not all_:
            first, last = _clashing(alike, values, some)
            if last is None:
                unread = unread or first
                continue
            return Written(clash=(first, last))
        else:
            different = {tuple(values[value][i] for value in alike): i for i in reversed(all_)}
            choices.append(sorted(different.values()))
            examples.append(alike[0])
    if not choices:
        return None
    chosen, either = _settled(choices, examples)
    formats = tuple(dict.fromkeys(FORMATS[i] for i in chosen))
    if len(formats) > MOST_FORMATS:
        return None
    return Written(formats, unread, either)


def _clashing(
    alike: Sequence[str], values: Mapping[str, Sequence[object]], some: Sequence[int]
) -> tuple[str, str | None]:
    """Two values of one kind that no format reads both; a value that none reads, and None, where there is one."""
    for value in alike:
        if all(values[value][i] is None for i in some):
            return value, None
    reading = {value: {i for i in some if values[value][i] is not None} for value in alike}
    by_few = sorted(alike, key=lambda value: (len(reading[value]), value))
    for first in by_few:
        other = next((value for value in by_few if not reading[value] & reading[first]), None)
        if other is not None:
            return first, other
    return by_few[0], by_few[1]


def _settled(
    choices: Sequence[Sequence[int]], examples: Sequence[str]
) -> tuple[list[int], tuple[str, str, str] | None]:
    """One format for each kind of values. Where several fit, that with the order of day and month that others have."""
    orders = [_order(FORMATS[some[0]]) for some in choices if len(some) == 1]
    known = next((order for order in orders if order), "")
    chosen: list[int] = []
    either = None
    for some, example in zip(choices, examples, strict=True):
        best = next((i for i in some if known and _order(FORMATS[i]) == known), some[0])
        chosen.append(best)
        if len(some) > 1 and either is None:
            either = example, FORMATS[best], FORMATS[next(i for i in some if i != best)]
    return chosen, either


def _order(shape: str) -> str:
    """Which of day and month a format has first, where both are numbers."""
    places = {part: shape.find(part) for part in ("%d", "%m", "%Y", "%y")}
    year = max(places["%Y"], places["%y"])
    if -1 in (places["%d"], places["%m"]) or year < max(places["%d"], places["%m"]):
        return ""
    return "day" if places["%d"] < places["%m"] else "month"


def dates_hint(written: Written, name: str, field: str | None, *, declared: bool, computed: str | None = None) -> str:
    """What to write for dates that are written in this way in a column. ``field`` is which of ``date``, ``from``,
    ``until`` and ``through`` names the column, if any; ``declared``: types has the column; ``computed`` is the column
    that is already computed from it for that field."""
    if written.clash is not None:
        first, last = written.clash
        return (
            f'"{first}" and "{last}" cannot both be read: one has the day first, the other the month, and other dates '
            "of the column may be either; write them all in one way"
        )
    formats = written.formats
    asked = ""
    if written.either is not None:
        example, here, other = written.either
        asked = f'; if "{example}" has the {_first(other)} first, write "{other}" instead of "{here}"'
    if len(formats) == 1 and written.unread is None and computed is None:
        kind = "timestamp" if "%M" in formats[0] else "date"
        return f'say how it is written: types: {{{name}: "{kind} {formats[0]}"}}{asked}'
    calls = [f'date({name}, "{shape}")' for shape in formats]
    new = computed or f"{name}_date"
    expression = calls[0] if len(calls) == 1 else f"coalesce({', '.join(calls)})"
    hint = f"say computed: {{{new}: '{expression}'}}"
    if computed is None:
        hint += f" and {field}: {new}" if field else f", and use {new} in formulas"
        hint += f", and take {name} out of types" * declared
    if written.unread is not None:
        hint += f'; to leave out rows such as "{written.unread}", which no format reads, add where: {new} is not None'
    return hint + asked


def _first(shape: str) -> str:
    """Which part of a date a format has first."""
    return _order(shape) or ("year" if shape[:2] in ("%y", "%Y") else "other part")
