"""A target in signs: ``≥ 30% by Dec 2026``."""

from __future__ import annotations

from kpi.judging import TargetNow
from kpi.model import Op
from kpi.periods.words import by_in_words
from kpi.quantities import Unit, display_against, format_exact

SIGNS: dict[Op, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
TURNED: dict[Op, Op] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "=="}
LONGEST_EXACT = 9  # characters: more digits than that tell a reader nothing


def target_in_signs(target: TargetNow, unit: Unit, value: float | None) -> str:
    """The direction, number and date of ``target``; its own text where it has no number now.

    The number is exact where that is short; else it has at least the digits that tell it from ``value`` (rule S9).
    """
    if target.value is None or (target.op == "between" and target.upper is None):
        return target.text
    by = "" if target.by is None else f" by {by_in_words(target.by)}"
    if target.op == "between" and target.upper is not None:
        lower, upper = bound_in_words(target.value, unit, ">=", value), bound_in_words(target.upper, unit, "<=", value)
        return f"{lower} – {upper}{by}"
    return f"{SIGNS[target.op]} {bound_in_words(target.value, unit, target.op, value)}{by}"


def bound_in_words(bound: float, unit: Unit, op: Op, value: float | None) -> str:
    """A bound for people: ``value op bound`` stays as true or false as it is."""
    exact = format_exact(bound, unit)
    if len(exact) <= LONGEST_EXACT:
        return exact
    return display_against(bound, unit, [] if value is None else [(TURNED[op], value)])
