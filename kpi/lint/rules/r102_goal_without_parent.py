"""R102: a goal outside the goal tree."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule

TOP = frozenset({"mission", "vision", "purpose", "north star", "strategy", "company", "values", "value"})


@rule("R102", "goal-without-parent", "info", "Every goal is part of the goal tree.")
def check(context: Context) -> Iterator[Finding]:
    """Goals with neither parent nor children in a plan whose other goals form a tree."""
    parents = [goal for goal in context.goals if context.children_of[goal.id] and goal.parent is None]
    if not parents:
        return
    for goal in context.goals:
        alone = goal.parent is None and not context.children_of[goal.id] and (goal.level or "").lower() not in TOP
        if alone and not context.given("goals", goal.id, "parent"):
            hint = f"add parent: {parents[0].id}" if len(parents) == 1 else "set `parent` to the goal that it supports"
            yield Finding(("goals", goal.id), f"{shown(goal)} is not part of the goal tree", hint, key=True)
