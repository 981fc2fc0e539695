"""The examples are models: nothing is to be said against them, and what their READMEs tell people to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from helpers.oracle import EXAMPLES
from typer.testing import CliRunner

from kpi.cli.app import app

ROOT = EXAMPLES.parent
FILES = sorted(
    str(file.relative_to(ROOT))
    for file in (*EXAMPLES.glob("*/kpi.yaml"), *EXAMPLES.glob("frameworks/*.yaml"), ROOT / "kpi.yaml.example")
)
READMES = sorted(EXAMPLES.glob("*/README.md"))


def test_all_are_found() -> None:
    assert len(FILES) == 12
    assert len(READMES) == 8


@pytest.mark.parametrize("file", FILES)
def test_lint_finds_nothing(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = CliRunner().invoke(app, ["lint", file, "--fail-on", "info"], catch_exceptions=False)
    assert (outcome.exit_code, outcome.stdout) == (0, "")


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.parent.name)
def test_readme_commands_work(readme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    commands = re.findall(r"^    kpi (.+)$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        outcome = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
        assert outcome.exit_code == 0, outcome.output
        assert f"examples/{readme.parent.name}/" in command
