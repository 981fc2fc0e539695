"""Only the findings on what has changed since an older version of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kpi.diagnostics import Diagnostic
from kpi.lint.registry import RULES
from kpi.lint.run import Review
from kpi.lint.selection import codes
from kpi.lint.suppressions import find_suppressions
from kpi.plan.loading import ReadResult
from kpi.plan.model import Plan
from kpi.plan.yaml.nodes import split_lines

SECTIONS = ("sources", "measures", "goals", "kpis")


def on_changes(review: Review, before: ReadResult, now: ReadResult) -> list[Diagnostic]:
    """Return the findings on entries that are new or differ from ``before``, and those that a comment suppressed there.

    A goal counts as changed if one of its KPIs changed, because many findings on goals are about their KPIs. Anything
    outside of all entries (a comment, a setting) has changed if its line is not in the old texts. Errors are always
    kept, because nothing can be computed until they are fixed.
    """
    changed = set(changed_entries(before.plan, now.plan))
    lines = {line.strip() for text in before.texts.values() for line in split_lines(text)}
    was_suppressed = _suppressed_in(before, review)
    kept = []
    for found in review.findings:
        entry = tuple(found.subject.split(".")[:2])
        if found.code.startswith("E") or entry in changed or was_suppressed(found):
            kept.append(found)
        elif entry[0] not in SECTIONS:
            here = split_lines(now.texts.get(found.location.file, ""))[found.location.line - 1 : found.location.line]
            if any(line.strip() not in lines for line in here):
                kept.append(found)
    return kept


def _suppressed_in(before: ReadResult, review: Review) -> Callable[[Diagnostic], bool]:
    """Return a predicate for findings that a comment of the older plan suppressed."""
    comments = find_suppressions(before.texts, codes(RULES))

    def was_suppressed(found: Diagnostic) -> bool:
        path = tuple(int(part) if part.isdecimal() else part for part in found.subject.split("."))
        if not comments or not before.places.has(path):
            return False
        key, value = before.places.key(path), before.places.of(path)
        last = key.line if len(path) <= 2 else value.end_line  # of an entry its own line, not those of its fields
        return any(
            comment.file == key.file and comment.holds(found.code, line, review.context.today)
            for comment in comments
            for line in range(key.line, last + 1)
        )

    return was_suppressed


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
