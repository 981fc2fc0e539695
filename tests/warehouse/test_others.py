"""DuckDB's files give the values that files give; a warehouse that nobody has tried is not trusted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest
from engine.support import Project
from engine.test_expressions_at_random import Expression, conditions, numbers_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ibis.common.exceptions import OperationNotDefinedError
from warehouse import at_random
from warehouse.cases import CASES
from warehouse.engines import VARIABLE, computed_values, fill_duckdb, in_files, in_warehouse
from warehouse.test_splits import parts

from kpi.warehouse.conformance import differences
from kpi.warehouse.dialects.base import Dialect, Expr
from kpi.warehouse.dialects.duckdb import DuckDB
from kpi.warehouse.generic import IbisSession

pytestmark = pytest.mark.warehouse

CONNECTION = f"${{{VARIABLE}}}"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the tables of the cases."""
    file = tmp_path_factory.mktemp("duckdb") / "sales.duckdb"
    fill_duckdb(file)
    fill_duckdb(file, at_random.TABLES, "dice")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "CREATE VIEW shop.slow AS SELECT DATE '2026-06-01' AS day, a.range * b.range AS n "
            "FROM range(1000000) a, range(1000000) b"
        )
    return file


@pytest.fixture
def here(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A plan whose connection leads to the file."""
    monkeypatch.setenv(VARIABLE, f"duckdb://{file}")
    (tmp_path / "plan").mkdir()
    return Project(tmp_path / "plan")


def test_duckdb_gives_the_values_of_files(here: Project, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    over_files = computed_values(in_files(tmp_path / "files"), CASES)
    over_duckdb = computed_values(in_warehouse(here.folder), CASES)
    assert {case.formula: over_duckdb[case] for case in CASES if over_duckdb[case] != over_files[case]} == {}


@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chosen=st.lists(conditions(), min_size=25, max_size=25),
    numbers=st.lists(numbers_of(conditions()).filter(at_random.has_no_edge), min_size=25, max_size=25),
)
def test_duckdb_reads_expressions_made_at_random_as_the_rules_say(
    here: Project, chosen: list[Expression], numbers: list[Expression]
) -> None:
    here.source("t", connection=CONNECTION, table="dice.t")
    expected = at_random.expected(chosen, numbers)
    assert at_random.asked(here, chosen, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_nothing_can_be_written_and_others_may_read(here: Project, file: Path) -> None:
    with duckdb.connect(str(file), read_only=True):
        here.source("orders", connection=CONNECTION, table="shop.orders")
        assert here.value("count(orders)")


def test_a_table_and_a_file_that_are_not_there(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here.source("orders", connection=CONNECTION, table="shop.order")
    assert 'no table "shop.order", or it may not be read; did you mean "shop.orders"?' in here.problem("count(orders)")
    monkeypatch.setenv(VARIABLE, "duckdb://nowhere-else/secret.duckdb")
    problem = here.problem("count(orders)")
    assert problem == "orders: there is no DuckDB file where the address says"


def test_a_query_that_runs_too_long(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    here.source("slow", connection=CONNECTION, table="shop.slow", where="n != -1")
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "1")
    assert here.problem("count(slow)").startswith("slow: a query took longer than 1 s and was stopped")


def test_a_driver_that_is_not_installed(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in ("MySQLdb", "ibis.backends.mysql"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv(VARIABLE, "mysql://keeper:canary@127.0.0.1/shop")
    here.source("orders", connection=CONNECTION, table="orders")
    problem = here.problem("count(orders)")
    assert f"{VARIABLE} names a warehouse that needs" in problem
    assert "pip install 'ibis-framework[mysql]'" in problem
    assert "canary" not in problem


def test_a_warehouse_that_answers_otherwise_is_not_used(
    here: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no dates."""
    connection = sqlite3.connect(tmp_path / "shop.sqlite")
    connection.execute("CREATE TABLE orders (day date, n int)")
    connection.execute("INSERT INTO orders VALUES ('2026-06-01', 1)")
    connection.commit()
    connection.close()
    monkeypatch.setenv(VARIABLE, f"sqlite://{tmp_path / 'shop.sqlite'}")
    here.source("orders", connection=CONNECTION, table="orders")
    problem = here.problem("count(orders)")
    assert f"{VARIABLE} names a warehouse that computes otherwise than files: the first day is '2024-02-29'" in problem
    assert "PostgreSQL, Spark and DuckDB are known to compute as files do" in problem


def test_days_of_times_with_a_zone_are_not_guessed(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DuckDB, "zoned", False)
    here.source("events", connection=CONNECTION, table="shop.events", date="at")
    problem = here.problem("count(events)")
    assert problem.startswith("events.at has a zone, and nobody knows on which days its times lie in this warehouse")


def test_what_ibis_cannot_say_takes_only_its_own_kpi_along(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = IbisSession.sql

    def sql(self: IbisSession, expression: Expr) -> str:
        text = compiled(self, expression)
        if "quantile" in text.casefold():
            raise OperationNotDefinedError("No translation rule for Quantile")
        return text

    monkeypatch.setattr(IbisSession, "sql", sql)
    here.source("orders", connection=CONNECTION, table="shop.orders")
    here.kpi("half", "median(orders.amount)")
    here.kpi("spread", "stddev(orders.amount)")
    series = here.results().series
    said = "orders: this warehouse has no words for what is asked (OperationNotDefinedError)"
    assert said in str(series["half"].problem)
    assert series["spread"].shown.value is not None


class Careless(DuckDB):
    """An engine that does not tell capital letters from small ones, nor halves of days from whole ones."""

    def ordered(self, text: Expr) -> Expr:
        return text.lower()

    def contains(self, text: Expr, part: Expr) -> Expr:
        return text.lower().contains(part.lower())

    def days_later(self, date_: Expr, days: Expr) -> Expr:
        return Dialect.days_later(self, date_, days)


def test_the_questions_find_what_is_otherwise(file: Path) -> None:
    session = IbisSession("X", f"duckdb://{file}", "UTC", 60)
    try:
        assert differences(session) == []
        session.dialect = Careless()
        asked = {question for question, _, _ in differences(session)}
    finally:
        session.close()
    assert asked == {'count of t > "Z"', 'count of contains(t, "A")', "count of d + 2.5 == d + 2"}


def test_duckdb_has_the_parts_that_files_have(here: Project, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    assert parts(in_warehouse(here.folder)) == parts(in_files(tmp_path / "files"))
