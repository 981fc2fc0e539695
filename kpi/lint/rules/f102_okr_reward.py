"""F102: an objective tied to a reward."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown
from kpi.lint.rule import Finding, rule


@rule("F102", "okr-reward", "warning", "No pay depends on an OKR objective.")
def check(context: Context) -> Iterator[Finding]:
    """OKR objectives tied to a reward."""
    for goal in context.goals:
        if goal.framework == "okr" and goal.tied_reward is not None:
            yield Finding(
                ("goals", goal.id, "reward"),
                f"pay depends on {shown(goal)}, so people will aim low",
                "remove the reward, or use another framework",
            )
