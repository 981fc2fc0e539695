"""Rows that a quotation mark swallows: it opens in one row and is closed in a later one, with one field between (R11).

Legitimate fields with line breaks, such as comments and addresses, are distinguished by their lines: only of swallowed
rows has each as many fields as the header, with numbers and dates where the table has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from csv import Error
from itertools import chain

from kpi.data.csv_suggestions import all_rows_fit
from kpi.data.non_data_rows import number
from kpi.data.sniffing import table_reader
from kpi.data.text_files import LONG_LINE, MOST_LINE, opened, opened_bytes, whole_lines
from kpi.errors import KpiError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source

# Bytes with quoted line breaks that are looked through for quotation marks inside texts.
STRAYS = 4_000_000
# Bytes of a file from which on it pays to load NumPy, which looks through it several times as fast.
LARGE = 8_000_000
# A field of more lines is no text that a person wrote; it is judged by its first ones.
MOST_LINES = 2_000
DATE = lazy_pattern(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ][\d:.]+)?")


def refuse_swallowed_rows(file: FileFacts, source: Source, name: str) -> None:
    """Raise KpiError for a text file in which a quoted field holds whole rows. ``name`` is what it is called in
    messages."""
    if not file.quote or len(file.names) < 2 or not _has_quotes(file):
        return
    try:
        for size, above, lines in _suspicious(file, source.read.escape):
            if _are_rows(lines, file, source.read.decimal or ".") and _is_one_row(lines, file):
                line = _lines(file, size) + above + 1
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


def _suspicious(file: FileFacts, escape: str | None) -> Iterator[tuple[int, int, list[str]]]:
    """The lines that quoted fields join and that have as many delimiters as rows have, each time after the size of a
    part of the file and the number of lines between that and the first of them. Raises csv.Error for a field that is
    far too long.

    A field that swallows n more rows has n line breaks and n rows' worth of delimiters. Both are counted in what is
    left of the file without all other characters, and without pairs of quotation marks that no line break separates.
    """
    mark, delimiter = file.quote.encode(), (file.delimiter or ",").encode()
    if len(mark) > 1 or len(delimiter) > 1:
        yield from ((0, line - 1, lines) for line, lines in _rows_of_several_lines(file, escape))
        return
    escaped = None if escape in (None, file.quote) else f"{escape}{file.quote}".encode()
    others = bytes(set(range(256)) - {*mark, *delimiter, *b"\n"})
    width, before, held, looked = len(file.names), 0, b"", 0
    large = escaped is None and file.path.stat().st_size > LARGE
    for block in chain(_blocks(file), (b"",)):
        if len(held) > MOST_LINE:
            raise Error(LONG_LINE)
        piece, held = _cut(held, block)
        size = _harmless(piece, mark, delimiter, width, large=large)
        if size == len(piece) or (size and block):
            before += size
            held = piece[size:] + held
            continue
        kept = piece if escaped is None else piece.replace(escaped, b"")
        left = kept.translate(None, others).replace(mark * 2, b"")
        if mark not in left.replace(mark + b"\n" + mark, b""):  # no field has more than one line break and nothing else
            before += len(piece)
            continue
        parts = left.split(mark)
        if len(parts) > 1 and looked < STRAYS:
            looked += len(piece)
            if _has_strays(kept, mark, delimiter):
                yield from ((0, line - 1, lines) for line, lines in _rows_of_several_lines(file, escape))
                return
        if len(parts) % 2 == 0 and block:  # the last field goes on in the next block
            start = len(piece)
            for _ in range(parts.pop().count(b"\n") + 1):
                start = piece.rfind(b"\n", 0, start)
            piece, held = piece[: start + 1], piece[start + 1 :] + held
        if len(max(parts[1::2], key=len, default=b"")) >= width:
            for above, lines in _with_whole_rows(piece.decode(errors="replace"), parts, delimiter, width):
                yield before, above, lines
        before += len(piece)


def _cut(held: bytes, block: bytes) -> tuple[bytes, bytes]:
    """What was held back and a block behind it, cut at the last line end of the block.

    An empty block is the end of the file: nothing is held back then.
    """
    if not block:
        return held, b""
    cut = block.rfind(b"\n") + 1
    return (b"".join((held, memoryview(block)[:cut])), block[cut:]) if cut else (b"", held + block)


def _harmless(piece: bytes, mark: bytes, delimiter: bytes, width: int, *, large: bool) -> int:
    """The size of a part at the beginning of ``piece`` that needs no further look, as far as is soon known."""
    if mark not in piece:
        return len(piece)
    if not large:
        return 0
    from kpi.data.quoted_lines import harmless

    return harmless(piece, mark, delimiter, width)


def _lines(file: FileFacts, size: int) -> int:
    """How many lines end in so many bytes of the file, as ``_blocks`` has it."""
    lines = 0
    for block in _blocks(file):
        lines += block[:size].count(b"\n")
        size -= len(block)
        if size <= 0:
            break
    return lines


def _blocks(file: FileFacts) -> Iterator[bytes]:
    """The file in UTF-8 and with plain line ends, in pieces. Raises UnicodeError, EOFError, OSError."""
    if file.encoding.lower() in ("utf-8", "ascii"):
        with opened_bytes(file.path) as stream:
            while block := stream.read(1 << 20):
                while block.endswith(b"\r") and (more := stream.read(1)):
                    block += more
                yield block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block
        return
    for piece in whole_lines(opened(file)):
        text = piece.replace("\r\n", "\n").replace("\r", "\n") if "\r" in piece else piece
        if text:
            yield text.encode(errors="replace")


def _has_strays(text: bytes, mark: bytes, delimiter: bytes) -> bool:
    """Whether there are quotation marks that neither begin nor end a field, as in 5" pipe."""
    bare = b"\n" + text.replace(mark * 2, b"") + b"\n"
    edges = (delimiter + mark, b"\n" + mark, mark + delimiter, mark + b"\n")
    return bare.count(mark) != sum(map(bare.count, edges))


def _with_whole_rows(
    text: str, parts: Sequence[bytes], delimiter: bytes, width: int
) -> Iterator[tuple[int, list[str]]]:
    """Of the fields that are every other one of ``parts``, the lines of those with whole rows, and how many lines of
    the text are above."""
    lines: list[str] = []
    before = 0
    for place, part in enumerate(parts):
        ends = part.count(b"\n")
        if place % 2 and ends and part.count(delimiter) == ends * (width - 1):
            lines = lines or text.split("\n")
            yield before, lines[before : before + ends + 1]
        before += ends


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
