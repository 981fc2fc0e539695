"""Repositories whose KPIs are followed through their commits, for the tests of histories and of blame."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository
from diff.story import tell

from kpi.diff.history import History, open_history

PLAN = Path("kpi.yaml")


def kpi(**fields: str) -> str:
    """One entry in flow style; ``_id`` is its id."""
    id_ = fields.pop("_id", "a")
    every = ", ".join(f"{name}: {value}" for name, value in ({"name": "A"} | fields).items())
    return f"  {id_}: {{{every}}}\n"


def plan(*entries: str, head: str = "") -> str:
    """A plan of these entries."""
    return f"version: 1\n{head}kpis:\n{''.join(entries)}"


def history(repository: Repository, id_: str = "a", file: Path = PLAN) -> History:
    """The history of one KPI."""
    return open_history(file, id_, repository.root)


def started(tmp_path: Path) -> Repository:
    """One KPI, added by Ana."""
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", plan(kpi(target="at least 30")))
    made.commit("Added")
    return made


Story = tuple[Repository, list[str]]


def made_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story without its last commit, which deletes everything."""
    repository, hashes = tell(tmp_path_factory.mktemp("story") / "boats")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    return repository, hashes[:-1]
