"""The hook for pre-commit: its manifest, and a run of it by pre-commit itself where that is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from ci.shop_repository import VAGUE
from diff.repository import Repository
from helpers.transcripts import REPOSITORY

pytestmark = pytest.mark.slow

(HOOK,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
NEEDED = ("pre_commit", "hatchling")


def test_the_manifest_says_what_pre_commit_has_to_know() -> None:
    # The keys of pre-commit's documentation.
    assert set(HOOK) <= {"id", "name", "entry", "language", "files", "types", "require_serial", "description"}
    assert (HOOK["id"], HOOK["entry"], HOOK["language"]) == ("kpi-lint", "kpi lint", "python")
    assert HOOK["require_serial"] is True  # else a plan of many files is reviewed several times
    assert HOOK["types"] == ["yaml"]


@pytest.mark.parametrize("name", ["kpi.yaml", "kpi.yml", "teams/kpi.yaml", "teams/sales.kpi.yaml", "sales.kpi.yml"])
def test_plans_are_reviewed(name: str) -> None:
    assert re.search(HOOK["files"], name)


@pytest.mark.parametrize(
    "name", ["values.yaml", "skpi.yaml", "kpi.yaml.orig", "kpi.json", "kpi_yaml", "kpi/values.yaml"]
)
def test_other_files_are_not(name: str) -> None:
    assert not re.search(HOOK["files"], name)


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED), reason="pre-commit and hatchling are not installed"
)
def test_pre_commit_runs_it(tmp_path: Path) -> None:
    hooks = Repository(tmp_path / "hooks")
    for name in ("pyproject.toml", ".pre-commit-hooks.yaml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, hooks.root)
    for name in ("kpi", "ci"):
        shutil.copytree(REPOSITORY / name, hooks.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    hooks.commit()
    user = Repository(tmp_path / "user")
    user.put("kpi.yaml", VAGUE)
    user.put("other.yaml", "a: 1\n")
    user.commit()
    # What it would download for its environment is here already.
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which is to say: without
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks.root), "kpi-lint", "--all-files"]
    done = subprocess.run(command, cwd=user.root, env=environment, capture_output=True, encoding="utf-8")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "kpi.yaml:10:11: warning: S101 weasel-word" in said
    assert said.count("S101 weasel-word") == 2, "each of the two once, whichever files are committed"
