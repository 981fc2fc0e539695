"""Adds to a status view what the history of each KPI says: its forecast, and whether its value is news."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi.insight.history import LENGTHS
from kpi.status.outlook import outlook_of
from kpi.status.signs import signs_of
from kpi.status.view import KpiRow, StatusView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi.plan.checks import Checked
    from kpi.plan.model import Kpi
    from kpi.run.series import Results


def periods_needed(kpis: Iterable[Kpi], least: int) -> int:
    """How many periods of history the forecasts of these KPIs need, at least ``least``."""
    return max((LENGTHS.get(kpi.every, min(LENGTHS.values())) for kpi in kpis), default=least)


def with_insights(view: StatusView, results: Results, checked: Checked, history: int) -> StatusView:
    """The view with the forecast and signs of each KPI, and with the last ``history`` values of the history that they
    were made from."""
    rows = {row.kpi.id: with_insight(row, results, checked, history) for row in view.rows}
    groups = tuple(replace(group, rows=tuple(rows[row.kpi.id] for row in group.rows)) for group in view.groups)
    return replace(view, rows=tuple(rows.values()), groups=groups)


def with_insight(row: KpiRow, results: Results, checked: Checked, history: int) -> KpiRow:
    """The row of one KPI with its forecast and signs; see :func:`with_insights`."""
    points = (*row.history, row.point)
    series = results.series[row.kpi.id]
    outlook = outlook_of(row.kpi, series, points, checked)
    signs = signs_of(row.kpi, series, points, checked)
    return replace(row.shortened(history), outlook=outlook, signs=signs)
