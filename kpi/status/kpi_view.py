"""The view of one KPI for ``kpi show``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.data.database import text_literal
from kpi.formulas import describe, names
from kpi.frozen import frozen
from kpi.insight.forecast import Expected
from kpi.plan.checks import date_columns
from kpi.plan.model import Goal, Kpi, Plan
from kpi.run.series import Point, Results, Series, SourceUse
from kpi.status.active_target import bounds_of
from kpi.status.build_view import whole_row, with_decision
from kpi.status.insights import with_insight
from kpi.status.target_lines import target_lines
from kpi.status.target_text import bounds_in_signs, target_in_signs
from kpi.status.view import KpiRow
from kpi.values import Period, display_against, format_exact, parse_unit
from kpi.values.date_words import day_in_words

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


@frozen
class ShowView:
    """One KPI with its history, its definition and its sources.

    ``definition`` describes the formula in words, None for values entered by hand. ``measures`` are the names and
    texts of the measures that the formula uses. ``points`` are the history and the value shown, oldest first; ``line``
    is the target of each point and ``upper`` the upper bound of a range, both also of each period ``ahead``: those up
    to the date of the target, with what is expected then. ``sql`` are (source, statement) pairs in the order in which
    they ran.
    """

    row: KpiRow
    as_of: date
    goal: Goal | None
    definition: str | None
    measures: tuple[tuple[str, str], ...]
    points: tuple[Point, ...]
    line: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    sources: tuple[SourceUse, ...]
    sql: tuple[tuple[str, str], ...]
    to_date: bool = False
    ahead: tuple[tuple[Period, Expected], ...] = ()
    thresholds_display: str | None = None

    @property
    def target_display(self) -> str | None:
        """The target with the whole date, and as it is in the file if its number is computed: ``≥ 12.2k (at least
        budget)``; None without one."""
        target = self.row.target
        if target is None or self.row.target_display is None:
            return None
        by = "" if target.by is None else f" by {day_in_words(target.by)}"
        number = target_in_signs(replace(target, by=None), parse_unit(self.row.kpi.unit), self.row.point.value)
        if target.value is None:
            return number
        return number + by + ("" if target.written else f" ({target.text})")

    @property
    def baseline_display(self) -> str | None:
        """The formatted baseline, with all its digits."""
        base = self.row.kpi.baseline
        return None if base is None else format_exact(base, parse_unit(self.row.kpi.unit))

    def value_display(self, value: float, *apart_from: float) -> str:
        """A value of this KPI, formatted with enough digits to differ from each value of ``apart_from``."""
        unit = parse_unit(self.row.kpi.unit)
        return display_against(value, unit, [(">" if value > other else "<", other) for other in apart_from])


def show_view(
    checked: Checked,
    results: Results,
    id_: str,
    history: int,
    *,
    definition: str | None,
    measures: Sequence[str] = (),
    files: Sequence[Path] = (),
    to_date: bool = False,
) -> ShowView:
    """The view of the KPI ``id_`` of ``results``, with the last ``history`` values before the one shown. ``measures``
    are the names of the measures that its formula uses, ``files`` the files that were read."""
    plan = checked.plan
    kpi, series = plan.kpis[id_], results.series[id_]
    calendar = plan.calendar.build()
    row = with_decision(with_insight(whole_row(kpi, series, calendar), results, checked, history), plan, results)
    points = (*row.history, row.point)
    ahead = _ahead(row)
    line, upper = target_lines(kpi, series, (*points, *(Point(period, None) for period, _ in ahead)), calendar)
    used = set(series.sources)
    near = _near_paths(plan, files)
    return ShowView(
        row=row,
        as_of=results.as_of,
        goal=plan.goals.get(kpi.goal or ""),
        definition=definition,
        measures=tuple((name, plan.measures[name]) for name in dict.fromkeys(measures) if name in plan.measures),
        points=points,
        line=line,
        upper=upper,
        sources=tuple(use for source, use in results.sources.items() if source in used),
        sql=tuple((source, _from_folder(statement, near)) for source, statement in results.sql if source in used),
        to_date=to_date,
        ahead=ahead,
        thresholds_display=_thresholds(kpi, series, row),
    )


def kpi_view(checked: Checked, results: Results, id_: str, history: int, *, to_date: bool = False) -> ShowView:
    """The view of the KPI ``id_`` of a checked plan, its formula described in words, with the last ``history`` values
    before the one shown."""
    plan, node = checked.plan, checked.formulas.get(id_)
    files = [path for facts in checked.facts.values() for path in facts.files]
    if node is None:
        return show_view(checked, results, id_, history, definition=None, files=files, to_date=to_date)
    words = describe(node, checked.measures, date_columns(plan.sources, checked.rows))
    used = [name.name for name in names(node)]
    return show_view(checked, results, id_, history, definition=words, measures=used, files=files, to_date=to_date)


def _thresholds(kpi: Kpi, series: Series, row: KpiRow) -> str | None:
    """``green ≥ 29%, yellow ≥ 25%``; None without thresholds."""
    if kpi.thresholds is None:
        return None
    own = None if row.target is None else row.target.value
    said = []
    for status, line in (("green", kpi.thresholds.green), ("yellow", kpi.thresholds.yellow)):
        if line is not None:
            bounds = bounds_of(line, kpi, series.references, own=own)
            said.append(f"{status} {bounds_in_signs(line, bounds, parse_unit(kpi.unit), row.point.value)}")
    return ", ".join(said)


def _ahead(row: KpiRow) -> tuple[tuple[Period, Expected], ...]:
    """The forecast up to the date of the target."""
    if row.outlook is None or row.outlook.by is None:
        return ()
    return tuple((period, step) for period, step in row.outlook.steps if period.start > row.period.start)


def _near_paths(plan: Plan, files: Sequence[Path]) -> dict[str, str]:
    """The paths of project files as statements name them, and relative to the plan's folder."""
    found: dict[str, str] = {}
    for path in files:
        if path.is_relative_to(plan.root):
            near = text_literal(os.path.relpath(path, plan.folder).replace(os.sep, "/"))
            found |= {text_literal(far): near for far in (str(path), os.path.realpath(path))}
    return found


def _from_folder(statement: str, near: Mapping[str, str]) -> str:
    """The statement with the paths of project files relative to the plan's folder, so that it can be run there."""
    for far, path in near.items():
        statement = statement.replace(far, path)
    return statement
