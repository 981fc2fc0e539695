"""Builders of series, KPIs, plans and results, for tests that need no data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from kpi.data import check_plan
from kpi.plan.checks import Checked
from kpi.plan.loading import read_plan
from kpi.plan.model import Kpi, Op, Plan, Reference, Relative, Target
from kpi.run.series import Point, Results, Series
from kpi.values import Calendar, Period, parse_date, period_of, running, shift
from kpi.values.date_words import day_in_words

PLAIN = Calendar()


def day(text: str) -> date:
    return parse_date(text)


def target(text: str, op: Op, value: float | Reference | Relative, upper: float | None = None, by: str = "") -> Target:
    return Target(text, op, value, upper, day(by) if by else None)


def at_least(value: float, by: str = "") -> Target:
    return target(f"at least {value}" + (f" by {by}" if by else ""), ">=", value, by=by)


def at_most(value: float, by: str = "") -> Target:
    return target(f"at most {value}" + (f" by {by}" if by else ""), "<=", value, by=by)


def kpi_of(id_: str = "sales", **fields: Any) -> Kpi:
    return Kpi(id=id_, **{"name": "", **fields})


def series_of(
    *values: float | None,
    id_: str = "sales",
    ends: str = "2026-06-30",
    every: Any = "month",
    calendar: Calendar = PLAIN,
    **fields: Any,
) -> Series:
    """A series whose last value is that of the period that ends on ``ends``, the ones before it its history."""
    last = period_of(day(ends), every, calendar)
    periods = [shift(last, place - len(values) + 1, calendar) for place in range(len(values))]
    points = [Point(period, value) for period, value in zip(periods, values, strict=True)]
    given = {"previous": points[-2] if len(points) > 1 else None, "history": tuple(points[:-1])}
    return Series(id_, points[-1], **(given | fields))


def part_of_june(value: float, last_day: int, **fields: Any) -> Series:
    """1 June up to and including ``last_day``."""
    return Series("sales", Point(running(date(2026, 6, last_day), "month", PLAIN), value), **fields)


def period(text: str, every: Any = "month", calendar: Calendar = PLAIN) -> Period:
    """The period that contains the day."""
    return period_of(day(text), every, calendar)


def results_of(series: Sequence[Series], as_of: str = "2026-06-30", **fields: Any) -> Results:
    return Results(day(as_of), {one.kpi: one for one in series}, fields.pop("sources", {}), **fields)


def plan_of(kpis: Sequence[Kpi], **fields: Any) -> Plan:
    return Plan(kpis={kpi.id: kpi for kpi in kpis}, **fields)


def checked_of(plan: Plan) -> Checked:
    """A checked plan without formulas, as it would be if all values were typed in."""
    empty = check_plan(read_plan(Path("kpi.yaml"), text="version: 1\n"))
    return empty._replace(plan=plan, dependencies=empty.dependencies.with_plan(plan))


def stale_series(last: float | None, newest: str | None = "2026-05-12", **fields: Any) -> Series:
    """Shown is June, without a fresh value; the last fresh one is that of April."""
    april = Point(period("2026-04-30"), last)
    given: dict[str, Any] = {
        "shown": Point(period("2026-06-30"), None),
        "fresh": False,
        "behind": "orders",
        "newest": None if newest is None else day(newest),
        "last": None if last is None else april,
        "last_history": (Point(period("2026-03-31"), 7.0),),
    } | fields
    if given["behind"] is not None:
        since = "" if newest is None else f" since {day_in_words(day(newest))}"
        given["missing"] = f"no rows of {given['behind']}{since}"
    return Series(**({"kpi": "sales"} | given))
