"""F107: an objective owned by a shared address."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule


@rule("F107", "mbo-owner-not-a-person", "warning", "An MBO objective is owned by a person.")
def check(context: Context) -> Iterator[Finding]:
    """MBO objectives owned by a shared address. A101 reports a missing owner, A102 a group."""
    for goal in context.goals:
        if goal.framework != "mbo" or not goal.owner or "@" not in goal.owner:
            continue
        local = goal.owner.partition("@")[0].strip().lower()
        if context.words("owners").flags(local) or local.endswith("team"):
            yield Finding(
                ("goals", goal.id, "owner"),
                f"{goal.owner} is a shared address, and an MBO objective belongs to one person",
                "name the person",
            )
