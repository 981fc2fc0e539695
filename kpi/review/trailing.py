"""Six weeks and twelve months of every KPI beside the same periods a year before, inputs first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kpi.formulas.nodes import Growth, Shift
from kpi.plan.checks import Checked
from kpi.review.agenda import inputs_first
from kpi.run.series import Results, Series
from kpi.status import KpiRow, StatusView
from kpi.status.direction import direction_of
from kpi.values import (
    Calendar,
    Every,
    Figure,
    Period,
    difference,
    format_change,
    format_column,
    last_over,
    length,
    parse_unit,
    shift,
    year_ago,
)

# How many periods of each length are shown: six weeks, and else those of a year.
SPANS: Mapping[Every, int] = {"week": 6, "month": 12, "quarter": 4, "half": 2, "year": 1}
_RESTATED: tuple[Every, ...] = ("week", "month")  # what KPIs of days, weeks and months are shown in
HEADINGS: Mapping[Every, str] = {
    "week": "Six weeks", "month": "Twelve months", "quarter": "Four quarters", "half": "Two half-years", "year": "Year",
}  # fmt: skip
SPARSE = 0.5  # the share of values below which a KPI is not shown in periods that are not its own


class TrailingCell(NamedTuple):
    """A period with its value and that of a year before, as numbers and as texts; None where there is none."""

    period: Period
    value: float | None
    before: float | None
    display: str | None
    before_display: str | None


class TrailingRow(NamedTuple):
    """A KPI over some periods, oldest first. ``change`` is that of the last one against the year before, as text, and
    ``trend`` whether it is for the better; None without both values."""

    row: KpiRow
    cells: tuple[TrailingCell, ...]
    change: str | None
    trend: str | None


@dataclass(frozen=True)
class TrailingBlock:
    """All KPIs that are shown in periods of one length."""

    heading: str
    every: Every
    periods: tuple[Period, ...]
    rows: tuple[TrailingRow, ...]


@dataclass(frozen=True)
class Trailing:
    """What ``kpi review --trailing`` shows. ``rows`` are all KPIs, with the values of their own periods, ``left_out``
    those that are in no block: entered by hand for periods that are not shown."""

    title: str | None
    as_of: date
    rows: tuple[KpiRow, ...]
    blocks: tuple[TrailingBlock, ...]

    @property
    def left_out(self) -> tuple[KpiRow, ...]:
        shown = {one.row.kpi.id for block in self.blocks for one in block.rows}
        return tuple(row for row in self.rows if row.kpi.id not in shown)

    def of(self, row: KpiRow) -> list[tuple[TrailingBlock, TrailingRow]]:
        """The rows of a KPI, each with its block."""
        return [(block, one) for block in self.blocks for one in block.rows if one.row is row]


def restated(checked: Checked, every: Every) -> tuple[Checked, tuple[str, ...]]:
    """The plan with each KPI in periods of this length that can be computed so, and the ids of all KPIs that are.

    A KPI cannot if it or a KPI that it uses has no formula, or one that looks back by periods, or periods that are
    longer than a month.
    """
    plan = checked.plan

    def can(id_: str) -> bool:
        kpi = plan.kpis.get(id_)
        if kpi is not None and kpi.every == every:
            return True
        if kpi is not None and (kpi.formula is None or every not in _also_in(kpi.every)):
            return False
        found = checked.dependencies.formulas.get(id_)
        inside = () if found is None else (around for _, around in (*found.aggregates, *found.names))
        return found is not None and not any(isinstance(around, Shift | Growth) for around in inside)

    ids = tuple(
        id_
        for id_, kpi in plan.kpis.items()
        if kpi.every == every or all(can(each) for each in checked.dependencies.behind(id_) or (id_,))
    )
    named = {each for id_ in ids for each in checked.dependencies.behind(id_)}
    # A target is one of the KPI's own periods.
    update = {"every": every, "target": None, "thresholds": None}
    changed = {id_: plan.kpis[id_].model_copy(update=update) for id_ in named & plan.kpis.keys()}
    changed = {id_: kpi for id_, kpi in changed.items() if plan.kpis[id_].every != every}
    return (checked.with_kpis(changed) if changed else checked), ids


def lengths(checked: Checked) -> tuple[Every, ...]:
    """The lengths of period that are shown for the KPIs of a plan, shortest first."""
    found: dict[Every, None] = {}
    for kpi in checked.plan.kpis.values():
        found |= dict.fromkeys((*_also_in(kpi.every), *((kpi.every,) if kpi.every in SPANS else ())))
    return tuple(sorted(found, key=length))


def _also_in(every: Every) -> tuple[Every, ...]:
    return _RESTATED if length(every) <= length("month") else ()


def periods_back(every: Every) -> int:
    """How many periods before the one shown are needed: those shown and those of the year before."""
    a_year: Mapping[Every, int] = {"week": 53, "month": 12, "quarter": 4, "half": 2, "year": 1}
    return SPANS[every] + a_year[every]


def trailing(checked: Checked, view: StatusView, found: Mapping[Every, Results]) -> Trailing:
    """The blocks from the results by length of period; see :func:`restated`."""
    calendar = checked.plan.calendar.build()
    rows = inputs_first(view.rows)
    blocks = []
    for every, results in found.items():
        last = last_over(view.as_of, every, calendar)
        periods = tuple(shift(last, -back, calendar) for back in range(SPANS[every] - 1, -1, -1))
        lines = [
            _row(row, periods, results.series[row.kpi.id], calendar) for row in rows if row.kpi.id in results.series
        ]
        kept = tuple(one for one in lines if one.row.kpi.every == every or not _is_sparse(one))
        if kept:
            blocks.append(TrailingBlock(HEADINGS[every], every, periods, kept))
    return Trailing(view.title, view.as_of, rows, tuple(blocks))


def _row(row: KpiRow, periods: tuple[Period, ...], series: Series, calendar: Calendar) -> TrailingRow:
    unit, group = parse_unit(row.kpi.unit), row.kpi.id
    known = {
        point.period.start: point.value
        for point in (*series.history, series.shown, *series.last_history, *([series.last] if series.last else ()))
        if point.value is not None and not point.partial
    }
    now = [known.get(period.start) for period in periods]
    before = [known.get(year_ago(period, calendar).start) for period in periods]
    texts = format_column([None if one is None else Figure(one, unit, group) for one in (*now, *before)])
    cells = tuple(
        TrailingCell(period, value, prior, text, prior_text)
        for period, value, prior, text, prior_text in zip(
            periods, now, before, texts[: len(periods)], texts[len(periods) :], strict=True
        )
    )
    change, trend = None, None
    last = cells[-1]
    if last.value is not None and last.before is not None:
        moved = difference(last.value, last.before)
        change = format_change(moved, unit, last.value)
        better = moved * direction_of(row.kpi)
        trend = None if not better else "better" if better > 0 else "worse"
    return TrailingRow(row, cells, change, trend)


def _is_sparse(one: TrailingRow) -> bool:
    return sum(cell.value is not None for cell in one.cells) < SPARSE * len(one.cells)
