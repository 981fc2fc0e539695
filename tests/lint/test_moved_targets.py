"""R109: `kpi lint --diff` reports targets whose numbers were changed after their time was over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from diff.repository import Repository
from lint.linted import of
from typer.testing import CliRunner

from kpi.cli.app import app
from kpi.lint.registry import file_model
from kpi.plan.loading import read_plan


def plan(target: str, **fields: str) -> str:
    more = "".join(f", {name}: {value}" for name, value in fields.items())
    return f"version: 1\nas_of: 2026-07-01\nkpis:\n  a: {{name: Guests{more}, target: {target}}}\n"


@pytest.mark.parametrize(
    ("before", "now", "flagged"),
    [
        ("at least 30 by 2026-06-30", "at least 25 by 2026-06-30", True),
        ("at least 30 by 2026-07-01", "at least 35 by 2026-07-01", True),
        ("at least 30 by 2026-06-30", "at or above 30.0 by 30 June 2026", False),
        ("at least 30 by 2026-07-02", "at least 25 by 2026-07-02", False),
        ("at least 30 by 2026-06-30", "at least 25 by 2026-12-31", False),
        ("at least 30", "at least 25", False),
        ("{2026-Q1: at least 20, 2026-Q2: at least 30}", "{2026-Q1: at least 20, 2026-Q2: at least 29}", True),
        ("{2026-Q2: at least 20, 2026-Q3: at least 30}", "{2026-Q2: at least 20, 2026-Q3: at least 29}", False),
    ],
)
def test_only_what_is_over(before: str, now: str, flagged: bool) -> None:
    now = now.replace("30 June 2026", "2026-06-30")
    old = read_plan(Path("kpi.yaml"), text=plan(before), model=file_model).plan
    assert bool(of("R109", plan(now), before=old)) is flagged
    assert not of("R109", plan(now))


def test_it_is_found_with_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", plan("at least 30 by 2026-06-30"))
    made.commit("First")
    made.put("kpi.yaml", plan("at least 25 by 2026-06-30"))
    monkeypatch.chdir(made.root)
    ran = CliRunner().invoke(app, ["lint", "--diff", "HEAD", "--select", "R109", "--format", "json"])
    assert ran.exit_code == 1
    (found,) = json.loads(ran.stdout)["findings"]
    assert (found["code"], found["line"], found["subject"]) == ("R109", 4, "kpis.a.target")
    assert CliRunner().invoke(app, ["lint", "--select", "R109"]).exit_code == 0
