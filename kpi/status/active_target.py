"""Targets with their numbers: which one applies in a period, what its bounds are, and whether a value meets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from kpi.plan.model import Bound, Kpi, OfTarget, Op, Reference, Relative, Target
from kpi.values import format_plain, holds, round12

Comparisons = tuple[tuple[Op, float], ...]


class Bounds(NamedTuple):
    """An operator and its bounds. ``upper`` is only set for ``between``. A bound is None if it has no value."""

    op: Op
    lower: float | None
    upper: float | None = None

    @property
    def known(self) -> bool:
        """Whether every bound that ``op`` needs has a value."""
        return self.lower is not None and (self.op != "between" or self.upper is not None)

    def met_by(self, value: float) -> bool:
        """Whether ``value`` meets the bounds. Both are rounded to 12 digits (rule V7). Unknown bounds are never met."""
        return self.known and all(holds(value, op, bound) for op, bound in self.comparisons())

    def comparisons(self) -> Comparisons:
        """The bounds as one comparison, or two for ``between``. Empty if a bound is unknown."""
        if self.lower is None:
            return ()
        if self.op != "between":
            return ((self.op, self.lower),)
        return () if self.upper is None else ((">=", self.lower), ("<=", self.upper))


def target_on(kpi: Kpi, day: date) -> Target | None:
    """The target of a period whose last day is ``day`` (rule S4). None before the first entry of a schedule."""
    if kpi.target is None or isinstance(kpi.target, Target):
        return kpi.target
    begun = [entry for entry in kpi.target if entry.start <= day]
    return max(begun, key=lambda entry: entry.start).target if begun else None


def bounds_of(
    target: Target,
    kpi: Kpi,
    references: Mapping[str, float | None],
    proration: float = 1.0,
    own: float | None = None,
) -> Bounds:
    """The bounds of ``target``. ``references`` holds the values of the measures and KPIs that it names, and under the
    names of their anchors the earlier values to which it is relative (see ``Series.references``).

    ``proration`` (0…1) scales the bounds to the part of the period that is over; the earlier value of a part is that
    of a part already. ``own`` is the number of the KPI's target, for thresholds that are a share of it. A share of a
    negative number is no bound (rule S3).
    """

    def number(bound: Bound | None) -> float | None:
        match bound:
            case None:
                return None
            case Reference(name=name, factor=factor):
                value = references.get(name)
                return None if value is None or _no_share(value, factor) else round12(value * factor * proration)
            case OfTarget(factor=factor):
                return None if own is None or _no_share(own, factor) else round12(own * factor)
            case Relative(share=more, to="the baseline"):
                base = kpi.baseline
                return None if base is None else round12((base + more * abs(base)) * proration)
            case Relative(share=more, to=anchor):
                base = references.get(anchor)
                return None if not base else round12(base + more * abs(base))
            case _:
                return round12(bound * proration)

    lower, upper = number(target.value), number(target.upper)
    if lower is not None and upper is not None and lower > upper:  # only possible with the values of other KPIs
        lower, upper = upper, lower
    return Bounds(target.op, lower, upper)


def _no_share(value: float, factor: float) -> bool:
    """Whether ``factor`` of ``value`` is no target: 95% of a loss would be a smaller loss."""
    return value < 0 and factor != 1.0


def why_unknown(target: Target, references: Mapping[str, float | None], own: float | None = None) -> tuple[str, ...]:
    """Why bounds of ``target`` have no number, a sentence each: what it names has no value, or a negative one of which
    it would be a share."""
    return tuple(dict.fromkeys(filter(None, (_why(bound, references, own) for bound in (target.value, target.upper)))))


def _why(bound: Bound | None, references: Mapping[str, float | None], own: float | None) -> str | None:
    match bound:
        case Reference(name=name, factor=factor):
            value = references.get(name)
            if value is None:
                return f'the target refers to "{name}", which has no value'
            return _negative(f'"{name}"', value, factor)
        case OfTarget(factor=factor):
            return None if own is None else _negative("the target", own, factor)
        case Relative(to=anchor) if anchor != "the baseline" and not references.get(anchor):
            lack = "there is no value" if references.get(anchor) is None else "the value is 0"
            when = "in " + anchor if anchor == "the period before" else anchor
            return f"the target is relative to {anchor}, and {lack} {when}"
    return None


def _negative(what: str, value: float, factor: float) -> str | None:
    if not _no_share(value, factor):
        return None
    return f"{format_plain(factor * 100)}% of {what} is not a target, because it is negative ({format_plain(value)})"


def is_written(target: Target) -> bool:
    """Whether the bounds of ``target`` are numbers in the file rather than computed from other values."""
    return all(bound is None or isinstance(bound, int | float) for bound in (target.value, target.upper))
