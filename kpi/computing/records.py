"""The rows of a text file with their lines, by the standard library: for samples, and to say where something stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from kpi.computing.scan import opened
from kpi.model import Source
from kpi.sources import FileFacts
from kpi.sources.sniffing import table_reader


def records(file: FileFacts, source: Source, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header of a text file, each with the line on which it starts, from 1.

    ``strict``: csv.Error for a quoted field that is torn. Raises csv.Error, UnicodeError, OSError, EOFError.
    """
    from io import StringIO

    # Unlike splitlines() this ends a line only where a CSV file does, and not at a form feed or U+2028 in a field.
    lines = chain.from_iterable(StringIO(piece, newline="") for piece in whole_lines(opened(file)))
    for _ in range(file.skip_rows):
        next(lines, None)
    reader = table_reader(lines, file.delimiter or ",", file.quote, source.read.escape, strict=strict)
    before = file.skip_rows
    for number, row in enumerate(reader):
        start, before = before + 1, file.skip_rows + reader.line_num
        if (number or source.read.header is False) and row:
            yield start, row


def whole_lines(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces cut at line ends, without the byte order mark."""
    held = ""
    first = True
    for piece in pieces:
        text = held + (piece.removeprefix("\ufeff") if first else piece)
        first = False
        cut = text.rfind("\n") + 1
        held = text[cut:]
        yield text[:cut]
    yield held
