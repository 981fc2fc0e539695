"""Builds the status view from a plan and its computed results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite

from kpi.plan.decisions import next_day
from kpi.plan.model import Kpi, Plan
from kpi.run.series import EACH, EMPTY, REST, Against, Point, Results, Series, SplitSeries
from kpi.status.decision import last_outcome
from kpi.status.doubts import doubt_about
from kpi.status.evaluation import evaluate_status
from kpi.status.grouping import By, group_rows
from kpi.status.result import STATUSES, StatusResult
from kpi.status.target_text import expected_now, target_in_signs
from kpi.status.view import KpiRow, PartRow, StatusView
from kpi.values import Calendar, Unit, difference, display_against, format_change, format_value, parse_unit


def status_view(
    plan: Plan, results: Results, *, by: By = "goal", to_date: bool = False, against: Against = "previous period"
) -> StatusView:
    """The view of every KPI in ``results``, grouped ``by`` goal, owner, perspective, level or tag."""
    calendar = plan.calendar.build()
    rows = [whole_row(kpi, results.series[id_], calendar) for id_, kpi in plan.kpis.items() if id_ in results.series]
    by_id = {row.kpi.id: row for row in rows}
    rows = [with_decision(replace(row, notes=_guardrail_notes(row, by_id) + row.notes), plan, results) for row in rows]
    summary = {status: sum(one.status == status for row in rows for one in row.judged) for status in STATUSES}
    return StatusView(plan.title, results.as_of, tuple(rows), group_rows(plan, rows, by), summary, to_date, against)


def whole_row(kpi: Kpi, series: Series, calendar: Calendar) -> KpiRow:
    """The row of a KPI, with the rows of its parts if it is split."""
    row = kpi_row(kpi, series, evaluate_status(kpi, series, calendar))
    split = series.split
    if split is None:
        return row
    if split.problem is not None:
        return replace(row, notes=(*row.notes, split.problem))
    return replace(row, by=split.by, parts=tuple(part_rows(kpi, split, calendar)), notes=row.notes + split.notes)


def with_decision(row: KpiRow, plan: Plan, results: Results) -> KpiRow:
    """The row with the last decision about its KPI and what became of it, if there is one."""
    outcome = last_outcome(plan, row, next_day(results.as_of)) if plan.decisions else None
    return row if outcome is None else replace(row, decision=outcome)


def part_rows(kpi: Kpi, split: SplitSeries, calendar: Calendar) -> Iterator[PartRow]:
    """The parts of a split KPI.

    A part is compared with its own target, else with the target for each part, else with the target of the KPI. If the
    KPI is the sum of its parts, its target applies to all parts together, so a part without its own target has none.
    """
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
        row = replace(kpi_row(own, part.series, evaluate_status(own, part.series, calendar)), is_part=True)
        yield PartRow(row, "other" if part.other else "empty" if part.value is None else "value", part.values)


def kpi_row(kpi: Kpi, series: Series, result: StatusResult) -> KpiRow:
    """One row. A stale value has no change, because the value that it would be compared with is stale as well."""
    unit = parse_unit(kpi.unit)
    point, stale = result.point, result.status == "stale"
    value = point.value
    previous = None if stale or series.previous is None or series.previous.value is None else series.previous
    change = None
    if previous is not None and previous.value is not None and value is not None:
        change = difference(value, previous.value)
        change = change if isfinite(change) else None  # the difference of two huge numbers can overflow
    target = result.target
    return KpiRow(
        kpi=kpi,
        point=point,
        status=result.status,
        display=None if value is None else _display(value, unit, result),
        previous=previous,
        change=change,
        change_display=None if change is None else format_change(change, unit, value),
        bounds=result.comparisons,
        target=target,
        target_display=None if target is None else target_in_signs(target, unit, value),
        expected_display=None if target is None else expected_now(target, unit, value),
        pace=result.pace,
        message=result.message,
        notes=series.notes + _doubts(point, unit),
        history=series.last_history if stale else series.history,
    )


def _doubts(point: Point, unit: Unit) -> tuple[str, ...]:
    """The doubt of ``kpi lint --data`` about the value shown, as a note (rule V14)."""
    doubt = doubt_about(point, unit)
    return () if doubt is None else (f"the value {doubt.what}; {doubt.hint}",)


def _display(value: float, unit: Unit, result: StatusResult) -> str:
    """The formatted value, with enough digits not to contradict the status (rule S9)."""
    if not result.comparisons:
        return format_value(value, unit)
    return display_against(value, unit, result.comparisons)


def _guardrail_notes(row: KpiRow, rows: Mapping[str, KpiRow]) -> tuple[str, ...]:
    """A note for each guardrail that got worse and is red while the KPI improved."""
    return tuple(f'improved while its guardrail "{one.name}" got worse (red)' for one in broken_guardrails(row, rows))


def broken_guardrails(row: KpiRow, rows: Mapping[str, KpiRow]) -> tuple[KpiRow, ...]:
    """The guardrails of a KPI that got worse and are red while it improved. ``rows`` are those of all KPIs by id."""
    if row.trend != "better":
        return ()
    guardrails = (rows[id_] for id_ in dict.fromkeys(row.kpi.guardrails) if id_ in rows)
    return tuple(one for one in guardrails if one.status == "red" and one.trend == "worse")
