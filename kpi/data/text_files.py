"""Text files by the standard library: their text, copies of it, and their rows with lines, for samples and messages."""

from __future__ import annotations

import codecs
import csv
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kpi.data.encodings import advice
from kpi.data.signatures import signature
from kpi.data.sniffing import table_reader
from kpi.errors import KpiError
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source

if TYPE_CHECKING:
    from gzip import GzipFile

# The engine refuses rows of more than 2 MB, and loses a last line that is longer than its buffer without a word. Such
# lines are not even held: packed, a gigabyte takes a megabyte.
MOST_LINE = 4_000_000
TOO_LONG = "this row has more than 2 MB; is a quotation mark left open?"
# A single line, which no quotation mark makes longer.
LONG_LINE = "this line is longer than the 2 MB that are read at most"
SHORTEN = "shorten its longest field, or leave that column out of the file"
MOST_READ = 2_000_000


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
    """The pieces cut at line ends, without the byte order mark. Raises csv.Error for a line that is far too long."""
    held = ""
    first = True
    for piece in pieces:
        text = held + (piece.removeprefix("\ufeff") if first else piece)
        first = False
        cut = text.rfind("\n") + 1
        held = text[cut:]
        if len(held) > MOST_LINE and "\r" not in held:
            raise csv.Error(LONG_LINE)
        yield text[:cut]
    yield held


def opened_bytes(path: Path) -> IO[bytes] | GzipFile:
    """The file, unpacked where it is packed."""
    if path.name.lower().endswith(".gz"):
        import gzip

        return gzip.open(path, "rb")
    return path.open("rb")


def opened(file: FileFacts) -> Iterator[str]:
    """The text of a file, in pieces. Raises UnicodeDecodeError, OSError."""
    decoder = codecs.getincrementaldecoder(file.encoding)()
    with opened_bytes(file.path) as stream:
        while block := stream.read(1 << 20):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def copy_text(file: FileFacts, target: Path, name: str, *, even: bool) -> None:
    """Write a copy in UTF-8; ``even`` makes all line endings alike. Raises KpiError for text in another encoding,
    for a packed file that is not whole, and for a line that is far too long."""
    line, length = 1, 0
    try:
        with target.open("w", encoding="utf-8", newline="") as out:
            held = ""
            for piece in opened(file):
                line += piece.count("\n")
                last = max(piece.rfind("\n"), piece.rfind("\r"))
                length = len(piece) - last - 1 + (length if last < 0 else 0)
                if length > MOST_LINE:
                    raise KpiError(f"{name}:{line}: {LONG_LINE}", hint=SHORTEN)
                text = held + piece
                held = "\r" if even and text.endswith("\r") else ""
                text = text[: len(text) - len(held)]
                out.write(text.replace("\r\n", "\n").replace("\r", "\n") if even else text)
            out.write("\n" if held else "")
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError):
            before = error.object[: error.start]
            line += before.count(b"\n") or before.count(b"\r")
        hint = "say the right one: read: {encoding: …}, e.g. cp1252, latin-1, utf-16"
        if file.encoding == "utf-8" and isinstance(error, UnicodeDecodeError):
            hint = advice(error.object)
        raise KpiError(f"{name}:{line}: this is not {file.encoding}", hint=hint) from None
    except (EOFError, zlib.error, OSError) as error:
        if not file.path.name.lower().endswith(".gz"):
            raise
        words = "breaks off" if isinstance(error, EOFError) else "is damaged"
        raise KpiError(f"{name} is not a whole gzip file: it {words}", hint="fetch it once more") from None


def refuse_long_line(path: Path, name: str) -> None:
    """Raise KpiError for a text file with a line that the engine may lose: in a packed file any that is far too long,
    else the last one, since a file as large as its lines is no surprise."""
    if not path.name.lower().endswith(".gz"):
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_LINE))
            tail = file.read(MOST_LINE)
        if len(tail) < MOST_LINE or b"\n" in tail[:-1] or b"\r" in tail[:-2]:
            return
    line, length = 1, 0
    try:
        with opened_bytes(path) as stream:
            while block := stream.read(1 << 20):
                last = max(block.rfind(b"\n"), block.rfind(b"\r"))
                line += block.count(b"\n") or block.count(b"\r")
                length = len(block) - last - 1 + (length if last < 0 else 0)
                if length > MOST_LINE:
                    raise KpiError(f"{name}:{line}: {LONG_LINE}", hint=SHORTEN)
    except (EOFError, zlib.error, OSError):
        return  # the engine reads the file as well, and says what is wrong with it


def long_line(file: FileFacts) -> int | None:
    """The first line, from 1, that by itself is longer than is read; None where there is none, or nobody knows."""
    line, length = 1, 0
    try:
        for piece in opened(file):
            for part in piece.splitlines(keepends=True):
                length += len(part.encode())
                if length > MOST_READ:
                    return line
                if part.endswith("\n"):
                    line, length = line + 1, 0
    except (UnicodeError, EOFError, OSError, zlib.error):
        return None
    return None


def refuse_other(path: Path, name: str) -> None:
    """Raise KpiError for a file that does not begin and end as Parquet does."""
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, path.stat().st_size - 4))
        last = file.read()
    if head[:4] == last == b"PAR1" and path.stat().st_size > 8:
        return
    if not head:
        raise KpiError(f"{name} is empty", hint="write it once more")
    if head[:4] == b"PAR1":
        raise KpiError(f"{name} is not a whole Parquet file: its end is missing", hint="write or fetch it once more")
    other = signature(head)
    if other is None:
        raise KpiError(f"{name} is not a Parquet file", hint="if it is text, let its name end in .csv")
    raise KpiError(f"{name} is not a Parquet file but {other.what}", hint=other.hint)
