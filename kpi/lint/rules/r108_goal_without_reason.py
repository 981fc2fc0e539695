"""R108: a goal without a reason where others have one."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, shown, timeless
from kpi.lint.rule import Finding, rule


@rule("R108", "goal-without-reason", "info", "Once some goals say why they matter, all do.")
def check(context: Context) -> Iterator[Finding]:
    """Goals without ``why`` and without a parent, in a plan of which at least half such goals have one."""
    roots = [goal for goal in context.goals if goal.parent is None and not timeless(goal)]
    reasoned = [goal for goal in roots if goal.why]
    if not reasoned or 2 * len(reasoned) < len(roots):
        return
    for goal in roots:
        if not goal.why and not context.given("goals", goal.id, "why"):
            yield Finding(
                ("goals", goal.id),
                f"{shown(goal)} does not say why it matters, as other goals here do",
                "set `why` to what gets worse if nothing is done",
                key=True,
            )
