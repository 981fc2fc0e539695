"""Sources that are larger than the memory that may be used."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from math import ceil, floor
from pathlib import Path

import duckdb
import pytest
from engine.support import Project

from kpi.cli.app import run
from kpi.data.database import Engine, Row
from kpi.data.limits import MemoryLimitError, bytes_of
from kpi.engine import aggregation as gather
from kpi.errors import KpiError
from kpi.run import Results, compute

pytestmark = pytest.mark.slow

LIMIT = "64MB"
ROWS = 2_000_000


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which is empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def large(tmp_path: Path) -> Project:
    """Two years of orders: 60 MB of text, 90 MB as numbers, and a million customers."""
    project = Project(tmp_path)
    day = f"DATE '2024-07-01' + CAST(floor(i * 730.0 / {ROWS}) AS INTEGER)"
    customer = "'c' || (i * 7919 % 1000003)"
    columns = f"{day} AS day, {customer} AS customer, (i * 31 % 1009) / 4 AS amount, i % 97 + 0.5 AS pieces"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns} FROM range({ROWS}) t(i)) TO '{tmp_path / 'orders.csv'}' (HEADER)")
    project.source("orders")
    project.kpi("amount", "sum(orders.amount)")
    project.kpi("pieces", "avg(orders.pieces)", window="year to date")
    project.kpi("customers", "count_distinct(orders.customer)", window="all time")
    project.kpi("median", "median(orders.amount)")
    return project


def asked(sql: str) -> Row:
    """The one row of a statement of an engine of our own."""
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()[0]


def values(results: Results) -> dict[str, float | None]:
    assert not results.problems, results.problems
    return {name: series.shown.value for name, series in results.series.items()}


def test_a_source_larger_than_the_memory_is_computed_by_way_of_the_disk(large: Project, temporary: Path) -> None:
    found = values(compute(large.checked(), date(2026, 6, 30), memory=LIMIT))
    path = large.folder / "orders.csv"
    row = asked(
        "SELECT sum(amount) FILTER (day >= '2026-06-01'), avg(pieces) FILTER (day >= '2026-01-01'), "
        f"count(DISTINCT customer), median(amount) FILTER (day >= '2026-06-01') FROM read_csv('{path}')"
    )
    assert [found[name] for name in ("amount", "pieces", "customers", "median")] == pytest.approx(list(row), rel=1e-12)
    assert list(temporary.iterdir()) == []


def test_a_statement_that_does_not_fit_is_an_error_and_leaves_nothing_behind(temporary: Path) -> None:
    with Engine("UTC", LIMIT) as engine:
        engine.ask("CREATE TEMP TABLE n AS SELECT range AS n FROM range(12_000_000)")
        assert any(path.is_file() for path in temporary.rglob("*"))
        with pytest.raises(MemoryLimitError, match=r"^big: the memory limit of 64MB does not suffice$"):
            engine.run("big", "SELECT len(list(n)) FROM n")
        assert engine.ask("SELECT count(*) FROM n") == [(12_000_000,)]
    assert list(temporary.iterdir()) == []


def test_medians_that_do_not_fit_together_are_computed_one_after_the_other(large: Project) -> None:
    medians = [f"m{number}" for number in range(8)]
    for number, name in enumerate(medians):
        large.kpi(name, f"percentile(orders.amount[pieces > {number}], {10 * number + 5})", window="all time")
    found = values(compute(large.checked(), date(2026, 6, 30), kpis=medians, periods=1, memory=LIMIT))
    wanted = ", ".join(f"quantile_cont(amount, {(10 * n + 5) / 100}) FILTER (pieces > {n})" for n in range(8))
    row = asked(f"SELECT {wanted} FROM read_csv('{large.folder / 'orders.csv'}')")
    assert list(found.values()) == pytest.approx(list(row), rel=1e-12)


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes every statement with a certain word fail for want of memory, and every table count as a large one."""

    def make(word: str) -> None:
        fetch = Engine._fetch

        def failing(engine: Engine, sql: str, source: str | None = None, *, foreign: bool = False) -> list[Row]:
            if word in sql:
                raise MemoryLimitError(f"{source}: the memory limit of 64MB does not suffice", hint="give it more")
            return fetch(engine, sql, source, foreign=foreign)

        monkeypatch.setattr(Engine, "_fetch", failing)

    monkeypatch.setattr(gather, "MANY_ROWS", 0)
    return make


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 100])
@pytest.mark.parametrize("percent", [0, 10, 25, 50, 90, 99.5, 100])
def test_percentiles_are_the_same_when_they_are_sorted_on_the_disk(
    project: Project, small_memory: Callable[[str], None], count: int, percent: float
) -> None:
    rows = [("2026-06-01", (n * 37) % 11 - 4.25, "x") for n in range(count)]
    project.rows(
        "t.csv", "day,v,k", [*rows, ("2026-06-02", None, "x"), ("2026-06-03", 99, "y"), ("2026-07-01", 5, "x")]
    )
    project.source("t")
    small_memory("quantile_cont")
    place = (count - 1) * percent / 100
    ordered = sorted(row[1] for row in rows)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    formulas = [f'percentile(t.v[k == "x"], {percent})', 'median(t.v[k == "none"])']
    wanted = low + (high - low) * (place - floor(place))
    assert project.values(formulas) == [pytest.approx(wanted, rel=1e-12), None]


