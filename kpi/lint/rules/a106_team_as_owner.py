"""A106: a team as owner."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.lint.context import Context
from kpi.lint.rule import Finding, rule
from kpi.lint.text import words


@rule("A106", "team-as-owner", "info", "A team that owns a KPI has one person who answers for it.")
def check(context: Context) -> Iterator[Finding]:
    """Goals and KPIs that a named team owns, such as "Data team". "The team" is nobody: see A102."""
    listed = context.words("owners")
    for kind, entries in (("goals", context.goals), ("kpis", context.kpis)):
        for entry in entries:
            if not entry.owner or "@" in entry.owner:
                continue
            found = words(entry.owner)
            whole = listed.starts(found)
            if whole is not None and whole.end == len(found) and "team" not in whole.entry.flags:
                continue
            if found and "team" in listed.flags(found[-1][0]):
                yield Finding(
                    (kind, entry.id, "owner"),
                    f'"{entry.owner}" is a team: it can act together, but nobody in it is the one to ask',
                    "name the person who answers for the team, or keep the team if it has agreed on one",
                )
