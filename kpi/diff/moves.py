"""What a plan's main file was called before, where it is not to be found under its name at an earlier commit.

Git compares texts, so that a rename together with enough changes is a new file to it. What is looked for here are ids:
a file that has lost definitions which are in the plan now is where they came from.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from kpi.diff.tree import proper
from kpi.errors import InputError

if TYPE_CHECKING:
    from kpi.diff.revision import PlanPlace
    from kpi.plan.loading import ReadResult

_MOST_FILES = 200  # that are looked into
_COMPARED = 20_000  # characters of each text
_SECTIONS = ("kpis", "goals", "measures", "sources")
_Ids = set[tuple[str, str]]


def former_place(place: PlanPlace, commit: str, later: str | None, now: ReadResult) -> PlanPlace | None:
    """The place of the file that became the plan ``now``, which was not at ``place`` at ``commit``; None when there is
    none. ``later`` is the commit of ``now``, None for the work tree.

    Raises InputError when git cannot give a file.
    """
    ids = _ids(now)
    main = now.texts.get(now.plan.files[0], "")[:_COMPARED]
    best: tuple[int, int, float] | None = None
    found = None
    for path in _changed(place, commit, later):
        there = place.renamed(path)
        before = there.read_commit(commit)
        if before is None or not (before.plan.kpis or before.plan.goals):
            continue
        lost = _ids(before)
        if there.name not in now.plan.files:
            lost -= _ids_left(there, later)
        shared = len(lost & ids)
        if not shared and not (_is_named_as_plan(path) and lost):
            continue
        text = before.texts.get(before.plan.files[0], "")[:_COMPARED]
        rank = (shared, len(before.plan.files), SequenceMatcher(None, text, main).quick_ratio())
        if best is None or rank > best:
            best, found = rank, there
    return found


def _changed(place: PlanPlace, commit: str, later: str | None) -> Iterable[str]:
    """The files that may have been a plan at ``commit`` and are another one or gone since, likely ones first."""
    repository = place.repository
    ends = (".yaml", ".yml", posixpath.splitext(place.path)[1] or ".yaml")
    files = {
        path: one.blob
        for path, one in proper(repository.tree(commit)).items()
        if path.endswith(ends) and not one.is_link and path != place.path
    }
    likely = sorted(files, key=lambda path: (not _is_named_as_plan(path), path))
    if later is not None:
        then = repository.tree(later)
        changed = [path for path in likely if path not in then or then[path].blob != files[path]]
        return changed[:_MOST_FILES]
    gone = [path for path in likely if not place.renamed(path).exists()]
    kept = [path for path in likely if place.renamed(path).exists()][:_MOST_FILES]
    contents = repository.contents(files[path] for path in kept)
    return [*gone, *(path for path in kept if _content(place, path) != contents[files[path]])][:_MOST_FILES]


def _content(place: PlanPlace, path: str) -> bytes | None:
    try:
        return (place.repository.root / path).read_bytes()
    except OSError:
        return None


def _is_named_as_plan(path: str) -> bool:
    name = posixpath.basename(path)
    return name in ("kpi.yaml", "kpi.yml") or name.endswith((".kpi.yaml", ".kpi.yml"))


def _ids_left(place: PlanPlace, later: str | None) -> _Ids:
    """What the file still defines."""
    try:
        if later is not None:
            read = place.read_commit(later)
            return set() if read is None else _ids(read)
        return _ids(place.read_work_tree()) if place.exists() else set()
    except InputError:
        return set()


def _ids(read: ReadResult) -> _Ids:
    return {(section, id_) for section in _SECTIONS for id_ in getattr(read.plan, section)} | set(read.broken)
