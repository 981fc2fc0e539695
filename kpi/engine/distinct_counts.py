"""Distinct counts over any number of windows, in one pass over the rows.

The windows' edges cut time into cells, of which every window is a run. Each value keeps one bit for each cell in which
it was seen; a window has the values that have one of its bits. So a value takes a few bytes however many rows it has,
and the engine can put them on disk.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from kpi.values import Span

WORD = 64  # bits in the engine's largest whole number
# In one statement: numbers that each value keeps, and windows that are counted.
MOST_WORDS = 16
MOST_WINDOWS = 300


class Sought(NamedTuple):
    """The distinct values of ``value`` (SQL) in rows that meet ``condition`` (SQL; None: all), over each window."""

    value: str
    condition: str | None
    windows: Sequence[Span]


def count_distinct(
    run: Callable[[str], list[tuple[Any, ...]]], table: str, sought: Sequence[Sought]
) -> list[dict[Span, int]]:
    """How many there are of each, by window. ``run`` asks the engine; ``table`` is called ``t`` in the SQL, and its
    column ``day$`` has the day of a row."""
    found: list[dict[Span, int]] = [{} for _ in sought]
    of_value: dict[str, list[tuple[int, Span]]] = {}
    for i, one in enumerate(sought):
        of_value.setdefault(one.value, []).extend((i, span) for span in dict.fromkeys(one.windows))
    for value, pairs in of_value.items():
        for chunk in chunks(pairs):
            conditions = {i: sought[i].condition for i, _ in chunk}
            row = run(statement(table, value, conditions, chunk))[0]
            for (i, span), count in zip(chunk, row, strict=True):
                found[i][span] = int(count or 0)
    return found


def chunks(pairs: Sequence[tuple[int, Span]]) -> Iterator[list[tuple[int, Span]]]:
    """The pairs of a column and a window, as many together as fit in one statement."""
    chunk: list[tuple[int, Span]] = []
    edges: set[date] = set()
    columns: set[int] = set()
    for column, span in pairs:
        edges |= {span.start, span.end}
        columns.add(column)
        words = len(columns) * -(-(len(edges) - 1) // WORD)
        if chunk and (words > MOST_WORDS or len(chunk) == MOST_WINDOWS):
            yield chunk
            chunk, edges, columns = [], {span.start, span.end}, {column}
        chunk.append((column, span))
    if chunk:
        yield chunk


def statement(
    table: str,
    value: str,
    conditions: dict[int, str | None],
    wanted: Sequence[tuple[int, Span]],
    by: str | None = None,
) -> str:
    """SQL for one row of counts, one for each of ``wanted``: a key of ``conditions`` and a window. ``by``: for a row
    for each value of this SQL, which comes first in it."""
    edges = sorted({edge for _, span in wanted for edge in (span.start, span.end)})
    starts = [edges[:-1][at : at + WORD] for at in range(0, len(edges) - 1, WORD)]
    seen = [f"{cell_sql(part, i > 0, edges[(i + 1) * WORD :][:1])} AS c{i}" for i, part in enumerate(starts)]
    holds = {column: f"k{column}" for column, condition in conditions.items() if condition is not None}
    seen += [f"{conditions[column]} AS {name}" for column, name in holds.items()]
    where = [f"{value} IS NOT NULL", f"t.day$ >= {day_sql(edges[0])}", f"t.day$ < {day_sql(edges[-1])}"]
    if len(holds) == len(conditions):
        where.append("(" + " OR ".join(str(condition) for condition in conditions.values()) + ")")
    kept = []
    for column in conditions:
        for i in range(len(starts)):
            bits = f"CASE WHEN {holds[column]} THEN c{i} END" if column in holds else f"c{i}"
            kept.append(f"bit_or({bits}) AS b{column}_{i}")
    counts = []
    for column, span in wanted:
        first, last = bisect_left(edges, span.start), bisect_left(edges, span.end)
        masks = {i: mask for i in range(len(starts)) if (mask := bits_between(first - i * WORD, last - i * WORD))}
        any_bit = " OR ".join(f"b{column}_{i} & {mask}::UBIGINT <> 0" for i, mask in masks.items())
        counts.append(f"count(CASE WHEN {any_bit or 'false'} THEN 1 END)")
    head, key, end = ("", "v", "") if by is None else ("part, ", "v, part", " GROUP BY part")
    seen += [f"{by} AS part"] if by is not None else []
    return (
        f"SELECT {head}{', '.join(counts)} FROM (\nSELECT {head}{', '.join(kept)} FROM (\n"
        f"SELECT {value} AS v, {', '.join(seen)}\nFROM {table} t WHERE {' AND '.join(where)}) GROUP BY {key}){end}"
    )


def bits_between(first: int, last: int) -> int:
    """The bits from ``first`` to before ``last``, as far as they are in a word."""
    first, last = max(first, 0), min(last, WORD)
    return (1 << last) - (1 << first) if first < last else 0


def cell_sql(starts: Sequence[date], later: bool, after: Sequence[date]) -> str:
    """The bit of the cell that a day is in, if it is in one that begins at ``starts``. ``later``: there are cells
    before; ``after`` has the first day after the last one, if there are cells from there on."""
    inner = halved(starts, 0)
    outside = [f"t.day$ < {day_sql(starts[0])}"] * later + [f"t.day$ >= {day_sql(end)}" for end in after]
    return f"(CASE WHEN {' OR '.join(outside)} THEN 0::UBIGINT ELSE {inner} END)" if outside else inner


def halved(starts: Sequence[date], bit: int) -> str:
    """The bit of the cell that a day is in, by asking which half it is in, and so on."""
    if len(starts) == 1:
        return f"{1 << bit}::UBIGINT"
    middle = len(starts) // 2
    early, late = halved(starts[:middle], bit), halved(starts[middle:], bit + middle)
    return f"(CASE WHEN t.day$ < {day_sql(starts[middle])} THEN {early} ELSE {late} END)"


def day_sql(value: date) -> str:
    """A date in SQL."""
    return f"DATE '{value.isoformat()}'"
