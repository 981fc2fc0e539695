"""From a plan and what was computed to the view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from kpi.plan.model import Kpi, Plan
from kpi.run.series import EACH, EMPTY, REST, Against, Results, Series, SplitSeries
from kpi.status.evaluation import judge
from kpi.status.grouping import By, group_rows
from kpi.status.result import STATUSES, Judgement
from kpi.status.target_text import target_in_signs
from kpi.status.view import KpiRow, PartRow, StatusView
from kpi.values import Calendar, Unit, difference, display_against, format_change, format_value, parse_unit


def status_view(
    plan: Plan, results: Results, *, by: By = "goal", to_date: bool = False, against: Against = "previous period"
) -> StatusView:
    """Judges every KPI in ``results`` and puts them together ``by`` goal or else."""
    calendar = plan.calendar.build()
    rows = [whole_row(kpi, results.series[id_], calendar) for id_, kpi in plan.kpis.items() if id_ in results.series]
    rows = [replace(row, warnings=_guardrails_that_broke(row, rows) + row.warnings) for row in rows]
    summary = {status: sum(row.status == status for row in rows) for status in STATUSES}
    return StatusView(plan.title, results.as_of, tuple(rows), group_rows(plan, rows, by), summary, to_date, against)


def whole_row(kpi: Kpi, series: Series, calendar: Calendar) -> KpiRow:
    """One row, judged, with its parts where it is split."""
    row = kpi_row(kpi, series, judge(kpi, series, calendar))
    split = series.split
    if split is None or split.problem is not None:
        return row
    return replace(row, by=split.by, parts=tuple(part_rows(kpi, split, calendar)), warnings=split.notes)


def part_rows(kpi: Kpi, split: SplitSeries, calendar: Calendar) -> Iterator[PartRow]:
    """The parts of a KPI, each held against the target that is its own or that of each, else against that of the KPI;
    but what is made of its parts, such as a sum, has a target that is of all of them together."""
    values = {part.value for part in split.parts if not part.other}
    targets = {} if kpi.split is None else kpi.split.targets
    for part in split.parts:
        name = EMPTY if part.value is None else part.value
        if part.other:
            name = REST if REST not in values else f"all {REST}"
        own = kpi.model_copy(update={"name": name, "when_red": None, "split": None})
        target = targets.get(name) or (None if part.other else targets.get(EACH))
        if target is not None:
            own = own.model_copy(update={"target": target, "thresholds": None})
        elif split.amount:
            own = own.model_copy(update={"target": None, "thresholds": None})
        if split.amount:
            own = own.model_copy(update={"baseline": None})
        row = replace(kpi_row(own, part.series, judge(own, part.series, calendar)), is_part=True)
        yield PartRow(row, "other" if part.other else "empty" if part.value is None else "value", part.values)


def kpi_row(kpi: Kpi, series: Series, judgement: Judgement) -> KpiRow:
    """One row. A stale value is shown without a change: what it would be measured against is stale as well."""
    unit = parse_unit(kpi.unit)
    point, stale = judgement.point, judgement.status == "stale"
    value = point.value
    previous = None if stale or series.previous is None or series.previous.value is None else series.previous
    change = None
    if previous is not None and previous.value is not None and value is not None:
        change = difference(value, previous.value)
        change = change if isfinite(change) else None  # of two numbers at the ends of what a number can be
    target = judgement.target
    return KpiRow(
        kpi=kpi,
        point=point,
        status=judgement.status,
        display=None if value is None else _display(value, unit, judgement),
        previous=previous,
        change=change,
        change_display=None if change is None else format_change(change, unit),
        target=target,
        target_display=None if target is None else target_in_signs(target, unit, value),
        pace=judgement.pace,
        message=judgement.message,
        history=series.last_history if stale else series.history,
    )


def _display(value: float, unit: Unit, judgement: Judgement) -> str:
    """The value for people, with as many digits as it takes not to contradict the status (rule S9)."""
    if not judgement.comparisons:
        return format_value(value, unit)
    return display_against(value, unit, judgement.comparisons)


def _guardrails_that_broke(row: KpiRow, rows: list[KpiRow]) -> tuple[str, ...]:
    """Says so where the KPI got better while a KPI that must not get worse for it did, and is red."""
    if not _improved(row):
        return ()
    guardrails = [other for other in rows if other.kpi.id in row.kpi.guardrails]
    broken = [other.name for other in guardrails if other.status == "red" and _worsened(other)]
    return tuple(f"got better while its guardrail {name} got worse and is red" for name in broken)


def _improved(row: KpiRow) -> bool:
    return _sign_of_better(row) * (row.change or 0) > 0


def _worsened(row: KpiRow) -> bool:
    return _sign_of_better(row) * (row.change or 0) < 0


def _sign_of_better(row: KpiRow) -> int:
    op = None if row.target is None else row.target.op
    return {">=": 1, ">": 1, "<=": -1, "<": -1}.get(op or "", 0)
