"""What tables in a warehouse hold that files do not: types, collations, odd names, values beyond all bounds."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import psycopg
import pytest
from engine.support import Project
from warehouse.engines import VARIABLE, fill_postgres
from warehouse.servers import PASSWORD, Server

from kpi.cli.app import run
from kpi.run.profile import profile_data

pytestmark = pytest.mark.warehouse

CONNECTION = f"${{{VARIABLE}}}"


@pytest.fixture
def made(project: Project, server: Server, request: pytest.FixtureRequest) -> Any:
    """Makes a table of the test's own and the source that reads it."""
    schema = f"t{abs(hash(request.node.name))}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")

        def make(name: str, header: str, values: str = "", **fields: Any) -> None:
            connection.execute(f"CREATE TABLE {schema}.{name} ({header})")
            if values:
                connection.execute(f"INSERT INTO {schema}.{name} VALUES {values}")
            project.source(name, connection=CONNECTION, table=f"{schema}.{name}", **fields)

        yield make
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def test_values_beyond_all_bounds_are_empty(project: Project, made: Any) -> None:
    made(
        "odd", "day date, x double precision, q numeric, seen date, at timestamp",
        "('2026-06-01', 'NaN', 'NaN', 'infinity', '-infinity'), ('2026-06-02', 'Infinity', 2, '2026-06-01', NULL), "
        "('2026-06-03', 1.5, 3, '0044-03-15 BC', '2026-06-03')",
    )  # fmt: skip
    assert project.values(("count_distinct(odd.seen)", "count(odd[at is None])", "count(odd)")) == [1, 2, 3]


def test_R14_what_is_not_finite_is_an_error_of_the_kpis_that_use_it(project: Project, made: Any) -> None:
    made(
        "odd", "day date, x double precision, q numeric, y double precision, k text",
        "('2026-06-01', 'NaN', 'NaN', 1, 'a'), ('2026-06-02', 'Infinity', 2, NULL, 'b'), "
        "('2026-06-03', 1.5, 3, 4, 'b')",
        computed={"twice": "x * 2"},
    )  # fmt: skip
    for formula in ("sum(odd.x)", "count_distinct(odd.x)", "sum(odd.twice)", "count(odd[x > 1])"):
        assert project.problem(formula).startswith("odd.x is NaN or infinite in 2 rows, which is not a number")
    assert project.problem("avg(odd.q)").startswith("odd.q is NaN or infinite in 1 row,")
    assert project.values(("sum(odd.y)", "count(odd)")) == [5, 3]
    project.plan["sources"]["odd"]["where"] = 'k == "b"'
    assert project.value("avg(odd.q)") == 2.5
    assert project.problem("sum(odd.x)").startswith("odd.x is NaN or infinite in 1 row,")
    project.plan["sources"]["odd"]["where"] = "day > '2026-06-02'"
    assert project.value("sum(odd.x)") == 1.5


def test_R6_a_row_without_a_date_is_an_error_unless_it_may_be_skipped(project: Project, made: Any) -> None:
    made("sales", "day date, n int", "('2026-06-01', 1), (NULL, 2), ('infinity', 4)")
    expected = "sales.day is empty, so the row is in no period (and 1 more such rows)"
    assert project.problem("sum(sales.n)").startswith(expected)
    project.plan["sources"]["sales"]["on_bad_rows"] = "skip up to 90%"
    project.kpi("n", "sum(sales.n)")
    results = project.results()
    assert results.series["n"].shown.value == 1
    assert results.sources["sales"].skipped == 2
    assert results.sources["sales"].skipped_reasons == ("2 rows: sales.day is empty, so the row is in no period",)


def test_rows_that_end_before_they_begin(project: Project, made: Any) -> None:
    made("staff", "a date, b date", "('2026-06-01', NULL), ('2026-06-02', '2026-06-01'), (NULL, '2026-06-01')",
         from_="a", until="b")  # fmt: skip
    assert project.problem("at_end(count(staff))").startswith("staff.a is empty")
    project.plan["sources"]["staff"]["on_bad_rows"] = "skip up to 90%"
    assert project.value("at_end(count(staff))") == 1


def test_T1_rows_after_as_of_do_not_exist(project: Project, made: Any) -> None:
    made("sales", "day timestamp, n int", "('2026-06-30 23:59:59.5', 1), ('2026-07-01 00:00', 2)")
    project.kpi("n", "sum(sales.n)")
    results = project.results()
    assert results.series["n"].shown.value == 1
    assert results.series["n"].fresh
    assert results.sources["sales"].rows == 1


