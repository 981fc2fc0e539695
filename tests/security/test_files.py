"""Files are written whole or not at all, one process at a time, as what they were, and never through a link that was
committed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kpi import writing
from kpi.cli.app import run
from kpi.errors import InputError
from kpi.writing import ChangedError, create_file, rewrite_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes and owners of POSIX")

PLAN = "version: 1\nas_of: 2026-03-31\nkpis:\n  a: {name: A, unit: points, values: {2026-01: 3}} # kpi: ignore S101\n"
AT_ONCE = 6


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    monkeypatch.chdir(made)
    (made / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return made


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A file of the user, to which a stranger's links lead; it stays as it is."""
    path = tmp_path / "secret"
    path.write_text("precious", encoding="utf-8")
    yield path
    assert path.read_text(encoding="utf-8") == "precious"


def left(folder: Path) -> list[str]:
    """What is in a folder beside the plan."""
    return sorted(path.name for path in folder.iterdir() if path.name != "kpi.yaml")


WRITERS = [
    ("kpi-baseline.json", ["lint", "--write-baseline"]),
    ("b.json", ["lint", "--write-baseline", "--baseline", "b.json"]),
    ("new.kpi.yaml", ["init", "-f", "new.kpi.yaml"]),
    ("new.kpi.yaml", ["init", "-f", "new.kpi.yaml", "--force"]),
]


