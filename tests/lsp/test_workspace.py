"""Which plan an open file belongs to, what is analysed again, and which findings are published."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kpi.lsp import workspace as module
from kpi.lsp.analysis import Analysis, real
from kpi.lsp.published import Published
from kpi.lsp.workspace import Workspace

MAIN = "version: 1\ninclude: [parts/*.yaml]\ngoals:\n  g: {name: One in ten comes back}\n"
PART = "kpis:\n  k: {name: K, goal: g, formula: sum(s.x)}\nsources:\n  s: {path: s.csv}\n"


class Days:
    """The day that counts as over."""

    today = date(2026, 6, 30)

    def __call__(self, plan: object) -> date:
        return self.today


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "parts").mkdir()
    (tmp_path / "kpi.yaml").write_text(MAIN, encoding="utf-8")
    (tmp_path / "parts" / "a.yaml").write_text(PART, encoding="utf-8")
    (tmp_path / "parts" / "s.csv").write_text("x\n1\n", encoding="utf-8")
    return tmp_path


def main_of(workspace: Workspace, path: Path) -> str | None:
    workspace.write(path, path.read_text(encoding="utf-8") if path.exists() else "version: 1\n")
    found = workspace.analysis(path)
    return None if found is None else Path(os.path.relpath(found.main, path.parent)).as_posix()


def test_a_file_belongs_to_the_plan_that_includes_it(project: Path) -> None:
    assert main_of(Workspace(Days()), project / "parts" / "a.yaml") == "../kpi.yaml"


@pytest.mark.parametrize("name", ["kpi.yaml", "kpi.yml", "team.kpi.yaml", "team.kpi.yml"])
def test_a_file_that_is_not_included_is_a_plan_by_its_name(tmp_path: Path, name: str) -> None:
    assert main_of(Workspace(Days()), tmp_path / name) == name


@pytest.mark.parametrize("name", ["compose.yaml", "kpi.json", "kpi.yaml.txt"])
def test_any_other_file_is_none_of_our_business(project: Path, name: str) -> None:
    assert main_of(Workspace(Days()), project / name) is None


def test_a_file_named_on_the_command_line_is_a_plan(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "kpi.yaml").rename(project / "plan")
    monkeypatch.chdir(project)
    workspace = Workspace(Days(), Path("plan"))
    assert main_of(workspace, project / "parts" / "a.yaml") == "../plan"
    assert main_of(workspace, project / "plan") == "plan"


def test_an_inner_kpi_yaml_that_is_included_is_a_part_too(project: Path) -> None:
    inner = project / "parts" / "kpi.yaml"
    inner.write_text("measures: {m: count(s)}\n", encoding="utf-8")
    assert main_of(Workspace(Days()), inner) == "../kpi.yaml"


def test_a_plan_above_the_git_root_has_no_say(project: Path) -> None:
    nested = project / "parts" / "nested"
    (nested / ".git").mkdir(parents=True)
    (project / "kpi.yaml").write_text(MAIN.replace("parts/*.yaml", "parts/**/*.yaml"), encoding="utf-8")
    (nested / "b.kpi.yaml").write_text("version: 1\n", encoding="utf-8")
    assert main_of(Workspace(Days()), nested / "b.kpi.yaml") == "b.kpi.yaml"


def test_a_file_moves_when_the_main_file_begins_or_ceases_to_include_it(project: Path) -> None:
    workspace, part, main = Workspace(Days()), project / "parts" / "b.kpi.yaml", project / "kpi.yaml"
    part.write_text("version: 1\n", encoding="utf-8")
    (project / "kpi.yaml").write_text("version: 1\n", encoding="utf-8")
    assert main_of(workspace, part) == "b.kpi.yaml"
    workspace.write(main, MAIN)
    assert {one.main for one in workspace.review()} == {main}
    workspace.write(main, "version: 1\n")
    assert {one.main for one in workspace.review()} == {main, part}


def test_a_missing_main_file_is_no_plan(tmp_path: Path) -> None:
    workspace = Workspace(Days(), tmp_path / "gone.yaml")
    assert main_of(workspace, tmp_path / "x.yaml") is None


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The main files of the plans that are looked at, in order."""
    found: list[Path] = []

    def analyse(main: Path, *rest: object) -> Analysis:
        found.append(main)
        return original(main, *rest)  # type: ignore[arg-type]

    original = module.analyse
    monkeypatch.setattr(module, "analyse", analyse)
    return found


