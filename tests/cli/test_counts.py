"""How many periods a command is asked for: told in one way by all that take ``--periods``."""

from __future__ import annotations

from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run

PLAN = """\
version: 1
as_of: 2026-06-30
kpis:
  nps: {name: NPS, unit: points, every: month, values: {2026-06: 41}}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", PLAN)
    made.commit("First")
    monkeypatch.chdir(made.root)
    return made


@pytest.mark.parametrize("command", ["status", "diff"])
@pytest.mark.parametrize("count", ["0", "-1", "x", "", "1.5", "٣", "401", "9" * 5000, "0000000010000", "0" * 5000])
def test_a_wrong_number_of_periods_is_refused(
    repository: Repository, capsys: pytest.CaptureFixture[str], command: str, count: str
) -> None:
    assert run([command, f"--periods={count}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    first, second = printed.err.splitlines()
    assert first.startswith("kpi: invalid value for '--periods': ")
    assert second == f"  kpi {command} --help lists its arguments and options"


@pytest.mark.parametrize("command", ["status", "diff"])
@pytest.mark.parametrize("count", ["1", "400", "007"])
def test_a_right_one_is_taken(repository: Repository, command: str, count: str) -> None:
    assert run([command, f"--periods={count}"]) == 0
