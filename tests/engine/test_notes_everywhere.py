"""Rule G2 over the whole program: what is to be said of a number is said, in the same words, wherever it is shown."""

from __future__ import annotations

import subprocess
from html import unescape
from pathlib import Path

import pytest
from helpers.editor import Editor
from openpyxl import load_workbook
from typer.testing import CliRunner

from kpi.cli.app import app

SKIPPED = "1 of 41 rows was skipped: o.csv:42: o.n: x is not a number"
LITERAL = "no row of o has region == west; did you mean West?"
PLAN = """\
version: 1
as_of: 2026-05-31
sources:
  o: {path: o.csv, date: day, on_bad_rows: skip}
kpis:
  total:
    name: Total
    every: month
    formula: sum(o.n[region == "west"])
"""


def unquoted(text: str) -> str:
    """The text on one line, without quotation marks, which formats write in their own ways."""
    text = unescape(text)
    for mark in ("\\", '"', "`"):
        text = text.replace(mark, "")
    return " ".join(text.split())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan whose only KPI skips a row and names a region that no row has."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = [f"2026-{month:02d}-{day:02d},West,{day}" for month in (4, 5) for day in range(1, 21)]
    (tmp_path / "o.csv").write_text("day,region,n\n" + "\n".join([*rows, "2026-05-21,East,x"]) + "\n", encoding="utf-8")
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def said(*arguments: str) -> str:
    """What a command prints."""
    outcome = CliRunner().invoke(app, list(arguments), catch_exceptions=False, env={"COLUMNS": "200"})
    return unquoted(outcome.stdout)


@pytest.mark.parametrize("cached", [False, True], ids=["first run", "second run"])
def test_G2_status_and_show_say_the_notes_in_every_format(folder: Path, cached: bool) -> None:
    if cached:
        said("status")
    for format_ in ("table", "json", "csv", "markdown"):
        text = said("status", "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text, format_
    for format_ in ("text", "json"):
        text = said("show", "total", "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text, format_


def test_G2_lint_data_and_sources_say_what_concerns_the_data(folder: Path) -> None:
    for format_ in ("text", "json"):
        text = said("lint", "--data", "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text or "no row of o has region == west" in text, format_
        assert "o.csv:42: o.n: x is not a number" in said("sources", "--format", format_), format_


def test_G2_diff_values_says_the_notes(folder: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "kpi.yaml").write_text(PLAN.replace("sum(", "max("), encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    (folder / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    for format_ in ("text", "json", "markdown"):
        text = said("diff", "--values", "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text, format_


def test_G2_the_editor_says_the_notes(folder: Path) -> None:
    with Editor(folder) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        text = unquoted(editor.hover("kpi.yaml", PLAN, "  tot") or "")
    assert SKIPPED in text
    assert LITERAL in text


GOAL = """\
goals:
  g: {name: Sell more in the west, framework: FRAMEWORK, owner: ana@example.com, due: 2026-12-31, perspective: customer}
"""


@pytest.mark.parametrize("framework", ["", "okr", "bsc", "mbo", "omtm"])
def test_G2_goals_say_the_notes(folder: Path, framework: str) -> None:
    goal = GOAL.replace(" framework: FRAMEWORK,", f" framework: {framework}," if framework else "")
    (folder / "kpi.yaml").write_text(PLAN + "    goal: g\n    target: at least 5\n" + goal, encoding="utf-8")
    asked = ["--framework", framework] if framework else []
    for format_ in ("text", "markdown", "json"):
        text = said("goals", *asked, "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text, format_


def test_G2_explain_says_the_notes(folder: Path) -> None:
    (folder / "kpi.yaml").write_text(PLAN.replace("west", "West"), encoding="utf-8")
    for format_ in ("text", "json"):
        assert SKIPPED in said("explain", "total", "--format", format_), format_
        assert SKIPPED in said("explain", "total", "--by", "region", "--format", format_), format_


def test_G2_what_is_exported_says_the_notes(folder: Path) -> None:
    text = said("export", "csv")
    assert SKIPPED in text
    assert LITERAL in text
    said("export", "xlsx", "-o", "kpi.xlsx")
    cells = [str(cell.value) for sheet in load_workbook("kpi.xlsx") for row in sheet for cell in row]
    assert any(SKIPPED in unquoted(cell) and LITERAL in unquoted(cell) for cell in cells)


def test_G2_review_says_the_notes_of_what_it_shows(folder: Path) -> None:
    for format_ in ("text", "markdown", "json"):
        text = said("review", "--grid", "--format", format_)
        assert SKIPPED in text, format_
        assert LITERAL in text, format_
