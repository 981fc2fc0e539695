"""Sheets of workbooks: cells as they are typed there, copied to text that the engine reads in those types.

The only place that knows openpyxl. pandas would read the same cells through it, but makes an empty cell of an error
such as ``#N/A``, and so a total wrong without a word.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from kpi.data.signatures import signature
from kpi.errors import KpiError, did_you_mean
from kpi.formulas.column_names import column_name
from kpi.plan.model import ReadOptions

Cell = object
# A number with so great a fraction means a time of the last half millisecond of a day.
LATE = 1 - 0.0005 / 86_400
NINES = b".99999999"
NEARLY_WHOLE = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>(\d+\.9{8}\d*)</v>')
READABLE = (".xlsx", ".xlsm")
LARGEST = 2_000_000_000  # bytes of what a workbook unpacks to: more than a million rows, and not yet a zip bomb
TIGHT, SMALL = 250, 4_000_000  # times that a part is packed as no spreadsheet is, and bytes that do no harm anyway
LONGEST = 200_000  # bytes of a cell with a formula and no result: Excel allows 8,192 characters
LAST_ROW = 1_048_576  # of a sheet, in Excel; a file may name a row of any number, and all above it are walked
MOST_CELLS = 30_000_000  # with the empty ones before the last of each row: a file need not hold those
LOOKED_AT = 100  # rows that tell how wide a sheet without a header is, or where the header is below a title
FIRST_DAY, LAST_DAY = 1, 2_958_466  # the numbers of days that spreadsheets know: up to the year 9999
# What openpyxl raises, by its own words or those of what it reads with, for a workbook that is none.
DAMAGED = (AttributeError, IndexError, LookupError, SyntaxError, TypeError, ValueError, zlib.error)
# A formula with nothing behind it; with an empty text behind it, that is its result.
WITHOUT_RESULT = re.compile(
    rb'<c r="([A-Z]+)(\d+)"([^>]*)>\s*(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>'
)


MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class Range(NamedTuple):
    """A merged range: rows from 1 and columns from 0, the last ones included. Only its first cell has a value."""

    top: int
    left: int
    bottom: int
    right: int


class Typed(NamedTuple):
    """One column over all sheets: the engine's type of its values and the SQL that makes them of ``{}``, its text."""

    type: str
    sql: str = "{}"

    @property
    def stored(self) -> str:
        """The type in which the engine reads the text."""
        return {"TEXT": "VARCHAR", "INTERVAL": "BIGINT"}.get(self.type, self.type)


