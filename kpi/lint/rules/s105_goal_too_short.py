"""S105: a goal of one or two words."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, timeless
from kpi.lint.rule import Finding, rule
from kpi.lint.text import has_number
from kpi.plan.model.lint import RuleOption

FIRST_UNSPACED = "\u2e80"  # scripts without spaces between words start here
MIN_WORDS = RuleOption("min_goal_words", int, 3, "Goals of fewer words are too short.")


@rule("S105", "goal-too-short", "info", "A goal is a sentence that says what changes for whom.", options=[MIN_WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Leaves of the goal tree with fewer words than ``min_goal_words`` and no number; branches may be headings."""
    least = MIN_WORDS.of(context.settings)
    for goal in context.goals:
        size = len(goal.name.split())
        if size >= least or not size or context.children_of[goal.id] or timeless(goal):
            continue
        if max(goal.name) < FIRST_UNSPACED and not has_number(goal.name):
            words = "one word does" if size == 1 else f"{size} words do"
            yield Finding(
                ("goals", goal.id, "name"),
                f"{words} not say what changes for whom",
                'write a sentence, e.g. "Three in ten customers come back"',
            )
