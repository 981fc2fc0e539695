"""Rows of dated text files that sum up the others of their date (R10): "Total", "Summe", or without any label.

Small files are looked through as a whole. Of large ones the beginning, the end and some places between are: where
totals stand among the rows of each date, some are there, and looking takes little of the time of reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from csv import Error
from typing import NamedTuple

from kpi.data.non_data_rows import MEANS, ROUNDED, TOTALS, folded, handled, left_out_by, number
from kpi.data.sniffing import table_reader
from kpi.data.text_files import opened, records
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source
from kpi.values.units import CURRENCY_SIGNS

SMALL = 2_000_000  # bytes of a file that is looked through as a whole
PIECE, PIECES = 400_000, 3
# What occurs in every label, so that most files need no look at their rows.
STEMS = (
    "total", "totaal", "sum", "gesamt", "somme", "overall", "razem", "итого", "всего", "合計", "总计", "總計", "合计",
    "average", "avg", "mean", "durchschnitt", "mittelwert", "moyenne", "gemiddelde", "średnia",
)  # fmt: skip
LABELS = TOTALS | MEANS
NUMERIC = re.compile(rf"[\s\d.,'’%{re.escape(CURRENCY_SIGNS)}+()−–-]+")


class Total(NamedTuple):
    """A row that sums up others: its fields, and the place of its label, or of the empty field that tells it apart."""

    row: tuple[str, ...]
    place: int


def refuse_totals(file: FileFacts, source: Source, name: str, dates: Sequence[str]) -> None:
    """Raise KpiError for a text file with rows that sum up the others of their date. ``name`` is what it is called in
    messages, ``dates`` the columns that the date of a row is made of, by folded name."""
    names = [column.casefold() for column in file.names]
    places = [names.index(column) for column in dates if column in names]
    if not places or len(names) < 3:
        return
    try:
        for text in _samples(file):
            lower = text.lower()
            labelled = any(stem in lower for stem in STEMS)
            rows = _rows(text, file, source, labelled=labelled)
            total = _first_total(rows, places, source.read.decimal or ".", labelled=labelled)
            if total is not None and not _spoken_of(source, file.names[total.place]):
                raise _error(total, file, source, name)
    except (Error, UnicodeError, EOFError, OSError, ValueError):
        return  # the engine reads the file as well, and says what is wrong with it


def _spoken_of(source: Source, column: str) -> bool:
    return handled(source, [column])


def _error(total: Total, file: FileFacts, source: Source, name: str) -> KpiError:
    line = next((line for line, row in records(file, source) if tuple(row) == total.row), None)
    label = total.row[total.place].strip()
    shown = f' ("{label}")' if label else ""
    message = (
        f"{name}{'' if line is None else f':{line}'}: this row looks like a total of the others of its date{shown}"
    )
    column = file.names[total.place]
    hint = f"take such rows out, or say {left_out_by(source, column, label)}"
    if label:
        hint += f'; to use only such rows, say where: {column} == "{label}"'
    return KpiError(message, hint=hint)


def _samples(file: FileFacts) -> Iterator[str]:
    """The rows of the file as text, in the pieces that are looked at."""
    size = file.path.stat().st_size
    packed = file.path.name.lower().endswith(".gz")
    if size <= SMALL or packed or file.encoding.lower() not in ("utf-8", "ascii"):
        text = ""
        for piece in opened(file):
            text += piece
            if len(text) > SMALL:
                break
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield "\n".join(lines[file.skip_rows + 1 :])
        return
    with file.path.open("rb") as stream:
        for place in range(PIECES):
            stream.seek((size - PIECE) * place // (PIECES - 1))
            text = stream.read(PIECE).decode(errors="replace")
            # The first line of a piece is only the end of one, and the last its beginning.
            yield text[text.find("\n") + 1 : text.rfind("\n")].replace("\r", "")


def _rows(text: str, file: FileFacts, source: Source, *, labelled: bool) -> list[list[str]]:
    """The rows of a text, where there may be a total among them."""
    mark = file.delimiter or ","
    if not (labelled or mark * 2 in text or f"\n{mark}" in text or f"{mark}\n" in text):
        return []
    rows = table_reader(text.split("\n"), mark, file.quote, source.read.escape)
    return [row for row in rows if len(row) == len(file.names)]


def _first_total(rows: Sequence[list[str]], dates: Sequence[int], decimal: str, *, labelled: bool) -> Total | None:
    """The first row that sums up the others of its date, if as many as half of those that look like it do."""
    worded = _columns_of_words(rows, dates)
    places = ((row, _place(row, dates, worded, labelled=labelled)) for row in rows)
    candidates = [(row, place) for row, place in places if place is not None]
    if not candidates:
        return None
    wanted = {tuple(row[place] for place in dates) for row, _ in candidates}
    looked = {id(row) for row, _ in candidates}
    by_date: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows:
        if id(row) not in looked and (key := tuple(row[place] for place in dates)) in wanted:
            by_date.setdefault(key, []).append(row)
    found: dict[tuple[int, str], list[Total | None]] = {}
    for row, place in candidates:
        others = by_date.get(tuple(row[i] for i in dates), [])
        if len(others) < 2:
            continue
        label = folded(row[place])
        sums = _sums_up(row, others, {*dates, place, *worded}, decimal, mean=label in MEANS, every=not label)
        found.setdefault((place, label), []).append(Total(tuple(row), place) if sums else None)
    for totals in found.values():
        true = [total for total in totals if total is not None]
        if true and 2 * len(true) >= len(totals):
            return true[0]
    return None


def _columns_of_words(rows: Sequence[list[str]], dates: Sequence[int]) -> list[int]:
    """The places of the columns that have words in most rows of the sample."""
    counts: Counter[int] = Counter()
    some = rows[:: max(1, len(rows) // 500)]
    for row in some:
        counts.update(i for i, text in enumerate(row) if text.strip() and not NUMERIC.fullmatch(text))
    return [i for i, count in counts.items() if 2 * count > len(some) and i not in dates]


def _place(row: Sequence[str], dates: Sequence[int], worded: Sequence[int], *, labelled: bool) -> int | None:
    """Which field tells that a row may be a total: one with such a label, or the first of those that have words in
    other rows, where none of them has any here. ``labelled``: there may be labels at all."""
    if labelled:
        for i, text in enumerate(row):
            if text and i not in dates and folded(text) in LABELS:
                return i
    if not worded or row[worded[0]].strip():
        return None
    bare = not any(row[i].strip() for i in worded) and all(row[i].strip() for i in dates)
    return min(worded) if bare else None


def _sums_up(
    row: Sequence[str], others: Sequence[Sequence[str]], apart: set[int], decimal: str, *, mean: bool, every: bool
) -> bool:
    """Whether numbers of a row, with ``every`` all of them, are the sums of those of other rows, or the means."""
    results = []
    for i, text in enumerate(row):
        value = None if i in apart else number(text, decimal)
        if value is None or value == 0:
            continue
        values = [one for other in others if (one := number(other[i], decimal)) is not None]
        total = sum(values) / (len(values) if mean and values else 1)
        results.append(len(values) > 1 and abs(value - total) <= max(ROUNDED, 1e-9 * abs(total)))
    return any(results) and (all(results) or not every)
