"""Selects and reads the two versions of a plan to compare."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kpi.diagnostics import Diagnostic
from kpi.diff.git import SHORT, Repository
from kpi.diff.moves import former_place
from kpi.diff.revision import NOWHERE, PlanPlace, relocated
from kpi.errors import InputError, UsageError
from kpi.plan.checks import Checked
from kpi.plan.loading import FileModel, ReadResult, plain_model

WORK_TREE = "worktree"


class Version(NamedTuple):
    """One version of a plan. ``commit`` is None for the working tree; ``label`` is its name in messages.

    ``there`` is False if its main file does not exist in this version; ``read`` is then an empty plan. ``called`` is
    the name of the main file if it differs from the current one.
    """

    label: str
    commit: str | None
    read: ReadResult
    there: bool = True
    called: str | None = None

    @property
    def id(self) -> str:
        """The hash of the commit, or ``worktree``."""
        return self.commit or WORK_TREE

    def check(self, *, with_data: bool = False) -> Checked:
        """The checked plan. The columns of the current data files are only read if ``with_data``."""
        from kpi.data import check_plan

        if with_data:
            return check_plan(self.read)
        plan = self.read.plan
        # Data files do not belong to a commit, so definitions are compared without them.
        checked = check_plan(self.read._replace(plan=relocated(plan, plan.root, NOWHERE)))
        return checked._replace(diagnostics=tuple(found for found in checked.diagnostics if not _is_of_data(found)))


def open_versions(
    file: Path, asked: str | None, cwd: Path, allowed: Sequence[Path] = (), model: FileModel = plain_model
) -> tuple[Version, Version]:
    """The two versions that ``asked`` names.

    ``REV`` is compared with the working tree, ``A..B`` means A and B, and ``A...B`` the merge base of A and B, and B.
    None is the merge base with the default branch, and the working tree. ``allowed`` are further folders that may be
    read, and ``model`` is that of :func:`kpi.plan.loading.read_plan`. If the main file was renamed, the earlier version
    is read from the earlier file.

    Raises InputError or UsageError, with a hint, if a version cannot be read or if neither has the plan.
    """
    repository = Repository.around((cwd / file).parent)
    place = PlanPlace.of(repository, file, cwd, allowed, model)
    old, new = _named(repository, asked)
    before, after = _at_commit(place, *old), _at_commit(place, *new) if new else in_work_tree(place)
    if after.there and not before.there:
        former = former_place(place, old[1], after.commit, after.read)
        if former is not None:
            before = _at_commit(former, *old)._replace(called=former.name)
    if not before.there and not after.there:
        where = f"at {before.label} or {f'at {after.label}' if after.commit else 'in the working tree'}"
        raise InputError(f"there is no {place.name} {where}", hint="use -f FILE for another file")
    return before, after


def deleted_plan(names: Sequence[str], asked: str | None, cwd: Path) -> Path | None:
    """The path of a file with one of these names in the current folder or above, in the earlier version of ``asked``.

    The nearest one; None if there is none. Raises InputError or UsageError like ``open_versions``.
    """
    repository = Repository.around(cwd)
    (_, commit), _ = _named(repository, asked)
    here = Path(os.path.realpath(cwd))
    for folder in (here, *here.parents):
        for name in names:
            path = (folder / name).relative_to(repository.root).as_posix()
            if repository.tree(commit, path):
                return Path(os.path.relpath(folder / name, here))
        if folder == repository.root:
            break
    return None


def _named(repository: Repository, asked: str | None) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """(label, commit) of both versions, None for the working tree."""
    if asked is None:
        branch = repository.default_branch()
        return _base(repository, branch, "HEAD"), None
    if ".." not in asked:
        return (asked, repository.commit(asked)), None
    dots = "..." if "..." in asked else ".."
    one, _, other = asked.partition(dots)
    if ".." in other or other.startswith("."):
        raise UsageError(f'"{asked}" is not a range of revisions', hint="write REV, REV..REV or REV...REV")
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
    """The current plan, committed or not."""
    there = place.exists()
    return Version("the working tree", None, place.read_work_tree() if there else place.read_nothing(), there)
