"""How a text table is written: its delimiter, its quotation mark, and where its header is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kpi.data.text import UnreadableError
from kpi.plan.model import ReadOptions
from kpi.values.units import CURRENCY_SIGNS

if TYPE_CHECKING:
    from _csv import Reader

# Records that decide; more would not change the answer, only take longer.
_SAMPLE = 60
_CANDIDATES = (",", ";", "\t", "|")
# Never chosen, but offered where they divide all rows alike and nothing else does.
_ODD_DELIMITERS = (":", "^", "~", "#", "!", "\x01", " ")
_NO_DELIMITER = "\x1f"
# A delimiter is trusted less when the first row has not as many fields as most others: it may be a title, but more
# often the delimiter is only a comma inside text or numbers; less still when what follows is no header either.
_TITLED = 0.7
_HEADLESS = 0.5
_ONE_COLUMN = 0.5


class Record(NamedTuple):
    """One row. ``line`` is the number of lines above it, ``end`` of those up to its end."""

    line: int
    end: int
    fields: tuple[str, ...]


class Layout(NamedTuple):
    """How a table is written. ``skip_rows`` are the lines above the first row, blank ones among them; ``first`` is the
    first row; ``typical`` the number of fields of most rows; ``title`` the number of lines to skip if the first rows
    are only a title above the header, else None. ``quote`` is "" for none. ``top`` is the text up to the first row's
    end. ``other`` is another delimiter that divides all rows alike where this one leaves them whole, else None.
    ``loose``: blanks stand behind the closing quotation mark at the end of the first row."""

    delimiter: str
    quote: str
    skip_rows: int
    first: tuple[str, ...]
    typical: int
    title: int | None
    top: str
    other: str | None = None
    loose: bool = False


def layout(text: str, whole: bool, read: ReadOptions) -> Layout:
    """How the table that begins with ``text`` is written; what ``read`` says is believed. ``whole``: there is no more.

    Raises UnreadableError when there is no row, or the first one does not end.
    """
    lines = _lines(text)
    if not whole:
        if len(lines) == 1:
            raise UnreadableError("has a first row of more than 64 KiB", "is it really a table?")
        del lines[-1]
    delimiter, skipped = read.delimiter, read.skip_rows or 0
    if read.skip_rows is None and lines and (declared := _excel_delimiter(lines[0])) is not None:
        delimiter, skipped = delimiter or declared, 1
    above, lines = lines[:skipped], lines[skipped:]
    quote = _quote(lines) if read.quote is None else read.quote
    if read.quote is None and quote == delimiter:
        quote = ""
    if delimiter is None:
        delimiter, rows = _sniffed(lines, quote, read.escape)
    else:
        rows = _records(lines, delimiter, quote, read.escape)
    if not rows:
        raise UnreadableError("has no row" + (f" below the {skipped} lines that are skipped" if skipped else ""))
    first = rows[0]
    if len(rows) == 1 and first.end == len(lines) and first.end - first.line > 2:
        raise UnreadableError("opens a quotation mark in its first row and never closes it", "read: {quote: ''}")
    top = "".join(above + lines[: first.end])
    fields = first.fields + (("",) if _ends_empty(rows) else ())
    other = _other(lines, quote, read.escape) if len(first.fields) == 1 else None
    title = _title(rows, skipped)
    head = "".join(lines[first.line : first.end])
    loose = _torn(head, delimiter, quote, read.escape)
    if loose and _torn(head.rstrip(" \r\n"), delimiter, quote, read.escape):
        message = f"has text behind a closing quotation mark in line {skipped + first.end}, where its header is"
        raise UnreadableError(message, f"read: {{skip_rows: {title}}}" if title else "fix it, or say read: {quote: ''}")
    return Layout(delimiter, quote, skipped + first.line, fields, _typical(rows), title, top, other, loose)


def _torn(text: str, delimiter: str, quote: str, escape: str | None) -> bool:
    """Whether anything follows a closing quotation mark; an engine may make no rows at all of what is below."""
    from csv import Error

    try:
        list(table_reader(_lines(text), delimiter, quote, escape, strict=True))
    except Error:
        return True
    return False


def _other(lines: list[str], quote: str, escape: str | None) -> str | None:
    """A delimiter that makes as many fields of each row, and more than one."""
    for mark in (*_CANDIDATES, *_ODD_DELIMITERS):
        try:
            rows = _records(lines, mark, quote, escape)
        except UnreadableError:
            continue
        widths = {len(row.fields) for row in rows}
        if len(rows) > 1 and len(widths) == 1 and widths.pop() > 1 and all(map(str.strip, rows[0].fields)):
            return mark
    return None


def _lines(text: str) -> list[str]:
    """The lines with their ends, whichever of the three kinds these are; splitlines() knows more kinds than files."""
    from io import StringIO

    return list(StringIO(text, newline=""))


def ends_unevenly(text: str) -> bool:
    """Whether the lines of a text end in more than one of the three ways."""
    ends = {line[len(line.rstrip("\r\n")) :][-2:] for line in _lines(text)}
    return len(ends - {""}) > 1


def _excel_delimiter(line: str) -> str | None:
    """The delimiter of a first line such as ``sep=;``, which tells Excel and is no row."""
    line = line.strip("\r\n").strip('"')
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else None


def _quote(lines: list[str]) -> str:
    """``'`` where it encloses fields and ``"`` never does, else ``"``."""
    single = 0
    for line in lines[:_SAMPLE]:
        if "'" not in line and '"' not in line:
            continue
        for mark in _CANDIDATES[1:]:
            line = line.replace(mark, ",")
        for cell in line.split(","):
            cell = cell.strip()
            if cell.startswith('"'):
                return '"'
            single += len(cell) > 1 and cell[0] == cell[-1] == "'"
    return "'" if single > 1 else '"'


