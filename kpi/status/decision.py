"""What became of a decision: the value then and now, and whether what was expected has happened."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kpi.errors import TextError, shorten
from kpi.plan.decisions import decisions_about, is_open
from kpi.plan.model import Bound, Decision, Kpi, Plan, Relative, Target, parse_target
from kpi.status.active_target import bounds_of
from kpi.status.direction import SIGNS, direction_of
from kpi.status.outcome import Outcome, State
from kpi.status.view import KpiRow
from kpi.values import ENGLISH, display_against, format_value, parse_number, parse_unit, written_in


def last_outcome(plan: Plan, row: KpiRow, today: date) -> Outcome | None:
    """What became of the last decision about the KPI of a row; None if there is none."""
    decisions = decisions_about(plan, row.kpi.id, today)
    return outcome_of(decisions[-1], row, today) if decisions else None


def outcome_of(decision: Decision, row: KpiRow | None, today: date) -> Outcome:
    """What became of a decision about the KPI of ``row``; None for one that is not in the plan."""
    waiting = is_open(decision, today)
    if row is None:
        return Outcome(decision, "open" if waiting else "unknown", None if waiting else "the KPI is not in the plan")
    then, value = value_then(decision, row.kpi), row.point.value
    expected = expectation(decision, row.kpi)
    lack = None
    if value is None or row.status in ("stale", "no data"):
        value, lack = None, "there is no current value"
    elif row.period.end <= decision.date:
        value, lack = None, "there is no new value since"
    met = None
    if expected is not None and value is not None:
        bounds = bounds_of(expected, _as_of_then(row.kpi, then), {})
        met = bounds.met_by(value) if bounds.known else None
    if lack is None and met is None:
        lack = "no effect was expected" if decision.expect is None else "what was expected cannot be compared"
    state: State = "open" if waiting else "unknown" if met is None else "worked" if met else "did not work"
    return Outcome(
        decision=decision,
        state=state,
        reason=lack if state == "unknown" else None,
        now=None if value is None else row.display,
        moved=None if value is None else _moved(decision, row, then, value, expected),
        met=met,
    )


def value_then(decision: Decision, kpi: Kpi) -> float | None:
    """The recorded value in the KPI's scale; None if there is none, or none in the unit that the KPI has now."""
    try:
        return None if decision.value is None else float(parse_number(decision.value, parse_unit(kpi.unit)))
    except TextError:
        return None


def expectation(decision: Decision, kpi: Kpi) -> Target | None:
    """What a decision is expected to do to a KPI; None if nothing is, or if it is not a target in the KPI's unit."""
    try:
        return None if decision.expect is None else parse_expectation(decision.expect, kpi, value_then(decision, kpi))
    except TextError:
        return None


def parse_expectation(text: str, kpi: Kpi, then: float | None) -> Target:
    """An expected effect, written as a target is; shares (``20% less``) are of the value ``then``. Raises TextError."""
    toward = direction_of(kpi)
    found = parse_target(
        text, parse_unit(kpi.unit), then, toward=None if toward == 0 else ">=" if toward > 0 else "<="
    )  # fmt: skip
    if found.by is not None:
        raise TextError("the date is that of the decision's until", 0, len(text), hint="leave the date out")
    if not all(_is_known(bound) for bound in (found.value, found.upper)):
        hint = 'write a direction and a number, such as "at most 12" or "10% less"'
        raise TextError(f'"{shorten(text)}" names no number', 0, len(text), hint=hint)
    return found


def _is_known(bound: Bound | None) -> bool:
    """Whether a bound is a number, or follows from the value then."""
    return bound is None or isinstance(bound, float) or (isinstance(bound, Relative) and bound.to == "the baseline")


def _as_of_then(kpi: Kpi, then: float | None) -> Kpi:
    """The KPI with the value then as its baseline, which a relative expectation is of."""
    return kpi.model_copy(update={"baseline": then})


def _moved(
    decision: Decision, row: KpiRow, then: float | None, value: float, expected: Target | None
) -> Literal["better", "worse", "unchanged"] | None:
    direction = direction_of(row.kpi) or (0 if expected is None else SIGNS.get(expected.op, 0))
    if then is None or direction == 0:
        return None
    # The value then is known as it was shown; what looks the same has not moved.
    unit = parse_unit(row.kpi.unit)
    with written_in(ENGLISH):
        looks = (format_value(value, unit), display_against(value, unit, row.bounds))
    if value == then or decision.value in looks:
        return "unchanged"
    return "better" if (value > then) == (direction > 0) else "worse"