def test_a_plan_is_looked_at_again_only_when_something_has_changed(project: Path, looks: list[Path]) -> None:
    days = Days()
    workspace, main, part, data = (
        Workspace(days),
        project / "kpi.yaml",
        project / "parts" / "a.yaml",
        project / "parts" / "s.csv",
    )

    def look() -> int:
        workspace.review()
        return len(looks)

    workspace.write(main, MAIN)
    assert [look(), look()] == [1, 1]
    workspace.write(main, MAIN)  # saved as it is
    assert look() == 1
    workspace.write(main, MAIN + "#")
    assert look() == 2
    part.write_text(PART + "#", encoding="utf-8")
    assert look() == 3
    workspace.write(part, PART + "#")
    assert look() == 3
    workspace.write(part, PART)
    assert look() == 4
    workspace.close(part)
    assert look() == 5
    data.write_text("x,y\n1,2\n", encoding="utf-8")
    assert look() == 6
    days.today = date(2026, 7, 1)
    assert [look(), look()] == [7, 7]


def test_names_known_before_a_file_broke_are_kept_for_completion(project: Path) -> None:
    workspace, main = Workspace(Days()), project / "kpi.yaml"
    assert workspace.latest(main) == ()
    workspace.write(main, MAIN)
    workspace.review()
    (whole,) = workspace.latest(main)
    workspace.write(main, MAIN.replace("  g:", "\t? g\n x"))
    workspace.review()
    newest, before = workspace.latest(main)
    assert "g" not in newest.plan.goals
    assert before is whole


def test_plans_of_closed_files_are_forgotten(project: Path) -> None:
    workspace, main = Workspace(Days()), project / "kpi.yaml"
    workspace.write(main, MAIN)
    assert len(workspace.review()) == 1
    workspace.close(main)
    assert workspace.review() == []
    assert workspace.latest(main) == ()


def codes(told: dict[Path, object]) -> dict[str, list[str]]:
    return {path.name: [one.code for one in found_in_file.findings] for path, found_in_file in told.items()}  # type: ignore[attr-defined]


def test_only_changed_findings_are_published_and_old_ones_cleared(project: Path) -> None:
    workspace, board = Workspace(Days()), Published()
    main, part = project / "kpi.yaml", project / "parts" / "a.yaml"
    workspace.write(main, MAIN)
    first = codes(board.changes(workspace.review()))  # type: ignore[arg-type]
    assert set(first) == {"kpi.yaml", "a.yaml"}
    assert board.changes(workspace.review()) == {}
    assert set(board.changes(workspace.review(), {real(main)})) == {real(main)}
    workspace.write(part, PART.replace("s.x", "s.y"))
    changed = codes(board.changes(workspace.review()))  # type: ignore[arg-type]
    assert {name: set(found) - set(first[name]) for name, found in changed.items()} == {"a.yaml": {"E043"}}
    workspace.close(main)
    workspace.close(part)
    assert codes(board.changes(workspace.review())) == {"kpi.yaml": [], "a.yaml": []}  # type: ignore[arg-type]
    assert board.changes(workspace.review()) == {}


def test_a_file_of_two_plans_has_each_finding_once(project: Path) -> None:
    (project / "other.kpi.yaml").write_text(MAIN.replace("parts", "./parts"), encoding="utf-8")
    workspace, board = Workspace(Days()), Published()
    workspace.write(project / "kpi.yaml", MAIN)
    once = codes(board.changes(workspace.review()))["a.yaml"]  # type: ignore[arg-type]
    workspace.write(project / "other.kpi.yaml", MAIN.replace("parts", "./parts"))
    again = board.changes(workspace.review(), {real(project / "parts" / "a.yaml")})
    assert codes(again)["a.yaml"] == once  # type: ignore[arg-type]