@pytest.mark.parametrize("is_dangling", [False, True])
@pytest.mark.parametrize(("name", "arguments"), WRITERS, ids=lambda value: str(value))
def test_nothing_is_written_through_a_committed_link(
    name: str, arguments: list[str], is_dangling: bool, folder: Path, outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = outside.parent / "nowhere" if is_dangling else outside
    (folder / name).symlink_to(target)
    assert run(arguments) == 2
    assert "internal error" not in capsys.readouterr().err
    assert (folder / name).is_symlink()
    assert not (outside.parent / "nowhere").exists()


def test_init_leaves_a_committed_link_to_a_schema_alone(folder: Path, outside: Path) -> None:
    (folder / "kpi.schema.json").symlink_to(outside.parent / "nowhere")
    assert run(["init", "-f", "new.kpi.yaml"]) == 0
    assert not (outside.parent / "nowhere").exists()


EDITS = [["record", "a", "4", "--period", "2026-02"], ["lint", "--fix", "--fail-on", "never"]]


@pytest.mark.parametrize("edit", EDITS, ids=["record", "fix"])
def test_an_edited_file_stays_what_it_was(edit: list[str], folder: Path) -> None:
    plan, other = folder / "kpi.yaml", folder / "other"
    plan.chmod(0o664)
    os.link(plan, other)
    before = plan.stat()
    assert run(edit) == 0
    assert plan.read_text(encoding="utf-8") != PLAN
    assert (plan.stat().st_ino, plan.stat().st_mode, plan.stat().st_nlink) == (before.st_ino, before.st_mode, 2)
    assert other.read_bytes() == plan.read_bytes()
    assert left(folder) == ["other"]


@pytest.mark.parametrize("edit", EDITS, ids=["record", "fix"])
def test_a_link_of_the_user_stays_one(edit: list[str], folder: Path) -> None:
    plan, real = folder / "kpi.yaml", folder / "real.yaml"
    plan.rename(real)
    real.chmod(0o600)
    plan.symlink_to(real)
    assert run(edit) == 0
    assert plan.is_symlink()
    assert real.read_text(encoding="utf-8") != PLAN
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("edit", EDITS, ids=["record", "fix"])
def test_a_read_only_file_is_not_written(edit: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = folder / "kpi.yaml"
    plan.chmod(0o444)
    assert run(edit) == 2
    assert "is read-only" in capsys.readouterr().err
    assert plan.read_text(encoding="utf-8") == PLAN
    assert left(folder) == []


@pytest.mark.parametrize("place", ["nowhere/b.json", "kpi.yaml/b.json", "folder", "pipe", "circle"])
def test_a_place_where_no_file_can_be(place: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "circle").symlink_to("circle")
    for arguments in (["lint", "--write-baseline", "--baseline", place], ["init", "--force", "-f", place]):
        assert run(arguments) == 2
        err = capsys.readouterr().err
        assert "internal error" not in err
        assert place.split("/")[0] in err


def test_a_folder_that_may_not_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user who is not root: no file can be made beside the plan, but the plan itself may be written."""

    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(writing.tempfile, "mkstemp", refuse)
    assert run(["record", "a", "4", "--period", "2026-02"]) == 0
    assert yaml.safe_load((folder / "kpi.yaml").read_text(encoding="utf-8"))["kpis"]["a"]["values"] == {
        "2026-01": 3,
        "2026-02": 4,
    }
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        create_file(folder / "new", "x")


def test_many_who_record_at_once_lose_nothing(folder: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "kpi", "record", "a", str(month), "--period", f"2025-{month:02}"], cwd=folder
        )
        for month in range(1, AT_ONCE + 1)
    ]
    assert [one.wait(timeout=300) for one in running] == [0] * AT_ONCE
    written = yaml.safe_load((folder / "kpi.yaml").read_text(encoding="utf-8"))["kpis"]["a"]["values"]
    assert written == {"2026-01": 3, **{f"2025-{month:02}": month for month in range(1, AT_ONCE + 1)}}
    assert left(folder) == []


def test_of_two_values_for_one_period_the_second_is_refused(folder: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "kpi", "record", "a", str(value), "--period", "2025-12"],
            cwd=folder,
            stderr=subprocess.PIPE,
        )
        for value in (7, 8)
    ]
    told = [one.communicate(timeout=300)[1] for one in running]
    assert sorted(one.returncode for one in running) == [0, 2], told


def test_what_changed_since_it_was_read_is_not_overwritten(folder: Path) -> None:
    plan = folder / "kpi.yaml"
    plan.write_text("another: text\n", encoding="utf-8")
    with pytest.raises(ChangedError):
        rewrite_file(plan, "mine: 1\n", before=PLAN)
    assert plan.read_text(encoding="utf-8") == "another: text\n"
    assert left(folder) == []


@pytest.mark.parametrize("is_linked", [False, True], ids=["replaced", "in place"])
def test_a_full_disk_leaves_the_file_as_it_was(is_linked: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = folder / "kpi.yaml"
    if is_linked:
        os.link(plan, folder.parent / "other")
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        rewrite_file(plan, PLAN * 10, before=PLAN)
    assert plan.read_text(encoding="utf-8") == PLAN
    assert left(folder) == []


def test_a_lock_that_is_never_given_back_is_said_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(InputError, match="is locked by another process of kpi"):
        create_file(folder / "new", "x")
    os.close(held)
    create_file(folder / "new", "x")


def test_no_other_module_writes_files() -> None:
    """All writers use kpi.writing, except scratch copies of data, the cache, and kpi-ci's own reports."""
    root = Path(__file__).parents[2] / "kpi"
    elsewhere = {"data", "run"}
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in elsewhere and path.name != "writing.py"
        if any(
            sign in path.read_text(encoding="utf-8")
            for sign in (".write_text(", ".write_bytes(", "os.replace", "mkstemp")
        )
    }
    assert found == set()


def test_an_unreadable_plan_is_no_passing_test(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json
    import xml.etree.ElementTree as ET

    (folder / "kpi.yaml").unlink()
    for arguments in ([], ["missing.kpi.yaml"]):
        for fail_on in ("error", "never"):
            assert run(["lint", *arguments, "--format", "junit", "--fail-on", fail_on]) == 2
            suite = ET.fromstring(capsys.readouterr().out)
            assert suite.get("failures") == "1"
            assert suite.find(".//failure") is not None
        for format_, path in (("json", ("findings",)), ("gitlab", ()), ("sarif", ("runs", 0, "results"))):
            assert run(["lint", *arguments, "--format", format_]) == 2
            found = json.loads(capsys.readouterr().out)
            for step in path:
                found = found[step]
            assert len(found) == 1
        summary = folder / "summary"
        summary.write_text("", encoding="utf-8")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        assert run(["lint", *arguments, "--format", "github"]) == 2
        assert capsys.readouterr().out.startswith("::error ")
        assert "1 error" in summary.read_text(encoding="utf-8")
        assert "no findings" not in summary.read_text(encoding="utf-8")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "no" / "summary"))
        assert run(["lint", *arguments, "--format", "github"]) == 2
        assert "internal error" not in capsys.readouterr().err
