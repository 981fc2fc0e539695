"""Rows of dated files that sum up the others of their date (R10): "Total", "Summe", or without any label.

A first look finds out at little cost whether there may be any. Of large text files, it is at the beginning, the end and
some places between. Where there may be some, the engine compares them with the other rows of their dates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from csv import Error
from typing import NamedTuple

from kpi.data.database import Engine, quoted, text_literal
from kpi.data.non_data_rows import MEANS, ROUNDED, TOTALS, folded, left_out_by, number
from kpi.data.sniffing import table_reader
from kpi.data.text_casts_sql import number_sql
from kpi.data.text_files import opened
from kpi.errors import KpiError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source
from kpi.values.units import CURRENCY_SIGNS

SMALL = 2_000_000  # bytes of a text file that is looked through as a whole
PIECE, PIECES = 400_000, 3
SAMPLE = 500
LABELS = TOTALS | MEANS
# What occurs in every label, so that most files need no look at their rows.
STEMS = (
    "total", "totaal", "sum", "gesamt", "somme", "overall", "razem", "итого", "всего", "合計", "总计", "總計", "合计",
    "average", "avg", "mean", "durchschnitt", "mittelwert", "moyenne", "gemiddelde", "średnia",
)  # fmt: skip
NUMERIC = lazy_pattern(rf"[\s\d.,'’%{re.escape(CURRENCY_SIGNS)}+()−–-]+")
AROUND = " :=-*."


class TotalRows(NamedTuple):
    """Rows that sum up the others of their dates: the ``column`` whose ``label`` they bear ("": which is empty there),
    and what to say of them."""

    column: str
    label: str
    error: KpiError


class Found(NamedTuple):
    """The first row of a kind that sums up others: the place of its label, its fields."""

    place: int
    row: tuple[str, ...]


def total_rows(found: Found, names: Sequence[str], source: Source, where_it_is: str) -> TotalRows:
    """What to say of a kind of rows. ``where_it_is`` is the place of the first of them, to stand before a message."""
    column, label = names[found.place], found.row[found.place].strip()
    shown = f' ("{label}")' if label else ""
    message = f"{where_it_is}this row looks like a total of the others of its date{shown}"
    hint = f"take such rows out, or say {left_out_by(source, column, label)}"
    if label:
        hint += f'; to use only such rows, say where: {column} == "{label}"'
    return TotalRows(column, label, KpiError(message, hint=hint))


# The first look.


def may_have_totals(file: FileFacts, source: Source, dates: Sequence[int]) -> bool:
    """Whether there may be totals in a text file. ``dates`` are the places of the columns of its rows' dates."""
    try:
        for text in _samples(file):
            lower = text.lower()
            labelled = any(stem in lower for stem in STEMS)
            rows = _rows(text, file, source, labelled=labelled)
            if _may_be_among(rows, dates, source.read.decimal or ".", labelled=labelled):
                return True
    except (Error, UnicodeError, EOFError, OSError, ValueError):
        return False  # the engine reads the file as well, and says what is wrong with it
    return False


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
            # The first line of a piece is only the end of one, and so may the last be the beginning of one.
            end = len(text) if place == PIECES - 1 else text.rfind("\n")
            yield text[text.find("\n") + 1 : end].replace("\r", "")


def _rows(text: str, file: FileFacts, source: Source, *, labelled: bool) -> list[list[str]]:
    """The rows of a text, where there may be a total among them."""
    mark = file.delimiter or ","
    if not (labelled or mark * 2 in text or f"\n{mark}" in text or f"{mark}\n" in text):
        return []
    rows = table_reader(text.split("\n"), mark, file.quote, source.read.escape)
    return [row for row in rows if len(row) == len(file.names)]


