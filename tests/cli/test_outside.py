"""Files outside the project are refused, unless their folder is allowed by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from diff.repository import Repository

PLAN = """\
version: 1
as_of: 2026-06-30
sources:
  orders: {path: ../elsewhere/orders.csv, date: day}
kpis:
  orders: {name: Orders, formula: count(orders)}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/orders.csv").write_text("day,amount\n2026-06-03,5\n2026-06-04,7\n", encoding="utf-8")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return folder


def kpi(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kpi", *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("command", [["lint", "--fail-on", "error"], ["status"], ["show", "orders"]])
def test_a_folder_outside_is_read_only_when_it_is_allowed(project: Path, command: list[str]) -> None:
    refused = kpi(project, *command)
    assert refused.returncode in (1, 2)
    assert "E061" in refused.stdout + refused.stderr
    allowed = kpi(project, *command, "--allow-outside", "../elsewhere")
    assert allowed.returncode == 0, allowed.stderr
    assert "E061" not in allowed.stdout + allowed.stderr


def test_another_folder_is_not_allowed_with_it(project: Path) -> None:
    (project.parent / "third").mkdir()
    assert "E061" in kpi(project, "lint", "--allow-outside", "../third").stdout


def test_what_is_allowed_now_is_allowed_in_the_version_that_it_is_compared_with(project: Path) -> None:
    far = project.parent / "elsewhere/goals.kpi.yaml"
    far.write_text("version: 1\ngoals: {g: {name: Robust growth}}\n", encoding="utf-8")
    repository = Repository(project)
    repository.put("kpi.yaml", PLAN.replace("kpis:", "include: [../elsewhere/goals.kpi.yaml]\nkpis:"))
    repository.commit("One")
    repository.put("kpi.yaml", (project / "kpi.yaml").read_text().replace("count(orders)", "count(orders) / 2"))
    for command in (["lint", "--fail-on", "error", "--diff", "HEAD"], ["diff", "HEAD", "--values"], ["log", "orders"]):
        done = kpi(project, *command, "--allow-outside", "../elsewhere")
        assert done.returncode == 0, done.stderr
        assert "Robust" not in done.stdout, "it is the same in both"
        assert kpi(project, *command).returncode != 0
