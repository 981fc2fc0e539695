"""The view of ``kpi dashboard``: the whole plan with its numbers, for one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kpi.plan.decisions import decisions_about, next_day
from kpi.review.agenda import Agenda, agenda
from kpi.status import Group, StatusView, status_view
from kpi.status.goals_view import GoalsView, goals_view
from kpi.status.grouping import By, group_rows
from kpi.status.kpi_view import ShowView, kpi_view

if TYPE_CHECKING:
    from kpi.plan.checks import Checked
    from kpi.plan.model import Decision
    from kpi.run.series import Results


@dataclass(frozen=True)
class DashboardView:
    """All KPIs of a plan with their histories and definitions.

    ``status`` is what ``kpi status`` shows, ``kpis`` the view of each KPI by its id, ``sections`` the other groupings
    that the plan has (by perspective, by owner). ``statements`` are the SQL statements that were run, by source.
    ``goals`` is the tree of goals, ``agenda`` what needs a look now, ``decisions`` those about each KPI, newest first.
    ``computed`` is the time at which the page was made and ``commit`` the commit of the definitions; None outside a
    repository. ``mistake`` is why the numbers are not those of the files as they are now.
    """

    status: StatusView
    kpis: Mapping[str, ShowView]
    sections: Mapping[By, tuple[Group, ...]]
    statements: Mapping[str, tuple[str, ...]]
    computed: datetime
    commit: str | None = None
    mistake: str | None = None
    goals: GoalsView | None = None
    agenda: Agenda | None = None
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class MistakeView:
    """A plan that could not be computed yet, and why."""

    mistake: str


def dashboard_view(
    checked: Checked,
    results: Results,
    history: int,
    *,
    computed: datetime,
    commit: str | None = None,
    to_date: bool = False,
) -> DashboardView:
    """The view of all KPIs in ``results``, each with the last ``history`` values before the one shown.

    A grouping is left out if no KPI has a value for it.
    """
    plan = checked.plan
    status = status_view(plan, results, to_date=to_date)
    kpis = {row.kpi.id: kpi_view(checked, results, row.kpi.id, history, to_date=to_date) for row in status.rows}
    sections = {by: groups for by in _SECTIONS if len(groups := group_rows(plan, status.rows, by)) > 1}
    today = next_day(results.as_of)
    return DashboardView(
        status,
        kpis,
        sections,
        _statements(kpis.values()),
        computed,
        commit,
        goals=goals_view(plan, status),
        agenda=agenda(plan, _with_insights(status, kpis), results),
        decisions={id_: made[::-1] for id_ in kpis if (made := decisions_about(plan, id_, today))},
    )


_SECTIONS: tuple[By, ...] = ("perspective", "owner")


def _with_insights(status: StatusView, kpis: Mapping[str, ShowView]) -> StatusView:
    """The status with the forecasts and signs that the views of its KPIs have."""
    rows = (replace(row, outlook=(own := kpis[row.kpi.id].row).outlook, signs=own.signs) for row in status.rows)
    return replace(status, rows=tuple(rows))


def _statements(kpis: Iterable[ShowView]) -> dict[str, tuple[str, ...]]:
    """Each statement once, by source."""
    found: dict[str, dict[str, None]] = {}
    for view in kpis:
        for source, statement in view.sql:
            found.setdefault(source, {})[statement] = None
    return {source: tuple(statements) for source, statements in found.items()}
