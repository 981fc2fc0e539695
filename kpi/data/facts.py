"""What can be known about a source without reading its rows: files, columns, encoding, delimiter."""

from __future__ import annotations

from pathlib import Path

from kpi.data.headers import named
from kpi.data.signatures import JSON, signature
from kpi.data.sniffing import Layout, ends_unevenly, layout
from kpi.data.source_files import Found, OutsideError, confined, find_files, kind_of, kind_of_name
from kpi.data.text import UnreadableError, read_bytes, read_head
from kpi.errors import did_you_mean, nearest
from kpi.formulas.column_names import folded, positional_name
from kpi.plan.checks.source_facts import (
    COLLIDING,
    DOUBTFUL,
    MISSING,
    REMOTE,
    FileFacts,
    FileKind,
    Problem,
    SourceFacts,
    shown,
)
from kpi.plan.model import Plan, Source

_JSON_LIMIT = 1_000_000


def facts(source: Source, plan: Plan) -> SourceFacts:
    """The facts of a source. At most the first 64 KiB of each text file and JSON of at most 1 MB are read.

    Raises nothing for what is in the files or for files that are not there: see ``problems``.
    """
    kind = kind_of(source)
    if kind in ("query", "table"):
        return SourceFacts(kind)
    try:
        found = find_files(source, plan)
    except OutsideError as outside:
        problem = Problem("E061", outside.message, outside.hint, field=("path", outside.position))
        return SourceFacts(kind, problems=(problem,))
    look = _Look(source, plan)
    look.at_paths(found)
    kind = kind_of(source, found.files)
    if look.of_one_kind(found.files, kind) and look.of_no_lake(found.files) and kind in ("csv", "json"):
        look.at_files(found.files, kind)
        try:
            # Again, before anything is said of what was read: a path may have become a link meanwhile.
            for path in found.files:
                confined(path, source, plan)
        except OutsideError as outside:
            return SourceFacts(kind, problems=(Problem("E061", outside.message, outside.hint),))
    columns = None
    if found.files and len(look.per_file) == len(found.files):
        columns = look.united()
    return SourceFacts(kind, found.files, columns, tuple(look.per_file), tuple(look.merged_problems()))


