"""The answers of the tools of ``kpi mcp``: the JSON of the commands with the same names. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.data import check_plan
from kpi.diff.compare import compare
from kpi.diff.values import compute_both
from kpi.diff.versions import open_versions
from kpi.errors import usage_errors
from kpi.lint import Options, review
from kpi.lint.registry import file_model
from kpi.plan.loading import ReadResult, read_plan
from kpi.plan.model import find_kpi
from kpi.project import refuse_invalid
from kpi.render.diff_view import view_of
from kpi.render.findings import FindingsView
from kpi.render.output import render
from kpi.render.sanitize import json_text
from kpi.session import Answer, Session, as_of_day
from kpi.status.kpi_list import KpiList
from kpi.values import parse_date

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


class Answers:
    """Answers questions about the plan in ``file``, which is read again for each.

    ``allowed`` are folders outside the project that may be read. All methods raise KpiError, and PlanError for a plan
    that is not valid.
    """

    def __init__(self, file: Path, allowed: Sequence[Path]) -> None:
        self._file, self._allowed = file, allowed

    def list(self) -> str:
        """What ``kpi list`` shows."""
        plan = self._valid().plan
        return render(KpiList(tuple(plan.kpis.values()), dict(plan.goals)), "json")

    def status(self, text: str | None = None, as_of: str | None = None) -> str:
        """What ``kpi status`` shows, of the file or of ``text`` in its place."""
        return _as_json(self._session(as_of, text).status())

    def show(self, kpi: str, as_of: str | None = None) -> str:
        """What ``kpi show`` shows of a KPI, by its id or name."""
        session = self._session(as_of)
        return _as_json(session.show(find_kpi(session.plan.kpis, kpi, by_beginning=True)))

    def lint(self, text: str | None = None) -> str:
        """The findings of ``kpi lint``, of the file or of ``text`` in its place."""
        read = self._read(text)
        found = review(check_plan(read), read.texts, Options(as_of_day(read.plan))).findings
        return render(FindingsView(found, read.places.line_text), "json")

    def diff(self, revision: str | None = None, values: bool = False) -> str:
        """What ``kpi diff`` shows."""
        before, after = open_versions(self._file, revision, Path.cwd(), self._allowed, file_model)
        checked = before.check(), after.check()
        for one in checked:
            refuse_invalid(one)
        comparison = compare(*checked)
        if not values:
            return render(view_of(before, after, comparison, None), "json")
        day = as_of_day((after if after.there else before).read.plan)
        computed, problems = compute_both(before, after, comparison, day)
        return _as_json(Answer(view_of(before, after, comparison, computed), tuple(problems)))

    def _read(self, text: str | None) -> ReadResult:
        return read_plan(self._file, text=text, allowed=self._allowed, model=file_model)

    def _session(self, as_of: str | None, text: str | None = None) -> Session:
        checked = self._valid(text)
        return Session(checked, as_of_day(checked.plan, _day(as_of)))

    def _valid(self, text: str | None = None) -> Checked:
        checked = check_plan(self._read(text))
        refuse_invalid(checked)
        return checked


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    with usage_errors("as_of"):
        return parse_date(text)


def _as_json(answer: Answer[Any]) -> str:
    """JSON with what the command would print to standard error."""
    text = render(answer.view, "json")
    if not answer.problems:
        return text
    import json

    return json_text({**json.loads(text), "problems": list(answer.problems)})
