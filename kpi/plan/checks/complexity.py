"""Limits on how much a formula amounts to once the formulas behind its names are written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kpi.plan.checks.dependencies import FormulaDependencies
from kpi.plan.checks.report import Finding

MAX_LEVELS = 200  # of nesting, so that evaluating formulas may recurse
MAX_AGGREGATES = 2_000  # a measure that names another twice, and so on, doubles with each


class Complexity(NamedTuple):
    """The levels of nesting and the number of aggregates of a formula with all names in it written out.

    ``exceeds``: it names a formula that is reported as too complex, so it is not reported again.
    """

    levels: int = 0
    aggregates: int = 0
    exceeds: bool = False


def complexity_of(dependencies: FormulaDependencies, known: Mapping[str, Complexity]) -> Complexity:
    """The complexity of a formula, given that of the names in it. A name that is not ``known`` counts as nothing."""
    below = [known.get(name.name, Complexity()) for name, _ in dependencies.names]
    named = sum(often * one.aggregates for often, one in zip(dependencies.times, below, strict=True))
    return Complexity(
        dependencies.levels + max((one.levels for one in below), default=0),
        dependencies.computed + named,
        any(one.exceeds for one in below),
    )


def too_complex(
    complexity: Complexity, dependencies: FormulaDependencies, known: Mapping[str, Complexity]
) -> Finding | None:
    """E050 at the most complex name, for a formula that exceeds a limit and names none that does."""
    if complexity.exceeds or not (dependencies.names or dependencies.aggregates):
        return None
    if complexity.levels > MAX_LEVELS:
        excess = f"is nested more than {MAX_LEVELS} levels deep"
    elif complexity.aggregates > MAX_AGGREGATES:
        excess = f"has {complexity.aggregates:,} aggregates; the limit is {MAX_AGGREGATES:,}"
    else:
        return None
    if not dependencies.names or dependencies.computed > MAX_AGGREGATES:
        at = dependencies.aggregates[0][0].at
        return Finding("E050", f"with each growth written out this {excess}", at, "put fewer of them into one another")
    message = f"with the formulas behind its names this {excess}"
    worst = max((name for name, _ in dependencies.names), key=lambda name: known.get(name.name, Complexity())[:2])
    return Finding("E050", message, worst.at, "let fewer formulas build on one another")
