"""What can be asked of a valid plan. The command line, the Python interface, live pages, agents and editors all ask
here, so that they cannot give different answers.

The modules behind an answer are imported when it is asked for: ``kpi status`` must not load what only ``kpi review``
needs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from kpi.clock import now, yesterday
from kpi.errors import KpiError
from kpi.frozen import frozen

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Plan
    from kpi.plan.model.goal import Framework
    from kpi.review import Agenda, Expiring, Grid
    from kpi.review.dashboard_view import DashboardView
    from kpi.review.trailing import Trailing
    from kpi.run.series import Against, Results
    from kpi.status import By, StatusView
    from kpi.status.claims import EvidenceView
    from kpi.status.explain import ExplainView
    from kpi.status.goals_view import Detail, GoalsView
    from kpi.status.kpi_view import ShowView
    from kpi.status.matrix import Matrix
    from kpi.status.source_view import SourcesView

T = TypeVar("T")

HISTORY = 12  # values before the current one, in the sparkline and in JSON
LONG_HISTORY = 24  # of one KPI: twice as many
PAGE_HISTORY = 23  # of the dashboard, so that two years of months are shown


class Answer(NamedTuple, Generic[T]):
    """A view, and why values in it could not be computed."""

    view: T
    problems: tuple[str, ...] = ()


def as_of_day(plan: Plan, asked: date | None = None) -> date:
    """The last day that counts as over: the one asked for, else the file's ``as_of``, else yesterday."""
    return asked or plan.as_of or yesterday(plan.calendar.timezone)