@pytest.mark.parametrize(("word", "kpi"), [("quantile_cont", "middle"), ("bit_or(c", "customers")])
def test_what_does_not_fit_takes_only_its_own_kpis_along(
    project: Project, small_memory: Callable[[str], None], capsys: pytest.CaptureFixture[str], word: str, kpi: str
) -> None:
    project.table("orders", "day,amount,customer\n2026-06-01,5,a\n2026-06-02,7,b")
    project.kpi("amount", "sum(orders.amount)")
    project.kpi("middle", "median(orders.amount) + percentile(orders.amount, 90)")
    project.kpi("customers", "count_distinct(orders.customer)")
    project.checked()
    small_memory(word)
    small_memory("ORDER BY v LIMIT")
    assert run(["status", "-f", str(project.folder / "kpi.yaml"), "--as-of", "2026-06-30", "--format", "csv"]) == 2
    shown = capsys.readouterr()
    lines = {line.split(",")[0]: line for line in shown.out.splitlines()}
    assert ",12," in lines["amount"]
    words = "orders: the memory limit of 64MB does not suffice; give it more"
    assert [name for name, line in lines.items() if words in line] == [kpi]
    assert shown.err.count(words) == 1
    assert "kpi.yaml:" in shown.err


@pytest.mark.parametrize(("text", "size"), [
    ("512MB", 512_000_000), ("512 mb", 512_000_000), ("1.5GiB", 3 * 2**29), ("2gb", 2_000_000_000), ("70000000B", 7e7),
    ("1TiB", 2**40), ("lots", None), ("512", None), ("MB", None), ("", None), ("-1GB", None), ("1,5GB", None),
    ("50%", None), ("5IB", None),
])  # fmt: skip
def test_sizes(text: str, size: float | None) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("command", [["status"], ["show", "amount"], ["sources"]])
@pytest.mark.parametrize(("size", "complaint"), [
    ("lots", '--memory-limit cannot be "lots"\n  write a size such as 512MB, 1.5GB or 2GiB'),
    ("10MB", "--memory-limit 10MB is too small\n  the minimum is 64MB"),
])  # fmt: skip
def test_an_invalid_size_is_refused(
    project: Project, command: list[str], size: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project.table("orders", "day,amount\n2026-06-01,5")
    project.kpi("amount", "sum(orders.amount)")
    project.checked()
    assert run([*command, "-f", str(project.folder / "kpi.yaml"), "--memory-limit", size]) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("command", [["status"], ["show", "amount"], ["sources"]])
def test_a_size_changes_nothing_for_what_fits(
    project: Project, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    project.table("orders", "day,amount\n2026-06-01,5")
    project.kpi("amount", "sum(orders.amount)")
    project.checked()
    asked = [*command, "-f", str(project.folder / "kpi.yaml"), "--as-of", "2026-06-30"]
    assert run(asked) == 0
    free = capsys.readouterr().out
    assert run([*asked, "--memory-limit", "1GB"]) == 0
    assert capsys.readouterr().out == free


def test_a_time_zone_that_the_engine_does_not_know_leaves_nothing_behind(temporary: Path) -> None:
    with pytest.raises(KpiError, match="does not know the time zone"):
        Engine("Mars/Olympus_Mons")
    assert list(temporary.iterdir()) == []


def test_where_there_is_no_place_for_temporary_files_what_fits_is_computed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    project.table("orders", "day,amount\n2026-06-01,5")
    assert project.value("sum(orders.amount)") == 5
