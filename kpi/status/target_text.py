"""Formats a target with an operator sign: ``≥ 30% by Dec 2026``."""

from __future__ import annotations

from kpi.plan.model import Op, Target
from kpi.status.active_target import Bounds, is_written
from kpi.status.result import ActiveTarget
from kpi.values import Unit, display_against, format_digits, format_exact, holds
from kpi.values.date_words import by_in_words

DECIMALS = 6  # of a share of a target, at most
SIGNS: dict[Op, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
TURNED: dict[Op, Op] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "=="}


def target_in_signs(target: ActiveTarget, unit: Unit, value: float | None) -> str:
    """The operator, bound and date of ``target``; its text in the file if it has no bound.

    A bound from the file is exact. A computed one has enough digits to differ from ``value`` (rule S9).
    """
    if target.value is None or (target.op == "between" and target.upper is None):
        return target.text
    by = "" if target.by is None else f" by {by_in_words(target.by)}"

    def number(bound: float, op: Op) -> str:
        return format_exact(bound, unit) if target.written else bound_against(value, bound, unit, op)

    if target.op == "between" and target.upper is not None:
        return f"{number(target.value, '>=')} – {number(target.upper, '<=')}{by}"
    return f"{SIGNS[target.op]} {number(target.value, target.op)}{by}"


def bounds_in_signs(target: Target, bounds: Bounds, unit: Unit, value: float | None) -> str:
    """A threshold with an operator sign, ``≥ 29%``; its text in the file if it has no bound."""
    shown = ActiveTarget(target.text, bounds.op, bounds.lower, bounds.upper, None, None, is_written(target))
    return target_in_signs(shown, unit, value)


def expected_now(target: ActiveTarget, unit: Unit, value: float | None) -> str | None:
    """What is expected by now on the way to ``target`` (rule S10); None where that is the target itself."""
    if target.expected_now is None or target.expected_now == target.value:
        return None
    return bound_against(value, target.expected_now, unit, "<=" if target.op in ("<=", "<") else ">=")


def bound_against(value: float | None, bound: float, unit: Unit, op: Op) -> str:
    """``bound``, formatted so that ``value op bound`` gives the same result as with the exact number."""
    return display_against(bound, unit, [] if value is None else [(TURNED[op], value)])


def share_in_words(share: float, op: Op) -> str:
    """A fraction of a bound as a percentage, with decimals only if it would look met when it is not, or the reverse."""
    met = holds(share, op, 1.0)
    for decimals in range(DECIMALS):
        text = f"{share:.{decimals}%}"
        if holds(float(text[:-1]), op, 100.0) is met:
            return format_digits(text)
    return f"{'more' if share > 1 else 'less'} than 100%"
