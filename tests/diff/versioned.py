"""A repository with one plan, and which of its versions are compared, for the tests of versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.diff.versions import Version, open_versions
from kpi.errors import KpiError

ONE = "version: 1\nkpis:\n  a: {name: A, owner: ana}\n"
TWO = "version: 1\nkpis:\n  a: {name: A, owner: bo}\n"
THREE = "version: 1\nkpis:\n  a: {name: A, owner: cy}\n"
PLAN = Path("kpi.yaml")
INCLUDING = "version: 1\ninclude: {}\ngoals: {{g: {{name: Go}}}}\n"


def shop(tmp_path: Path) -> Repository:
    """One commit with one plan."""
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", ONE)
    made.commit("One")
    return made


def owners(repository: Repository, asked: str | None = None, file: Path = PLAN) -> tuple[str | None, str | None]:
    """Who owns the KPI in both versions: tells which they are."""
    before, after = open_versions(file, asked, repository.root)
    return owner(before), owner(after)


def owner(version: Version) -> str | None:
    """Who owns the KPI in one version."""
    kpi = version.read.plan.kpis.get("a")
    return None if kpi is None else kpi.owner


def refusal(repository: Repository, asked: str | None = None, file: Path = PLAN) -> tuple[str, str | None]:
    """The message and the hint with which versions are refused."""
    with pytest.raises(KpiError) as caught:
        open_versions(file, asked, repository.root)
    return caught.value.message, caught.value.hint


def branched(repository: Repository) -> None:
    """On branch ``work``, one commit ahead of where it left ``main``, which went on as well."""
    repository.git("checkout", "-q", "-b", "work")
    repository.put("kpi.yaml", TWO)
    repository.commit("Two")
    repository.git("checkout", "-q", "main")
    repository.put("kpi.yaml", THREE)
    repository.commit("Three")
    repository.git("checkout", "-q", "work")
