"""Rows that are no rows of the table: a header once more, a total of those above, the header of another table, blanks.

With a date such a row is a bad one anyway. A snapshot would count it, so its files are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from csv import Error
from typing import NamedTuple

from kpi.data.sniffing import table_reader
from kpi.data.text_casts_sql import DASHES
from kpi.data.text_files import opened, records, whole_lines
from kpi.errors import KpiError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source
from kpi.values.units import CURRENCY_SIGNS

TOTALS = frozenset((
    "total", "totals", "grand total", "sub total", "subtotal", "sub-total", "sum", "overall", "total general",
    "total général", "total geral", "totale", "totaal", "eindtotaal", "summe", "gesamt", "gesamtsumme", "insgesamt",
    "endsumme", "suma", "razem", "somme", "итого", "всего", "合計", "总计", "總計", "合计",
))  # fmt: skip
MEANS = frozenset(("average", "avg", "mean", "durchschnitt", "mittelwert", "moyenne", "gemiddelde", "średnia"))
CONFLICT = lazy_pattern(r"<{7} |={7}$|>{7} ")
# What a total may differ by from the sum of what was rounded before.
ROUNDED = 0.006
LEFT_OUT = "on_bad_rows: skip leaves such rows out and says how many"


def odd_row(row: Sequence[str], header: Sequence[str], *, below_blank: bool) -> str | None:
    """What a row probably is that is none of the table, and what to do about it; None for an ordinary one."""
    if CONFLICT.match(row[0]):
        return "a merge conflict is left in the file: resolve it"
    if same(row, header):
        return f"the header is repeated: take the line out, or {LEFT_OUT}"
    if below_blank and like_a_header(row):
        return "another table seems to begin there: make two files of it"
    label = next((text for text in row if folded(text) in TOTALS | MEANS), None)
    return None if label is None else f'"{label.strip()}" looks like a row about those above; {LEFT_OUT}'


def same(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row is the header once more, a byte order mark before it or not."""
    return [text.strip(" \ufeff") for text in row] == [text.strip(" \ufeff") for text in header[: len(row)]]


def like_a_header(row: Sequence[str]) -> bool:
    """Whether several words stand in a row, and no number."""
    words = [text for text in row if text.strip()]
    return len(words) > 1 and not any(number(text, ".") is not None for text in words)


def folded(text: str) -> str:
    """A label without the marks around it."""
    return text.strip(" :=-*.").casefold()


def number(text: str, decimal: str) -> float | None:
    """The number that a text means, roughly as declared numbers are read; None where it means none."""
    group = "," if decimal == "." else r"\."
    marks = rf"[\s{CURRENCY_SIGNS}%'’]|[A-Z]{{3}}|(?<=\d){DASHES}|{group}"
    kept = re.sub(marks, "", text).replace(decimal, ".")
    negative = re.fullmatch(r"\((.+)\)|(.+)-", kept)
    if negative:
        kept = "-" + (negative[1] or negative[2])
    return float(kept) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)", kept) else None


class Odd(NamedTuple):
    """A row that is none of the table: where the first of its kind is, its fields, how many there are like it, what
    it is in words, and the condition that would leave it out."""

    line: int
    row: tuple[str, ...]
    times: int
    words: str
    where: str


class Looked(NamedTuple):
    """What is odd in one file. ``blank``: there are rows without any value."""

    blank: bool = False
    odd: tuple[Odd, ...] = ()


def look_through(file: FileFacts, source: Source, name: str) -> Looked:
    """Look for odd rows in a text file of a snapshot, where ``where`` does not speak of its columns anyway.

    ``name`` is what the file is called in messages. Raises KpiError for another table below the first.
    """
    glance = _Glance(file, source)
    odd: list[Odd] = []
    try:
        glance.go()
        if glance.again and not handled(source, file.names):
            words = "the header is repeated here"
            odd.append(Odd(glance.again[0], file.header, len(glance.again), words, _where(source, file)))
        if glance.gaps or glance.ends_oddly:
            odd += _go_through(file, source, name)
    except (UnicodeError, EOFError, OSError, ValueError, Error):
        return Looked()  # the engine reads the file as well, and says what is wrong with it
    return Looked(glance.blank, tuple(odd))


