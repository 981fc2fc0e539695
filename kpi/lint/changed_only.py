"""Only the findings on what has changed since an older version of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.plan.model import Plan

SECTIONS = ("sources", "measures", "goals", "kpis")


def on_changes(
    findings: Iterable[Diagnostic], before: Plan, now: Plan, old_texts: Mapping[str, str], texts: Mapping[str, str]
) -> list[Diagnostic]:
    """The findings on entries that ``before`` does not have, or has otherwise.

    A goal counts as changed when one of its KPIs is, because much that is said of a goal is said of its KPIs. What
    stands outside of all entries (a comment, a setting) has changed when its line was nowhere in the old texts. Errors
    are always there: with them nothing can be computed.
    """
    changed = set(_changed(before, now))
    lines = {line.strip() for text in old_texts.values() for line in text.splitlines()}
    kept = []
    for found in findings:
        entry = tuple(found.subject.split(".")[:2])
        if found.code.startswith("E") or entry in changed:
            kept.append(found)
        elif entry[0] not in SECTIONS:
            here = texts.get(found.location.file, "").splitlines()[found.location.line - 1 : found.location.line]
            if any(line.strip() not in lines for line in here):
                kept.append(found)
    return kept


def _changed(before: Plan, now: Plan) -> Iterator[tuple[str, str]]:
    for section in SECTIONS:
        old, new = getattr(before, section), getattr(now, section)
        for id_ in {*old, *new}:
            if old.get(id_) == new.get(id_):
                continue
            yield section, id_
            if section == "kpis":
                for kpi in (old.get(id_), new.get(id_)):
                    if kpi is not None and kpi.goal is not None:
                        yield "goals", kpi.goal
