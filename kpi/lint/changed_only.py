"""Only the findings on what has changed since an older version of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kpi.diagnostics import Diagnostic
from kpi.plan.model import Plan
from kpi.plan.yaml.nodes import split_lines

SECTIONS = ("sources", "measures", "goals", "kpis")


def on_changes(
    findings: Iterable[Diagnostic], before: Plan, now: Plan, old_texts: Mapping[str, str], texts: Mapping[str, str]
) -> list[Diagnostic]:
    """Return the findings on entries that are new or differ from ``before``.

    A goal counts as changed if one of its KPIs changed, because many findings on goals are about their KPIs. Anything
    outside of all entries (a comment, a setting) has changed if its line is not in the old texts. Errors are always
    kept, because nothing can be computed until they are fixed.
    """
    changed = set(changed_entries(before, now))
    lines = {line.strip() for text in old_texts.values() for line in split_lines(text)}
    kept = []
    for found in findings:
        entry = tuple(found.subject.split(".")[:2])
        if found.code.startswith("E") or entry in changed:
            kept.append(found)
        elif entry[0] not in SECTIONS:
            here = split_lines(texts.get(found.location.file, ""))[found.location.line - 1 : found.location.line]
            if any(line.strip() not in lines for line in here):
                kept.append(found)
    return kept


def changed_entries(before: Plan, now: Plan) -> Iterator[tuple[str, str]]:
    """The entries that are new, gone or different, as section and id; and the goals of such KPIs."""
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
