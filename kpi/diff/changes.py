"""What a comparison of two plans says: changes, each with its class, and the KPIs that they reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from kpi.diagnostics import Location

# What a reviewer should look at first comes first: goalposts that moved towards the team, then what changes numbers.
ChangeClass = Literal[
    "loosened", "later", "removed", "formula", "source", "baseline", "tightened", "earlier", "added", "renamed",
    "moved", "ownership", "other", "wording",
]  # fmt: skip
CLASSES: tuple[ChangeClass, ...] = get_args(ChangeClass)

# The classes that may change a value or a status.
COUNTING: frozenset[ChangeClass] = frozenset(
    ["loosened", "later", "removed", "formula", "source", "baseline", "tightened", "earlier", "added"]
)


class Change(NamedTuple):
    """One change.

    ``subject`` is the dotted path of the entry, e.g. ``kpis.nps``, or ``plan`` for what stands outside of all entries;
    ``subject_before`` what it was called before, different only where it was renamed. ``field`` is the dotted path
    below it, None when the whole entry was added or removed. ``before`` and ``after`` are texts for people, None where
    there is nothing. ``place`` is where it stands now, for what is gone where it stood.
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
    def section(self) -> str:
        """``kpis``, ``goals``, ``measures``, ``sources`` or ``plan``."""
        return self.subject.partition(".")[0]

    @property
    def id(self) -> str:
        """The id of the entry; "" for the plan itself."""
        return self.subject.partition(".")[2]


class Comparison(NamedTuple):
    """All changes from one plan to another, what reviewers should see first first.

    ``affected`` has the KPIs that are not what they were because of something that they use, by their id now: the
    subjects of the changes that reach them. ``names`` are what people call the entries, by subject.
    """

    changes: tuple[Change, ...]
    affected: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]

    def counted(self) -> dict[ChangeClass, int]:
        """How many changes there are of each class that occurs, in the order of ``CLASSES``."""
        counts = {kind: sum(change.kind == kind for change in self.changes) for kind in CLASSES}
        return {kind: count for kind, count in counts.items() if count}

    def kpis_to_compute(self) -> dict[str, str | None]:
        """The KPIs whose value or status may differ, by their id now (before, if they are gone): their id before, None
        for those that are new."""
        found: dict[str, str | None] = {}
        for change in self.changes:
            if change.section == "kpis" and change.counts:
                found[change.id] = None if change.kind == "added" else change.subject_before.partition(".")[2]
        before = {change.id: change.subject_before.partition(".")[2] for change in self.changes}
        return found | {id_: found.get(id_, before.get(id_, id_)) for id_ in self.affected}

    def of_class(self, kinds: Collection[str]) -> list[Change]:
        """The changes of these classes."""
        return [change for change in self.changes if change.kind in kinds]