class _Glance:
    """What can be seen without taking rows apart, which is a hundred times as quick."""

    def __init__(self, file: FileFacts, source: Source) -> None:
        self.file = file
        self.source = source
        self.again: list[int] = []
        self.blank = self.gaps = self.ends_oddly = False

    def go(self) -> None:
        line, last, head = self.file.skip_rows, "", ""
        edge = re.escape(self.file.delimiter + self.file.quote)
        no_value = re.compile(rf"(?:^|\n)[{edge} ]*{re.escape(self.file.delimiter)}[{edge} ]*\r?(?=\n|$)")
        first = True
        for piece in filter(None, whole_lines(opened(self.file))):
            text = piece.replace("\r\n", "\n").replace("\r", "\n") if "\r" in piece else piece
            if first:
                first = False
                text = "\n".join(text.split("\n")[self.file.skip_rows :])
                top = text.partition("\n")[0].rstrip()
                body = "\n" + text if self.source.read.header is False else text[len(top) :]
                # In one column, a word may well be a value that is the same.
                head = "" if self.source.read.header is False or len(self.file.names) == 1 else top
            else:
                body = "\n" + text
            self._repeated(head, body, line)
            self.blank = self.blank or (len(self.file.names) > 1 and no_value.search(body) is not None)
            self.gaps = self.gaps or "\n\n" in body.strip("\n")
            line += text.count("\n")
            last = text.rstrip(" \n").rpartition("\n")[2] or last
        reader = table_reader([last], self.file.delimiter or ",", self.file.quote, self.source.read.escape)
        self.ends_oddly = _oddly(next(reader, []))

    def _repeated(self, head: str, body: str, line: int) -> None:
        """Find the header line in the text below it."""
        place = body.find(head) if head else -1
        while place >= 0:
            if body[place - 1 : place] in ("\n", "\ufeff") and body[place + len(head) :].lstrip(" ")[:1] in ("\n", ""):
                self.again.append(line + body.count("\n", 0, place) + (1 if line == self.file.skip_rows else 0))
            place = body.find(head, place + 1)


def _oddly(row: Sequence[str]) -> bool:
    """Whether a last row may be about those above."""
    filled = [text for text in row if text.strip()]
    unlabelled = 0 < len(filled) < len(row) and all(number(text, ".") is not None for text in filled)
    return unlabelled or any(folded(text) in TOTALS | MEANS for text in row)


def _go_through(file: FileFacts, source: Source, name: str) -> Iterator[Odd]:
    """Take all rows of one file apart: the last row where it is about those above. Raises KpiError for another table
    in it."""
    rows = list(records(file, source))
    decimal = source.read.decimal or "."
    cells = [[number(text, decimal) for text in row] for _, row in rows]
    before = 0
    for place, (line, row) in enumerate(rows):
        blank = place > 0 and line > before + 1
        before = line + sum(text.count("\n") for text in row)
        if blank and like_a_header(row) and any(value is not None for value in cells[place - 1]):
            hint = "make two files of it"
            raise KpiError(f"{name}:{line}: another table seems to begin here", hint=hint)
    if len(rows) < 3 or handled(source, file.names):
        return
    (line, last), above = rows[-1], rows[:-1]
    found = next((i for i, text in enumerate(last) if folded(text) in TOTALS | MEANS), None)
    columns = [[row[i] for row in cells[:-1] if i < len(row)] for i in range(len(last))]
    # Columns of words in every row but this one.
    bare = [
        not last[i].strip()
        and all(len(row) > i and row[i].strip() and number(row[i], decimal) is None for _, row in above)
        for i in range(len(last))
    ]
    mean = found is not None and folded(last[found]) in MEANS
    sums = any(_sums_up(column, cells[-1][i], mean=mean) for i, column in enumerate(columns))
    if (any(bare) and (sums or found is not None)) or (found is not None and sums):
        label = f' ("{last[found].strip()}")' if found is not None else ""
        words = f"this row looks like a total of those above{label}"
        place = found if found is not None else bare.index(True)
        yield Odd(line, tuple(last), 1, words, _where(source, file, last[place], place))


