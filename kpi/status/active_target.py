"""Targets with their numbers: which one applies in a period, what its bounds are, and whether a value meets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from kpi.plan.model import Bound, Kpi, Op, Reference, Relative, Target
from kpi.values import holds, round12

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


def bounds_of(target: Target, kpi: Kpi, references: Mapping[str, float | None], proration: float = 1.0) -> Bounds:
    """The bounds of ``target``. ``references`` holds the values of the measures and KPIs that it names.

    ``proration`` (0…1) scales the bounds to the part of the period that is over.
    """

    def number(bound: Bound | None) -> float | None:
        match bound:
            case None:
                return None
            case Reference(name=name, factor=factor):
                value = references.get(name)
                return None if value is None else round12(value * factor * proration)
            case Relative(share=more):
                base = kpi.baseline
                return None if base is None else round12((base + more * abs(base)) * proration)
            case _:
                return round12(bound * proration)

    lower, upper = number(target.value), number(target.upper)
    if lower is not None and upper is not None and lower > upper:  # only possible with the values of other KPIs
        lower, upper = upper, lower
    return Bounds(target.op, lower, upper)


def names_without_value(target: Target, references: Mapping[str, float | None]) -> tuple[str, ...]:
    """The measures and KPIs that ``target`` names and that have no value."""
    named = (bound.name for bound in (target.value, target.upper) if isinstance(bound, Reference))
    return tuple(dict.fromkeys(name for name in named if references.get(name) is None))


def is_written(target: Target) -> bool:
    """Whether the bounds of ``target`` are numbers in the file rather than computed from other values."""
    return all(bound is None or isinstance(bound, int | float) for bound in (target.value, target.upper))
