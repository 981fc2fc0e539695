"""Which files a source is made of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kpi.data import OutsideError, facts, meant, resolve_files
from kpi.plan.model import Plan, Source


def found(folder: Path, *paths: str, root: Path | None = None) -> list[str]:
    """The files, relative to ``folder``, of a source with these paths in a plan in ``folder``."""
    plan = Plan(folder=folder, root=root or folder)
    files = resolve_files(Source(id="orders", path=paths), plan)
    return [os.path.relpath(file, folder) for file in files]


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a\n1\n")


def test_a_plain_path_is_that_file_and_nothing_when_it_is_not_there(tmp_path: Path) -> None:
    make(tmp_path, "data/orders.csv")
    assert found(tmp_path, "data/orders.csv") == ["data/orders.csv"]
    assert found(tmp_path, "data/nothing.csv") == []
    assert found(tmp_path, "nowhere/*.csv") == []
    assert found(tmp_path, "a" * 5000 + ".csv") == []
    assert found(tmp_path, "a\0b.csv") == []


def test_globs_are_sorted_over_all_paths_and_name_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "b-2.csv", "b-1.csv", "a.csv", "b-1.txt", "c1.csv", "c2.csv", "c3.csv")
    assert found(tmp_path, "b-*.csv", "a.csv", "*.csv") == [
        "a.csv", "b-1.csv", "b-2.csv", "c1.csv", "c2.csv", "c3.csv",
    ]  # fmt: skip
    assert found(tmp_path, "c[12].csv") == ["c1.csv", "c2.csv"]
    assert found(tmp_path, "b-?.*") == ["b-1.csv", "b-1.txt", "b-2.csv"]


def test_two_stars_are_any_number_of_folders(tmp_path: Path) -> None:
    make(tmp_path, "x.csv", "d/x.csv", "d/e/x.csv", "d/e/y.csv", "d/f/e/x.csv")
    everywhere = ["d/e/x.csv", "d/f/e/x.csv", "d/x.csv", "x.csv"]
    assert found(tmp_path, "**/x.csv") == everywhere
    assert found(tmp_path, "**/**/x.csv") == everywhere
    assert found(tmp_path, "d/**/e/*.csv") == ["d/e/x.csv", "d/e/y.csv", "d/f/e/x.csv"]
    assert found(tmp_path, "d/e/**") == ["d/e/x.csv", "d/e/y.csv"]
    assert found(tmp_path, "*/x.csv") == ["d/x.csv"]


def test_hidden_files_are_found_only_when_named(tmp_path: Path) -> None:
    make(tmp_path, "a.csv", ".~lock.a.csv", ".hidden/b.csv")
    assert found(tmp_path, "*.csv") == ["a.csv"]
    assert found(tmp_path, "**/*.csv") == ["a.csv"]
    assert found(tmp_path, ".hidden/*.csv") == [".hidden/b.csv"]
    assert found(tmp_path, ".*.csv") == [".~lock.a.csv"]


def test_a_file_whose_name_has_brackets_is_meant_literally(tmp_path: Path) -> None:
    make(tmp_path, "export [1].csv", "export 1.csv")
    assert found(tmp_path, "export [1].csv") == ["export [1].csv"]


def test_folders_are_no_files(tmp_path: Path) -> None:
    make(tmp_path, "data.csv/inner.txt", "a.csv")
    assert found(tmp_path, "*.csv") == ["a.csv"]
    assert found(tmp_path, "data.csv") == []


def test_paths_are_relative_to_the_file_that_declares_the_source(tmp_path: Path) -> None:
    make(tmp_path, "teams/sales/orders.csv")
    plan = Plan(folder=tmp_path, root=tmp_path, homes={"orders": tmp_path / "teams" / "sales"})
    assert resolve_files(Source(id="orders", path=("orders.csv",)), plan) == (tmp_path / "teams/sales/orders.csv",)
    (file,) = resolve_files(Source(id="orders", path=("../sales/*.csv",)), plan)
    assert file.samefile(tmp_path / "teams/sales/orders.csv")
    assert resolve_files(Source(id="others", path=("teams/*/orders.csv",)), plan) == (
        tmp_path / "teams/sales/orders.csv",
    )


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv", "../*.csv", "../nothing.csv", "data/../../secret.csv", "*/../../*.csv", "/etc/passwd",
        "/etc/*", "link.csv", "l*.csv", "away/secret.csv", "away/*.csv", "*/secret.csv",
    ],
)  # fmt: skip
def test_a_path_that_leaves_the_root_is_refused_links_followed(tmp_path: Path, path: str) -> None:
    project = tmp_path / "project"
    make(tmp_path, "secret.csv", "project/data/a.csv")
    (project / "link.csv").symlink_to(tmp_path / "secret.csv")
    (project / "away").symlink_to(tmp_path)
    with pytest.raises(OutsideError) as caught:
        found(project, "data/a.csv", path)
    assert caught.value.position == 1
    assert path in caught.value.message


def test_an_address_is_no_file_of_the_project(tmp_path: Path) -> None:
    assert found(tmp_path, "https://example.org/orders.csv") == []
    source = Source(id="orders", path=("https://example.org/orders.csv",))
    known = facts(source, Plan(folder=tmp_path, root=tmp_path))
    assert known.files == ()
    assert [problem.code for problem in known.problems] == ["remote-file"]


def test_links_inside_the_root_are_followed_and_lead_to_a_file_once(tmp_path: Path) -> None:
    make(tmp_path, "data/orders-1.csv")
    (tmp_path / "data" / "latest.csv").symlink_to("orders-1.csv")
    (tmp_path / "current").symlink_to("data")
    assert found(tmp_path, "data/*.csv") == ["data/orders-1.csv"]
    assert found(tmp_path, "data/latest.csv") == ["data/latest.csv"]
    assert found(tmp_path, "current/orders-*.csv") == ["current/orders-1.csv"]
    assert found(tmp_path, "c*/orders-*.csv") == ["current/orders-1.csv"]


def test_links_in_circles_and_long_patterns_end_soon(tmp_path: Path) -> None:
    make(tmp_path, "d/x.csv")
    for number in range(12):
        (tmp_path / "d" / f"loop{number}").symlink_to(tmp_path)
    assert found(tmp_path, "**/x.csv") == ["d/x.csv"]
    assert found(tmp_path, "*/*/*/*/*/*/*/*/x.csv") == []
    assert len(found(tmp_path, "*/" * 9 + "x.csv")) == 1
    assert len(found(tmp_path, "**/*/" * 20 + "x.csv")) == 1


def test_the_root_may_lie_above_the_plan(tmp_path: Path) -> None:
    make(tmp_path, "data/a.csv", "plans/kpi.yaml")
    assert found(tmp_path / "plans", "../data/a.csv", root=tmp_path) == ["../data/a.csv"]


@pytest.mark.parametrize("path", ["Sales.csv", "sale.csv", "salse.csv"])
def test_the_file_that_was_perhaps_meant(tmp_path: Path, path: str) -> None:
    (tmp_path / "data").mkdir()
    for name in ("sales.csv", "visits.csv", "sales.txt"):
        (tmp_path / "data" / name).write_text("a\n1\n", encoding="utf-8")
    plan = Plan(folder=tmp_path, root=tmp_path)
    assert meant(f"data/{path}", Source(id="s", path=(f"data/{path}",)), plan) == "data/sales.csv"
    for other in ("data/gone.csv", "nowhere/sales.csv", "data/sale.json"):
        assert meant(other, Source(id="s", path=(other,)), plan) is None


@pytest.mark.parametrize(
    ("log", "what"),
    [
        ("_delta_log/00000.json", "a Delta Lake table"),
        (".hoodie/hoodie.properties", "a Hudi table"),
        ("metadata/v1.metadata.json", "an Iceberg table"),
    ],
)
@pytest.mark.parametrize("path", ["lake", "lake/*.parquet", "lake/**/*.parquet", "lake/a.parquet"])
def test_a_table_of_a_lake_is_called_that(tmp_path: Path, log: str, what: str, path: str) -> None:
    """Its files hold rows that were deleted or replaced since, so they are not added up one by one either."""
    for name in (log, "a.parquet", "year=2026/b.parquet"):
        (tmp_path / "lake" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lake" / name).write_bytes(b"PAR1")
    source = Source(id="o", path=(path,))
    (problem,) = facts(source, Plan(folder=tmp_path, root=tmp_path, sources={"o": source})).problems
    assert problem.code == "E063"
    assert what in problem.message
    assert "warehouse" in (problem.hint or "")
