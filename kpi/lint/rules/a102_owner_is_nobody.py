"""A102: an owner that is not one person."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import is_placeholder
from kpi.lint.rule import Finding, rule
from kpi.lint.text import words


@rule("A102", "owner-is-nobody", "warning", "An owner is one person.")
def check(context: Context) -> Iterator[Finding]:
    """Owners of goals, KPIs and sources that are a placeholder, everybody, or a group. Addresses pass."""
    for kind, entries in (("goals", context.goals), ("kpis", context.kpis), ("sources", context.plan.sources.values())):
        for entry in entries:
            if entry.owner and "@" not in entry.owner and (message := _nobody(context, entry.owner, kind)):
                yield Finding((kind, entry.id, "owner"), message, "name one person")


def _nobody(context: Context, owner: str, kind: str) -> str | None:
    """What is wrong with an owner, or None. A group may own a source, but not a goal or KPI."""
    if is_placeholder(owner):
        return f'"{owner}" is a placeholder, not an owner'
    listed = context.words("owners")
    found = words(owner)
    whole = listed.starts(found)
    if whole is not None and whole.end == len(found) and "mailbox" not in whole.entry.flags:
        return f'"{owner}" is not a particular person'
    if found and "group" in listed.flags(found[-1][0]) and kind != "sources":
        return f'"{owner}" is a group, not a person'
    return None