class _Look:
    """One look at a source's files: collects what is known and what is wrong."""

    def __init__(self, source: Source, plan: Plan) -> None:
        self.source = source
        self.plan = plan
        self.per_file: list[FileFacts] = []
        self.problems: list[Problem] = []
        self.absent: dict[str, int] = dict.fromkeys(source.columns, 0)
        self._table: Layout | None = None

    def at_paths(self, found: Found) -> None:
        for position in found.missing:
            message = f'there is no file "{self.source.path[position]}"'
            self.problems.append(Problem(MISSING, message, field=("path", position)))
        for position, error in found.faults:
            self.problems.append(Problem(REMOTE, error.message, error.hint, field=("path", position)))
        for position in found.folders:
            path = self.source.path[position]
            where = self._home / path
            if where.exists() and not where.is_dir():
                problem = Problem("E063", f'"{path}" is a device or a pipe, not a file', field=("path", position))
            elif (lake := lake_table(where)) is not None:
                message = f'"{path}" is {lake}, not a file'
                problem = Problem("E063", message, EXPORT_LAKE, field=("path", position))
            else:
                hint = f"{path.rstrip('/')}/*.csv"
                problem = Problem("E063", f'"{path}" is a folder, not a file', hint, field=("path", position))
            self.problems.append(problem)

    def of_no_lake(self, files: tuple[Path, ...]) -> bool:
        """Report files that belong to a table of a lake, whose log says which of their rows count."""
        for folder in dict.fromkeys(parent for path in files for parent in path.parents):
            inside = folder.is_relative_to(self.plan.root) or folder.is_relative_to(self._home)
            if inside and (lake := lake_table(folder)) is not None:
                path = next(path for path in files if folder in path.parents)
                message = f"{self._shown(path)} is part of {lake}: some of its rows may have been deleted or replaced"
                self.problems.append(Problem("E063", message, EXPORT_LAKE, path))
                return False
        return True

    @property
    def _home(self) -> Path:
        return self.plan.homes.get(self.source.id, self.plan.folder)

    def of_one_kind(self, files: tuple[Path, ...], kind: FileKind) -> bool:
        other = next((path for path in files if kind_of_name(path.name) != kind), None)
        if other is not None:
            message = f"{self._shown(files[0])} and {self._shown(other)} are not of one kind"
            self.problems.append(Problem("E063", message, "make two sources of them", other))
        return other is None

    def at_files(self, files: tuple[Path, ...], kind: FileKind) -> None:
        for path in files:
            try:
                known = self._json(path) if kind == "json" else self._text(path)
            except UnreadableError as fault:
                self._report(fault, path)
            else:
                if known is not None:
                    self.per_file.append(known)

    def united(self) -> dict[str, str]:
        """Name -> header over all files (rule R5); the first file that has a column decides how it is written."""
        for name, times in self.absent.items():
            if times == len(self.per_file):
                self._report_absent(name)
        columns: dict[str, str] = {}
        seen: set[str] = set()
        for file in self.per_file:
            for name, header in zip(file.names, file.header, strict=True):
                if (key := folded(name)) not in seen:
                    seen.add(key)
                    columns[name] = header
        return columns

    def merged_problems(self) -> list[Problem]:
        """The problems, each once: a hundred files with one fault are one problem."""
        groups: dict[object, list[Problem]] = {}
        for problem in self.problems:
            groups.setdefault((problem.code, problem.field, problem.hint), []).append(problem)
        merged = []
        for same in groups.values():
            more = len({problem.file for problem in same}) - 1
            suffix = f" (and {more} more file{'s' if more > 1 else ''})" if more else ""
            merged.append(same[0]._replace(message=same[0].message + suffix))
        return merged

    def _text(self, path: Path) -> FileFacts | None:
        if path.name.lower().endswith(".zst"):
            return None
        read = self.source.read
        head = read_head(path, read.encoding)
        table = self._table
        # Most files of a glob begin alike, and then they are written alike: sniffing is the slow part.
        if table is None or table.title is not None or read.header is False or not head.text.startswith(table.top):
            table = self._table = layout(head.text, head.whole, read)
        if head.fault is not None:
            if any("\ufffd" in field for field in table.first):
                raise head.fault
            self._report(head.fault, path)
        if read.header is False:
            header = tuple(positional_name(number) for number in range(1, table.typical + 1))
        else:
            header = table.first
            self._doubt(path, table)
        names = self._named(path, header)
        uneven = table.loose or ends_unevenly(table.top)
        return FileFacts(path, head.encoding, table.delimiter, table.quote, header, names, table.skip_rows, uneven)

    def _json(self, path: Path) -> FileFacts | None:
        if path.name.lower().endswith(".zst"):
            return None
        raw = read_bytes(path, _JSON_LIMIT + 1)
        if len(raw) > _JSON_LIMIT:
            return None
        rows = json_rows(raw)
        objects = [row for row in rows if isinstance(row, dict)]
        header = tuple(dict.fromkeys(key for row in objects for key in row))
        self._doubt_one(path, rows)
        return FileFacts(path, "utf-8", "", "", header, self._named(path, header), 0) if header else None

    def _doubt_one(self, path: Path, rows: list[object]) -> None:
        """One object that holds the rows, instead of rows."""
        if len(rows) != 1 or not isinstance(rows[0], dict):
            return
        for key, value in rows[0].items():
            if isinstance(value, list) and len(value) > 1 and all(isinstance(one, dict) for one in value):
                message = f'{self._shown(path)} is one object, and the list of rows seems to be its "{key}"'
                self.problems.append(
                    Problem(DOUBTFUL, message, f"write that list to a file of its own: jq '.{key}'", path)
                )

    def _named(self, path: Path, header: tuple[str, ...]) -> tuple[str, ...]:
        found = named(header, self.source.columns)
        for name in found.absent:
            self.absent[name] += 1
        for name in found.twice:
            message = f'"{self.source.columns[name]}" has another name already'
            self.problems.append(Problem("E062", message, "leave one of the two out", path, ("columns", name)))
        for collision in found.collisions:
            headers = " and ".join(dict.fromkeys(f'"{header}"' for header in collision.headers))
            times = f"{len(collision.headers)} columns with the header " if " and " not in headers else ""
            message = f'{self._shown(path)}: {times}{headers} would all be called "{collision.name}"'
            doubt = next((problem.hint for problem in self.problems if problem[::3] == (DOUBTFUL, path)), None)
            field = ("columns", folded(collision.name))
            self.problems.append(Problem(COLLIDING, message, doubt or collision.hint, path, field))
        return found.names

    def _doubt(self, path: Path, table: Layout) -> None:
        where = f"line {table.skip_rows + 1} of {self._shown(path)}"
        first = next((field for field in table.first if field.strip()), "")
        if table.other is not None:
            message = f'{where} looks like fields separated by "{table.other}"'
            hint = f'read: {{delimiter: "{table.other}"}}'.replace("\t", "\\t")
        elif self.source.read.header:
            return
        elif table.title is not None:
            message, hint = f"{where} looks like a title", f"read: {{skip_rows: {table.title}}}"
        elif not first.strip("0123456789 .,:/+-"):
            message, hint = f"{where} looks like data, not like a header", "read: {header: false}"
        else:
            return
        self.problems.append(Problem(DOUBTFUL, message, hint, path))

    def _report(self, fault: UnreadableError, path: Path) -> None:
        field: tuple[str | int, ...] = ("read", fault.option) if fault.option else ("path",)
        self.problems.append(Problem("E063", f"{self._shown(path)} {fault.message}", fault.hint, path, field))

    def _report_absent(self, name: str) -> None:
        header = self.source.columns[name]
        doubt = next((problem for problem in self.problems if problem.code == DOUBTFUL), None)
        if doubt is not None:
            hint, known = f"{doubt.message}; {doubt.hint}", {}
        else:
            known = dict.fromkeys(header.strip() for file in self.per_file for header in file.header)
            hint = did_you_mean(header, known) or ""
        where = self._shown(self.per_file[0].path) if len(self.per_file) == 1 else "any file"
        message = f'there is no header "{header}" in {where}'
        meant = None if doubt is not None else nearest(header, known)
        self.problems.append(Problem("E043", message, hint or None, field=("columns", name), meant=meant))

    def _shown(self, path: Path) -> str:
        return f'"{shown(path, self.source, self.plan)}"'