def _sums_up(above: Sequence[float | None], last: float | None, *, mean: bool) -> bool:
    """Whether a number is the sum, or the mean, of those above it."""
    values = [value for value in above if value is not None]
    if last is None or last == 0 or len(values) < 2:
        return False
    total = sum(values) / (len(values) if mean else 1)
    return abs(last - total) <= max(ROUNDED, 1e-9 * abs(total))


class Tally:
    """Rows of typed cells going by, to find the header among them and a last row about those above; ``header`` is empty
    where there is none."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = [text.strip() for text in header]
        self._sums = [0.0] * len(header)
        self._counts = [0] * len(header)
        self._worded = [True] * len(header)
        self._rows = 0
        self._last: tuple[int, Sequence[object]] = (0, ())
        self.again: int | None = None

    def add(self, line: int, row: Sequence[object]) -> None:
        """One more row, in order."""
        if (
            self.again is None
            and any(self._header)
            and ["" if cell is None else str(cell) for cell in row] == self._header
        ):
            self.again = line
        for i, cell in enumerate(self._last[1]):
            if isinstance(cell, int | float):
                self._sums[i] += cell
                self._counts[i] += 1
            self._worded[i] = self._worded[i] and isinstance(cell, str)
        self._rows += 1
        self._last = line, row

    def total(self) -> tuple[int, int, str] | None:
        """Where the last row is, which of its fields tells it apart, and that field, if it is about those above."""
        line, row = self._last
        if self._rows < 3:
            return None
        place = next(
            (i for i, cell in enumerate(row) if isinstance(cell, str) and folded(cell) in TOTALS | MEANS), None
        )
        bare = [i for i, cell in enumerate(row) if cell is None and self._worded[i]]
        mean = place is not None and folded(str(row[place])) in MEANS
        sums = any(
            self._counts[i] > 1 and cell and abs(cell - self._sums[i] / (self._counts[i] if mean else 1)) <= ROUNDED
            for i, cell in enumerate(row)
            if isinstance(cell, int | float)
        )
        if place is not None and (sums or bare):
            return line, place, str(row[place])
        return (line, bare[0], "") if bare and sums else None


def refuse_odd_cells(tally: Tally, source: Source, names: Sequence[str], header: Sequence[str], sheet: str) -> None:
    """Raise KpiError for a sheet of a snapshot with rows that are none of its table. ``sheet``: ``a.xlsx:Sheet1``."""
    if handled(source, names):
        return
    if tally.again is not None:
        where = left_out_by(source, names[0], header[0])
        message = f"{sheet}!{tally.again}: the header is repeated here"
        raise KpiError(message, hint=f"take it out, or say {where}")
    total = tally.total()
    if total is not None:
        line, place, text = total
        label = f' ("{text.strip()}")' if text else ""
        message = f"{sheet}!{line}: this row looks like a total of those above{label}"
        raise KpiError(message, hint=f"take it out, or say {left_out_by(source, names[place], text)}")


def handled(source: Source, names: Sequence[str]) -> bool:
    """Whether ``where`` speaks of any column of the file: then it may leave the row out."""
    words = set(re.findall(r"\w+", (source.where or "").casefold()))
    return any(name.casefold() in words for name in names)


def _where(source: Source, file: FileFacts, text: str | None = None, place: int = 0) -> str:
    """A condition that leaves a row out by what is at one place in it; by default what the header has there."""
    return left_out_by(source, file.names[place], file.header[place] if text is None else text)


def left_out_by(source: Source, name: str, text: str) -> str:
    """A condition, beside the one that is there, that leaves out rows with a text in a column, or with none."""
    before = f"{source.where} and " if source.where else ""
    return f"where: {before}{name} " + (f'!= "{text.strip()}"' if text.strip() else "is not None")
