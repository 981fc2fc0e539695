"""What a stranger's plan may not read: files of git, and what lies beside a plan in somebody's home folder."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kpi.data import OutsideError, resolve_files
from kpi.data.facts import facts
from kpi.plan.loading.paths import is_git_name
from kpi.plan.loading.plan_files import project_root
from kpi.plan.model import Plan, Source


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a\n1\n", encoding="utf-8")


def found(folder: Path, *paths: str, root: Path | None = None, allowed: tuple[Path, ...] = ()) -> list[str]:
    plan = Plan(folder=folder, root=root or folder, allowed=allowed)
    return [os.path.relpath(file, folder) for file in resolve_files(Source(id="orders", path=paths), plan)]


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".git/*", ".*/config", ".git/logs/../config", "data/../.git/config", "sub/.git/config",
        ".GIT/config", "link.csv", "folder/config", "f*/config", "worktree/.git",
    ],
)  # fmt: skip
def test_files_of_git_are_no_data(tmp_path: Path, path: str) -> None:
    make(tmp_path, ".git/config", ".git/logs/HEAD", "sub/.git/config", ".GIT/config", "worktree/.git", "data/a.csv")
    (tmp_path / "link.csv").symlink_to(".git/config")
    (tmp_path / "folder").symlink_to(".git")
    with pytest.raises(OutsideError, match="files of git"):
        found(tmp_path, "data/a.csv", path)


def test_names_that_only_begin_like_git_are_data(tmp_path: Path) -> None:
    make(tmp_path, ".gitlab/report.csv", ".gitignore", "my.git/a.csv")
    assert found(tmp_path, ".gitlab/report.csv", ".gitignore", "my.git/a.csv") == [
        ".gitignore", ".gitlab/report.csv", "my.git/a.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [".git", ".GIT", ".Git", ".git.", ".git ", "GIT~1", ".g\u200cit", ".git::$INDEX"])
def test_what_a_file_system_may_take_for_git(name: str) -> None:
    assert is_git_name(name)


@pytest.mark.parametrize("layout", ["gitdir: ./.bare\n", "gitdir: .bare/worktrees/main"])
def test_the_folder_that_a_git_file_names_is_no_data(tmp_path: Path, layout: str) -> None:
    make(tmp_path, ".bare/config", ".bare/worktrees/main/HEAD", "data/a.csv")
    (tmp_path / ".git").write_text(layout, encoding="utf-8")
    with pytest.raises(OutsideError, match="files of git"):
        found(tmp_path, ".bare/config")
    assert found(tmp_path, "data/a.csv") == ["data/a.csv"]


def test_a_home_folder_that_is_a_git_work_tree_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home/ana"
    make(home, ".git/HEAD", ".ssh/id_ed25519", "work/plan/data/a.csv", "work/own/.git/HEAD", "work/own/teams/a.csv")
    monkeypatch.setenv("HOME", str(home))
    assert project_root(home / "work/plan") == home / "work/plan"
    assert project_root(home / "work/own/teams") == home / "work/own"
    assert project_root(home) == home
    make(tmp_path, ".git/HEAD")
    (home / ".git/HEAD").unlink()
    (home / ".git").rmdir()
    assert project_root(home / "work/plan") == home / "work/plan"


def test_a_git_root_above_the_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ".git/HEAD", "home/ana/x", "srv/plan/a.csv")
    monkeypatch.setenv("HOME", str(tmp_path / "home/ana"))
    assert project_root(tmp_path / "srv/plan") == tmp_path / "srv/plan"


def test_hidden_files_are_no_data_of_a_plan_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ".ssh/id_ed25519", "data/a.csv", "data/.b.csv")
    (tmp_path / "key.csv").symlink_to(".ssh/id_ed25519")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (".ssh/id_ed25519", ".ssh/*", "key.csv", "data/.b.csv"):
        with pytest.raises(OutsideError, match="hidden"):
            found(tmp_path, path)
    assert found(tmp_path, "data/a.csv") == ["data/a.csv"]
    assert found(tmp_path, ".ssh/*", allowed=(tmp_path / ".ssh",)) == [".ssh/id_ed25519"]
    monkeypatch.setenv("HOME", str(tmp_path.parent / "somebody"))
    assert found(tmp_path, "data/.b.csv") == ["data/.b.csv"]


@pytest.mark.parametrize(
    "path", ["/proc/self/environ", "/dev/zero", "/dev/*", "/**/*.csv", "/proc/*/environ", "zero.csv"]
)
def test_nothing_of_the_system_is_data(tmp_path: Path, path: str) -> None:
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(OutsideError):
        found(tmp_path, path)


def test_pipes_and_sockets_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.csv")
        for path in ("pipe.csv", "socket.csv"):
            known = facts(Source(id="s", path=(path,)), Plan(folder=tmp_path, root=tmp_path))
            assert [problem.code for problem in known.problems] == ["E063"]
            assert known.files == ()
        assert found(tmp_path, "*.csv") == []
