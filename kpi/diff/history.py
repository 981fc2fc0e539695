"""The history of one KPI's definition through git: what changed, by whom, in which commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.diff.affected import reaches_out
from kpi.diff.changes import Change, Comparison
from kpi.diff.commit import Commit, parse_commit
from kpi.diff.compare import compare
from kpi.diff.dependency_regions import Key, Slices, depends_on, differ, slices_of
from kpi.diff.git import SHORT, Repository
from kpi.diff.revision import PlanPlace
from kpi.diff.versions import Version, in_work_tree

if TYPE_CHECKING:
    from kpi.plan.checks import Checked

Files = dict[str, bytes | str]


class Event(NamedTuple):
    """A commit that changed the definition; None for what is not committed yet.

    ``id`` is what the KPI was called after it, ``before`` and ``after`` the plans. ``changes`` are those of the KPI
    itself, ``because`` those of measures, sources and KPIs that it uses. ``unreadable`` are commits before this one in
    which the definition had mistakes, so that part of the change may have been made there.
    """

    commit: Commit | None
    id: str
    before: Version
    after: Version
    changes: tuple[Change, ...]
    because: tuple[Change, ...]
    unreadable: tuple[Commit, ...] = ()

    @property
    def id_before(self) -> str | None:
        """What the KPI was called before; None when there was none."""
        if any(change.kind == "added" for change in self.changes):
            return None
        return next((change.subject_before.partition(".")[2] for change in self.changes), self.id)

    @property
    def counts(self) -> bool:
        """Whether the KPI's value or status may be another one since."""
        return bool(self.because) or any(change.counts for change in self.changes)


class History(NamedTuple):
    """The events of one KPI, newest first. ``cut_at`` is the commit at which a shallow clone ends, if it does before
    the definition was added."""

    events: tuple[Event, ...]
    cut_at: str | None = None


def open_history(file: Path, id_: str, cwd: Path, allowed: Sequence[Path] = ()) -> History:
    """The history of the KPI that is called ``id_`` in the work tree (or was, when it is gone).

    The file is followed through all commits that touched it or what it includes, and through its renames; the KPI
    through its own. Empty when there never was one. Raises InputError when there is no repository or no commit.
    """
    repository = Repository.around((cwd / file).parent)
    place = PlanPlace.of(repository, file, cwd, allowed)
    walk = _Walk(repository, repository.commit("HEAD"))
    walk.start(place, id_)
    return History(tuple(walk.events), walk.cut_at)


class _Walk:
    """One walk from the work tree back to the commit that added the KPI."""

    def __init__(self, repository: Repository, head: str) -> None:
        self.repository, self.head = repository, head
        self.events: list[Event] = []
        self.cut_at: str | None = None
        self.shallow = repository.shallow_commits()
        self._commits: dict[str, Commit] = {}

    def start(self, place: PlanPlace, id_: str) -> None:
        """The work tree, and all commits below."""
        work_tree = in_work_tree(place)
        checked = work_tree.check()
        branch = _Branch(self, place)
        if _tells(checked, id_):
            before, old, between = branch.usable(self.head, id_)
            event = _event(None, id_, before, work_tree, compare(old, checked), between)
            if event is not None:
                self.events.append(event)
                id_ = event.id_before or id_
        branch.walk(self.head, id_)

    def learn(self, hashes: Iterable[str]) -> None:
        """Read these commits at once, which is quicker than one by one."""
        for hash_, raw in self.repository.contents(hashes).items():
            self._commits[hash_] = parse_commit(hash_, raw)

    def commit(self, hash_: str) -> Commit:
        """A commit with its author and day."""
        if hash_ not in self._commits:
            self.learn([hash_])
        return self._commits[hash_]