def test_R3_headers_become_names(project: Project, made: Any) -> None:
    made("sales", '"Order Date" date, "Net Amount ($)" int, "Class" text', "('2026-06-01', 3, 'a')", date="order_date",
         columns={"kind": "Class"})  # fmt: skip
    assert project.values(["sum(sales.net_amount)", 'count(sales[kind == "a"])']) == [3, 1]
    assert 'has no column "net"' in project.problem("sum(sales.net)")


def test_types_of_a_warehouse(project: Project, made: Any) -> None:
    made(
        "calls",
        "day timestamptz, took interval, opened time, id uuid, code char(5), note varchar, small real, n bigint",
        "('2026-06-01 10:00+02', '1 day 00:00:30.5', '01:30', gen_random_uuid(), 'ab', '  ', 0.5, 9007199254740993)",
    )
    project.kpi("took", "sum(calls.took)", unit="seconds")
    project.kpi("opened", "sum(calls.opened)", unit="minutes")
    project.kpi("ids", "count_distinct(calls.id)")
    project.kpi("coded", 'count(calls[code == "ab"])')
    project.kpi("blank", "count(calls[note is None])")
    project.kpi("small", "sum(calls.small)")
    project.kpi("compared", "count(calls[n > 9007199254740000])")
    series = project.results().series
    assert {name: one.problem for name, one in series.items() if one.problem} == {}
    assert [one.shown.value for one in series.values()] == [86430.5, 90, 1, 1, 1, 0.5, 1]


def test_types_that_are_none_of_ours(project: Project, made: Any) -> None:
    made("sales", "day date, tags jsonb, n int", "('2026-06-01', '{}', 1)")
    assert project.value("sum(sales.n)") == 1  # a column that no formula uses is not looked at
    assert "sales.tags is of the type json" in project.problem("count(sales[tags is None])")


def test_text_where_a_number_or_a_date_is_needed(project: Project, made: Any) -> None:
    made("sales", "day date, amount text, paid text", "('2026-06-01', '3', '2026-06-01')")
    assert "sum needs numbers, and sales.amount holds text" in project.problem("sum(sales.amount)")
    assert "number() of text cannot be computed in a warehouse" in project.problem("count(sales[number(amount) > 1])")
    project.plan["sources"]["sales"]["types"] = {"paid": "date %Y-%m-%d"}
    assert 'sales.paid is text in the warehouse, and cannot be read as "date' in project.problem(
        'count(sales[paid > "2026-01-01"])'
    )
    project.plan["sources"]["sales"] |= {"date": "paid", "types": {}}
    assert project.problem("count(sales)").startswith("sales.paid holds text, and date: needs a date")


@pytest.mark.parametrize("pattern", [r"(a|ab)c", r"\bx(y)", r"(?i)a(b)", r"(a+?)", r"(\p{L})"])
def test_patterns_that_engines_read_otherwise_are_refused(project: Project, made: Any, pattern: str) -> None:
    made("sales", "day date, sku text", "('2026-06-01', 'abc')")
    text = pattern.replace("\\", "\\\\")
    problem = project.problem(f'count(sales[extract(sku, "{text}") == "a"])', valid=False)
    assert "is read otherwise by a warehouse than in files" in problem


def test_the_order_of_text_is_that_of_files_whatever_the_collation(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE dictionary TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
        )
    fill_postgres(server.url(database="dictionary"))
    formulas = [f'count(orders[channel {op} "Shop"])' for op in ("<", "<=", ">", ">=")]
    project.source("orders", connection=CONNECTION, table="shop.orders")
    expected = project.values(formulas, window="1 year")
    monkeypatch.setenv(VARIABLE, server.url(database="dictionary"))
    assert project.values(formulas, window="1 year") == expected


