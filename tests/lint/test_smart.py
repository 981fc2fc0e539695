"""`kpi goals --smart`: a letter is met unless a rule whose page names it reports the goal or one of its KPIs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from diff.repository import Repository
from helpers.transcripts import REPOSITORY
from typer.testing import CliRunner

from kpi.cli.app import app
from kpi.errors import UsageError
from kpi.lint.rule_docs import find_rule, page
from kpi.render.sanitize import columns

PLAN = """\
version: 1
title: Shop
as_of: 2026-06-30
goals:
  mission: {name: Every street has readers, level: mission, owner: ana@shop.example}
  loyal:
    name: Significantly improve loyalty and reduce cost
    level: objective
    parent: mission
  good:
    name: Readers come back within a month
    parent: mission
    owner: ben@shop.example
    due: 2026-12-31
    review: {every: month, last: 2026-06-20}
kpis:
  followers: {name: Followers, goal: loyal, values: {2026-06: 3}}
  returning:
    name: Readers who came back within a month
    goal: good
    owner: ben@shop.example
    unit: "%"
    every: month
    baseline: 22%
    values: {2026-06: 26%}
    target: at least 30% by 2026-12-31
    when_red: Call ten lapsed readers.
"""
WORDS = {"S": "specific", "M": "measurable", "A": "assignable", "R": "realistic", "T": "time_bound"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(*arguments: str, code: int = 0, width: int = 80) -> str:
    outcome = CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": str(width)})
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def grid(*arguments: str) -> dict[str, Any]:
    return {goal["id"]: goal for goal in json.loads(ran("goals", "--smart", "--format", "json", *arguments))["goals"]}


def letter_on_page(code: str) -> str | None:
    found = re.search(r"(?m)^SMART: ([SMART]), ", page(find_rule(code)))
    return found[1] if found else None


@pytest.mark.parametrize(
    ("plan", "only"), [("kpi.yaml", ""), (str(REPOSITORY / "examples" / "frameworks" / "okr.yaml"), "examples")]
)
def test_each_letter_has_the_findings_of_kpi_lint(folder: Path, plan: str, only: str) -> None:
    findings = json.loads(ran("lint", plan, "--format", "json", "--fail-on", "never"))["findings"]
    goals = grid("-f", plan)
    kpis = {"followers": "loyal", "returning": "good"}
    expected: dict[tuple[str, str, str], set[str]] = {}
    for one in findings:
        section, _, rest = one["subject"].partition(".")
        id_ = rest.partition(".")[0]
        goal = id_ if section == "goals" else kpis.get(id_)
        letter = letter_on_page(one["code"])
        if goal in goals and letter is not None:
            kind = "notes" if one["severity"] == "info" else "against"
            expected.setdefault((goal, WORDS[letter], kind), set()).add(one["code"])
    assert only or len(expected) >= 5
    for id_, goal in goals.items():
        for word in WORDS.values():
            against = expected.get((id_, word, "against"), set())
            assert set(goal[word]["against"]) == against
            assert goal[word]["met"] is (not against)
            assert set(goal[word]["notes"]) == expected.get((id_, word, "notes"), set()) - against
        assert goal["smart"] is all(goal[word]["met"] for word in WORDS.values())
    assert only or goals["loyal"]["specific"]["against"] == ["S101"]


def test_a_goal_serves_the_one_above(folder: Path) -> None:
    assert {id_: goal["serves"] for id_, goal in grid().items()} == {
        "mission": None,
        "loyal": "mission",
        "good": "mission",
    }


def test_one_line_a_goal(folder: Path) -> None:
    title, _, head, *rows = ran("goals", "--smart", width=160).splitlines()
    assert title == "Shop · 30 June 2026"
    assert head.split() == ["Goal", "Specific", "Measurable", "Assignable", "Realistic", "Time-bound"]
    assert [re.split(" {2,}", row.strip()) for row in rows[:3]] == [
        ["mission: Every street has readers", "✓", "✓", "✓", "✓", "✓"],
        [
            "objective: Significantly improve loyalty and reduce cost", "✗ S101", "✗ M102 M104", "✗ A101", "✓ M118",
            "✗ T101 T104 T105",
        ],
        ["Readers come back within a month", "✓", "✓", "✓", "✓", "✓"],
    ]  # fmt: skip
    assert "  2 of 3 goals are SMART in all five letters." in rows
    assert "  S101 weasel-word" in rows


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_it_fits_the_terminal(folder: Path, width: int) -> None:
    lines = ran("goals", "--smart", width=width).splitlines()
    assert max(map(columns, lines)) <= width
    shortened = any(re.search(r" \+\d", line) for line in lines[2:])
    assert any(line.strip().startswith("+2: two more rules") for line in lines) == shortened
    assert any("✗ S101" in row for row in lines)


def test_markdown_names_what_each_goal_serves(folder: Path) -> None:
    lines = ran("goals", "--smart", "--format", "markdown").splitlines()
    assert lines[2] == "| Goal | Specific | Measurable | Assignable | Realistic | Time-bound | Serves |"
    assert lines[6] == "| ↳ Readers come back within a month | ✓ | ✓ | ✓ | ✓ | ✓ | Every street has readers |"


def test_a_suppressed_finding_is_not_against_a_goal(folder: Path) -> None:
    text = PLAN.replace("  loyal:\n", "  loyal:  # kpi: ignore A101 -- the team decides in May\n")
    (folder / "kpi.yaml").write_text(text.replace("{name: Followers,", "{name: Followers, owner: ana@shop.example,"))
    assert grid()["loyal"]["assignable"] == {"met": True, "against": [], "notes": []}


def test_only_the_goals_of_a_cycle(folder: Path) -> None:
    assert list(grid("--cycle", "2026-Q4")) == ["good"]
    assert ran("goals", "--smart", "--cycle", "2027-Q1").splitlines()[2] == "There is no goal."


def test_there_is_no_strategy_map_of_letters(folder: Path) -> None:
    with pytest.raises(UsageError, match="--smart has no --format svg"):
        ran("goals", "--smart", "--format", "svg")


def test_a_pull_request_shows_the_goals_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository(tmp_path / "shop")
    made.put("kpi.yaml", PLAN)
    made.commit("First")
    monkeypatch.chdir(made.root)
    assert "Specific" not in ran("diff", "--format", "markdown")
    made.put("kpi.yaml", PLAN.replace("22%", "23%").replace("owner: ben@shop.example\n    due", "due"))
    lines = ran("diff", "--format", "markdown").splitlines()
    at = lines.index("| Goal | Specific | Measurable | Assignable | Realistic | Time-bound | Serves |")
    assert lines[at + 2 : at + 4] == [
        "| ↳ Readers come back within a month | ✓ | ✓ | ✗ A101 | ✓ | ✓ | Every street has readers |",
        "",
    ]
    assert lines[at + 4].startswith("Of the goals that changed, 0 of 1 goals are SMART in all five letters.")
