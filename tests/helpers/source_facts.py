"""The facts of source files, for tests of what is known without reading rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpi.data import facts
from kpi.plan.checks.source_facts import FileFacts, Problem, SourceFacts
from kpi.plan.model import Plan, Source


def look(folder: Path, *paths: str, **fields: Any) -> SourceFacts:
    return facts(Source(id="orders", path=paths or ("a.csv",), **fields), Plan(folder=folder, root=folder))


def written(folder: Path, content: str | bytes, name: str = "a.csv", **fields: Any) -> SourceFacts:
    """The facts of one file with this content."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return look(folder, name, **fields)


def only_file(known: SourceFacts) -> FileFacts:
    assert known.problems == ()
    (file,) = known.per_file
    return file


def only_problem(known: SourceFacts) -> Problem:
    (problem,) = known.problems
    return problem
