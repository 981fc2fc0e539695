"""How far formulas lead through the names in them: with all names written out they must stay of a size to compute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kpi.plan.checks.dependencies import Uses
from kpi.plan.checks.report import Finding

MAX_LEVELS = 200  # of nesting, so that whoever evaluates formulas may recurse
MAX_AGGREGATES = 2_000  # a measure that names another twice, and so on, doubles with each


class Reach(NamedTuple):
    """What a formula is with all names in it written out: its levels of nesting, and how many aggregates it has.

    ``vast``: it leads to one that is reported as too much, so nothing more is to be said about it.
    """

    levels: int = 0
    aggregates: int = 0
    vast: bool = False


def reach_of(uses: Uses, known: Mapping[str, Reach]) -> Reach:
    """The reach of a formula, where that of each name in it is known. A name that is not leads nowhere."""
    below = [known.get(name.name, Reach()) for name, _ in uses.names]
    return Reach(
        uses.levels + max((one.levels for one in below), default=0),
        len(uses.aggregates) + sum(one.aggregates for one in below),
        any(one.vast for one in below),
    )


def too_far(reach: Reach, uses: Uses, known: Mapping[str, Reach]) -> Finding | None:
    """E050 at the name that leads farthest, for the first formula on a way that is too much."""
    if reach.vast or not uses.names:
        return None
    if reach.levels > MAX_LEVELS:
        much = f"is nested more than {MAX_LEVELS} levels deep"
    elif reach.aggregates > MAX_AGGREGATES:
        much = f"has {reach.aggregates:,} aggregates, and {MAX_AGGREGATES:,} are the most"
    else:
        return None
    message = f"with the formulas behind its names this {much}"
    farthest = max((name for name, _ in uses.names), key=lambda name: known.get(name.name, Reach())[:2])
    return Finding("E050", message, farthest.at, "let fewer formulas build on one another")
