"""Spark, as a standalone cluster with two executors, gives the values that DuckDB gives over files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from engine.support import Project
from engine.test_expressions_at_random import Expression, conditions, numbers_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from warehouse import at_random
from warehouse.cases import CASES
from warehouse.engines import VARIABLE, computed_values, fill_spark, in_files, in_warehouse, is_tie
from warehouse.servers import spark_cluster

# The cluster needs about a second a case, so that only every sixth is run unless EVERY_CASE is set.
SOME = CASES if os.environ.get("EVERY_CASE") else CASES[::6]

pytestmark = [pytest.mark.warehouse, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session with the tables, and the address of its cluster in the environment."""
    with spark_cluster() as url, pytest.MonkeyPatch.context() as patch:
        from pyspark.sql import SparkSession

        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        folder = tmp_path_factory.mktemp("spark")
        address, _, options = url.partition("?")
        settings = dict(parse_qsl(options)) | {
            "spark.sql.warehouse.dir": str(folder / "tables"), "spark.driver.memory": "600m",
            "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.host": "127.0.0.1",
        }  # fmt: skip
        builder: Any = SparkSession.builder
        builder = builder.master(address)
        for key, value in settings.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        try:
            fill_spark(session, folder)
            patch.setenv(VARIABLE, url)
            yield session
        finally:
            session.stop()


@pytest.fixture(scope="module")
def random_table(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    fill_spark(cluster, tmp_path_factory.mktemp("dice"), at_random.TABLES, "dice")


def test_there_are_two_executors(cluster: Any) -> None:
    assert cluster.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1 == 2


def test_spark_gives_the_values_of_files(cluster: Any, tmp_path: Path) -> None:
    folders = [tmp_path / "files", tmp_path / "spark"]
    for folder in folders:
        folder.mkdir()
    over_files = computed_values(in_files(folders[0]), SOME)
    over_spark = computed_values(in_warehouse(folders[1]), SOME)
    assert not [found for found in over_files.values() if isinstance(found, str) and not is_tie(found)]
    assert {case.formula: over_spark[case] for case in SOME if over_spark[case] != over_files[case]} == {}


def test_a_table_that_is_not_there(cluster: Any, tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.source("orders", connection=f"${{{VARIABLE}}}", table="shop.order")
    expected = 'orders: the warehouse has no table "shop.order", or it may not be read; did you mean "shop.orders"?'
    assert project.problem("count(orders)") == expected


def test_a_query_that_runs_too_long(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.sql(
        "CREATE OR REPLACE TEMP VIEW slow AS SELECT date'2026-06-01' + CAST(id % 9 AS INT) AS day, "
        "sha2(CAST(id AS STRING), 512) AS x FROM range(100000000000)"
    )
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "2")
    project = Project(tmp_path)
    project.source("slow", connection=f"${{{VARIABLE}}}", table="slow", where='x != ""')
    assert project.problem("count(slow)").startswith("slow: a query took longer than 2 s and was stopped")
    # What it kept busy is free again.
    cluster.sql("CREATE OR REPLACE TEMP VIEW quick AS SELECT date'2026-06-01' AS day, 1 AS x")
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "60")
    project.source("quick", connection=f"${{{VARIABLE}}}", table="quick")
    assert project.value("count(quick)") == 1


def test_an_address_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "spark-without-scheme")
    project = Project(tmp_path)
    project.source("orders", connection=f"${{{VARIABLE}}}", table="shop.orders")
    assert f"{VARIABLE} does not hold an address that is known" in project.problem("count(orders)")


@settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    chosen=st.lists(conditions(), min_size=20, max_size=20),
    numbers=st.lists(numbers_of(conditions()).filter(at_random.has_no_edge), min_size=20, max_size=20),
)
def test_spark_reads_expressions_made_at_random_as_the_rules_say(
    cluster: Any, tmp_path: Path, random_table: None, chosen: list[Expression], numbers: list[Expression]
) -> None:
    project = Project(tmp_path)
    project.source("t", connection=f"${{{VARIABLE}}}", table="dice.t")
    expected = at_random.expected(chosen, numbers)
    assert at_random.asked(project, chosen, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)
