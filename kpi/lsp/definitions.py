"""Finds where the symbol under a cursor is defined: in the files of the plan or in a data file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kpi.data.text import UnreadableError, read_head
from kpi.diagnostics import Location
from kpi.formulas.column_names import folded
from kpi.lsp.analysis import Analysis
from kpi.lsp.fields import Path as FieldPath
from kpi.lsp.position_encoding import Lines
from kpi.lsp.symbols import Symbol
from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.loading.plan_files import IncludeError, included_files

_SECTIONS = {"goal": "goals", "kpi": "kpis", "measure": "measures", "source": "sources"}
_PACKED = (".gz", ".zst")
_MAX_FILES = 50  # per pattern


class Definition(NamedTuple):
    """A range of a file and the lines of that file. Lines and columns of ``place`` are 1-based, in characters."""

    path: Path
    place: Location
    lines: Lines


def definitions(analysis: Analysis, symbol: Symbol) -> list[Definition]:
    """The definitions of a symbol, the likeliest first. Empty if it has none."""
    if symbol.kind in _SECTIONS:
        path: FieldPath = (_SECTIONS[symbol.kind], symbol.name)
        return [_in_plan(analysis, path)] if analysis.read.places.has(path) else []
    if symbol.kind == "column":
        return _column(analysis, symbol)
    if symbol.kind == "file":
        return [_start(path) for path in _included(analysis, symbol.name)]
    if symbol.kind == "data" and symbol.source in analysis.checked.facts:
        return [_start(path) for path in analysis.checked.facts[symbol.source].files[:_MAX_FILES]]
    return []


def _in_plan(analysis: Analysis, path: FieldPath, *, value: bool = False) -> Definition:
    place = analysis.read.places.of(path) if value else analysis.read.places.key(path)
    return Definition(analysis.path_of(place.file), place, analysis.lines(place.file))


def _column(analysis: Analysis, symbol: Symbol) -> list[Definition]:
    """The definition of a column: its entry in the plan, or its header in the data file if there is no entry or if the
    cursor is on it."""
    source = analysis.plan.sources.get(symbol.source)
    if source is None:
        return []
    for field, names in (("columns", source.columns), ("computed", source.computed)):
        name = next((name for name in names if folded(name) == folded(symbol.name)), None)
        path: FieldPath = ("sources", symbol.source, field, name or "")
        if name is not None and symbol.path != path:
            return [_in_plan(analysis, path)]
    facts = analysis.checked.facts[symbol.source]
    headers = (_header(file, symbol.name, facts.kind == "json") for file in facts.per_file)
    header = next((found for found in headers if found is not None), None)
    if header is not None:
        return [header]
    unknown = facts.columns is None and not symbol.key
    return [_in_plan(analysis, ("sources", symbol.source))] if unknown else []


def _header(file: FileFacts, name: str, is_json: bool) -> Definition | None:
    """The header of a column in a text file. None if the file is compressed or unreadable."""
    number = next((at for at, one in enumerate(file.names) if folded(one) == folded(name)), None)
    if number is None or file.path.name.lower().endswith(_PACKED):
        return None
    try:
        text = read_head(file.path, file.encoding).text
    except UnreadableError:
        return None
    lines = Lines(text)
    if is_json:
        start, end = _key(text, file.header[number])
    else:
        cells = _cells(text, lines.start(file.skip_rows), file)
        start, end = next((span for at, span in enumerate(cells) if at == number), (0, 0))
    return Definition(file.path, _place(file.path, lines, start, end), lines)


def _cells(text: str, start: int, file: FileFacts) -> Iterator[tuple[int, int]]:
    """The start and end of each field of the row that begins at ``start``, without quotation marks."""
    at, quoted = start, False
    for end in range(start, len(text) + 1):
        char = text[end : end + 1]
        if char and char == file.quote:
            quoted = not quoted
        elif not char or (not quoted and (char == file.delimiter or char in "\r\n")):
            inner = 1 if file.quote and end - at > 1 and text[at] == text[end - 1] == file.quote else 0
            yield at + inner, end - inner
            at = end + 1
            if char != file.delimiter:
                return


def _key(text: str, key: str) -> tuple[int, int]:
    """The start and end of the first occurrence of a JSON key, without quotation marks."""
    for written in (json.dumps(key, ensure_ascii=False), json.dumps(key)):
        at = text.find(written)
        if at >= 0:
            return at + 1, at + len(written) - 1
    return 0, 0


def _included(analysis: Analysis, pattern: str) -> list[Path]:
    plan = analysis.plan
    try:
        return included_files(pattern, plan.folder, (plan.root, *plan.allowed))[:_MAX_FILES]
    except IncludeError:
        return []


def _start(path: Path) -> Definition:
    return Definition(path, Location(str(path), 1, 1, 1, 1), Lines(""))


def _place(path: Path, lines: Lines, start: int, end: int) -> Location:
    (line, column), (end_line, end_column) = lines.place(start), lines.place(end)
    return Location(str(path), line + 1, column + 1, end_line + 1, end_column + 1)