def _may_be_among(rows: Sequence[Sequence[str]], dates: Sequence[int], decimal: str, *, labelled: bool) -> bool:
    worded = columns_of_words(rows, dates)
    bare = []
    for row in rows:
        if labelled and any(folded(text) in LABELS for i, text in enumerate(row) if text and i not in dates):
            return True
        if worded and not any(row[i].strip() for i in worded) and all(row[i].strip() for i in dates):
            bare.append(row)
    # A total has two rows beside it at least, and without a label that is all that is known of it so far.
    return 0 < 3 * len(bare) <= len(rows) and _above_the_others(bare, rows, {*dates, *worded}, dates, decimal)


def _above_the_others(
    bare: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], apart: set[int], dates: Sequence[int], decimal: str
) -> bool:
    """Whether half of the rows without words have no number that is smaller than one of the others of their date."""
    looked = {id(row) for row in bare}
    by_date: dict[tuple[str, ...], list[Sequence[str]]] = {}
    for row in rows:
        if id(row) not in looked:
            by_date.setdefault(tuple(row[place] for place in dates), []).append(row)
    places = [i for i in range(len(bare[0])) if i not in apart]

    def above(row: Sequence[str]) -> bool:
        others = by_date.get(tuple(row[place] for place in dates), ())
        pairs = ((number(row[i], decimal), number(other[i], decimal)) for i in places for other in others)
        return all(abs(one) >= abs(two) for one, two in pairs if one and two is not None)

    return 2 * sum(map(above, bare)) >= len(bare)


