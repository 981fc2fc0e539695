"""Keeps track of the diagnostics that an editor shows for each file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from kpi.diagnostics import Diagnostic
from kpi.lsp.analysis import Analysis
from kpi.lsp.position_encoding import Lines


class FileFindings(NamedTuple):
    """The findings to show in one file, in order, and the lines of its text."""

    findings: tuple[Diagnostic, ...]
    lines: Lines


class Published:
    """The findings that were last sent to the editor, so that only changes are sent and obsolete ones are removed."""

    def __init__(self) -> None:
        self._shown: dict[Path, tuple[Diagnostic, ...]] = {}

    def changes(self, analyses: Iterable[Analysis], again: Collection[Path] = ()) -> dict[Path, FileFindings]:
        """The findings to send after a review of all open plans, by canonical path.

        Contains the files whose findings changed and those of ``again``. ``analyses`` are the analyses of all plans
        with an open file. A finding that several plans have in a shared file is listed once.
        """
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
        changed = {
            path: FileFindings(each, lines[path])
            for path, each in now.items()
            if path in again or self._shown.get(path, ()) != each
        }
        changed |= {path: FileFindings((), Lines("")) for path, each in self._shown.items() if each and path not in now}
        self._shown = now
        return changed
