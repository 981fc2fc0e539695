"""The Python interface: a plan with its numbers, for notebooks and scripts. See docs/python.md."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.data import check_plan
from kpi.diagnostics import Diagnostic
from kpi.errors import InputError, KpiError, UsageError, did_you_mean
from kpi.lint import Options, review
from kpi.lint.registry import file_model
from kpi.plan.checks import Checked
from kpi.plan.loading import ReadResult, find_plan, read_plan
from kpi.plan.model import Allowed, Goal, Kpi
from kpi.run.series import Against
from kpi.session import HISTORY, Session, as_of_day
from kpi.status import StatusView

if TYPE_CHECKING:
    import pandas as pd

    from kpi.diff.changes import Change


class PlanError(KpiError):
    """The plan is not valid. ``diagnostics`` are its errors, each with file, line, column and hint."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        more = f" (and {len(self.diagnostics) - 1} more)" if len(self.diagnostics) > 1 else ""
        place = first.location
        super().__init__(f"{place.file}:{place.line}:{place.column}: {first.message}{more}", hint=first.hint)


@dataclass(frozen=True, repr=False)
class Status:
    """The values and statuses of KPIs on one day. ``view`` has all details, ``problems`` what could not be computed."""

    view: StatusView
    problems: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row per KPI, in the order of the file.

        Columns: ``kpi`` (its id), ``name``, ``goal``, ``owner``, ``unit``, ``period`` (its label), ``start`` and
        ``end`` (datetime64, the end exclusive), ``value``, ``previous``, ``change``, ``target``, ``expected_now``
        (float64, NaN where there is none; a fraction where the unit is %), ``status``, ``pace`` and ``notes``.
        """
        import pandas as pd

        rows = [
            {
                "kpi": row.kpi.id,
                "name": row.name,
                "goal": row.kpi.goal,
                "owner": row.kpi.owner,
                "unit": row.kpi.unit,
                "period": row.period.label,
                "start": row.period.start,
                "end": row.period.end,
                "value": row.point.value,
                "previous": None if row.previous is None else row.previous.value,
                "change": row.change,
                "target": None if row.target is None else row.target.value,
                "expected_now": None if row.target is None else row.target.expected_now,
                "status": row.status,
                "pace": row.pace,
                "notes": "; ".join(row.notes),
            }
            for row in self.view.rows
        ]
        frame = pd.DataFrame(rows, columns=list(STATUS_TYPES))
        return frame.astype(STATUS_TYPES)

    def __getitem__(self, kpi: str) -> float | None:
        """The value of a KPI, by its id. Raises KeyError."""
        found = next((row for row in self.view.rows if row.kpi.id == kpi), None)
        if found is None:
            raise KeyError(kpi)
        return found.point.value

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.view.summary.items() if count)
        return f"<kpi status of {self.view.as_of}: {counts or 'no KPIs'}>"

    def _repr_html_(self) -> str:
        from kpi.render.status_html import render_status_html

        return render_status_html(self.view)

    def __str__(self) -> str:
        from kpi.render.output import Page, render

        return render(self.view, "table", Page(width=100))


_TEXT, _NUMBER, _DAY = "string", "float64", "datetime64[s]"
STATUS_TYPES = {
    "kpi": _TEXT, "name": _TEXT, "goal": _TEXT, "owner": _TEXT, "unit": _TEXT, "period": _TEXT, "start": _DAY,
    "end": _DAY, "value": _NUMBER, "previous": _NUMBER, "change": _NUMBER, "target": _NUMBER, "expected_now": _NUMBER,
    "status": _TEXT, "pace": _TEXT, "notes": _TEXT,
}  # fmt: skip
HISTORY_TYPES = {
    "kpi": _TEXT, "name": _TEXT, "unit": _TEXT, "period": _TEXT, "start": _DAY, "end": _DAY, "value": _NUMBER,
    "partial": "bool",
}  # fmt: skip


class Project:
    """A valid plan and what can be asked of it. Made by :func:`load`."""

    def __init__(self, read: ReadResult, checked: Checked, path: Path, allowed: Sequence[Path]) -> None:
        self.path = path
        self._read = read
        self._checked = checked
        self._allowed = allowed

    @property
    def title(self) -> str | None:
        """The title of the plan."""
        return self._checked.plan.title

    @property
    def kpis(self) -> Mapping[str, Kpi]:
        """The KPIs by id, as the file defines them."""
        return self._checked.plan.kpis

    @property
    def goals(self) -> Mapping[str, Goal]:
        """The goals by id, as the file defines them."""
        return self._checked.plan.goals

    def lint(self, *, data: bool = False, as_of: date | None = None) -> tuple[Diagnostic, ...]:
        """The findings of ``kpi lint``, by file and position. ``data`` reads the data as well."""
        return review(
            self._checked, self._read.texts, Options(as_of_day(self._checked.plan, as_of), data=data)
        ).findings

    def status(
        self,
        *,
        as_of: date | None = None,
        to_date: bool = False,
        kpis: Collection[str] | None = None,
        against: Against = "previous period",
    ) -> Status:
        """What ``kpi status`` shows: all KPIs, or those named.

        ``as_of`` is the last day that counts as over; by default that of the file, else yesterday. ``to_date`` shows
        running periods. Raises UsageError for an unknown KPI. KPIs that cannot be computed have no value, and the
        reason is in ``problems``.
        """
        return Status(*self._session(as_of, kpis).status(kpis, to_date=to_date, against=against))

    def history(
        self, kpis: str | Collection[str] | None = None, *, periods: int = HISTORY, as_of: date | None = None
    ) -> pd.DataFrame:
        """The last values of KPIs, one row per KPI and period, oldest first.

        Columns: ``kpi``, ``name``, ``unit``, ``period``, ``start`` and ``end`` (datetime64, the end exclusive),
        ``value`` (float64, NaN where there is none) and ``partial`` (the window begins before the data does). Raises
        UsageError for an unknown KPI.
        """
        import pandas as pd

        wanted = [kpis] if isinstance(kpis, str) else kpis
        results = self._session(as_of, wanted).compute(wanted, periods=periods - 1)
        rows = [
            (kpi.id, kpi.name, kpi.unit, point.period.label, point.period.start, point.period.end, point.value,
             point.partial)
            for kpi in self.kpis.values() if (series := results.series.get(kpi.id)) is not None
            for point in (*series.history, series.shown)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(HISTORY_TYPES)).astype(HISTORY_TYPES)

    def picture(self, kpi: str, *, periods: int = HISTORY + 1, as_of: date | None = None) -> str:
        """The last values of a KPI as an SVG picture, with its status, target and forecast. Raises UsageError for an
        unknown KPI."""
        from kpi.render.kpi_chart import picture
        from kpi.status.kpi_view import kpi_view

        session = self._session(as_of, [kpi])
        results = session.compute_with_insights([kpi], history=periods)
        return picture(kpi_view(session.checked, results, kpi, periods - 1))

    def frame(self, *, as_of: date | None = None) -> pd.DataFrame:
        """The status of all KPIs as a data frame; see :meth:`Status.frame`."""
        return self.status(as_of=as_of).frame()

    def diff(self, revision: str | None = None) -> tuple[Change, ...]:
        """What changed in the definitions since a revision of git, by default since the branch that others are merged
        into. Raises InputError outside a repository, and PlanError if the earlier plan is not valid."""
        from kpi.diff.compare import compare
        from kpi.diff.versions import open_versions

        before, after = open_versions(self.path, revision, Path.cwd(), self._allowed, file_model)
        checked = before.check(), after.check()
        for one in checked:
            refuse_invalid(one)
        return tuple(compare(*checked).changes)

    def _session(self, as_of: date | None, kpis: Collection[str] | None) -> Session:
        """A session with the files as they are now. Raises UsageError for an unknown KPI."""
        for name in kpis or ():
            if name not in self.kpis:
                raise UsageError(f'there is no KPI "{name}"', hint=did_you_mean(name, self.kpis))
        checked = check_plan(self._read)
        return Session(checked, as_of_day(checked.plan, as_of))

    def __repr__(self) -> str:
        return f"<kpi project {str(self.path)!r}: {len(self.kpis)} KPIs, {len(self.goals)} goals>"


def load(
    path: str | os.PathLike[str] = "kpi.yaml",
    *,
    allow_outside: Sequence[str | os.PathLike[str]] = (),
    allow_remote: Sequence[str] = (),
) -> Project:
    """Read and check a plan.

    ``path`` is its main file, or a folder in which (or above which) kpi.yaml is. Files outside the project are only
    read if they are in a folder of ``allow_outside``, and only fetched from the hosts and buckets of ``allow_remote``.
    Raises InputError if there is no file, and PlanError with ``diagnostics`` if the plan is not valid.
    """
    where = Path(path)
    if where.is_dir():
        found = find_plan(where)
        if found is None:
            raise InputError(f"there is no kpi.yaml in {where} or in a folder above")
        where = found
    allowed = Allowed((Path(folder) for folder in allow_outside), allow_remote)
    read = read_plan(where, allowed=allowed, model=file_model)
    checked = check_plan(read)
    refuse_invalid(checked)
    return Project(read, checked, where, allowed)


def refuse_invalid(checked: Checked) -> None:
    """Raises PlanError for a plan that is not valid."""
    errors = [found for found in checked.diagnostics if found.severity == "error"]
    if errors:
        raise PlanError(errors)
