"""The two versions of a plan that are compared: which they are, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.diff.git import SHORT, Repository
from kpi.diff.moves import former_place
from kpi.diff.revision import NOWHERE, PlanPlace, relocated
from kpi.errors import InputError, UsageError

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.plan.checks import Checked
    from kpi.plan.loading import ReadResult

WORK_TREE = "worktree"


class Version(NamedTuple):
    """A plan at one time. ``commit`` is None for the work tree; ``label`` names it to people.

    ``there`` is False when its main file did not exist then, so that ``read`` is an empty plan. ``called`` is the name
    of the main file where it was another one.
    """

    label: str
    commit: str | None
    read: ReadResult
    there: bool = True
    called: str | None = None

    @property
    def id(self) -> str:
        """The commit's hash, or ``worktree``."""
        return self.commit or WORK_TREE

    def check(self, *, with_data: bool = False) -> Checked:
        """The checked plan; only ``with_data`` are the columns of today's files looked at."""
        from kpi.data import check_plan

        if with_data:
            return check_plan(self.read)
        plan = self.read.plan
        # The data is not that of a revision, so definitions are compared without a look at it, wherever it is.
        checked = check_plan(self.read._replace(plan=relocated(plan, plan.root, NOWHERE)))
        return checked._replace(diagnostics=tuple(found for found in checked.diagnostics if not _is_of_data(found)))


def open_versions(file: Path, asked: str | None, cwd: Path, allowed: Sequence[Path] = ()) -> tuple[Version, Version]:
    """The versions that ``asked`` names: ``REV`` with the work tree, ``A..B``, ``A...B`` (from where B left A), None:
    from where the work tree left the default branch. ``allowed`` are folders outside that may be read too. A main file
    that was renamed is followed: the earlier version is that of the file which it was.

    Raises InputError or UsageError, with a mend, when one of them cannot be had, or the plan is in neither.
    """
    repository = Repository.around((cwd / file).parent)
    place = PlanPlace.of(repository, file, cwd, allowed)
    old, new = _named(repository, asked)
    before, after = _at_commit(place, *old), _at_commit(place, *new) if new else in_work_tree(place)
    if after.there and not before.there:
        former = former_place(place, old[1], after.commit, after.read)
        if former is not None:
            before = _at_commit(former, *old)._replace(called=former.name)
    if not before.there and not after.there:
        where = f"at {before.label} nor {f'at {after.label}' if after.commit else 'in the work tree'}"
        raise InputError(f"there is no {place.name}, neither {where}", hint="-f FILE names another file")
    return before, after


def deleted_plan(name: str, asked: str | None, cwd: Path) -> Path | None:
    """The file ``name`` in the current folder or the nearest one above, as it was in the earlier version that ``asked``
    names; None when there was none, or there is no repository. Raises InputError or UsageError as ``open_versions``."""
    repository = Repository.around(cwd)
    (_, commit), _ = _named(repository, asked)
    here = Path(os.path.realpath(cwd))
    for folder in (here, *here.parents):
        path = (folder / name).relative_to(repository.root).as_posix()
        if repository.tree(commit, path):
            return Path(os.path.relpath(folder / name, here))
        if folder == repository.root:
            break
    return None


def _named(repository: Repository, asked: str | None) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """(label, commit) of both versions, None for the work tree."""
    if asked is None:
        branch = repository.default_branch()
        return _base(repository, branch, "HEAD"), None
    if ".." not in asked:
        return (asked, repository.commit(asked)), None
    dots = "..." if "..." in asked else ".."
    one, _, other = asked.partition(dots)
    if ".." in other or other.startswith("."):
        raise UsageError(f'"{asked}" is no range of revisions', hint="write REV, REV..REV or REV...REV")
    one, other = one or "HEAD", other or "HEAD"
    old = _base(repository, one, other) if dots == "..." else (one, repository.commit(one))
    return old, (other, repository.commit(other))


def _base(repository: Repository, one: str, other: str) -> tuple[str, str]:
    return f"merge base with {one}", repository.merge_base(one, other)


def _at_commit(place: PlanPlace, name: str, commit: str) -> Version:
    short = commit[:SHORT]
    label = short if commit.startswith(name) else f"{short} ({name})"
    read = place.read_commit(commit)
    return Version(label, commit, place.read_nothing() if read is None else read, read is not None)


def _is_of_data(found: Diagnostic) -> bool:
    return found.code == "E061" and found.subject.startswith("sources.")


def in_work_tree(place: PlanPlace) -> Version:
    """The plan as it is now, committed or not."""
    there = place.exists()
    return Version("the work tree", None, place.read_work_tree() if there else place.read_nothing(), there)