class Sheet:
    """One sheet of one file. ``name`` is what the file is called in messages. ``header`` are the texts of the header
    row, or nothing but blanks where the file has none, and ``above`` the number of rows down to and including it.

    Raises KpiError for a file that is no workbook, and for a sheet that is not there.
    """

    def __init__(self, path: Path, read: ReadOptions, name: str) -> None:
        self.path, self.name = path, name
        self.read = read
        self._nulls = {text.strip() for text in read.null_values}
        if path.suffix.lower() not in READABLE:
            raise KpiError(f"{name}: {path.suffix} files cannot be read", hint="save it as .xlsx")
        # openpyxl leaves a file open that it opened itself and could not read.
        self._file = path.open("rb")
        try:
            self._sheet = self._opened()
            self.title = str(self._sheet.title)
            self.header, self.above = self._begin()
        except BaseException:
            self._file.close()
            raise

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """The rows below the header that have any value, as wide as that, with their numbers from 1."""
        width = len(self.header)
        waiting = list(self.merged())[::-1] if self.read.merged == "fill" else []
        late = self._before_midnight()
        values: dict[Range, Cell] = {}
        for number, row in self._numbered():
            if number <= self.above:
                continue
            cells = [self._value(cell) for cell in row[:width]]
            for place, serial in late.get(number, {}).items():
                if place < width and isinstance(cells[place], datetime):
                    cells[place] = self._moment(serial)
            if any(cell is not None for cell in cells):
                cells += [None] * (width - len(cells))
                while waiting and waiting[-1].top <= number:
                    merged = waiting.pop()
                    if merged.left < width:
                        values[merged] = cells[merged.left] if number == merged.top else None
                values = {merged: value for merged, value in values.items() if merged.bottom >= number}
                for merged, value in values.items():
                    cells[merged.left : merged.right + 1] = [value] * (min(merged.right + 1, width) - merged.left)
                yield number, cells

    def place(self, number: int, column: int) -> str:
        """Where a cell is, for a message: ``stock.xlsx:Sheet1!C7``. ``column`` counts from 0."""
        from openpyxl.utils import get_column_letter

        return f"{self.name}:{self.title}!{get_column_letter(column + 1)}{number}"

    def day(self, number: float, place: tuple[int, int]) -> Cell:
        """The day that a number means, counted as the workbook counts. Raises KpiError when it means none."""
        from openpyxl.utils.datetime import from_excel

        if not FIRST_DAY <= number < LAST_DAY:
            message = f'{self.place(*place)}: "{text_of(number)}" is not the number of a day'
            raise KpiError(message, hint='say how it is written, e.g. "date %Y%m%d"')
        if number % 1 >= LATE:
            return self._moment(number)
        found: Cell = from_excel(number, self._sheet.parent.epoch)
        return found

    def _moment(self, serial: float) -> datetime:
        """The time that a number means, truncated to the microsecond (R14); for numbers of March 1900 and later."""
        epoch: datetime = self._sheet.parent.epoch
        return epoch + timedelta(days=serial // 1) + timedelta(microseconds=int(serial % 1 * 86_400_000_000))

    def _before_midnight(self) -> dict[int, dict[int, float]]:
        """The numbers in cells, by row and place, that may be times of the last half millisecond of a day: openpyxl
        rounds times to the millisecond, and so these to the next day."""
        from openpyxl.utils import column_index_from_string

        found: dict[int, dict[int, float]] = {}
        held = b""
        with self._sheet._get_source() as stream:
            while block := stream.read(1 << 20):
                held += block
                for match in NEARLY_WHOLE.finditer(held) if NINES in held else ():
                    serial = float(match[3])
                    if serial % 1 >= LATE:
                        place = column_index_from_string(match[1].decode()) - 1
                        found.setdefault(int(match[2]), {})[place] = serial
                held = held[max(held.rfind(b"<c "), 0) :]
                if len(held) > LONGEST:
                    held = b""
        return found

    def without_result(self) -> Iterator[tuple[int, int]]:
        """The cells (row, column from 0) with a formula that nobody has computed yet: they only look empty."""
        from openpyxl.utils import column_index_from_string

        held = b""
        with self._sheet._get_source() as stream:
            while block := stream.read(1 << 20):
                held += block
                for found in WITHOUT_RESULT.finditer(held):
                    if not (found[4] and b't="str"' in found[3]):
                        yield int(found[2]), column_index_from_string(found[1].decode()) - 1
                held = held[max(held.rfind(b"<c "), 0) :]
                if len(held) > LONGEST:
                    held = b""

    def merged(self) -> Iterator[Range]:
        """The merged ranges among the rows below the header, from the top."""
        from openpyxl.utils import column_index_from_string

        found, held = [], b""
        with self._sheet._get_source() as stream:
            while block := stream.read(1 << 20):
                held += block
                for match in MERGED.finditer(held):
                    left, right = (column_index_from_string(match[place].decode()) - 1 for place in (1, 3))
                    found.append(Range(int(match[2]), left, int(match[4]), right))
                held = held[max(held.rfind(b"<"), 0) :]
                if len(held) > LONGEST:
                    held = b""
        return iter(sorted({one for one in found if one.top > self.above and one[:2] != one[2:]}))

    def percents(self, most: int) -> set[tuple[int, int]]:
        """The cells (row, column from 0) among the first ``most`` rows whose numbers are shown with a percent sign."""
        found: set[tuple[int, int]] = set()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for number, row in enumerate(islice(self._sheet.iter_rows(), most), 1):
                    found |= {(number, place) for place, cell in enumerate(row) if "%" in (cell.number_format or "")}
            except DAMAGED as fault:
                raise self._damaged(fault) from None
        return found

    def titles(self) -> list[str]:
        """The sheets of the workbook that can be seen."""
        return titles(self._sheet.parent)

    def hint(self, column: str) -> str | None:
        """What to write where a column is not found because this is a title row, or not the sheet that has it."""
        if self.read.skip_rows is None and sum(1 for text in self.header if text) == 1:
            for number, row in islice(self._numbered(), self.above, LOOKED_AT):
                if sum(1 for cell in row if self._value(cell) is not None) > 1:
                    return f"row {self.above} looks like a title; say read: {{skip_rows: {number - 1}}}"
        for title in titles(self._sheet.parent) if self.read.sheet is None else ():
            with suppress(KpiError), closing(Sheet(self.path, ReadOptions(sheet=title), self.name)) as other:
                if column in {column_name(text).casefold() for text in other.header}:
                    return f'the sheet "{title}" has it: say read: {{sheet: {title}}}'
        return None

    def close(self) -> None:
        """Close the file."""
        self._sheet.parent.close()
        self._file.close()

    # Opening.

    def _opened(self) -> Any:
        from zipfile import BadZipFile, ZipFile

        from openpyxl import load_workbook

        try:
            with ZipFile(self._file) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
                tight = any(entry.file_size > max(SMALL, TIGHT * entry.compress_size) for entry in archive.infolist())
            if tight:
                message = f"{self.name} is packed more than {TIGHT} times smaller than it is, as no workbook is"
                raise KpiError(message, hint="open it in a spreadsheet program and save it anew, or as CSV")
            if size > LARGEST:
                raise KpiError(f"{self.name} unpacks to {size / 1e9:.1f} GB", hint="save the sheet as CSV")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and the like, which are not read anyway
                workbook = load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
        except BadZipFile:
            raise self._no_workbook() from None
        except DAMAGED as fault:
            raise self._damaged(fault) from None
        known = titles(workbook)
        asked = self.read.sheet
        if asked is None:
            if not known:
                raise KpiError(f"{self.name} has no sheet that can be seen")
            asked = known[0]
        elif asked not in workbook.sheetnames:
            raise KpiError(f'{self.name} has no sheet "{asked}"', hint=did_you_mean(asked, workbook.sheetnames))
        sheet = workbook[asked]
        sheet.reset_dimensions()  # programs write nonsense there, and padding every row to it can take for ever
        return sheet

    def _no_workbook(self) -> KpiError:
        """What is wrong with a file that is no archive, as workbooks are."""
        with self.path.open("rb") as file:
            head = file.read(4096)
        if head.startswith(b"PK\x03\x04"):
            return KpiError(
                f"{self.name} is not a whole workbook: its end is missing", hint="fetch or save it once more"
            )
        found = signature(head)
        message = f"{self.name} is not a workbook as Excel writes them"
        if found is not None and not head.startswith(b"\xd0\xcf"):
            return KpiError(f"{message} but {found.what}", hint=found.hint)
        if head.isascii() or b"\0" not in head:
            return KpiError(message, hint="if it is text, let its name end in .csv" if head else "it is empty")
        return KpiError(message, hint="an .xls, or one with a password? Save it as .xlsx, without a password")

    def _numbered(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = 0
            try:
                for number, row in enumerate(self._sheet.iter_rows(values_only=True), 1):
                    cells += len(row)
                    if number > LAST_ROW or cells > MOST_CELLS:
                        raise self._too_large(number)
                    yield number, row
            except DAMAGED as fault:
                raise self._damaged(fault) from None

    def _too_large(self, number: int) -> KpiError:
        """What is wrong with a sheet of which no more than the rows before ``number`` can be read."""
        if number > LAST_ROW:
            message = f"{self.name}: the sheet {self.title} has a row below {LAST_ROW:,}, the last that there can be"
        else:
            message = f"{self.name}: the sheet {self.title} has more than {MOST_CELLS:,} cells down to row {number:,}"
        return KpiError(
            message, hint="clear the cells far below or to the right of the table, or save the sheet as CSV"
        )

    def _damaged(self, fault: Exception) -> KpiError:
        summary = f"{type(fault).__name__}: {fault}"
        return KpiError(f"{self.name} is damaged ({summary})", hint="open it in a spreadsheet program and save it anew")

    def _begin(self) -> tuple[tuple[str, ...], int]:
        """The header and the number of rows down to it: the first row with any value below those to skip."""
        skipped = self.read.skip_rows or 0
        below = ((number, row) for number, row in self._numbered() if number > skipped)
        if self.read.header is False:
            return ("",) * max((width(row) for _, row in islice(below, LOOKED_AT)), default=0), skipped
        number, row = next(((number, row) for number, row in below if width(row)), (0, ()))
        if not width(row):
            raise KpiError(f"{self.name}: the sheet {self.title} is empty")
        return tuple("" if cell is None else text_of(cell).strip() for cell in row[: width(row)]), number

    def _value(self, cell: Cell) -> Cell:
        """A cell's value; None when it is blank or one of the spellings of empty."""
        if isinstance(cell, str):
            bare = cell.strip()
            return None if not bare or bare in self._nulls else bare
        return None if cell is not None and self._nulls and text_of(cell) in self._nulls else cell


def width(row: Sequence[Cell]) -> int:
    """How many cells a row has, blank ones at its end not counted."""
    return max((place for place, cell in enumerate(row, 1) if cell is not None and cell != ""), default=0)


def titles(workbook: Any) -> list[str]:
    """The sheets of cells that can be seen, in their order."""
    return [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


# Types.


def kind_of(cell: Cell) -> str:
    """What one cell holds."""
    match cell:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case datetime():
            return "date" if cell.time() == time.min else "timestamp"
        case date():
            return "date"
        case time() | timedelta():
            return "duration"
    return "text"


def text_of(cell: Cell) -> str:
    """A cell as text: what a person would type for it, numbers with all their digits."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
    return str(cell)


def column_type(kinds: Collection[str], integers: bool, declared: str | None) -> Typed:
    """The type of a column that holds these kinds of cells (R4). Numbers that are declared to be dates are those by
    which spreadsheets count days, unless there is a format. VARCHAR: text that may yet prove to be something else."""
    word, _, shape = (declared or "").strip().partition(" ")
    found = set(kinds)
    times = found <= {"date", "timestamp"}
    if word in ("date", "timestamp") and found and (times or (found == {"number"} and not shape.strip())):
        return Typed(word.upper())
    if declared is not None and found != {word}:
        return Typed("VARCHAR")
    if found == {"number"}:
        return Typed("BIGINT" if integers else "DOUBLE")
    if found == {"boolean"}:
        return Typed("BOOLEAN")
    if found and times:
        return Typed("DATE" if found == {"date"} else "TIMESTAMP")
    if found == {"duration"}:
        return Typed("INTERVAL", "to_microseconds({})")
    return Typed("VARCHAR" if declared or not found else "TEXT")


def written(cell: Cell, typed: Typed, sheet: Sheet, place: tuple[int, int]) -> str:
    """A cell in the text that the engine reads in its column's type; empty for an empty one."""
    if cell is None:
        return ""
    if typed.type == "INTERVAL":
        return str(microseconds(cell))
    if typed.type in ("DATE", "TIMESTAMP"):
        if isinstance(cell, int | float):
            cell = sheet.day(cell, place)
        return text_of(cell.date() if typed.type == "DATE" and isinstance(cell, datetime) else cell)
    if typed.type in ("VARCHAR", "TEXT") and isinstance(cell, float) and sheet.read.decimal == ",":
        return text_of(cell).replace(".", ",")  # so that it is read like the texts around it
    return text_of(cell)


def microseconds(cell: Cell) -> int:
    """A time of day or a time span."""
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    assert isinstance(cell, timedelta)
    return cell // timedelta(microseconds=1)


# Rows.


class Chosen(NamedTuple):
    """A column to copy: its name, where it is in each sheet (None: nowhere), and what is known of its type
    beforehand."""

    name: str
    places: tuple[int | None, ...]
    declared: str | None


class Watcher(Protocol):
    """What is shown the rows of a sheet as they go by."""

    def add(self, line: int, row: Sequence[object], /) -> None:
        """One more row, in order."""


def column_faults(sheet: Sheet, used: Mapping[int | None, str]) -> Iterator[tuple[str, KpiError]]:
    """The used columns, by their places, that cannot be read as a whole, and why: those with a formula without a
    result, and those with merged cells, of which all but the first look empty."""
    for number, place in sheet.without_result():
        if number > sheet.above and place in used:
            hint = "open the workbook in a spreadsheet program and save it, so that the results stand in it"
            message = f"{sheet.place(number, place)}: this formula has not been computed yet"
            yield used[place], KpiError(message, hint=hint)
    for merged in sheet.merged() if sheet.read.merged is None else ():
        for column, name in used.items():
            if column is not None and merged.left <= column <= merged.right:
                first, last = sheet.place(merged.top, merged.left), sheet.place(merged.bottom, merged.right)
                cells = f"{first}:{last.rpartition('!')[2]}"
                message = f"{cells} are merged cells, of which only the first has a value ({name})"
                hint = "if it holds for all of them, say read: {merged: fill}; if it counts once, unmerge them"
                yield name, KpiError(message, hint=hint)


def copied(
    sheets: Sequence[Sheet],
    columns: Sequence[Chosen],
    target: Path,
    tallies: Sequence[Watcher] = (),
    *,
    fault: Callable[[str, KpiError], None],
) -> dict[str, Typed]:
    """Copy columns of all sheets to one CSV file, without a header and with the file's name last; their types. Each
    row is shown to the watcher of its sheet, where there is one.

    ``fault`` takes the name of each column that cannot be read, and why (see :func:`column_faults`, and numbers that
    are declared to be days and are none); it may raise the error.
    """
    import csv

    faulty: set[str] = set()
    for which, sheet in enumerate(sheets):
        for name, error in column_faults(sheet, {column.places[which]: column.name for column in columns}):
            faulty.add(name)
            fault(name, error)

    rows: list[tuple[int, int, list[Cell]]] = []
    kinds: list[set[str]] = [set() for _ in columns]
    whole = [True for _ in columns]
    for which, sheet in enumerate(sheets):
        places = [column.places[which] for column in columns]
        for number, row in sheet.rows():
            if tallies:
                tallies[which].add(number, row)
            cells = [None if place is None else row[place] for place in places]
            rows.append((which, number, cells))
            for i, cell in enumerate(cells):
                if cell is not None:
                    kinds[i].add(kind_of(cell))
                    whole[i] = whole[i] and isinstance(cell, int) and abs(cell) < 2**63
    types = [column_type(kinds[i], whole[i], column.declared) for i, column in enumerate(columns)]
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for which, number, cells in rows:
            sheet = sheets[which]
            texts = []
            for cell, typed, column in zip(cells, types, columns, strict=True):
                text = ""
                if column.name not in faulty:
                    try:
                        text = written(cell, typed, sheet, (number, column.places[which] or 0))
                    except KpiError as error:
                        faulty.add(column.name)
                        fault(column.name, error)
                texts.append(text)
            writer.writerow([*texts, sheet.name])
    return {column.name: typed for column, typed in zip(columns, types, strict=True)}


def copied_as_text(sheet: Sheet, target: Path) -> None:
    """Write all cells of a sheet below its header to a file as text."""
    import csv

    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for _, row in sheet.rows():
            writer.writerow(["" if cell is None else text_of(cell) for cell in row])
