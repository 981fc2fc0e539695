"""What was last computed without a mistake, and the mistake since then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from kpi.clock import now
from kpi.data import check_plan
from kpi.errors import KpiError
from kpi.live.watched import Watched
from kpi.plan.loading import read_plan
from kpi.render.findings import FindingsView, summary_line
from kpi.render.output import Page, render
from kpi.render.sanitize import visible_lines

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.loading import FileModel
    from kpi.plan.model import Plan

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """``good`` is what was last computed, at the time ``computed``; None if nothing ever was. ``mistake`` is why it is
    not what the files say now."""

    good: T | None = None
    computed: datetime | None = None
    mistake: str | None = None


class LastGood(Generic[T]):
    """Computes a plan again and again, and keeps the last result without a mistake.

    ``compute`` makes the result of a valid plan and may raise KpiError; ``allowed``, ``model`` and ``day_of`` are those
    of the command.
    """

    def __init__(
        self,
        main: Path,
        compute: Callable[[Checked], T],
        *,
        day_of: Callable[[Plan], date],
        model: FileModel,
        allowed: Sequence[Path] = (),
        page: Page | None = None,
    ) -> None:
        self.watched = Watched(main, day_of)
        self.last: Outcome[T] = Outcome()
        self._main, self._compute, self._model, self._allowed = main, compute, model, allowed
        self._page = page or Page()

    def update(self) -> Outcome[T]:
        """Read and compute again."""
        self.watched.begin()
        checked: Checked | None = None
        try:
            read = read_plan(self._main, allowed=self._allowed, model=self._model)
            checked = check_plan(read)
            errors = [found for found in checked.diagnostics if found.severity == "error"]
            if errors:
                text = render(FindingsView(errors, read.places.line_text), "text", self._page)
                self.last = self._with(f"{text}\n\n{summary_line(errors)}")
            else:
                good = self._compute(checked)
                self.last = Outcome(good, now(checked.plan.calendar.timezone))
        except KpiError as fault:
            self.last = self._with(visible_lines(fault.message + (f"\n  {fault.hint}" if fault.hint else "")))
        self.watched.end(checked)
        return self.last

    def _with(self, mistake: str) -> Outcome[T]:
        return Outcome(self.last.good, self.last.computed, mistake)