def columns_of_words(rows: Sequence[Sequence[str]], dates: Sequence[int]) -> list[int]:
    """The places of the columns that have words in most rows of a sample."""
    counts: Counter[int] = Counter()
    some = rows[:: max(1, len(rows) // SAMPLE)]
    for row in some:
        counts.update(i for i, text in enumerate(row) if text.strip() and not NUMERIC.fullmatch(text))
    return sorted(i for i, count in counts.items() if 2 * count > len(some) and i not in dates)


class TotalsWatch:
    """Rows of typed cells going by, to see whether there may be totals among them."""

    def __init__(self) -> None:
        self.labelled = self._words = self._bare = False

    def add(self, line: int, row: Sequence[object]) -> None:
        """One more row."""
        texts = [cell for cell in row if isinstance(cell, str)]
        self._words = self._words or bool(texts)
        self._bare = self._bare or not texts
        self.labelled = self.labelled or any(len(text) < 30 and folded(text) in LABELS for text in texts)

    @property
    def may_have_totals(self) -> bool:
        """Whether there may be."""
        return self.labelled or (self._words and self._bare)


def spellings() -> str:
    """The usual spellings of labels, as a list of SQL."""
    forms = {form + end for word in LABELS for form in (word, word.upper(), word.title(), word.capitalize())
             for end in ("", ":")}  # fmt: skip
    return ", ".join(map(text_literal, sorted(forms)))


def typed_may_have_totals(engine: Engine, rows: str, texts: Sequence[str]) -> bool:
    """Whether there may be totals in a typed file, ``rows`` in SQL with the columns ``texts`` that hold text. Each is
    looked at by itself, and by what statistics of the file answer mostly."""
    listed = spellings()
    for text in texts:
        column = quoted(text)
        if engine.ask(f"SELECT 1 FROM {rows} WHERE {column} IN ({listed}) LIMIT 1"):
            return True
    if not texts or not engine.ask(f"SELECT 1 FROM {rows} WHERE {quoted(texts[0])} IS NULL LIMIT 1"):
        return False
    return bool(engine.ask(f"SELECT 1 FROM {rows} WHERE {' AND '.join(f'{quoted(t)} IS NULL' for t in texts)} LIMIT 1"))


def labels_in_json() -> str:
    """A pattern for objects with a label."""
    return f'(?i)"[ :=*.-]*(?:{"|".join(map(re.escape, sorted(LABELS)))})[ :=*.-]*"'


# Comparing.


def found_totals(
    engine: Engine, rows: str, width: int, dates: Sequence[int], decimal: str, thousands: str | None
) -> list[Found]:
    """The kinds of rows that sum up the others of their dates, where at least half of their kind do.

    ``rows`` is SQL of all rows, with so many (``width``) columns of text, ``c0`` and so on; ``dates`` are the places of
    those that their dates are made of, ``decimal`` and ``thousands`` the marks in numbers. Raises the engine's error.
    """
    texts = [f"coalesce(trim(CAST(c{i} AS VARCHAR)), '')" for i in range(width)]
    sample = engine.ask(f"SELECT {', '.join(texts)} FROM {rows} LIMIT {SAMPLE}")
    worded = columns_of_words(sample, dates)
    values = [i for i in range(width) if i not in dates and i not in worded]
    labels = ", ".join(map(text_literal, sorted(LABELS)))
    bare = [f"c{i} = ''" for i in worded] + [f"c{i} <> ''" for i in dates]
    cases = [f"WHEN {_folded(i)} IN ({labels}) THEN {i}" for i in range(width) if i not in dates]
    if worded:
        cases.append(f"WHEN {' AND '.join(bare)} THEN {worded[0]}")
    if not cases or not values:
        return []
    label = " ".join(f"WHEN {i} THEN {_folded(i)}" for i in range(width) if i not in dates)
    as_written = " ".join(f"WHEN {i} THEN c{i}" for i in range(width) if i not in dates)
    read = [number_sql(f"nullif(c{i}, '')", decimal, thousands) for i in values]
    days = ", ".join(f"c{i}" for i in dates)
    alike = " AND ".join(f"k.c{i} = s.c{i}" for i in dates)
    parts = ", ".join(f"sum(v{i}) AS sum{i}, count(v{i}) AS count{i}" for i in values)
    means = ", ".join(map(text_literal, sorted(MEANS)))
    counts, sums = [], []
    for i in values:
        whole = f"s.sum{i} / (CASE WHEN label$ IN ({means}) THEN s.count{i} ELSE 1 END)"
        near = f"abs(k.v{i} - {whole}) <= greatest({ROUNDED}, 1e-9 * abs({whole}))"
        counts.append(f"(CASE WHEN k.v{i} <> 0 AND place$ <> {i} THEN 1 ELSE 0 END)")
        sums.append(f"(CASE WHEN k.v{i} <> 0 AND place$ <> {i} AND s.count{i} > 1 AND {near} THEN 1 ELSE 0 END)")
    fields, dated = ", ".join(f"k.c{i}" for i in range(width)), ", ".join(f"k.c{i}" for i in dates)
    found = engine.ask(
        f"WITH t AS (SELECT {', '.join(f'{text} AS c{i}' for i, text in enumerate(texts))} FROM {rows}),\n"
        f"p AS (SELECT *, CASE {' '.join(cases)} END AS place$, "
        f"{', '.join(f'{sql} AS v{i}' for i, sql in zip(values, read, strict=True))} FROM t),\n"
        f"s AS (SELECT {days}, count(*) AS rows$, {parts} FROM p WHERE place$ IS NULL GROUP BY {days}),\n"
        f"k AS (SELECT *, CASE place$ {label} END AS label$, CASE place$ {as_written} END AS written$ "
        "FROM p WHERE place$ IS NOT NULL),\n"
        f"j AS (SELECT place$, label$, written$, [{fields}] AS fields$, [{dated}] AS date$, "
        f"{' + '.join(counts)} AS all$, {' + '.join(sums)} AS sums$ FROM k JOIN s ON {alike} WHERE s.rows$ > 1)\n"
        "SELECT place$, arg_min(fields$, (date$, fields$)) FILTER (sums$ > 0 AND (label$ <> '' OR sums$ = all$)) "
        "FROM j GROUP BY place$, written$ HAVING 2 * count(*) FILTER (sums$ > 0 AND (label$ <> '' OR sums$ = all$)) "
        ">= count(*) ORDER BY 1, 2"
    )
    return [Found(place, tuple(fields_)) for place, fields_ in found if fields_ is not None]


def _folded(place: int) -> str:
    return f"lower(trim(c{place}, {text_literal(AROUND)}))"