class _Branch:
    """The part of a walk in which the plan's main file had one name."""

    def __init__(self, walk: _Walk, place: PlanPlace) -> None:
        self._walk, self.place = walk, place
        self.repository = walk.repository
        self._parents: dict[str, tuple[str, ...]] = {}
        self._files: dict[str, Files | None] = {}
        self._slices: dict[str, Slices | None] = {}
        self._keys: dict[str, set[Key]] = {}
        self._checked: dict[str, tuple[Version, Checked]] = {}

    def walk(self, tip: str, id_: str) -> None:
        """Note every event from ``tip`` back."""
        listed = self._listed(tip)
        self._parents = dict(listed)
        self._walk.learn(self._parents)
        ids: dict[str, str] = {}
        for hash_, parents in listed:
            called = ids.get(hash_, id_)
            older = None if any(self._files_at(parent) for parent in parents) else self._older(hash_)
            if older is not None:
                above, branch = older
                parents = (above,)
            else:
                above, branch = "", self
            events = self._events(hash_, parents, called, branch)
            self._note(hash_, _own(events))
            for parent, event in zip(parents, events, strict=False):
                ids.setdefault(parent, called if event is None else event.id_before or called)
            if older is not None:
                branch.walk(above, ids[above])

    def usable(self, hash_: str | None, id_: str) -> tuple[Version, Checked, tuple[Commit, ...]]:
        """The plan at a commit, or at the nearest one before it in which the KPI's definition has no mistake, and the
        commits passed over; without any such commit an empty plan."""
        unreadable: list[Commit] = []
        while hash_ is not None:
            version, checked = self._at(hash_)
            if _tells(checked, id_):
                return version, checked, tuple(unreadable)
            unreadable.append(self._walk.commit(hash_))
            listed = self._parents.get(hash_)
            hash_ = self.repository.parent(hash_) if listed is None else next(iter(listed), None)
        nothing = Version("nothing", None, self.place.read_nothing(), there=False)
        return nothing, nothing.check(), tuple(unreadable)

    def _events(self, hash_: str, parents: tuple[str, ...], id_: str, branch: _Branch) -> list[Event | None]:
        """What a commit did to the KPI, held against each of its parents, which ``branch`` knows."""
        if branch is self and parents and not self._may_differ(hash_, parents[0], id_):
            return [None] * len(parents)
        version, checked = self._at(hash_)
        if not _tells(checked, id_):
            return [None] * max(len(parents), 1)
        commit = self._walk.commit(hash_)
        events = []
        for parent in parents or ("",):
            before, old, between = branch.usable(parent or None, id_)
            events.append(_event(commit, id_, before, version, compare(old, checked), between))
        return events

    def _note(self, hash_: str, event: Event | None) -> None:
        if event is None:
            return
        if hash_ in self._walk.shallow:
            self._walk.cut_at = hash_  # what seems to be added here was there before, or nobody knows
        else:
            self._walk.events.append(event)

    def _older(self, hash_: str) -> tuple[str, _Branch] | None:
        """Where this commit renamed the plan's main file: the commit before, and the plan by its name there."""
        above = self.repository.parent(hash_)
        if above is None or self._files_at(hash_) is None or self.repository.tree(above, self.place.path):
            return None
        path = self.repository.renamed_from(hash_, self.place.path)
        if path is None:
            return None
        return above, _Branch(self._walk, self.place.renamed(path))

    def _listed(self, tip: str) -> list[tuple[str, tuple[str, ...]]]:
        """The commits that touched the main file, or what it included at any time."""
        patterns: set[str] = set()
        while True:
            listed = self.repository.commits(tip, [self.place.path], sorted(patterns))
            files = [each for hash_, _ in listed if (each := self._files_at(hash_)) is not None]
            if any(isinstance(content, str) for each in files for content in each.values()):
                return self.repository.commits(tip)  # where links lead, paths do not tell
            mains = {main for each in files if isinstance(main := each[self.place.path], bytes)}
            found = {self.place.from_root(pattern) for main in mains for pattern in self.place.includes(main)}
            if found <= patterns:
                return listed
            patterns |= found

    def _may_differ(self, one: str, other: str, id_: str) -> bool:
        """Whether the KPI may be another one in the later of two versions, as far as their texts tell."""
        if one not in self._keys:
            if one not in self._checked:
                return True
            self._keys[one] = depends_on(self._checked[one][1], id_)
        slices = self._slices_at(one)
        if differ(slices, self._slices_at(other, slices), self._keys[one]):
            return True
        self._keys[other] = self._keys[one]
        return False

    def _files_at(self, hash_: str) -> Files | None:
        if hash_ not in self._files:
            self._files[hash_] = self.place.files_at(hash_)
        return self._files[hash_]

    def _slices_at(self, hash_: str, like: Slices | None = None) -> Slices | None:
        if hash_ not in self._slices:
            files = self._files_at(hash_)
            self._slices[hash_] = None if files is None else slices_of(files, like)
        return self._slices[hash_]

    def _at(self, hash_: str) -> tuple[Version, Checked]:
        if hash_ not in self._checked:
            files = self._files_at(hash_)
            read = self.place.read_nothing() if files is None else self.place.read_files(files)
            version = Version(hash_[:SHORT], hash_, read, files is not None)
            self._checked[hash_] = version, version.check()
        return self._checked[hash_]


def _own(events: list[Event | None]) -> Event | None:
    """What a commit did itself: a merge only what it made different from all of its parents."""
    first, *others = events
    if first is None or None in others:
        return None
    told = [{(one.kind, one.field, one.after) for one in (*each.changes, *each.because)} for each in others if each]

    def is_own(change: Change) -> bool:
        return all((change.kind, change.field, change.after) in each for each in told)

    own = tuple(filter(is_own, first.changes)), tuple(filter(is_own, first.because))
    return first._replace(changes=own[0], because=own[1]) if any(own) else None


def _event(
    commit: Commit | None, id_: str, before: Version, after: Version, found: Comparison, between: tuple[Commit, ...]
) -> Event | None:
    """What a comparison says about one KPI; None when that is nothing."""
    subject = f"kpis.{id_}"
    own = tuple(change for change in found.changes if subject in (change.subject, change.subject_before))
    causes = found.affected.get(id_, ())
    because = tuple(change for change in found.changes if change.subject in causes and reaches_out(change))
    if not own and not because:
        return None
    return Event(commit, id_, before, after, own, because, between)


def _tells(checked: Checked, id_: str) -> bool:
    """Whether a plan, with whatever mistakes, says all about one KPI, if only that there is none."""
    own = f"kpis.{id_}"
    for found in checked.diagnostics:
        if found.severity != "error":
            continue
        if found.subject == own or found.subject.startswith(f"{own}."):
            return False
        if id_ not in checked.plan.kpis and (found.code.startswith("E00") or found.code == "E070"):
            return False  # it may stand in what could not be read
    return True
