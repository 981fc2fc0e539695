"""A target in signs: ``≥ 30% by Dec 2026``."""

from __future__ import annotations

from kpi.plan.model import Op
from kpi.status.result import TargetNow
from kpi.values import Unit, display_against, format_exact
from kpi.values.date_words import by_in_words

SIGNS: dict[Op, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
TURNED: dict[Op, Op] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "=="}


def target_in_signs(target: TargetNow, unit: Unit, value: float | None) -> str:
    """The direction, number and date of ``target``; its own text where it has no number now.

    A number that people wrote is exact; a computed one has at least the digits that tell it from ``value`` (rule S9).
    """
    if target.value is None or (target.op == "between" and target.upper is None):
        return target.text
    by = "" if target.by is None else f" by {by_in_words(target.by)}"

    def number(bound: float, op: Op) -> str:
        return format_exact(bound, unit) if target.written else told_from(value, bound, unit, op)

    if target.op == "between" and target.upper is not None:
        return f"{number(target.value, '>=')} – {number(target.upper, '<=')}{by}"
    return f"{SIGNS[target.op]} {number(target.value, target.op)}{by}"


def told_from(value: float | None, bound: float, unit: Unit, op: Op) -> str:
    """A bound for people: with it ``value op bound`` is as true or false as it is."""
    return display_against(bound, unit, [] if value is None else [(TURNED[op], value)])
