"""Rows that a quotation mark swallows: it opens in one row and is closed in a later one, with one field between (R11).

Legitimate fields with line breaks, such as comments and addresses, are distinguished by their lines: only of swallowed
rows has each as many fields as the header, with numbers and dates where the table has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from csv import Error

from kpi.data.csv_suggestions import all_rows_fit
from kpi.data.non_data_rows import number
from kpi.data.sniffing import table_reader
from kpi.data.text_files import opened, whole_lines
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source

# A field of more lines is no text that a person wrote; it is judged by its first ones.
MOST_LINES = 2_000
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ][\d:.]+)?")


def refuse_swallowed_rows(file: FileFacts, source: Source, name: str) -> None:
    """Raise KpiError for a text file in which a quoted field holds whole rows. ``name`` is what it is called in
    messages."""
    if not file.quote or len(file.names) < 2 or not _has_quotes(file):
        return
    try:
        for line, lines in _rows_of_several_lines(file, source.read.escape):
            if _are_rows(lines, file, source.read.decimal or "."):
                end = line + len(lines) - 1
                raise _swallowed(file, source, name, line, end)
    except (Error, UnicodeError, EOFError, OSError, ValueError):
        return  # the engine reads the file as well, and says what is wrong with it


def _swallowed(file: FileFacts, source: Source, name: str, line: int, end: int) -> KpiError:
    rows = end - line
    took = "the row below it" if rows == 1 else f"{rows:,} rows below it"
    message = f"{name}:{line}: a quotation mark opens here and is closed in line {end:,}, so it takes {took} for text"
    if all_rows_fit(file._replace(quote=""), source):
        return KpiError(message, hint='if these marks are part of the text, say read: {quote: ""}, and all rows fit')
    hint = 'fix both lines; read: {quote: ""} would take all quotation marks of the file for text'
    return KpiError(message, hint=hint)


def _has_quotes(file: FileFacts) -> bool:
    """Whether there is a quotation mark below the header at all: most files have none, and that is soon known."""
    if file.path.name.lower().endswith(".gz") or file.encoding.lower() not in ("utf-8", "ascii"):
        return True
    mark = file.quote.encode()
    with file.path.open("rb") as stream:
        for _ in range(file.skip_rows + 1):
            stream.readline()
        while block := stream.read(1 << 20):
            if mark in block:
                return True
    return False


def _rows_of_several_lines(file: FileFacts, escape: str | None) -> Iterator[tuple[int, list[str]]]:
    """The lines, and the number of the first of them, that quoted fields join: from one with an odd number of quotation
    marks to the next such line, unless that mark is part of a text such as 5" pipe."""
    mark, escaped = file.quote, None if escape in (None, file.quote) else f"{escape}{file.quote}"
    number_, start = 0, 0
    held: list[str] = []
    for piece in whole_lines(opened(file)):
        text = piece.replace("\r\n", "\n").replace("\r", "\n") if "\r" in piece else piece
        if escaped is not None:
            text = text.replace(escaped, "")
        if not held and mark not in text:
            number_ += text.count("\n")
            continue
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        for line in lines:
            number_ += 1
            odd = line.count(mark) & 1
            if held:
                if len(held) < MOST_LINES or odd:
                    held.append(line)
                if odd and _is_one_row(held, file):
                    yield start, held
                    held = []
                elif odd:
                    start, held = number_, [line]
            elif odd:
                start, held = number_, [line]


def _is_one_row(lines: Sequence[str], file: FileFacts) -> bool:
    reader = table_reader((f"{line}\n" for line in lines), file.delimiter or ",", file.quote)
    next(reader)
    return reader.line_num == len(lines)


def _are_rows(lines: Sequence[str], file: FileFacts, decimal: str) -> bool:
    """Whether lines are rows of the table, each by itself."""
    delimiter, width = file.delimiter or ",", len(file.names)
    rows = [line.split(delimiter) for line in lines]
    if any(len(row) != width for row in rows):
        return False
    columns = [[text.strip(f" {file.quote}") for text in column] for column in zip(*rows, strict=True)]
    dates = any(all(DATE.fullmatch(text) for text in column) for column in columns)
    numbers = any(all(number(text, decimal) is not None for text in column) for column in columns)
    return dates or (numbers and (len(lines) > 2 or width > 2))
