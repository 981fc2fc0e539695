"""One plan as it stands in an editor: read, checked and linted on texts that need not be saved. Nothing is computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.data import check_plan
from kpi.lint import Options, lint
from kpi.lsp.position_encoding import Lines
from kpi.plan.loading import read_plan
from kpi.plan.model.column_names import folded

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kpi.diagnostics import Diagnostic
    from kpi.lsp.values import Value
    from kpi.plan.checks import Checked
    from kpi.plan.loading import ReadResult
    from kpi.plan.model import Plan

DayOf = Callable[["Plan"], date]


def real(path: Path) -> Path:
    """The one name of a file that may be reached by several: absolute, symbolic links followed."""
    return Path(os.path.realpath(path))


class Column(NamedTuple):
    """A column of a source by the name that formulas use: its header in the files, the expression that computes it, and
    the type declared for it, each None where there is none."""

    name: str
    header: str | None = None
    computed: str | None = None
    type: str | None = None


class Analysis:
    """What is known of one plan. ``main`` is its main file, ``day`` the last day that counts as over, ``findings`` all
    that is to be said about it; files are named as in ``read``, relative to the main file's folder. ``values`` are the
    KPIs' values that were asked for, as they come in."""

    def __init__(
        self,
        main: Path,
        read: ReadResult,
        checked: Checked,
        findings: tuple[Diagnostic, ...],
        day: date,
        texts: Mapping[Path, str],
    ) -> None:
        self.main = main
        self.read = read
        self.checked = checked
        self.plan = checked.plan
        self.findings = findings
        self.day = day
        self.values: dict[str, Future[Value]] = {}
        self.files = {real(self.path_of(file)): file for file in read.texts}
        self._lines: dict[str, Lines] = {}
        self._columns: dict[str, dict[str, Column]] = {}
        data = [path for facts in checked.facts.values() for path in facts.files]
        self.data = {path: _stamp(path) for path in data}
        self._stamps = {path: None if path in texts else _stamp(path) for path in self.files}

    def path_of(self, file: str) -> Path:
        """The path of a file of the plan."""
        return self.main.parent / file

    def lines(self, file: str) -> Lines:
        """The lines of a file of the plan, as it was read."""
        if file not in self._lines:
            self._lines[file] = Lines(self.read.texts.get(file, ""))
        return self._lines[file]

    def is_current(self, texts: Mapping[Path, str], day_of: DayOf) -> bool:
        """Whether neither the texts in the editor nor the plan's files nor the data have changed since."""
        for path, file in self.files.items():
            text = texts.get(path)
            if text is None and (self._stamps[path] is None or self._stamps[path] != _stamp(path)):
                return False
            if text is not None and text != self.read.texts[file]:
                return False
        return self.day == day_of(self.plan) and all(stamp == _stamp(path) for path, stamp in self.data.items())

    def kind_of(self, name: str) -> Literal["kpi", "measure"] | None:
        """Whether a name in a formula is that of a "kpi" or of a "measure"; None for neither."""
        return "kpi" if name in self.plan.kpis else "measure" if name in self.plan.measures else None

    def columns(self, source_id: str) -> dict[str, Column]:
        """The columns of a source, by their names without regard to case; where its files cannot tell, those that the
        plan itself names. Empty for a source that there is none of."""
        if source_id not in self._columns:
            self._columns[source_id] = self._find_columns(source_id)
        return self._columns[source_id]

    def _find_columns(self, source_id: str) -> dict[str, Column]:
        source = self.plan.sources.get(source_id)
        if source is None:
            return {}
        found = {name: Column(name, header) for name, header in source.columns.items()}
        facts = self.checked.facts.get(source_id)
        if facts is not None and facts.columns is not None:
            found |= {name: Column(name, header) for name, header in facts.columns.items()}
        else:
            named = (source.date, source.from_, source.until, source.through, *source.types)
            found |= {name: Column(name) for name in named if name is not None and name not in found}
        found |= {name: Column(name, computed=text) for name, text in source.computed.items()}
        types = {folded(name): text for name, text in source.types.items()}
        return {folded(name): one._replace(type=types.get(folded(name))) for name, one in found.items()}


def analyse(main: Path, texts: Mapping[Path, str], day_of: DayOf, allowed: Sequence[Path] = ()) -> Analysis:
    """The analysis of the plan whose main file is ``main``. ``texts`` are those in the editor, by real paths.

    Raises InputError when the main file is neither open nor readable.
    """
    read = read_plan(main, text=texts.get(real(main)), cwd=main.parent, allowed=allowed, unsaved=texts)
    checked = check_plan(read)
    day = day_of(read.plan)
    return Analysis(main, read, checked, lint(checked, read.texts, Options(day)), day, texts)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
