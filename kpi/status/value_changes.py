"""How a change of definitions changes the values: both definitions, computed from the same data for the same day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.run.series import Point, Results
from kpi.status.build_view import kpi_row
from kpi.status.evaluation import evaluate_status
from kpi.status.result import Status
from kpi.status.view import KpiRow
from kpi.values import Figure, Unit, display_against, format_column, parse_unit

if TYPE_CHECKING:
    from kpi.plan.model import Plan


class Pair(NamedTuple):
    """The values of one period under both definitions, None where there is no value, and the formatted values."""

    period: str
    start: date
    before: float | None
    after: float | None
    before_display: str | None
    after_display: str | None


class ValueChange(NamedTuple):
    """One KPI under both definitions.

    ``shown`` are the values that ``kpi status`` would show; their periods differ if ``every`` changed. A status is None
    if the KPI has no such definition. ``history`` is oldest first and ends with the values shown. ``target`` is the
    formatted target of the later definition in that period. ``failed`` are the reasons why the KPI could not be
    computed, before and after, None where it could. ``notes`` bear on the value shown, a sentence each (rule G2).
    """

    shown: Pair
    status_before: Status | None
    status_after: Status | None
    history: tuple[Pair, ...] = ()
    target: str | None = None
    failed: tuple[str | None, str | None] = (None, None)
    notes: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether the KPI could not be computed under one of the definitions, so that any difference is unknown."""
        return any(reason is not None for reason in self.failed)

    @property
    def differs(self) -> bool:
        """Whether the value shown, its status or a value of the history differs."""
        if self.status_before != self.status_after:
            return True
        return any(pair.before != pair.after for pair in (self.shown, *self.history))


def value_changes(
    asked: Mapping[str, str | None],
    before: tuple[Plan, Results],
    after: tuple[Plan, Results],
    periods: int = 0,
) -> dict[str, ValueChange]:
    """The change of each KPI in ``asked`` (id: id before, None if new), with a history of the last ``periods``."""
    found = {}
    for id_, old_id in asked.items():
        old = None if old_id is None else _row(*before, old_id)
        new = _row(*after, id_)
        if old is not None or new is not None:
            failed = None if old_id is None else _failure(before[1], old_id), _failure(after[1], id_)
            found[id_] = _change(old, new, periods)._replace(failed=failed)
    return found


def _row(plan: Plan, results: Results, id_: str) -> KpiRow | None:
    if id_ not in plan.kpis or id_ not in results.series:
        return None
    kpi, series = plan.kpis[id_], results.series[id_]
    return kpi_row(kpi, series, evaluate_status(kpi, series, plan.calendar.build()))


def _change(old: KpiRow | None, new: KpiRow | None, periods: int) -> ValueChange:
    latest = new or old
    assert latest is not None
    units = _unit(old), _unit(new)
    values = _value(old), _value(new)
    shown = _pair(latest.point, values, units)
    displays = _displayed(old), _displayed(new)
    # Formatted as in the status table, unless both look the same there although they differ.
    if displays[0] != displays[1] or values[0] == values[1]:
        shown = shown._replace(before_display=displays[0], after_display=displays[1])
    history = _history(old, new, periods, units) if periods else ()
    statuses = [None if row is None else row.status for row in (old, new)]
    target = None if new is None else new.target_display
    return ValueChange(shown, statuses[0], statuses[1], history, target, notes=latest.notes)


def _failure(results: Results, id_: str) -> str | None:
    """Why a value could not be computed; None if it could, even if there is no value."""
    series = results.series.get(id_)
    return series.problem if series is not None and series.failed else None


def _value(row: KpiRow | None) -> float | None:
    return None if row is None else row.point.value


def _displayed(row: KpiRow | None) -> str | None:
    return None if row is None else row.display


def _unit(row: KpiRow | None) -> Unit:
    return parse_unit(None if row is None else row.kpi.unit)


def _history(old: KpiRow | None, new: KpiRow | None, periods: int, units: tuple[Unit, Unit]) -> tuple[Pair, ...]:
    sides = [{} if row is None else {p.period.label: p for p in (*row.history, row.point)} for row in (old, new)]
    every: dict[str, Point] = {**sides[0], **sides[1]}
    last = sorted(every.values(), key=lambda point: (point.period.start, point.period.end))[-periods:]
    found = []
    for point in last:
        before, after = (side[label].value if (label := point.period.label) in side else None for side in sides)
        found.append(_pair(point, (before, after), units))
    return _with_even_precision(found, units)


def _with_even_precision(pairs: Sequence[Pair], units: tuple[Unit, Unit]) -> tuple[Pair, ...]:
    """The pairs as they are shown one below the other: with one precision for each unit."""

    def figure(value: float | None, other: float | None, unit: Unit) -> Figure | None:
        return None if value is None else Figure(value, unit, unit.text or "", bounds=_apart_from(value, other))

    figures = [
        *(figure(pair.before, pair.after, units[0]) for pair in pairs),
        *(figure(pair.after, pair.before, units[1]) for pair in pairs),
    ]
    texts = format_column(figures)
    return tuple(
        pair._replace(before_display=before, after_display=after)
        for pair, before, after in zip(pairs, texts[: len(pairs)], texts[len(pairs) :], strict=True)
    )


def _pair(point: Point, values: tuple[float | None, float | None], units: tuple[Unit, Unit]) -> Pair:
    before, after = values
    displays = _display(before, after, units[0]), _display(after, before, units[1])
    return Pair(point.period.label, point.period.start, before, after, *displays)


def _display(value: float | None, other: float | None, unit: Unit) -> str | None:
    """The value, formatted with enough digits to differ from the other one."""
    return None if value is None else display_against(value, unit, _apart_from(value, other))


def _apart_from(value: float, other: float | None) -> list[tuple[str, float]]:
    """The bound that a text of ``value`` meets only if it differs from ``other``; none for equal values."""
    return [] if other is None or other == value else [(">" if value > other else "<", other)]
