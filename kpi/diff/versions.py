"""The two versions of a plan that are compared: which they are, and how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.diff.git import SHORT, Repository
from kpi.diff.revision import NOWHERE, PlanPlace, moved
from kpi.errors import InputError, UsageError

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.plan.checks import Checked
    from kpi.plan.loading import ReadResult

WORK_TREE = "worktree"


class Version(NamedTuple):
    """A plan at one time. ``commit`` is None for the work tree; ``label`` names it to people.

    ``there`` is False when its main file did not exist then, so that ``read`` is an empty plan.
    """

    label: str
    commit: str | None
    read: ReadResult
    there: bool = True

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
        checked = check_plan(self.read._replace(plan=moved(plan, plan.root, NOWHERE)))
        return checked._replace(diagnostics=tuple(found for found in checked.diagnostics if not _is_of_data(found)))


def open_versions(file: Path, asked: str | None, cwd: Path, allowed: Sequence[Path] = ()) -> tuple[Version, Version]:
    """The versions that ``asked`` names: ``REV`` with the work tree, ``A..B``, ``A...B`` (from where B left A), None:
    from where the work tree left the default branch. ``allowed`` are folders outside that may be read too.

    Raises InputError or UsageError, with a mend, when one of them cannot be had, or the plan is in neither.
    """
    repository = Repository.around((cwd / file).parent)
    place = PlanPlace.of(repository, file, cwd, allowed)
    old, new = _named(repository, asked)
    before, after = _at_commit(place, *old), _at_commit(place, *new) if new else in_work_tree(place)
    if not before.there and not after.there:
        where = f"at {before.label} nor {f'at {after.label}' if after.commit else 'in the work tree'}"
        raise InputError(f"there is no {place.name}, neither {where}", hint="-f FILE names another file")
    return before, after


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
