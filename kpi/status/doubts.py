"""Values that the unit of their KPI makes impossible or absurd (V14): ``kpi lint --data`` and the notes of a KPI."""

from __future__ import annotations

from typing import NamedTuple

from kpi.run.series import Point
from kpi.values import Unit

ABSURD = 10.0  # as a share: 1,000%


class Doubt(NamedTuple):
    """What is odd about a value, after its KPI's name ("is 4,700% in 2026-06"), and what may be the cause."""

    what: str
    hint: str


def doubt_about(point: Point, unit: Unit) -> Doubt | None:
    """The doubt about a value; None where it is plausible, or there is none."""
    value = point.value or 0.0
    if unit.kind == "percent" and abs(value) > ABSURD:
        what = f"is {value * 100:,.0f}% in {point.period.label}"
        return Doubt(what, '1 means 100%: divide by 100, or remove unit: "%"')
    if unit.kind == "duration" and value < 0:
        what = f"is negative in {point.period.label}: {value:,.4g} {unit.text}"
        return Doubt(what, "look for rows that end before they begin")
    return None
