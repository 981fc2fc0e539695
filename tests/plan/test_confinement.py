"""Included files and the main file itself: none outside the project, none of git, and no pattern without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.cpu_time import ALLOWED_RATIO, REFERENCE, cpu_time

from kpi.errors import InputError
from kpi.plan.loading import ReadResult, read_plan


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def including(folder: Path, pattern: str) -> ReadResult:
    write(folder, {"kpi.yaml": f"version: 1\ninclude: ['{pattern}']\n"})
    return read_plan(folder / "kpi.yaml", cwd=folder)


@pytest.mark.parametrize("pattern", [".git/x.yaml", ".GIT/x.yaml", ".git/*", ".*/x.yaml", "link.yaml", "away/*.yaml"])
def test_files_of_git_are_not_included(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, {".git/x.yaml": "secret: x\n", ".GIT/x.yaml": "secret: x\n"})
    (tmp_path / "link.yaml").symlink_to(".git/x.yaml")
    (tmp_path / "away").symlink_to(".git")
    read = including(tmp_path, pattern)
    assert [one.code for one in read.diagnostics] == ["E061"]
    assert "files of git" in read.diagnostics[0].message
    assert list(read.texts) == ["kpi.yaml"]


def test_hidden_files_are_not_included_by_a_plan_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {".config/secret.yaml": "secret: x\n", "teams/a.yaml": ""})
    monkeypatch.setenv("HOME", str(tmp_path))
    assert [one.code for one in including(tmp_path, ".config/secret.yaml").diagnostics] == ["E061"]
    assert including(tmp_path, "teams/*.yaml").plan.files == ("kpi.yaml", "teams/a.yaml")


def test_links_to_the_folder_itself_do_not_make_a_pattern_slow(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"loop{number}").symlink_to(".")
    write(tmp_path, {"x.kpi.yaml": "kpis: {x: {name: X}}\n"})
    _, ruler = cpu_time(lambda: read_plan(Path("kpi.yaml"), text=REFERENCE))
    read, spent = cpu_time(lambda: including(tmp_path, "*/" * 8 + "x.kpi.yaml"))
    assert spent < ALLOWED_RATIO * ruler
    assert list(read.plan.kpis) == ["x"]


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "include: kpi.yaml\n"})
    read = including(tmp_path, "*.yaml")
    assert [one.code for one in read.diagnostics] == ["E016"]
    assert read.plan.files == ("kpi.yaml", "a.yaml")


def test_a_main_file_that_is_a_link_out_of_the_project_is_not_quoted(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "token hunter2\n", "project/.git/config": "token hunter3\n"})
    for target in ("../secret", ".git/config", "/proc/self/environ"):
        (tmp_path / "project/kpi.yaml").symlink_to(target)
        with pytest.raises(InputError, match="a link that leads out of the project"):
            read_plan(tmp_path / "project/kpi.yaml")
        (tmp_path / "project/kpi.yaml").unlink()


def test_a_main_file_may_be_a_link_inside_the_project_or_to_what_is_allowed(tmp_path: Path) -> None:
    write(tmp_path, {"plans/kpi.yaml": "version: 1\n", "project/plans/kpi.yaml": "version: 1\n"})
    main = tmp_path / "project/kpi.yaml"
    main.symlink_to("plans/kpi.yaml")
    assert read_plan(main).diagnostics == ()
    main.unlink()
    main.symlink_to("../plans/kpi.yaml")
    assert read_plan(main, allowed=[tmp_path / "plans"]).diagnostics == ()
