"""The history of the definition of one KPI in git: what changed, by whom, in which commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.diff.affected import reaches_out
from kpi.diff.changes import Change, Comparison
from kpi.diff.commit import Commit, parse_commit
from kpi.diff.compare import compare
from kpi.diff.dependency_regions import Key, Slices, depends_on, differ, slices_of
from kpi.diff.git import SHORT, Repository
from kpi.diff.revision import PlanPlace
from kpi.diff.versions import Version, in_work_tree
from kpi.plan.checks import Checked
from kpi.plan.loading import FileModel, plain_model

Files = dict[str, bytes | str]


class Event(NamedTuple):
    """A change of the definition. ``commit`` is None if it is not committed yet.

    ``id`` is the id of the KPI after the change, ``before`` and ``after`` are the plans. ``changes`` are those of the
    KPI itself, ``because`` those of measures, sources and KPIs that it uses. ``unreadable`` are the preceding commits
    in which the definition had errors; part of the change may have been made in one of them.
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
        """The id of the KPI before the change; None if the change added it."""
        if any(change.kind == "added" for change in self.changes):
            return None
        return next((change.subject_before.partition(".")[2] for change in self.changes), self.id)

    @property
    def counts(self) -> bool:
        """Whether the change may change the value or the status of the KPI."""
        return bool(self.because) or any(change.counts for change in self.changes)


class History(NamedTuple):
    """The events of one KPI, newest first.

    ``id`` is the id that it was asked for by. ``cut_at`` is the oldest commit of a shallow clone that does not contain
    the commit that added the KPI, else None.
    """

    id: str
    events: tuple[Event, ...]
    cut_at: str | None = None


def open_history(
    file: Path, id_: str, cwd: Path, allowed: Sequence[Path] = (), model: FileModel = plain_model
) -> History:
    """The history of the KPI with this id in the working tree, or with this last id if it was removed.

    Follows the file through all commits that changed it or a file that it includes, and both the file and the KPI
    through renames. Empty if there never was such a KPI. ``model`` is that
    of :func:`kpi.plan.loading.read_plan`. Raises InputError if there is no repository or no commit.
    """
    repository = Repository.around((cwd / file).parent)
    place = PlanPlace.of(repository, file, cwd, allowed, model)
    walk = _Walk(repository, repository.commit("HEAD"))
    walk.start(place, id_)
    return History(id_, tuple(walk.events), walk.cut_at)


class _Walk:
    """One walk from the working tree back to the commit that added the KPI."""

    def __init__(self, repository: Repository, head: str) -> None:
        self.repository, self.head = repository, head
        self.events: list[Event] = []
        self.cut_at: str | None = None
        self.shallow = repository.shallow_commits()
        self._commits: dict[str, Commit] = {}
        self._people: dict[tuple[str, str], tuple[str, str]] = {}  # as commits have them: as .mailmap has them

    def start(self, place: PlanPlace, id_: str) -> None:
        """Walk the working tree and all its ancestors."""
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
        """Read several commits at once, which is faster than one by one."""
        found = [parse_commit(hash_, raw) for hash_, raw in self.repository.contents(hashes).items()]
        new = list({(one.author, one.email) for one in found} - self._people.keys())
        self._people |= zip(new, self.repository.mapped(new), strict=True) if new else ()
        for one in found:
            author, email = self._people[one.author, one.email]
            self._commits[one.hash] = one._replace(author=author, email=email)

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
        """Record every event from ``tip`` back."""
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
        """The plan at a commit, or at the nearest ancestor in which the definition of the KPI has no errors, and the
        commits that were skipped. An empty plan if there is no such commit."""
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
        """The changes of the KPI in a commit relative to each of its parents, which are read from ``branch``."""
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
            self._walk.cut_at = hash_  # the KPI may have existed before this commit
        else:
            self._walk.events.append(event)

    def _older(self, hash_: str) -> tuple[str, _Branch] | None:
        """If this commit renamed the plan's main file: its parent, and the branch with the earlier name."""
        above = self.repository.parent(hash_)
        if above is None or self._files_at(hash_) is None or self.repository.tree(above, self.place.path):
            return None
        path = self.repository.renamed_from(hash_, self.place.path)
        if path is None:
            return None
        return above, _Branch(self._walk, self.place.renamed(path))

    def _listed(self, tip: str) -> list[tuple[str, tuple[str, ...]]]:
        """The commits that changed the main file or a file that it included at any time."""
        patterns: set[str] = set()
        while True:
            listed = self.repository.commits(tip, [self.place.path], sorted(patterns))
            files = [each for hash_, _ in listed if (each := self._files_at(hash_)) is not None]
            if any(isinstance(content, str) for each in files for content in each.values()):
                return self.repository.commits(tip)  # with symbolic links, paths do not show which files changed
            mains = {main for each in files if isinstance(main := each[self.place.path], bytes)}
            found = {self.place.from_root(pattern) for main in mains for pattern in self.place.includes(main)}
            if found <= patterns:
                return listed
            patterns |= found

    def _may_differ(self, one: str, other: str, id_: str) -> bool:
        """Whether the KPI may differ between two versions, judging by their texts."""
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
    """The changes made by a commit itself. For a merge, those relative to all of its parents."""
    first, *others = events
    if first is None or None in others:
        return None
    known = [{(one.kind, one.field, one.after) for one in (*each.changes, *each.because)} for each in others if each]

    def is_own(change: Change) -> bool:
        return all((change.kind, change.field, change.after) in each for each in known)

    own = tuple(filter(is_own, first.changes)), tuple(filter(is_own, first.because))
    return first._replace(changes=own[0], because=own[1]) if any(own) else None


def _event(
    commit: Commit | None, id_: str, before: Version, after: Version, found: Comparison, between: tuple[Commit, ...]
) -> Event | None:
    """The event of one KPI in a comparison; None if it did not change."""
    subject = f"kpis.{id_}"
    own = tuple(change for change in found.changes if subject in (change.subject, change.subject_before))
    causes = found.affected.get(id_, ())
    because = tuple(change for change in found.changes if change.subject in causes and reaches_out(change))
    if not own and not because:
        return None
    return Event(commit, id_, before, after, own, because, between)


def _tells(checked: Checked, id_: str) -> bool:
    """Whether the part of a plan about one KPI is free of errors, so that its definition or its absence is known."""
    own = f"kpis.{id_}"
    for found in checked.diagnostics:
        if found.severity != "error":
            continue
        if found.subject == own or found.subject.startswith(f"{own}."):
            return False
        if id_ not in checked.plan.kpis and (found.code.startswith("E00") or found.code == "E070"):
            return False  # it may be in a part that could not be read
    return True
