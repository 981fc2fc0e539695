"""What the engine opens is the very file that was checked: no wildcard, no link and no folder name changes that."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from engine.support import Project

from kpi.data import file_scan as scan
from kpi.engine import table_loader as load

KINDS = ("csv", "csv.gz", "json", "jsonl", "parquet")


def write(path: Path, amount: int, kind: str) -> None:
    """One row of the day 2026-06-03 in a file of a kind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "parquet":
        with duckdb.connect() as other:
            other.execute("CREATE TABLE t AS SELECT DATE '2026-06-03' AS day, ? AS v", [amount])
            other.table("t").write_parquet(str(path.parent / "plain.tmp"))
        (path.parent / "plain.tmp").rename(path)
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(f"day,v\n2026-06-03,{amount}\n".encode()))
    else:
        row = f'{{"day": "2026-06-03", "v": {amount}}}\n'
        path.write_text(row if kind.startswith("json") else f"day,v\n2026-06-03,{amount}\n", encoding="utf-8")


def total(project: Project, path: str) -> float | str | None:
    """The sum of the column v of a source with this path in June 2026, or why there is none."""
    project.source("s", path=path)
    project.kpi("k", "sum(s.v)")
    series = project.results().series["k"]
    return series.problem if series.problem is not None else series.shown.value


@pytest.fixture
def inner(project: Project) -> Project:
    """A project in a folder, so that there is something outside of it."""
    (project.folder / "project").mkdir()
    return Project(project.folder / "project")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["*", "?", "[ab]", "a*", "[!x]", "**", "\\*", "a[b"])
def test_a_file_with_a_wildcard_in_its_name_is_read_itself(project: Project, kind: str, name: str) -> None:
    write(project.folder / f"q/{name}.{kind}", 7, kind)
    for other in ("a", "b", "ab", "x"):
        write(project.folder / f"q/{other}.{kind}", 1000, kind)
    assert total(project, f"q/{name}.{kind}") == 7


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["[ab]", "l*", "?", "**"])
def test_a_folder_with_a_wildcard_in_its_name_is_read_itself(project: Project, kind: str, name: str) -> None:
    write(project.folder / f"{name}/x.{kind}", 7, kind)
    for other in ("a", "lx"):
        write(project.folder / f"{other}/x.{kind}", 1000, kind)
    assert total(project, f"{name}/x.{kind}") == 7


@pytest.mark.parametrize("kind", KINDS)
def test_no_wildcard_in_a_name_leads_through_a_link_out_of_the_project(inner: Project, kind: str) -> None:
    write(inner.folder.parent / f"secret.{kind}", 1000, kind)
    write(inner.folder / f"j/*.{kind}", 7, kind)
    (inner.folder / f"j/c.{kind}").symlink_to(inner.folder.parent / f"secret.{kind}")
    assert total(inner, f"j/*.{kind}") == 7
    write(inner.folder / f"l*/secret.{kind}", 8, kind)
    (inner.folder / "linked").symlink_to(inner.folder.parent)
    assert total(inner, f"l*/secret.{kind}") == 8


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_of_a_folder_is_no_column(project: Project, kind: str) -> None:
    write(project.folder / f"h/v=100/day=2026-06-09/x.{kind}", 7, kind)
    assert total(project, f"h/v=100/day=2026-06-09/x.{kind}") == 7
    assert total(project, f"h/*/*/x.{kind}") == 7


def test_a_workbook_with_a_wildcard_in_its_name_is_read_itself(project: Project) -> None:
    from openpyxl import Workbook

    for name, amount in (("[ab]", 7), ("a", 1000)):
        book = Workbook()
        book.active.append(["day", "v"])
        book.active.append(["2026-06-03", amount])
        book.save(project.folder / f"{name}.xlsx")
    assert total(project, "[ab].xlsx") == 7


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_becomes_a_link_out_of_the_project_before_it_is_opened(
    inner: Project, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(inner.folder.parent / f"secret.{kind}", 1000, kind)
    write(inner.folder / f"data/secret.{kind}", 7, kind)

    def swap() -> None:
        if not (inner.folder / "data").is_symlink():
            (inner.folder / "data").rename(inner.folder / "gone")
            (inner.folder / "data").symlink_to(inner.folder.parent)

    before(monkeypatch, load.Scanner, "scan", swap)
    assert "leads out of the project" in str(total(inner, f"data/secret.{kind}"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_becomes_a_link_out_of_the_project_while_it_is_read(
    inner: Project, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(inner.folder.parent / f"secret.{kind}", 1000, kind)
    file = inner.folder / f"secret.{kind}"
    write(file, 7, kind)

    def swap() -> None:
        file.unlink(missing_ok=True)
        file.symlink_to(inner.folder.parent / f"secret.{kind}")

    before(monkeypatch, scan.Engine, "run", swap)
    assert "leads out of the project" in str(total(inner, f"secret.{kind}"))


def test_a_file_that_is_replaced_while_it_is_read_is_not_computed_from(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project.folder / "x.csv", 7, "csv")
    write(project.folder / "y.csv", 1000, "csv")
    before(monkeypatch, scan.Engine, "run", lambda: (project.folder / "y.csv").replace(project.folder / "x.csv"))
    assert "was replaced while it was read" in str(total(project, "x.csv"))


def before(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, act: Callable[[], None]) -> None:
    """Do something right before the first call of a method."""
    real = getattr(owner, name)
    waiting = [act]

    def wrapped(*arguments: object, **options: object) -> object:
        if waiting:
            waiting.pop()()
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, wrapped)
