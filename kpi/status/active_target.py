"""Targets with their numbers: which one holds, what its bounds are now, whether a value meets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from kpi.plan.model import Bound, Kpi, Op, Reference, Relative, Target
from kpi.values import holds, round12

Comparisons = tuple[tuple[Op, float], ...]


class Bounds(NamedTuple):
    """A direction and its numbers; ``lower`` is the only bound unless ``op`` is ``between``. None: no value now."""

    op: Op
    lower: float | None
    upper: float | None = None

    @property
    def known(self) -> bool:
        """Whether every number that the direction needs is there."""
        return self.lower is not None and (self.op != "between" or self.upper is not None)

    def met_by(self, value: float) -> bool:
        """Whether ``value`` meets them; both are rounded to 12 digits (rule V7). Unknown bounds are never met."""
        return self.known and all(holds(value, op, bound) for op, bound in self.comparisons())

    def comparisons(self) -> Comparisons:
        """The same as simple comparisons, one or (for ``between``) two; empty when a number is missing."""
        if self.lower is None:
            return ()
        if self.op != "between":
            return ((self.op, self.lower),)
        return () if self.upper is None else ((">=", self.lower), ("<=", self.upper))


def target_on(kpi: Kpi, day: date) -> Target | None:
    """The target that holds for a period whose last day is ``day`` (rule S4); None before a schedule's first entry."""
    if kpi.target is None or isinstance(kpi.target, Target):
        return kpi.target
    begun = [entry for entry in kpi.target if entry.start <= day]
    return max(begun, key=lambda entry: entry.start).target if begun else None


def bounds_of(target: Target, kpi: Kpi, references: Mapping[str, float | None], share: float = 1.0) -> Bounds:
    """The numbers of ``target``. ``share`` (0…1) is the part of the period that is over, where a sum is shared out."""

    def number(bound: Bound | None) -> float | None:
        match bound:
            case None:
                return None
            case Reference(name=name, factor=factor):
                value = references.get(name)
                return None if value is None else round12(value * factor * share)
            case Relative(share=more):
                base = kpi.baseline
                return None if base is None else round12((base + more * abs(base)) * share)
            case _:
                return round12(bound * share)

    lower, upper = number(target.value), number(target.upper)
    if lower is not None and upper is not None and lower > upper:  # only possible where they are other KPIs' values
        lower, upper = upper, lower
    return Bounds(target.op, lower, upper)


def names_without_value(target: Target, references: Mapping[str, float | None]) -> tuple[str, ...]:
    """The measures and KPIs that ``target`` names and that have no value now."""
    named = (bound.name for bound in (target.value, target.upper) if isinstance(bound, Reference))
    return tuple(dict.fromkeys(name for name in named if references.get(name) is None))


def is_written(target: Target) -> bool:
    """Whether the numbers of ``target`` stand in the file, rather than being computed from others."""
    return all(bound is None or isinstance(bound, int | float) for bound in (target.value, target.upper))