@frozen
class Session:
    """A valid plan on a day, with the limits of what is computed for it.

    ``day`` is the last day that counts as over. ``cache`` is the folder for results of earlier runs, None for none;
    ``memory`` and ``seconds`` are as in :func:`kpi.run.compute`. ``progress`` says what is being done while it is.
    """

    checked: Checked
    day: date
    cache: Path | None = None
    memory: str | None = None
    seconds: float | None = None
    progress: Callable[[str], AbstractContextManager[object]] = nullcontext

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.checked.plan

    def compute(
        self,
        kpis: Collection[str] | None = None,
        *,
        periods: int = HISTORY,
        to_date: bool = False,
        against: Against = "previous period",
        parts: bool = True,
        of: Checked | None = None,
    ) -> Results:
        """The series of KPIs (None: all); see :func:`kpi.run.compute`. ``of`` is a plan made from that of the session,
        with other splits or KPIs added."""
        from kpi.run import compute

        checked = of or self.checked
        count = len(checked.plan.kpis if kpis is None else kpis)
        with self.progress(f"Computing {count} KPI{'' if count == 1 else 's'}"):
            return compute(
                checked, self.day, kpis=kpis, periods=periods, to_date=to_date, against=against, parts=parts,
                cache=self.cache, memory=self.memory, seconds=self.seconds,
            )  # fmt: skip

    def compute_with_insights(
        self, kpis: Collection[str] | None = None, *, history: int = HISTORY, to_date: bool = False, parts: bool = True
    ) -> Results:
        """The series of KPIs, long enough for forecasts, signals and evidence."""
        from kpi.status.insights import periods_needed

        chosen = [self.plan.kpis[id_] for id_ in (self.plan.kpis if kpis is None else kpis)]
        return self.compute(kpis, periods=periods_needed(chosen, history), to_date=to_date, parts=parts)

    def status(
        self,
        kpis: Collection[str] | None = None,
        *,
        by: By = "goal",
        to_date: bool = False,
        against: Against = "previous period",
        history: int = HISTORY,
        split: str | None = None,
        forecast: bool = False,
    ) -> Answer[StatusView]:
        """What ``kpi status`` shows of KPIs (None: all). ``split`` is a column by whose values they are split as well.
        Raises KpiError for a column that none of them has."""
        from kpi.status import status_view

        checked, wanted = self.checked, self.plan.kpis if kpis is None else kpis
        if split is not None:
            from kpi.plan.checks.splits import cannot_split, split_by

            checked = split_by(checked, wanted, split)
        periods = history
        if forecast:
            from kpi.status.insights import periods_needed, with_insights

            periods = periods_needed((self.plan.kpis[id_] for id_ in wanted), history)
        results = self.compute(kpis, periods=periods, to_date=to_date, against=against, of=checked)
        if split is not None and not results.problems and not any(one.split for one in results.series.values()):
            raise cannot_split(checked, wanted, split)  # the columns are known only once the rows have been read
        view = status_view(checked.plan, results, by=by, to_date=to_date, against=against)
        if forecast:
            view = with_insights(view, results, checked, HISTORY)
        return Answer(view, results.problems)

    def matrix(self, view: StatusView, periods: int) -> Matrix:
        """The values of the last periods side by side, of a status with so much history."""
        from kpi.status.matrix import matrix

        return matrix(self.plan, view, periods)

    def show(self, kpi: str, *, to_date: bool = False) -> Answer[ShowView]:
        """What ``kpi show`` shows of the KPI with this id."""
        from kpi.status.kpi_view import kpi_view

        results = self.compute_with_insights([kpi], history=LONG_HISTORY, to_date=to_date)
        return Answer(kpi_view(self.checked, results, kpi, LONG_HISTORY, to_date=to_date), results.problems)

    def explain(
        self, kpi: str, *, by: str | None = None, against: Against = "previous period", to_date: bool = False
    ) -> ExplainView:
        """What moved the KPI with this id: by the parts of its formula, or by the values of a column. Raises KpiError
        where there is nothing to compare."""
        from kpi.status.explain import by_column, by_formula, explain_by_column, explain_by_formula

        def computed(of: Checked) -> Results:
            kpis = sorted({kpi, *(of.plan.kpis.keys() - self.plan.kpis.keys())})
            return self.compute(kpis, periods=1, to_date=to_date, against=against, of=of)

        if by is None:
            changed, part = by_formula(self.checked, kpi)
            return explain_by_formula(changed, computed(changed), kpi, part)
        from kpi.plan.checks.splits import split_by

        split_by(self.checked, [kpi], by, "--by")  # which says what is wrong with the column
        changed, ratio, ids = by_column(self.checked, kpi, by)
        return explain_by_column(changed, computed(changed), kpi, ids, ratio.factor)

    def goals(self, framework: Framework | None = None, cycle: str | None = None) -> Answer[GoalsView]:
        """What ``kpi goals`` shows. Raises TextError for a cycle that is no period."""
        from kpi.status import status_view
        from kpi.status.goals_view import goals_view

        # The one metric is shown with the chart of `kpi show` and the sentence of `kpi explain`.
        ones = {id_ for id_, goal in self.plan.goals.items() if goal.framework == framework == "omtm"}
        large = [kpi.id for kpi in self.plan.kpis.values() if kpi.goal in ones]
        results = self.compute()
        details = {id_: self._detail(id_) for id_ in large}
        view = goals_view(self.plan, status_view(self.plan, results), framework=framework, cycle=cycle, details=details)
        return Answer(view, results.problems)

    def _detail(self, kpi: str) -> Detail:
        """The history of a KPI, and what moved it by the parts of its formula."""
        from kpi.status.goals_view import Detail

        show = self.show(kpi).view
        try:
            return Detail(show, self.explain(kpi))
        except KpiError:  # no formula, or no value to compare with: the row says so
            return Detail(show)

    def review(self) -> Answer[Agenda]:
        """What ``kpi review`` shows."""
        from kpi.review import agenda

        view, results = self.judged()
        return Answer(agenda(self.plan, view, results, self._expiring()), results.problems)

    def grid(self) -> Answer[Grid]:
        """What ``kpi review --grid`` shows: the last thirteen periods."""
        from kpi.review.grid import grid, periods_back
        from kpi.status import status_view

        results = self.compute(periods=periods_back(self.plan), parts=False)
        return Answer(grid(self.plan, status_view(self.plan, results), results), results.problems)

    def trailing(self) -> Answer[Trailing]:
        """What ``kpi review --trailing`` shows: six weeks and twelve months."""
        from kpi.review.trailing import lengths, periods_back, restated, trailing
        from kpi.status import status_view

        own = self.compute(parts=False)
        found = {}
        for every in lengths(self.checked):
            other, ids = restated(self.checked, every)
            if ids:
                found[every] = self.compute(ids, periods=periods_back(every), parts=False, of=other)
        return Answer(trailing(self.checked, status_view(self.plan, own), found), own.problems)

    def _expiring(self) -> Iterator[Expiring]:
        """The comments in the files of the plan that suppress findings until a day."""
        texts = self.checked.places.texts
        if not any("kpi:" in text for text in texts.values()):
            return
        from kpi.lint.registry import RULES
        from kpi.lint.selection import codes
        from kpi.lint.suppressions import find_suppressions
        from kpi.review import Expiring

        for comment in find_suppressions(texts, codes(RULES)):
            if comment.until is not None:
                rules = tuple(code for code, _, _ in comment.named)
                yield Expiring(comment.file, comment.place.line, rules, comment.until)

    def judged(self, kpis: Collection[str] | None = None) -> tuple[StatusView, Results]:
        """The status of KPIs with forecasts and signals, and the results that it was made from."""
        from kpi.status import status_view
        from kpi.status.insights import with_insights

        results = self.compute_with_insights(kpis, parts=False)
        return with_insights(status_view(self.plan, results), results, self.checked, HISTORY), results

    def evidence(self) -> Answer[EvidenceView]:
        """What ``kpi evidence`` shows."""
        from kpi.status.claims import claims_of, evidence_view

        kpis = list(dict.fromkeys(kpi.id for claim in claims_of(self.plan) for kpi in (claim.first, claim.second)))
        results = self.compute_with_insights(kpis, history=1, parts=False)
        return Answer(evidence_view(self.plan, results), results.problems)

    def sources(self, names: Collection[str] | None = None) -> Answer[SourcesView]:
        """What ``kpi sources`` shows of sources (None: all); the problems are the ids of those that cannot be read."""
        from kpi.run.profile import profile_sources
        from kpi.status.source_view import sources_view

        with self.progress("Reading the sources"):
            found = profile_sources(self.checked, self.day, names, memory=self.memory, seconds=self.seconds)
        failed = tuple(name for name, each in found.items() if each.problem is not None)
        return Answer(sources_view(self.checked, self.day, found), failed)

    def dashboard(self, *, to_date: bool = False) -> Answer[DashboardView]:
        """What ``kpi dashboard`` shows."""
        from kpi.review.dashboard_view import dashboard_view

        results = self.compute_with_insights(history=PAGE_HISTORY, to_date=to_date)
        view = dashboard_view(
            self.checked, results, PAGE_HISTORY, computed=now(self.plan.calendar.timezone), commit=self.commit(),
            to_date=to_date,
        )  # fmt: skip
        return Answer(view, results.problems)

    def commit(self) -> str | None:
        """The commit that the definitions are from; None outside a repository."""
        from kpi.diff.git import SHORT, Repository

        try:
            return f"commit {Repository.around(self.plan.folder).commit('HEAD')[:SHORT]}"
        except KpiError:
            return None
