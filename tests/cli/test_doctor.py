"""``kpi doctor`` says what is wrong, with what to do, and nothing where all is right."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from kpi import doctor as module
from kpi.cli.app import run
from kpi.cli.common import read_checked
from kpi.doctor import Check, examine

PLAN = "version: 1\nkpis:\n  nps: {name: Net promoter score, values: {2026-06: 40}}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KPI_NO_CACHE", "CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KPI_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("KPI_STATE_DIR", str(tmp_path / "state"))
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    (project / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return project


def checks(folder: Path, *, has_signs: bool = True) -> dict[str, list[Check]]:
    path = folder / "kpi.yaml"
    checked = read_checked(path)[1] if path.exists() else None
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8" if has_signs else "ascii")
    view = examine(folder, path if path.exists() else None, checked, stream, width=80, has_signs=has_signs)
    found: dict[str, list[Check]] = {}
    for one in view.checks:
        assert one.state == "ok" or one.hint, "what is wrong comes with what to do"
        found.setdefault(one.area, []).append(one)
    return found


def test_it_looks_at_everything(folder: Path) -> None:
    areas = ["kpi", "packages", "extras", "cache", "undo", "temporary files", "git", "encoding", "terminal", "plan"]
    found = checks(folder)
    assert list(found) == areas
    names = ["import", "lsp", "mcp", "warehouse", "serve", "share", "png", "remote", "spark"]
    assert [one.text.partition(":")[0] for one in found["extras"]] == names


def test_an_old_or_missing_package_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def other(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return {"typer": "0.9.0", "pydantic": "2.100.0"}.get(name) or version(name)

    monkeypatch.setattr(metadata, "version", other)
    (one,) = checks(folder)["packages"]
    assert one.state == "problem"
    assert one.text == "rich is not installed; typer 0.9.0 is older than 0.28"


def test_an_extra_that_is_not_there_is_a_note_until_a_source_needs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "psycopg" else name)
    one = next(one for one in checks(folder)["extras"] if one.text.startswith("warehouse"))
    assert (one.state, one.hint) == ("note", "pip install 'kpi-as-code[warehouse]'")
    more = "sources:\n  s: {connection: '${SHOP_URL}', table: t}\n"
    (folder / "kpi.yaml").write_text(PLAN + more, encoding="utf-8")
    monkeypatch.delenv("SHOP_URL", raising=False)
    found = checks(folder)
    assert [one.text.partition(":")[0] for one in found["extras"] if one.state == "problem"] == ["warehouse"]
    assert [(one.state, one.text) for one in found["plan"]][1:] == [
        ("problem", "a source needs SHOP_URL, which is not set")
    ]


def test_folders_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: "cache" not in str(path) and "state" not in str(path))
    for name in ("cache", "state"):
        (folder.parent / name).mkdir()
    found = checks(folder)
    assert [found[area][0].state for area in ("cache", "undo")] == ["problem", "problem"]
    monkeypatch.setenv("KPI_NO_CACHE", "1")
    assert checks(folder)["cache"][0].state == "note"


def test_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(folder)["git"][0].text.endswith("is in no repository")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert checks(folder)["git"][0].state == "ok"
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "git" else which(name))
    assert checks(folder)["git"][0].state == "problem"


def test_an_encoding_without_signs(folder: Path) -> None:
    (one,) = checks(folder, has_signs=False)["encoding"]
    assert one.state == "problem"
    assert "PYTHONUTF8=1" in (one.hint or "")


def test_the_plan(folder: Path) -> None:
    assert checks(folder)["plan"][0].text.endswith("kpi.yaml, 1 KPI")
    (folder / "kpi.yaml").write_text(PLAN.replace("values", "valuse"), encoding="utf-8")
    (one,) = checks(folder)["plan"]
    assert one.state == "problem"
    assert one.text.endswith("has 1 error")
    (folder / "kpi.yaml").unlink()
    assert checks(folder)["plan"][0].state == "note"


def test_the_exit_code_says_whether_there_is_a_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--format", "json"])
    content = json.loads(capsys.readouterr().out)
    assert code == (1 if content["problems"] else 0)
    (folder / "kpi.yaml").write_text("version: 3\n", encoding="utf-8")
    assert run(["doctor"]) == 1
    assert "kpi lint shows them" in capsys.readouterr().out


def test_a_data_file_that_is_missing_is_a_problem(folder: Path) -> None:
    sources = "sources:\n  orders: {path: [a.csv, b-*.csv], date: day}\n  stock: {path: here.csv, date: day}\n"
    (folder / "kpi.yaml").write_text(PLAN.replace("kpis:", f"{sources}kpis:"), encoding="utf-8")
    (folder / "here.csv").write_text("day,units\n2026-06-01,3\n", encoding="utf-8")
    found = checks(folder)["data"]
    assert [(one.state, one.text) for one in found] == [
        ("problem", 'source orders: there is no file "a.csv"'),
        ("problem", 'source orders: there is no file "b-*.csv"'),
    ]
    assert run(["doctor"]) == 1
