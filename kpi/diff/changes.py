"""The result of a comparison of two plans: changes, the class of each, and the affected KPIs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from kpi.diagnostics import Location

ChangeClass = Literal[
    "loosened", "later", "removed", "formula", "window", "rows", "source", "baseline", "tightened", "earlier", "added",
    "renamed", "moved", "ownership", "other", "wording",
]  # fmt: skip

# Every class and what belongs to it, in the order of importance to a reviewer: first targets that became easier, then
# changes of values.
CLASSES: dict[ChangeClass, str] = {
    "loosened": "a target, a threshold or the target of a part is easier to meet",
    "later": "a date by which a target is due, the due date of a goal, or the start of a KPI is later",
    "removed": "a KPI, goal, measure or source is gone",
    "formula": "a formula or a computed column computes something else",
    "window": "the span of time that a value covers is another one: `window`, `every`, the calendar",
    "rows": "other rows count: `where`, `key`, `no_rows`, or the kind of dates that rows have",
    "source": "the data comes from elsewhere or is read in another way, or a value typed in by hand differs",
    "baseline": "the baseline, or the path from there to the target, is another one",
    "tightened": "a target, a threshold or the target of a part is harder to meet",
    "earlier": "one of the dates of `later` is earlier",
    "added": "a KPI, goal, measure or source is new",
    "renamed": "an entry has another id and is otherwise recognizably the same",
    "moved": "a KPI serves another goal, or a goal has another parent",
    "ownership": "an owner is another one",
    "other": "anything else, such as the unit, the kind of indicator, tags, or settings of the linter",
    "wording": "names, questions, reasons and notes",
}

# The classes that may change a value or a status.
COUNTING: frozenset[ChangeClass] = frozenset(
    [
        "loosened", "later", "removed", "formula", "window", "rows", "source", "baseline", "tightened", "earlier",
        "added",
    ]
)  # fmt: skip

# The classes by which a change of one entry reaches the values of those that use it.
REACHING: frozenset[ChangeClass] = frozenset(["formula", "window", "rows", "source"])


class Change(NamedTuple):
    """One change.

    ``subject`` is the dotted path of the entry, e.g. ``kpis.nps``, or ``plan`` for settings outside of all entries;
    ``subject_before`` is its path before and differs only if the entry was renamed. ``field`` is the dotted path below
    the entry, None if the whole entry was added or removed. ``before`` and ``after`` are formatted texts, None if there
    is nothing. ``place`` is the current location, or the earlier one if the entry was removed.
    """

    kind: ChangeClass
    subject: str
    field: str | None
    before: str | None
    after: str | None
    place: Location
    subject_before: str

    @property
    def counts(self) -> bool:
        """Whether the change may change a value or a status."""
        return self.kind in COUNTING or self.field in ("unit", "target")

    @property
    def is_of_before(self) -> bool:
        """Whether ``place`` is in the earlier version, because the later one has nothing of the entry."""
        return self.kind == "removed"

    @property
    def section(self) -> str:
        """``kpis``, ``goals``, ``measures``, ``sources`` or ``plan``."""
        return self.subject.partition(".")[0]

    @property
    def id(self) -> str:
        """The id of the entry; "" for the plan itself."""
        return self.subject.partition(".")[2]


class Comparison(NamedTuple):
    """All changes from one plan to another, the most important first.

    ``affected`` maps the current id of each KPI that is affected by a change of something that it uses to the subjects
    of those changes. ``names`` are the names of the entries, by subject.
    """

    changes: tuple[Change, ...]
    affected: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]

    def counted(self) -> dict[ChangeClass, int]:
        """The number of changes of each class that occurs, in the order of ``CLASSES``."""
        counts: dict[ChangeClass, int] = {kind: sum(change.kind == kind for change in self.changes) for kind in CLASSES}
        return {kind: count for kind, count in counts.items() if count}

    def kpis_to_compute(self) -> dict[str, str | None]:
        """The KPIs whose value or status may differ: current id (or earlier one, if removed) to earlier id or None."""
        found: dict[str, str | None] = {}
        for change in self.changes:
            if change.section == "kpis" and change.counts:
                found[change.id] = None if change.kind == "added" else change.subject_before.partition(".")[2]
        before = {change.id: change.subject_before.partition(".")[2] for change in self.changes}
        return found | {id_: found.get(id_, before.get(id_, id_)) for id_ in self.affected}

    def of_class(self, kinds: Collection[str]) -> list[Change]:
        """The changes of these classes."""
        return [change for change in self.changes if change.kind in kinds]
