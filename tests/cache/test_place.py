"""Where results are remembered: never in the project, nowhere without a home, and not in CI unless asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kpi.run.cache import cache_of
from kpi.run.cache.place import state_of

posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other systems have other places")
VARIABLES = ("CI", "KPI_CACHE_DIR", "XDG_CACHE_HOME", "KPI_STATE_DIR", "XDG_STATE_HOME", "LOCALAPPDATA")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, and no variable that says otherwise."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


@posix
def test_it_is_in_the_cache_folder_of_the_user(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cache_of(project, project)
    assert found is not None
    assert found.parent == home / ".cache" / "kpi"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    assert cache_of(project, project) == home / "elsewhere" / "kpi" / found.name
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, as its specification says
    assert cache_of(project, project) == found


@pytest.mark.parametrize(
    ("platform", "parts"), [("darwin", ("Library", "Caches", "kpi")), ("win32", ("local", "kpi", "Cache"))]
)
def test_other_systems_have_other_places(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch, platform: str, parts: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(home / "local"))
    monkeypatch.setattr(sys, "platform", platform)
    found = cache_of(project, project)
    assert found is not None
    assert found.parent == home.joinpath(*parts)


def test_each_project_has_a_folder_however_its_path_is_written(home: Path, project: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)
    other = tmp_path / "other"
    other.mkdir()
    assert cache_of(project, project) == cache_of(link, link) == cache_of(project / ".." / "checkout", project)
    assert cache_of(project, project) != cache_of(other, other)


@posix
@pytest.mark.parametrize("bad", ["/nonexistent/home", "relative", "file"])
def test_without_a_home_nothing_is_remembered(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("HOME", str(home / "file" / "x") if bad == "file" else bad)
    assert cache_of(project, project) is None


@posix
def test_the_home_of_another_user_is_left_alone(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: home.stat().st_uid + 1)
    assert cache_of(project, project) is None


@posix
def test_a_cache_folder_inside_the_project_is_not_used(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull request could bring its content along."""
    assert cache_of(home / "plan", home) is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / ".cache"))
    assert cache_of(project, project) is None
    (home / "hidden").symlink_to(project / ".cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "hidden"))
    assert cache_of(project, project) is None


def test_in_ci_nothing_is_remembered_unless_asked(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for value in ("true", "1", "yes"):
        monkeypatch.setenv("CI", value)
        assert cache_of(project, project) is None
        assert cache_of(project, project, asked=True) is not None
    monkeypatch.setenv("KPI_CACHE_DIR", str(tmp_path / "named"))
    named = cache_of(project, project)
    assert named is not None
    assert named.parent == tmp_path / "named"
    monkeypatch.delenv("KPI_CACHE_DIR")
    monkeypatch.setenv("CI", "false")
    assert cache_of(project, project) is not None


@posix
def test_edits_are_kept_in_the_folder_for_state(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = state_of(project, project)
    cached = cache_of(project, project)
    assert found is not None
    assert cached is not None
    assert found == home / ".local" / "state" / "kpi" / cached.name
    monkeypatch.setenv("CI", "true")  # a cache is of no use there, and an edit may be taken back
    assert state_of(project, project) == found
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "elsewhere"))
    assert state_of(project, project) == home / "elsewhere" / "kpi" / found.name
    monkeypatch.setenv("XDG_STATE_HOME", str(project / "state"))
    assert state_of(project, project) is None
    monkeypatch.setenv("KPI_STATE_DIR", str(project / "named"))
    assert state_of(project, project) == project / "named" / found.name
