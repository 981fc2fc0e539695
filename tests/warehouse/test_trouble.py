"""What goes wrong with a warehouse takes only its own KPIs along, and no secret gets out."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from engine.support import Project
from warehouse.engines import VARIABLE, is_tie
from warehouse.servers import PASSWORD, Server, free_port

from kpi.cli.app import run
from kpi.warehouse.postgres import PostgresSession

pytestmark = pytest.mark.warehouse

CONNECTION = f"${{{VARIABLE}}}"


@pytest.fixture
def mixed(project: Project) -> Project:
    """A source in the warehouse beside a file, with a KPI each and one of both."""
    project.source("orders", connection=CONNECTION, table="shop.orders")
    project.table("visits", "day,n\n2026-06-01,10\n2026-06-02,30")
    project.kpi("ordered", "count(orders)")
    project.kpi("visited", "sum(visits.n)")
    project.kpi("conversion", "count(orders) / sum(visits.n)")
    return project


def execute(server: Server, *statements: str, database: str = "postgres") -> None:
    with psycopg.connect(server.url(database=database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def failure(project: Project, capfd: pytest.CaptureFixture[str]) -> str:
    """The problem of the KPIs over the warehouse. The one over the file has its value, and nothing that is said,
    written or recorded holds the password or the address."""
    results = project.results()
    assert results.series["visited"].shown.value == 40
    assert results.series["visited"].problem is None
    said = {results.series[name].problem for name in ("ordered", "conversion")}
    assert all(results.series[name].failed for name in ("ordered", "conversion"))
    assert len(said) == 1
    problem = said.pop()
    assert problem is not None
    assert results.problems == (problem,)
    code = run(["-f", str(project.folder / "kpi.yaml"), "status", "--as-of", "2026-06-30", "--format", "json"])
    out, err = capfd.readouterr()
    assert code == 2
    told = {kpi["id"]: kpi["value"] for kpi in json.loads(out)["kpis"]}
    assert told == {"ordered": None, "visited": 40, "conversion": None}
    assert_no_secret(out + err + repr(results))
    return problem


def assert_no_secret(text: str) -> None:
    for secret in (PASSWORD, PASSWORD.split("/")[0], "postgresql://keeper", "%2F4%40"):
        assert secret not in text


def test_a_plan_mixes_files_and_a_warehouse(mixed: Project) -> None:
    results = mixed.results()
    assert results.problems == ()
    ordered = results.series["ordered"].shown.value
    assert ordered is not None
    assert ordered > 50
    assert results.series["conversion"].shown.value == pytest.approx(ordered / 40)
    assert results.sources["orders"].files == ()
    assert_no_secret(repr(results))


def test_a_variable_that_is_not_set(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE)
    assert failure(mixed, capfd).startswith(
        f"orders: the environment variable {VARIABLE} is not set; set {VARIABLE} to"
    )


def test_a_variable_that_is_empty(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, " ")
    assert f"{VARIABLE} is empty" in failure(mixed, capfd)


def test_a_variable_that_holds_something_else(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    assert f"{VARIABLE} does not hold an address that is known" in failure(mixed, capfd)


def test_an_address_that_cannot_be_read(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, f"postgresql://keeper:{PASSWORD}@[nowhere/x?y={PASSWORD}")
    assert VARIABLE in failure(mixed, capfd)


def test_a_wrong_password(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, server.url(password=PASSWORD + "x"))
    assert failure(mixed, capfd) == f"orders: the warehouse refuses the user or the password in {VARIABLE}"


def test_a_database_that_is_not_there(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, server.url(database="nowhere"))
    assert failure(mixed, capfd) == f"orders: the warehouse has no database as {VARIABLE} names it"


def test_a_server_that_is_not_there(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, f"postgresql://keeper:{PASSWORD.split('/')[0]}@127.0.0.1:{free_port()}/postgres")
    assert f"nothing listens where {VARIABLE} says" in failure(mixed, capfd)


def test_a_server_that_does_not_answer(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"postgresql://keeper:x@127.0.0.1:{silent.getsockname()[1]}/postgres?connect_timeout=2"
        monkeypatch.setenv(VARIABLE, address)
        assert f"the warehouse that {VARIABLE} names does not answer" in failure(mixed, capfd)


def test_a_table_that_is_not_there(mixed: Project, capfd: pytest.CaptureFixture[str]) -> None:
    mixed.plan["sources"]["orders"]["table"] = "shop.order"
    expected = 'orders: the warehouse has no table "shop.order", or it may not be read; did you mean "shop.orders"?'
    assert failure(mixed, capfd) == expected


def test_a_table_is_a_name_and_nothing_else(mixed: Project, capfd: pytest.CaptureFixture[str]) -> None:
    mixed.plan["sources"]["orders"]["table"] = 'shop.orders" WHERE false; DROP TABLE shop.stock; --'
    assert "has no table" in failure(mixed, capfd)


def test_a_column_that_is_not_there(mixed: Project, capfd: pytest.CaptureFixture[str]) -> None:
    mixed.kpi("ordered", "sum(orders.ammount)")
    mixed.kpi("conversion", "sum(orders.ammount) / sum(visits.n)")
    assert failure(mixed, capfd) == 'orders: shop.orders has no column "ammount"; did you mean "amount"?'


def test_a_table_that_may_not_be_read(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    execute(server, f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'", "GRANT USAGE ON SCHEMA shop TO guest")
    monkeypatch.setenv(VARIABLE, server.url(user="guest"))
    assert failure(mixed, capfd) == "orders: the user may not read this table; grant it SELECT"


def test_a_query_that_runs_too_long(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    execute(server, "CREATE VIEW shop.slow AS SELECT day, pg_sleep(5)::text AS nap FROM shop.orders")
    mixed.plan["sources"]["orders"] |= {"table": "shop.slow", "where": 'nap != "x"'}
    mixed.source("stock", connection=CONNECTION, table="shop.stock")
    mixed.plan["sources"]["quick"] = mixed.plan["sources"].pop("stock")
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "1")
    problem = failure(mixed, capfd)
    assert problem.startswith("orders: a query took longer than 1 s and was stopped")
    # The session goes on after it.
    mixed.kpi("units", "sum(quick.units)")
    series = mixed.results().series
    assert series["units"].problem is None
    assert series["units"].shown.value is not None


def test_a_limit_that_is_no_number(
    mixed: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "soon")
    assert "KPI_QUERY_TIMEOUT is not a number of seconds" in failure(mixed, capfd)


def test_a_connection_that_is_lost(mixed: Project, server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    execute(
        server,
        "CREATE VIEW shop.bomb AS SELECT day, pg_terminate_backend(pg_backend_pid())::text AS bang FROM shop.orders",
    )
    mixed.plan["sources"]["orders"] |= {"table": "shop.bomb", "where": 'bang != "x"'}
    assert failure(mixed, capfd) == "orders: the connection to the warehouse was lost; run it again"


def test_only_the_kpi_whose_column_fails_has_no_value(mixed: Project, server: Server) -> None:
    execute(server, "CREATE VIEW shop.partly AS SELECT day, id, 1 / (id - id) AS share FROM shop.orders")
    mixed.plan["sources"]["orders"]["table"] = "shop.partly"
    mixed.kpi("shared", "sum(orders.share)")
    mixed.kpi("middle", "median(orders.id)")
    series = mixed.results().series
    problem = series.pop("shared").problem
    assert problem is not None
    assert problem.endswith("orders: PostgreSQL says: division by zero")
    assert "kpi.yaml:" in problem
    assert [one.problem for one in series.values()] == [None] * 4
    assert all(one.shown.value is not None for one in series.values())


def test_only_the_kpi_whose_query_is_too_slow_has_no_value(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        server,
        "CREATE FUNCTION shop.nap() RETURNS integer LANGUAGE plpgsql STABLE AS "
        "'BEGIN PERFORM pg_sleep(3); RETURN 1; END'",
        "CREATE VIEW shop.slowly AS SELECT day, id, CASE WHEN id > 0 THEN shop.nap() END AS nap FROM shop.orders",
    )
    mixed.plan["sources"]["orders"]["table"] = "shop.slowly"
    for name in ("sum", "max", "median", "stddev"):
        mixed.kpi(name, f"{name}(orders.nap)")
    monkeypatch.setenv("KPI_QUERY_TIMEOUT", "1")
    series = mixed.results().series
    for name in ("sum", "max", "median", "stddev"):
        assert "orders: a query took longer than 1 s and was stopped" in str(series[name].problem)
    assert series["ordered"].shown.value is not None
    assert series["conversion"].shown.value is not None


def test_nothing_can_be_written(mixed: Project, server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    execute(
        server,
        "CREATE TABLE shop.log (day date)",
        "CREATE FUNCTION shop.note(day date) RETURNS text LANGUAGE sql AS "
        "'INSERT INTO shop.log VALUES (day) RETURNING ''noted'''",
        "CREATE VIEW shop.noting AS SELECT day, shop.note(day) AS noted FROM shop.orders",
    )
    mixed.plan["sources"]["orders"] |= {"table": "shop.noting", "where": 'noted != "x"'}
    assert failure(mixed, capfd) == "orders: PostgreSQL says: cannot execute INSERT in a read-only transaction"


def test_a_query_cannot_read_a_warehouse(mixed: Project) -> None:
    mixed.source("best", query="select day, id from orders")
    mixed.kpi("bests", "count(best)")
    series = mixed.results().series
    assert series["ordered"].problem is None
    assert series["bests"].problem is not None
    assert series["bests"].problem.startswith("best: a query cannot read orders, which is in a warehouse")


def test_no_driver_no_riddle(mixed: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("kpi.warehouse")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ibis", None)
    problem = mixed.results().series["ordered"].problem
    assert problem == "a connection needs ibis, which is not installed; pip install 'kpi-as-code[warehouse]'"


def test_only_days_and_one_row_a_window_and_statement_travel(
    mixed: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60,000 rows, those that come back are as many as days and periods, whatever is asked of them."""
    execute(
        server,
        "CREATE TABLE shop.many AS SELECT DATE '2025-07-01' + (n % 365) AS day, n, (n % 977)::text AS who, "
        "n / 7.0 AS amount FROM generate_series(0, 59999) n",
    )
    mixed.plan["sources"]["orders"]["table"] = "shop.many"
    formulas = [f"{name}(orders.amount)" for name in ("sum", "avg", "max", "median", "stddev", "first", "last")]
    formulas += ["count_distinct(orders.who)", "count(orders[n > 5])", "sum(orders.amount[day >= window_end - 7])"]
    for place, formula in enumerate(formulas):
        mixed.kpi(f"k{place}", formula)
        mixed.kpi(f"w{place}", formula, window="3 months")
    fetched: list[int] = []
    real = PostgresSession.rows

    def rows(self: PostgresSession, sql: str) -> list[tuple[object, ...]]:
        found = real(self, sql)
        fetched.append(len(found))
        return found

    monkeypatch.setattr(PostgresSession, "rows", rows)
    results = mixed.results()
    assert [problem for problem in results.problems if not is_tie(problem)] == []
    assert fetched[0] == 365
    windows = 2 * (12 + 2)  # the period, those before it, and one for the change
    assert len(fetched) > 5
    assert max(fetched[1:]) <= windows
