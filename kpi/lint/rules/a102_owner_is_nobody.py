"""A102: an owner that is not one person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.prose import is_placeholder
from kpi.lint.rule import Finding, rule
from kpi.lint.text import words


@rule("A102", "owner-is-nobody", "warning", "An owner is one person.")
def check(context: Context) -> Iterator[Finding]:
    """Owners of goals, KPIs and sources that are a placeholder, everybody, several people, a department or a group."""
    for kind, entries in (("goals", context.goals), ("kpis", context.kpis), ("sources", context.plan.sources.values())):
        for entry in entries:
            if entry.owner and "@" not in entry.owner and (message := _nobody(context, entry.owner, kind)):
                yield Finding((kind, entry.id, "owner"), message, "name one person")


def _nobody(context: Context, owner: str, kind: str) -> str | None:
    """What is wrong with an owner, or None. A group may own a source, but not a goal or KPI; for teams see A106."""
    if is_placeholder(owner):
        return f'"{owner}" is a placeholder, not an owner'
    if kind != "sources" and (people := several(owner)):
        return f'"{owner}" names {people} people, so that each can rely on the other'
    listed = context.words("owners")
    found = words(owner)
    whole = listed.starts(found)
    if whole is not None and whole.end == len(found):
        flags = whole.entry.flags
        if kind != "sources" and not flags.isdisjoint(("department", "mailbox")):
            return f'"{owner}" is a department, not a person'
        if flags.isdisjoint(("department", "mailbox", "team")):
            return f'"{owner}" is not a particular person'
    if found and "group" in listed.flags(found[-1][0]) and kind != "sources":
        return f'"{owner}" is a group, not a person'
    return None


def several(owner: str) -> int:
    """How many people an owner names, or 0 for one. "Smith, Ana" is one person, and so is a name with its role."""
    parts = [
        part
        for part in re.split(r"\s+(?:/|&|\+|and|und|y|et)\s+|\s*[;/]\s*|\s*,\s*and\s+", owner.strip())
        if part.strip()
    ]
    if len(parts) == 1 and owner.count(",") > 1:
        parts = [part for part in owner.split(",") if part.strip()]
    if re.search(r"\b(?:of|for)\b", owner):
        return 0  # a role: "Head of Research and Development"
    if len(parts) > 1 and all(
        re.fullmatch(r"\s*@?[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,2}\s*", part) for part in parts
    ):
        return len(parts)
    return 0
