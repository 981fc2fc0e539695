"""The analysis of one plan in an editor: read, checked and linted, including unsaved texts. Computes no values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic
from kpi.formulas.column_names import folded
from kpi.lint import Options, lint
from kpi.lint.registry import file_model
from kpi.lsp.position_encoding import Lines
from kpi.plan.checks import Checked
from kpi.plan.loading import ReadResult, read_plan
from kpi.plan.model import Plan

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kpi.status import KpiRow

DayOf = Callable[["Plan"], date]


def real(path: Path) -> Path:
    """The canonical path of a file: absolute, with symbolic links resolved."""
    return Path(os.path.realpath(path))


class Column(NamedTuple):
    """A column of a source. ``name`` is used in formulas; ``header`` is the header in the files, ``computed`` the
    expression that computes it and ``type`` its declared type, each None if there is none."""

    name: str
    header: str | None = None
    computed: str | None = None
    type: str | None = None


class Value(NamedTuple):
    """The current row of a KPI, or a sentence that says why it was not computed."""

    row: KpiRow | None = None
    problem: str | None = None


class Analysis:
    """The analysis of one plan.

    ``main`` is its main file, ``day`` the day as of which values are computed and ``findings`` all diagnostics. Files
    are named as in ``read``, relative to the folder of the main file. ``values`` are the values of KPIs that were
    requested; they are computed in the background.
    """

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
        """The absolute path of a file of the plan."""
        return self.main.parent / file

    def lines(self, file: str) -> Lines:
        """The lines of a file of the plan, as read."""
        if file not in self._lines:
            self._lines[file] = Lines(self.read.texts.get(file, ""))
        return self._lines[file]

    def is_current(self, texts: Mapping[Path, str], day_of: DayOf) -> bool:
        """Whether the texts in the editor, the plan's files and the data files are unchanged since this analysis."""
        for path, file in self.files.items():
            text = texts.get(path)
            if text is None and (self._stamps[path] is None or self._stamps[path] != _stamp(path)):
                return False
            if text is not None and text != self.read.texts[file]:
                return False
        return self.day == day_of(self.plan) and all(stamp == _stamp(path) for path, stamp in self.data.items())

    def kind_of(self, name: str) -> Literal["kpi", "measure"] | None:
        """Whether a name in a formula is a "kpi" or a "measure"; None if it is neither."""
        return "kpi" if name in self.plan.kpis else "measure" if name in self.plan.measures else None

    def columns(self, source_id: str) -> dict[str, Column]:
        """The columns of a source by their names in lower case. If its files cannot be read, those that the plan names.
        Empty if there is no such source."""
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
    """Analyse the plan with the main file ``main``. ``texts`` are the texts in the editor, by canonical path.

    Raises InputError if the main file is neither open nor readable.
    """
    text = texts.get(real(main))
    read = read_plan(main, text=text, cwd=main.parent, allowed=allowed, unsaved=texts, model=file_model)
    checked = check_plan(read)
    day = day_of(read.plan)
    return Analysis(main, read, checked, lint(checked, read.texts, Options(day)), day, texts)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
