"""Shared by the renderers of a comparison: changes grouped by subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kpi.diff.changes import Change, ChangeClass, Comparison

if TYPE_CHECKING:
    from kpi.diff.versions import Version
    from kpi.lint.smart import SmartView
    from kpi.status import Status
    from kpi.status.value_changes import ValueChange

NOT_COMPUTED = "could not be computed"
NOUNS = {"kpis": "KPI", "goals": "goal", "measures": "measure", "sources": "source", "plan": "plan"}

# The more a change deserves a reviewer's attention, the stronger its style.
STYLES: dict[ChangeClass, str] = {
    "loosened": "bold white on red", "later": "bold red", "removed": "red", "formula": "yellow", "window": "yellow",
    "rows": "yellow", "source": "yellow", "baseline": "yellow", "tightened": "green", "earlier": "green",
    "added": "green", "renamed": "cyan", "moved": "cyan", "ownership": "magenta", "other": "", "wording": "dim",
}  # fmt: skip


class DiffView(NamedTuple):
    """A comparison with the names and hashes (or ``worktree``) of the two versions. ``values`` holds the values by KPI
    id if they were requested; ``notes`` are further sentences for the reader, and ``smart`` is the SMART grid of the
    goals that changed, if it was requested."""

    title: str | None
    before: str
    after: str
    before_id: str
    after_id: str
    comparison: Comparison
    values: Mapping[str, ValueChange] | None = None
    notes: tuple[str, ...] = ()
    smart: SmartView | None = None


class ChangeGroup(NamedTuple):
    """The changes of one entry. ``values`` is set for a KPI whose numbers they may change."""

    subject: str
    name: str
    changes: tuple[Change, ...]
    values: ValueChange | None

    @property
    def noun(self) -> str:
        """``KPI``, ``goal``, …"""
        return NOUNS[self.subject.partition(".")[0]]


class Affected(NamedTuple):
    """A KPI that is affected by changes of what it uses. ``because`` lists the subjects of those changes."""

    subject: str
    name: str
    because: tuple[str, ...]
    values: ValueChange | None


def change_groups(view: DiffView) -> list[ChangeGroup]:
    """Return the changes by subject, in the order of their most important change."""
    by_subject: dict[str, list[Change]] = {}
    for change in view.comparison.changes:
        by_subject.setdefault(change.subject, []).append(change)
    names = view.comparison.names
    return [
        ChangeGroup(subject, names.get(subject, view.title or "The plan"), tuple(changes), values_of(view, subject))
        for subject, changes in by_subject.items()
    ]


def affected(view: DiffView) -> list[Affected]:
    """Return the KPIs that are affected by changes of other entries."""
    return [
        Affected(f"kpis.{id_}", view.comparison.names[f"kpis.{id_}"], because, values_of(view, f"kpis.{id_}"))
        for id_, because in view.comparison.affected.items()
    ]


class Numbers(NamedTuple):
    """A KPI under both definitions; ``kinds`` are classes of its own changes, ``because`` subjects of others."""

    name: str
    kinds: tuple[ChangeClass, ...]
    because: tuple[str, ...]
    values: ValueChange


def numbers(view: DiffView) -> list[Numbers]:
    """Return all KPIs whose values were requested and may differ."""
    found = {
        group.subject: Numbers(group.name, tuple(dict.fromkeys(_counting(group))), (), group.values)
        for group in change_groups(view)
        if group.values is not None
    }
    for one in affected(view):
        if one.subject in found:
            found[one.subject] = found[one.subject]._replace(because=one.because)
        elif one.values is not None:
            found[one.subject] = Numbers(one.name, (), one.because, one.values)
    return list(found.values())


def _counting(group: ChangeGroup) -> list[ChangeClass]:
    return [change.kind for change in group.changes if change.counts]


def values_of(view: DiffView, subject: str) -> ValueChange | None:
    """The values of a KPI under both definitions, if they were requested and may differ."""
    section, _, id_ = subject.partition(".")
    return view.values.get(id_) if view.values is not None and section == "kpis" else None


def shown_texts(values: ValueChange) -> tuple[str | None, str | None]:
    """Return the values before and after as text, or a note that they could not be computed."""
    shown, (before, after) = values.shown, values.failed
    return (
        shown.before_display if before is None else NOT_COMPUTED,
        shown.after_display if after is None else NOT_COMPUTED,
    )


def known_statuses(values: ValueChange) -> tuple[Status | None, Status | None]:
    """Return the statuses before and after; None if there is none or it could not be computed."""
    before, after = values.failed
    return values.status_before if before is None else None, values.status_after if after is None else None


def counts_in_words(view: DiffView) -> list[tuple[ChangeClass, str]]:
    """Return the number of changes of each class: ("loosened", "2 loosened")."""
    return [(kind, f"{count} {kind}") for kind, count in view.comparison.counted().items()]


def view_of(
    before: Version, after: Version, comparison: Comparison, values: Mapping[str, ValueChange] | None
) -> DiffView:
    """The view of a comparison of two versions; ``values`` are None if they were not asked for."""
    title = after.read.plan.title or before.read.plan.title
    notes = []
    if not before.there:
        notes.append(f"The file did not exist in {before.label}, so everything in it is new.")
    if before.called is not None:
        notes.append(f"In {before.label} it was {before.called}.")
    if not after.there:
        notes.append(f"The file does not exist in {after.label}, so everything in it is gone.")
    return DiffView(title, before.label, after.label, before.id, after.id, comparison, values, tuple(notes))
