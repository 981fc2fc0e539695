"""The findings that an editor shows, file by file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.lsp.position_encoding import Lines

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.lsp.analysis import Analysis


class FileFindings(NamedTuple):
    """What is to be shown in one file, in order, and the lines of the text that it is about."""

    findings: tuple[Diagnostic, ...]
    lines: Lines


class Published:
    """Remembers what is shown, so that only changes need be told and nothing stays that holds no more."""

    def __init__(self) -> None:
        self._shown: dict[Path, tuple[Diagnostic, ...]] = {}

    def changes(self, analyses: Iterable[Analysis], again: Collection[Path] = ()) -> dict[Path, FileFindings]:
        """For each file, by its real path, of which something else is to be shown than is, or that is in ``again``,
        what is to be shown. ``analyses`` are all plans of open files; a file of several has each finding once."""
        found: dict[Path, dict[object, Diagnostic]] = {}
        lines: dict[Path, Lines] = {}
        for analysis in analyses:
            paths = {file: path for path, file in analysis.files.items()}
            for file, path in paths.items():
                found.setdefault(path, {})
                lines.setdefault(path, analysis.lines(file))
            for one in analysis.findings:
                place = one.location
                same = (one.code, one.message, place.line, place.column, place.end_line, place.end_column)
                found[paths[place.file]].setdefault(same, one)
        now = {path: tuple(each.values()) for path, each in found.items()}
        told = {
            path: FileFindings(each, lines[path])
            for path, each in now.items()
            if path in again or self._shown.get(path, ()) != each
        }
        told |= {path: FileFindings((), Lines("")) for path, each in self._shown.items() if each and path not in now}
        self._shown = now
        return told
