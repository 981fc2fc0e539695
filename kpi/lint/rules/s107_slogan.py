"""S107: slogans."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context, timeless
from kpi.lint.prose import flagged
from kpi.lint.rule import Finding, rule
from kpi.lint.text import has_number
from kpi.plan.model.lint import NO_WORDS, RuleOption, WordOptions

MOST_OTHER_WORDS = 3
WORDS = RuleOption("slogans", WordOptions, NO_WORDS, "Slogans.")


@rule("S107", "slogan", "info", "A goal names a change, not a mood.", options=[WORDS])
def check(context: Context) -> Iterator[Finding]:
    """Goals that are little more than a phrase from the list, or end in an exclamation mark. Missions may."""
    message = "this is a slogan: it names no specific change"
    hint = "say what will be different, for whom, and by when"
    seen: set[str] = set()
    for sentence, match, _ in flagged(context, "slogans", WORDS):
        if sentence.kind == "goal" and len(sentence.words) - (match.end - match.start) <= MOST_OTHER_WORDS:
            if sentence.id in seen or timeless(context.plan.goals[sentence.id]) or has_number(sentence.text):
                continue
            seen.add(sentence.id)
            yield Finding(sentence.path, message, hint)
    for goal in context.goals:
        if (
            goal.name.rstrip().endswith("!")
            and goal.id not in seen
            and not timeless(goal)
            and not has_number(goal.name)
        ):
            yield Finding(("goals", goal.id, "name"), message, hint)
