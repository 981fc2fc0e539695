"""Finds the earlier name of a plan's main file that does not exist under its current name at an earlier commit.

Git compares texts, so it does not recognize a rename with many changes. This module compares ids: the file that lost
definitions which are now in the plan is its earlier file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from difflib import SequenceMatcher

from kpi.diff.revision import PlanPlace
from kpi.diff.tree import proper
from kpi.errors import InputError
from kpi.plan.loading import ReadResult

_MOST_FILES = 200  # that are looked into
_COMPARED = 20_000  # characters of each text
_SECTIONS = ("kpis", "goals", "measures", "sources")
_Ids = set[tuple[str, str]]


def former_place(place: PlanPlace, commit: str, later: str | None, now: ReadResult) -> PlanPlace | None:
    """The place at ``commit`` of the file that became the plan ``now``; None if there is none.

    ``place`` is the current place. ``later`` is the commit of ``now``, None for the working tree. Raises InputError if
    git cannot read a file.
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
    """The files at ``commit`` that may be a plan and have since changed or been removed, the likeliest first."""
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
    """The ids that the file still defines."""
    try:
        if later is not None:
            read = place.read_commit(later)
            return set() if read is None else _ids(read)
        return _ids(place.read_work_tree()) if place.exists() else set()
    except InputError:
        return set()


def _ids(read: ReadResult) -> _Ids:
    return {(section, id_) for section in _SECTIONS for id_ in getattr(read.plan, section)} | set(read.broken)