def test_T5_the_zone_is_the_calendars_whatever_the_server_and_the_address_say(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.source("events", connection=CONNECTION, table="shop.events", date="at")
    project.calendar(timezone="Europe/Berlin")
    expected = project.history("count(events)", every="day", as_of="2026-06-01")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
        connection.execute("ALTER DATABASE elsewhere SET TimeZone = 'Asia/Tokyo'")
        connection.execute("ALTER DATABASE elsewhere SET standard_conforming_strings = 'off'")
    fill_postgres(server.url(database="elsewhere"))
    monkeypatch.setenv(VARIABLE, server.url(database="elsewhere", more="?options=-c%20DateStyle%3DGerman"))
    assert project.history("count(events)", every="day", as_of="2026-06-01") == expected


def test_a_statement_holds_no_secret_and_no_row(project: Project, server: Server) -> None:
    project.source("orders", connection=CONNECTION, table="shop.orders")
    project.kpi("median", "median(orders.amount)", every="week")
    results = project.results()
    assert len(results.sql) == 2  # the days that have rows; the medians
    assert PASSWORD not in repr(results)
    assert all(source == "orders" for source, _ in results.sql)
    assert "PERCENTILE_CONT" in results.sql[1][1]


def test_blanks_are_those_of_files(project: Project, made: Any) -> None:
    made("sales", "day date, code text, kept text",
         "('2026-06-01', E' a\\t', ' x '), ('2026-06-01', U&'\\00a0', '  '), ('2026-06-01', 'NA', 'x')",
         types={"kept": "text"})  # fmt: skip
    formulas = ('count(sales[code == "a"])', "count(sales[code is None])", 'count(sales[kept == " x "])',
                "count(sales[kept is None])")  # fmt: skip
    assert project.values(formulas) == [1, 1, 1, 1]


def test_an_end_that_is_not_in_sight(project: Project, made: Any) -> None:
    made("staff", "a date, b date, c timestamp",
         "('2026-06-01', '9999-12-31', '9999-12-31 23:59:59.999999'), ('2026-06-01', 'infinity', 'infinity')",
         from_="a", through="b")  # fmt: skip
    assert project.values(["at_end(count(staff))", "at_end(count(staff[c is None]))"]) == [2, 1]


def test_sources_shows_what_is_in_a_warehouse(project: Project, made: Any, capfd: pytest.CaptureFixture[str]) -> None:
    made(
        "sales",
        "day date, amount numeric(8,2), channel text, took interval, tags jsonb",
        "('2026-06-01', 2.5, 'web', '90 s', '{}'), ('2026-06-03', NULL, 'web', NULL, NULL), "
        "('2026-06-02', 4, 'shop', '60 s', NULL)",
        computed={"big": "amount > 3"},
    )
    project.kpi("sold", "sum(sales.amount)")
    project.checked()
    code = run(["-f", str(project.folder / "kpi.yaml"), "sources", "--as-of", "2026-06-30", "--format", "json"])
    out, err = capfd.readouterr()
    assert (code, err) == (0, "")
    assert PASSWORD not in out
    source = json.loads(out)["sources"][0]
    assert (source["rows"], source["kpis"]) == (3, ["sold"])
    found = {column["name"]: (column["type"], column["empty"], column["examples"]) for column in source["columns"]}
    assert found == {
        "day": ("date", 0, ["2026-06-01", "2026-06-03"]),
        "amount": ("number", 1, [2.5, 4]),
        "channel": ("text", 0, ["web", "shop"]),
        "took": ("duration", 1, [60, 90]),
        "big": ("boolean", 0, [False, True]),
    }
    run(["-f", str(project.folder / "kpi.yaml"), "sources", "--as-of", "2026-06-30"])
    assert f"{project.plan['sources']['sales']['table']}, at {CONNECTION}" in capfd.readouterr().out


def test_types_that_rest_on_others(project: Project, made: Any, server: Server) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('sad', 'Glad')")
        connection.execute("CREATE DOMAIN positive AS integer CHECK (VALUE > 0)")
        connection.execute("CREATE DOMAIN code AS varchar(9)")
        connection.execute("CREATE DOMAIN moment AS timestamptz(3)")
        connection.execute(
            "CREATE COLLATION anyhow (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )
    made(
        "odd", "day date, m mood, p positive, c code, at moment, paid money, loose text COLLATE anyhow",
        "('2026-06-01', 'Glad', 2, ' x ', '2026-06-01 10:00+02', 2.5, 'a'), "
        "('2026-06-02', NULL, NULL, ' ', NULL, NULL, 'A')",
    )  # fmt: skip
    formulas = ('count(odd[m == "Glad"])', "count(odd[m is None])", "sum(odd.p)", "count(odd[p + 1 == 3])",
                'count(odd[c == "x"])', "count(odd[c is None])", 'count(odd[at < "2026-06-01 09:00"])',
                "count_distinct(odd.m)")  # fmt: skip
    assert project.values(formulas) == [1, 1, 2, 1, 1, 1, 1, 1]
    assert "odd.paid holds text" in project.problem("sum(odd.paid)")
    # It would find "A" where the formula says "a".
    assert "odd.loose is of the type binary" in project.problem('count(odd[loose == "a"])')


def test_types_that_the_source_declares(project: Project, made: Any) -> None:
    made(
        "sales", "day date, at timestamp, id bigint, n int, f boolean, took interval",
        "('2026-06-01', '2026-06-01 23:59', 7, 3, true, '1 h')",
        types={"id": "text", "day": "date %d.%m.%Y", "at": "date", "n": "number", "took": "duration %H:%M:%S"},
    )  # fmt: skip
    formulas = ('count(sales[id == "7"])', "count(sales[at == day])", "sum(sales.n)", "sum(sales.took)")
    assert project.values(formulas[:3]) == [1, 1, 3]
    assert project.value(formulas[3], unit="hours") == 1
    for types, words in (
        ({"f": "number"}, 'sales.f is a boolean in the warehouse, and cannot be read as "number"'),
        ({"n": "date"}, 'sales.n is a number in the warehouse, and cannot be read as "date"'),
        ({"at": "text"}, 'sales.at is a time in the warehouse, and cannot be read as "text"'),
    ):
        project.plan["sources"]["sales"]["types"] = types
        column = next(iter(types))
        problem = project.problem(f"count(sales[{column} is None])")
        assert (
            problem
            == f"{words}; make {column} a {next(iter(types.values()))} there, e.g. in a view, and name that in table"
        )


def test_small_letters_of_a_database_that_knows_only_english(
    project: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE english TEMPLATE template0 LOCALE 'C'")
    fill_postgres(server.url(database="english"))
    project.source("orders", connection=CONNECTION, table="shop.orders")
    formula = 'count(orders[lower(channel) == "größe"])'
    assert project.value(formula)
    monkeypatch.setenv(VARIABLE, server.url(database="english"))
    assert project.value('count(orders[channel == "Größe"])')
    assert "lower is not available: the locale of this database has other small letters" in project.problem(formula)
    assert "upper is not available" in project.problem('count(orders[upper(channel) == "WEB"])')


def test_columns_that_are_never_empty(project: Project, made: Any) -> None:
    made(
        "sales", "day date NOT NULL, at timestamp NOT NULL, n numeric NOT NULL, x float NOT NULL, w text NOT NULL, "
        "f boolean NOT NULL, i int NOT NULL, took interval NOT NULL",
        "('2026-06-01', '2026-06-01 10:00', 2, 3, 'a', true, 1, '1 h')",
        computed={"later": "at + i / 2", "rare": "n if n > 2 else None", "first": "first_date(w)"},
    )  # fmt: skip
    formulas = ("sum(sales.n)", "sum(sales.x)", 'count(sales[w == "a"])', "count(sales[f])", "sum(sales.i)",
                "count(sales[later > at])", "count(sales[rare is None])", "count(sales[first == day])",
                "count(sales[hours(took) == 1])", "first(sales.x)", "stddev(sales.n)", "count_distinct(sales.w)",
                "sum(sales.x[f]) / sum(sales.i)", "count(sales[coalesce(n, 1) == 2])",
                "avg(sales.n[not f])")  # fmt: skip
    assert project.values(formulas) == [2, 3, 1, 1, 1, 1, 1, 1, 1, 3, None, 1, 3, 1, None]


def test_lint_looks_at_the_rows_of_a_warehouse_as_at_those_of_files(project: Project, made: Any) -> None:
    rows = [("2026-06-01", 1, "a", 2.5), ("2026-06-01", 2, "b", 2.5), ("2026-06-09", 3, "a", None)]
    rows += rows[:2]
    made(
        "sales", "day date, id int, code text, amount numeric, tags jsonb",
        ", ".join(f"('{day}', {id_}, '{code}', {amount or 'NULL'}, '{{}}')" for day, id_, code, amount in rows),
    )  # fmt: skip
    project.rows("same.csv", "day,id,code,amount", rows)
    project.source("same")
    project.source("staff", connection=CONNECTION, table="shop.staff", from_="hired", until="gone")
    for name in ("sales", "same"):
        project.kpi(f"of_{name}", f"sum({name}.amount)")
    found = profile_data(project.checked(), date(2026, 6, 30)).sources
    assert found["sales"].days == found["same"].days == ((date(2026, 6, 1), 4), (date(2026, 6, 9), 1))
    assert (found["sales"].rows, found["sales"].duplicates) == (found["same"].rows, found["same"].duplicates) == (5, 2)
    assert (found["staff"].problem, found["staff"].days, found["staff"].duplicates) == (None, (), 0)


def test_nested_functions_that_repeat_their_argument_are_refused(project: Project, made: Any) -> None:
    """A stranger's formula must not make a statement that fills the memory."""
    made("sales", "day date, n double precision", "('2026-06-01', 1.5)")
    nested = "n"
    for _ in range(3):
        nested = f"round({nested})"
    assert project.value(f"count(sales[{nested} == 2])") == 1
    for _ in range(30):
        nested = f"round({nested})"
    assert "too complex; compute a part of it in a view" in project.problem(f"count(sales[{nested} == 2])")