EXPORT_LAKE = "export its current rows as one Parquet file, or read it through a warehouse (connection and table)"


def lake_table(folder: Path) -> str | None:
    """Which kind of table a folder is, whose files do not by themselves tell which rows count; None for any other."""
    if (folder / "_delta_log").is_dir():
        return "a Delta Lake table"
    if (folder / ".hoodie").is_dir():
        return "a Hudi table"
    metadata = folder / "metadata"
    if metadata.is_dir() and any(metadata.glob("*.metadata.json")):
        return "an Iceberg table"
    return None


def json_rows(raw: bytes) -> list[object]:
    """The values of a JSON text: those of a list, or one, or one a line. Raises UnreadableError."""
    import json

    if not raw.strip():
        raise UnreadableError("is empty")
    other = signature(raw)
    if other is not None and other != JSON:
        raise UnreadableError(f"is {other.what}", other.hint)
    try:
        text = raw.decode(json.detect_encoding(raw))
        try:
            rows = json.loads(text)
        except json.JSONDecodeError as fault:
            lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
            rows = _json_lines(lines, fault)
    except UnicodeDecodeError as fault:
        raise UnreadableError("is not UTF-8, as JSON has to be", "save it as UTF-8") from fault
    except (ValueError, RecursionError) as fault:
        where = f" (line {fault.lineno}: {fault.msg})" if isinstance(fault, json.JSONDecodeError) else ""
        raise UnreadableError(f"is not JSON{where}") from fault
    return rows if isinstance(rows, list) else [rows]


def _json_lines(lines: list[tuple[int, str]], whole: Exception) -> list[object]:
    """One value a line. Raises json.JSONDecodeError with the line of the file, or ``whole``, what is wrong with the
    file as one value, where not even the first line is one."""
    import json

    rows: list[object] = []
    for number, line in lines:
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as fault:
            if not rows:
                raise whole from None
            raise json.JSONDecodeError(fault.msg, "\n" * (number - 1), number - 1) from None
    return rows
