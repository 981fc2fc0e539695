"""F106: an objective that is not agreed."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.prose import is_placeholder
from kpi.lint.rule import Finding, rule


@rule("F106", "mbo-not-agreed", "warning", "An MBO objective is agreed between two people.")
def check(context: Context) -> Iterator[Finding]:
    """MBO objectives that are not agreed with anyone, or only with their own owner."""
    for goal in context.goals:
        if goal.framework != "mbo" or (goal.agreed_with is None and context.given("goals", goal.id, "agreed_with")):
            continue
        if goal.agreed_with is None:
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} is not agreed with anyone",
                "set `agreed_with` to the person with whom the owner agreed it",
                key=True,
            )
        elif is_placeholder(goal.agreed_with) or goal.agreed_with == goal.owner:
            yield Finding(
                ("goals", goal.id, "agreed_with"),
                f"{shown(goal)} is agreed only with its own owner",
                "name the person on the other side of the agreement",
            )