def _sniffed(lines: list[str], quote: str, escape: str | None) -> tuple[str, list[Record]]:
    readings = [(mark, _records(lines, mark, quote, escape)) for mark in _CANDIDATES]
    scores = [_score(rows, mark) for mark, rows in readings]
    best = scores.index(max(scores))
    if not readings[best][1]:  # only blanks, of which the sign that splits nothing is one
        return readings[best]
    single = _records(lines, _NO_DELIMITER, quote, escape)
    several = len(readings[best][1][0].fields) > 2
    if not several and scores[best] < _ONE_COLUMN * _cleanness(single, _NO_DELIMITER):
        return ",", single
    return readings[best]


def _records(lines: list[str], delimiter: str, quote: str, escape: str | None = None) -> list[Record]:
    """The first rows that are not blank."""
    from csv import Error

    found: list[Record] = []
    try:
        reader = table_reader(lines, delimiter, quote, escape)
        line = 0
        for fields in reader:
            if len(fields) > 1 or (fields and fields[0].strip()):
                found.append(Record(line, reader.line_num, tuple(fields)))
            line = reader.line_num
            if len(found) == _SAMPLE:
                break
    except (Error, TypeError, ValueError) as fault:
        message = f"cannot be split by {delimiter!r} with quotation mark {quote!r}"
        raise UnreadableError(message, option="delimiter") from fault
    return found


def table_reader(
    lines: Iterable[str], delimiter: str, quote: str, escape: str | None = None, *, strict: bool = False
) -> Reader:
    """The standard library's reader of rows. ``strict``: csv.Error for text behind a quoted field, or one that never
    ends. Raises TypeError or ValueError for characters that cannot go together."""
    import csv

    return csv.reader(
        lines, delimiter=delimiter, quotechar=quote or None, escapechar=escape, strict=strict,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )  # fmt: skip


def _ends_empty(rows: list[Record]) -> bool:
    """Whether all rows but the first end with a delimiter, and so with one more field, an empty one."""
    width = len(rows[0].fields) + 1
    return len(rows) > 1 and all(len(row.fields) == width and not row.fields[-1].strip() for row in rows[1:])


def _typical(rows: list[Record]) -> int:
    """The number of fields that most rows have."""
    widths = [len(row.fields) for row in rows]
    return max(set(widths), key=lambda width: (widths.count(width), width))


def _score(rows: list[Record], delimiter: str) -> float:
    """How well a delimiter explains the rows, 0 to 1."""
    table = [row for row in rows if len(row.fields) > 1]
    if not table:
        return 0.0
    width = _typical(table)
    table = [row for row in table if len(row.fields) == width]
    below = len(rows) - rows.index(table[0])
    score = len(table) / below * _cleanness(table, delimiter)
    if below < len(rows):
        prose = any(field[:1] == " " and field[1:2].strip() for field in table[0].fields[1:])
        score *= _TITLED if _is_header(table[0].fields) and not prose else _TITLED * _HEADLESS
    return score


def _cleanness(rows: list[Record], delimiter: str) -> float:
    """How rarely the fields look as if another delimiter should have split them, 0.3 to 1. Half a pair of quotation
    marks says so as well."""
    others = [mark for mark in _CANDIDATES if mark != delimiter]
    cells = [cell for row in rows for cell in row.fields]
    dirty = sum(
        cell.count('"') % 2 or any(mark in cell and not _belongs(mark, cell) for mark in others) for cell in cells
    )
    return 1.0 - 0.7 * dirty / max(1, len(cells))


def _belongs(mark: str, cell: str) -> bool:
    """Whether a mark is part of a number or of a sentence."""
    if mark == ",":
        digits = cell.strip(f" +-%(){CURRENCY_SIGNS}")
        if all(c.isdigit() or c in ",.  " for c in digits) and digits[-1:].isdigit():
            return True
    return cell.count(mark) == cell.count(mark + " ") and mark != "\t"


def _is_header(fields: tuple[str, ...]) -> bool:
    """Whether a row may well be a header: its first filled field is no number or date."""
    text = next((field for field in fields if field.strip()), "")
    return not text.lstrip(f" +-(.,{CURRENCY_SIGNS}")[:1].isdigit()


def _title(rows: list[Record], skipped: int) -> int | None:
    """How many lines to skip when the first rows have far fewer filled fields than the rest, else None."""
    filled = [sum(1 for field in row.fields if field.strip()) for row in rows]
    if len(filled) < 2:
        return None
    typical = sorted(filled[1:])[len(filled[1:]) // 2]
    # One empty field of two, the first one, is the index that pandas writes without a name.
    unnamed = typical == 2 and not rows[0].fields[0].strip()
    if filled[0] * 2 > typical or typical < 2 or unnamed:
        return None
    for row, count in zip(rows[1:], filled[1:], strict=True):
        if count * 2 > typical and _is_header(row.fields):
            return skipped + row.line
    return None
