"""Sources that are a SELECT over other sources (N3, T1, N2), and what a query from a stranger must not do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from engine.support import Project

from kpi.data.database import Engine
from kpi.engine.queries import Vetting, vet
from kpi.errors import TextError
from kpi.plan.checks.query_functions import FUNCTIONS

ORDERS = """
    ordered_at,customer,amount,Ship To
    2026-04-03,ann,10,Bonn
    2026-05-05,ann,20,Bonn
    2026-05-06,bob,30,Köln
    2026-06-07,cay,40,Bonn
    2026-06-08,ann,50,Köln
    2026-07-09,bob,99,Bonn
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.table("orders", ORDERS, date="ordered_at")
    return project


def refusal(project: Project, query: str) -> tuple[int, str]:
    """The column in the query, from 1, at which it is refused, and why; by computing itself, not by the check."""
    project.source("asked", query=query, date=None)
    project.kpi("n", "count(asked)")
    series = project.results(valid=False).series["n"]
    assert series.problem is not None, series.shown.value
    assert series.failed
    place, _, message = series.problem.partition(": ")
    column = int(place.split(":")[-1])
    line = (project.folder / "kpi.yaml").read_text().splitlines()[int(place.split(":")[-2]) - 1]
    return column - line.index("query: ") - len("query: "), message


def test_N3_a_query_groups_and_joins(shop: Project) -> None:
    shop.table("refunds", "day,who,euros\n2026-06-10,ann,5\n2026-06-11,cay,1")
    shop.source(
        "customers",
        date="first_order",
        query="""
            with spent as (
                   select customer, min(ordered_at) as first_order, sum(amount) as spent from orders group by 1),
                 back as (select who, sum(euros) as refunded from refunds group by who)
            select s.*, coalesce(b.refunded, 0) as refunded from spent s left join back b on s.customer = b.who
        """,
    )
    # As of 30 June: ann 80 since April, bob 30 since May, cay 40 since June.
    history = shop.history("sum(customers.spent)")
    assert history == {"2026-04": 80, "2026-05": 30, "2026-06": 40}
    assert shop.value("sum(customers.refunded)", window="3 months") == 6
    assert shop.value("count(customers[refunded > 0])", window="3 months") == 2


def test_T1_a_query_sees_no_row_after_as_of(shop: Project) -> None:
    shop.source(
        "total", query="select count(*) as n, max(ordered_at) as latest, sum(amount) as amount from orders", date=None
    )
    asked = ["sum(total.n)", "sum(total.amount)", 'count(total[latest == "2026-06-08"])']
    assert shop.values(asked, "2026-06-30") == [5, 150, 1]
    assert shop.values(asked, "2026-07-31") == [6, 249, 0]
    assert shop.value("sum(total.n)", "2026-05-05", every="day") == 2


def test_T1_rows_that_a_query_dates_later_do_not_exist(shop: Project) -> None:
    shop.source("due", query="select ordered_at + interval 30 days as due, amount from orders", date="due")
    # Due by 30 June: the orders of 3 April, 5 and 6 May.
    assert shop.value("sum(due.amount)", window="all time") == 60


def test_R2_a_query_sees_names_types_computed_columns_and_where(project: Project) -> None:
    project.table(
        "orders",
        """
        Order Date;Qty;Price;State
        01/06/2026;2;1,50;paid
        15/06/2026;3;2,00;void
        """,
        date="ordered_at",
        columns={"ordered_at": "Order Date"},
        types={"ordered_at": "date %d/%m/%Y"},
        read={"decimal": ","},
        computed={"amount": "qty * price", "seen": "first_date(qty)"},
        where='state != "void"',
    )
    project.source(
        "q", query="select ordered_at + 1 as day, amount, seen = ordered_at as fresh from orders", date="day"
    )
    asked = ["sum(q.amount)", 'count(q[day == "2026-06-02" and fresh])', "count(q)"]
    assert project.values(asked) == [3, 1, 1]


def test_N3_queries_over_queries(shop: Project) -> None:
    """They are computed after those that they read, in whichever order they stand in the file."""
    shop.source("third", query="select sum(n) as n from second", date=None)
    shop.source("second", query="select customer, count(*) as n from first_ group by 1", date=None)
    shop.source("first_", query="select * from orders where amount > 10", date="ordered_at")
    assert shop.values(["sum(third.n)", "count(second)", "count(first_)"]) == [4, 3, 2]


def test_N3_a_query_over_rows_that_last(project: Project) -> None:
    project.table(
        "staff",
        "hired,left_on,team\n2026-01-01,,a\n2026-02-01,2026-03-01,a\n2026-06-15,,b",
        from_="hired",
        until="left_on",
    )
    project.source(
        "teams", query="select team, count(*) as people from staff where left_on is null group by team", date=None
    )
    assert project.values(["sum(teams.people)", "count(teams)"]) == [2, 2]
    project.source("again", query="select * from staff", date=None, from_="hired", until="left_on")
    assert project.values(["at_end(count(again))", "started(count(again))"]) == [2, 1]


def test_N2_what_a_query_yields_has_names_and_kinds(shop: Project) -> None:
    shop.source(
        "q",
        date="day",
        query="""
            select ordered_at as Day, amount * 1.5 as "Net (EUR)", amount > 20 as large, "ship_to",
                   7::utinyint as seven, 'n/a' as note, null as nothing, [1, 2] as list,
                   interval '90 seconds' as wait, null::double as gap,
                   amount::varchar as written, sum(amount) over ()::hugeint as total
            from orders
        """,
    )
    asked = [
        "sum(q.net_eur)", "count(q[large])", 'count(q[ship_to == "Köln"])', "sum(q.seven)", 'count(q[note == "n/a"])',
        "count(q[nothing is None])", "sum(q.nothing)", "count_distinct(q.list)", "sum(q.wait)", "avg(q.gap)",
        "sum(q.gap)", "sum(q.written)", "max(q.total)", "count(q[-seven < 0])",
    ]  # fmt: skip
    assert shop.values(asked) == [135, 2, 1, 14, 2, 2, 0, 1, 180, None, 0, 90, 150, 2]


@pytest.mark.parametrize(("divided", "value"), [("0.0::double / 0", "nan"), ("1.0::double / 0", "inf")])
def test_R14_what_is_not_finite_in_a_query_is_an_error(shop: Project, divided: str, value: str) -> None:
    shop.source("q", query=f"select ordered_at as day, {divided} as n from orders")
    said = shop.problem("sum(q.n)")
    assert f'q.n: "{value}" is not a number' in said
    assert "nullif(divisor, 0)" in said
    shop.source("q", query="select ordered_at as day, 1.0::double / nullif(0, 0) as n from orders")
    assert shop.value("sum(q.n)") == 0


def test_N2_a_column_that_a_query_does_not_yield(shop: Project) -> None:
    shop.source("q", query="select ordered_at as day, amount from orders")
    assert 'there is no column "amunt"; did you mean "amount"?' in shop.problem("sum(q.amunt)")
    shop.source("q", query="select amount from orders")
    assert 'q: there is no column "day" for date' in shop.problem("count(q)")


def test_N2_a_computed_column_does_not_hide_one_of_the_query(shop: Project) -> None:
    shop.source("q", query="select ordered_at as day, amount from orders", computed={"amount": "2 * 2"})
    assert 'q has a column "amount" already' in shop.problem("sum(q.amount)")


def test_N3_a_query_that_fails_says_why_where(shop: Project) -> None:
    column, message = refusal(shop, "select no_such_column from orders")
    assert column == 1
    assert 'Referenced column "no_such_column" not found' in message
    column, message = refusal(shop, "select sum(amount from orders")
    assert "syntax error" in message


def test_N3_a_query_over_a_source_that_failed_tells_of_that(shop: Project) -> None:
    shop.table("broken", "day,n\n2026-06-01,1\nnever,2")
    shop.source("q", query="select * from broken join orders on true", date=None)
    assert 'broken.csv:3: broken.day: "never" is not a date' in shop.problem("count(q)")
    assert shop.value("count(orders)") == 2


@pytest.mark.parametrize(
    "query",
    [
        "from orders", "(select * from orders)", "select * from orders;", "select * from orders -- all of them",
        "with orders as (select * from orders where amount > 0) select * from orders",
        "with a as (select * from orders), b as (select * from a) select * from b",
        "select * from ORDERS", 'select * from "orders"',
        "select * from orders where exists (select 1 from orders o where o.amount >= 10)",
        "select * from orders, (select unnest([1]))", "select * from orders, range(1)",
        "select * from orders, generate_series(1, 1)",
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r",
        "select 'now()' as t, \"amount\" from orders", "select * from orders union select * from orders",
        "select today from (select amount as today from orders)",
        "select o.current_date from (select *, 1 as \"current_date\" from orders) o",
        "select *, list_aggr([1, 2], 'sum') as n, [1, 2].list_aggr('max') as m from orders",
        "select user from (select customer as user from orders)",
        "select *, ordered_at::timestamp at time zone 'Europe/Berlin' as t from orders",
        "select * from (pivot orders on customer in ('ann', 'bob', 'cay') using sum(amount) group by ordered_at)",
        "select *, amount::decimal(10, 2) as d, amount::text::json as j from orders",
        "select * from orders positional join orders o",
        "select * exclude (amount) replace (upper(customer) as customer) from orders",
        "select *, age(ordered_at, date '2026-01-01') as a from orders",
        "select *, row_number() over (partition by customer order by ordered_at) as visit from orders",
    ],
)  # fmt: skip
def test_N3_what_a_query_may_say(shop: Project, query: str) -> None:
    shop.source("q", query=query, date=None)
    assert shop.value("count(q)") == 5


# The query, and what stands at the place that the message points at.
HOSTILE = [
    ("select * from read_csv('secret.csv')", "read_csv"),
    ("select * from read_text('/etc/passwd')", "read_text"),
    ("select * from read_blob('/etc/passwd')", "read_blob"),
    ("select * from read_parquet('secret.parquet')", "read_parquet"),
    ("select * from read_json_objects('secret.json')", "read_json_objects"),
    ("select * from sniff_csv('secret.csv')", "sniff_csv"),
    ("select * from glob('*')", "glob"),
    ("select * from 'secret.csv'", "'secret.csv'"),
    ('select * from "secret.csv"', '"secret.csv"'),
    ("select * from '/etc/passwd'", "'/etc/passwd'"),
    ("select * from 'https://example.org/x.csv'", "'https://example.org/x.csv'"),
    ("select (select count(*) from 'secret.csv')", "'secret.csv'"),
    ("select 1 where exists (select 1 from 'secret.csv')", "'secret.csv'"),
    ("select * from parquet_metadata('secret.parquet')", "parquet_metadata"),
    ("select * from duckdb_settings()", "duckdb_settings"),
    ("select * from duckdb_secrets()", "duckdb_secrets"),
    ("select * from pragma_database_list()", "pragma_database_list"),
    ("select * from query('select 1')", "query("),
    ("select * from query_table('orders')", "query_table"),
    ("select * from information_schema.tables", "information_schema"),
    ("select * from pg_catalog.pg_tables", "pg_catalog"),
    ("select * from main.orders", "main"),
    ("select * from temp.orders", "temp"),
    ("select * from sqlite_master", "sqlite_master"),
    ("select * from duckdb_settings", "duckdb_settings"),
    ('select * from "rows$orders"', '"rows$orders"'),
    ("select * from (with later as (select 1 as a) select * from later) s, later", "later@-1"),
    ("with a as (select * from b), b as (select 1 as x) select * from a", "b)"),
    ("select getenv('HOME')", "getenv"),
    ("select current_setting('home_directory')", "current_setting"),
    ("select getvariable('x')", "getvariable"),
    ("select version()", "version"),
    ("select now()", "now"),
    ("select today()", "today"),
    ("select current_date", "current_date"),
    ("select CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
    ("select localtimestamp", "localtimestamp"),
    ("select get_current_timestamp()", "get_current_timestamp"),
    ("select * from orders where ordered_at > now()", "now"),
    ("select * replace (now() as ordered_at) from orders", "now"),
    ("select * from orders, lateral (select now())", "now"),
    ("select list_transform([1], x -> random())", "random"),
    ("select sum(amount) filter (where random() > 0) from orders", "random"),
    ("select * from orders order by random()", "random"),
    ("select random() over () from orders", "random"),
    ("select age(ordered_at) from orders", "age"),
    ("select uuid()", "uuid"),
    ("select ago(interval 1 hour)", "ago"),
    ("select json_serialize_plan('select 1', optimize := true)", "json_serialize_plan"),
    ("select list_aggr([1, 2], 'reservoir_quantile', 0.5)", "list_aggr"),
    ("select list_aggr([1, 2], amount::text) from orders", "list_aggr"),
    ("select list_aggr(function_name := 'sum', list := [1])", "list_aggr"),
    ("select [1].aggregate('approx_quantile', 0.5)", "aggregate"),
    ("select current_query_id()", "current_query_id"),
    ("select sleep_ms(1000)", "sleep_ms"),
    ("select pg_sleep(1)", "pg_sleep"),
    ("select reservoir_quantile(amount, 0.5) over () from orders", "reservoir_quantile"),
    ("select approx_quantile(amount, 0.5) from orders", "approx_quantile"),
    ("select hash(amount) from orders", "hash"),
    ("select json_transform('{}', '{}')", "json_transform"),
    ("select current_role", "current_role"),
    ("select current_catalog from orders", "current_catalog"),
    ("select system.main.now()", "system"),
    ("select (1).now()", "now"),
    ("select \"now\"()", '"now"'),
    ("select cast('12:00' as time with time zone)", "time with time zone"),
    ("select null::struct(a timetz)", "timetz"),
    ("select timezone(interval 1 hour, '12:00')", "timezone"),
    ("select * from orders at (version => 1)", "orders"),
    ("select * from main.orders", "main"),
    ("select * from system.main.duckdb_tables", "system"),
    ("select * from histogram(orders, amount)", "histogram"),
    ("select * from json_each('[1]')", "json_each"),
    ("select * from (pivot orders on customer using sum(amount))", ""),
    ("pivot orders on customer using sum(amount)", ""),
    ("select $1", "$1"),
    ("select default", "default"),
    ("select nextval('s')", "nextval"),
    ("select write_log('x')", "write_log"),
    ("select * from orders tablesample 50%", "orders"),
    ("select * from orders using sample 1", ""),
    ("select 1; select 2", ""),
    ("attach 'x.db'", ""),
    ("copy orders to 'out.csv'", ""),
    ("pragma database_list", ""),
    ("set threads = 1", ""),
    ("set enable_external_access = true", ""),
    ("create table x as select 1", ""),
    ("insert into orders values (1)", ""),
    ("delete from orders", ""),
    ("drop view orders", ""),
    ("with x as (delete from orders returning *) select * from x", ""),
    ("with x as (insert into orders select * from orders returning *) select * from x", ""),
    ("with x as (update orders set amount = 0 returning *) select * from x", ""),
    ("load httpfs", ""),
    ("install httpfs", ""),
    ("export database 'x'", ""),
    ("call pragma_version()", ""),
    ("explain select 1", ""),
    ("show tables", ""),
    ("describe orders", ""),
    ("select * from (show tables)", ""),
    ("select * from (describe orders)", ""),
    ("select * from (summarize orders)", ""),
    ("checkpoint", ""),
    ("use memory", ""),
    ("select * from asked", ""),
    ("select * from orderz", "orderz"),
]  # fmt: skip


# Every place in which a function can hide; each is refused at its name.
PLACES = [
    "select {} from orders", "select * replace ({} as amount) from orders",
    "select columns(lambda c: {} is null) from orders",
    "select 1 from orders where {} is null", "select 1 from orders group by {}", "select 1 from orders order by {}",
    "select 1 from orders having {} is null", "select 1 from orders qualify {} is null",
    "select 1 from orders limit (select {})", "select distinct on ({}) amount from orders",
    "select sum(amount order by {}) from orders", "select sum(amount) filter ({} is null) from orders",
    "select sum(amount) over (partition by {}) from orders", "select sum(amount) over (order by {}) from orders",
    "select first_value({}) over () from orders", "select 1 from orders o join orders p on {} is null",
    "select 1 from orders, lateral (select {})", "select 1 from range({}::int)", "select unnest([{}])", "values ({})",
    "with a as (select {}) select 1 from a",
    "with recursive r as (select 1 union all select {} from r) select 1 from r",
    "select 1 union select {}", "select case when {} is null then 1 end", "select case 1 when {} then 1 end",
    "select list_transform([1], lambda x: {})", "select [{} for x in [1]]", "select struct_pack(a := {})",
    "select map {{{}: 1}}", "select {{'a': {}}}", "select 1 between {} and 2", "select 1 in ({})",
    "select exists(select {})",
    "select {}::text", "select try({})", "select coalesce(null, {})", "select [1][{}]",
    "select {} || 'x'", "select -{}",
    "select not {}",
    "select {} at time zone 'UTC'", "select {} collate nocase", "select extract(year from {})",
    "select * from (pivot orders on amount in (1) using max({}))",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("call", "name"), [("random()", "random"), ("brand_new(1)", "brand_new")])
def test_N3_a_function_that_is_not_allowed_is_refused_wherever_it_stands(place: str, call: str, name: str) -> None:
    query = place.format(call)
    with Engine("UTC") as engine:
        engine.ask("CREATE MACRO brand_new(x) AS x")  # as a later version might have it
        with pytest.raises(TextError, match=f"^{name} is not a function that a query may call$") as refused:
            vet(engine, query, "own", ["orders"])
    assert query[refused.value.start : refused.value.end] == name


def test_N3_every_function_of_the_engine_that_is_not_allowed_is_refused() -> None:
    with Engine("UTC") as engine:
        rows = engine.ask("SELECT DISTINCT function_name, function_type FROM duckdb_functions()")
        engine.lock()
        refused = 0
        for name, kind in rows:
            if name.casefold() in FUNCTIONS or not name.replace("_", "").isalnum():
                continue
            query = f'select * from "{name}"(1)' if kind.startswith("table") else f'select "{name}"(1)'
            with pytest.raises(TextError):
                vet(engine, query, "own", [])
            refused += 1
    assert refused > 500


@pytest.mark.parametrize(
    "node",
    [{"class": "ORACLE", "type": "ORACLE"}, {"class": "OPERATOR", "type": "OPERATOR_NOW"}, {"type": "REMOTE_TABLE"},
     {"type": "MERGE_NODE"}],
)  # fmt: skip
def test_N3_a_part_of_speech_that_is_new_in_the_engine_is_refused(node: dict[str, str]) -> None:
    with pytest.raises(TextError):
        Vetting("select 1", []).visit({"statements": [{"node": node}]}, frozenset())


def test_N3_a_place_is_counted_in_characters(shop: Project) -> None:
    column, message = refusal(shop, "select 'größer, 大' as größe, random() as x from orders")
    assert column == len("select 'größer, 大' as größe, ") + 1
    assert message.startswith("random is not a function")


@pytest.mark.parametrize("query", ["select timezone(interval 1 hour, '12:00')", "select '12:00'::timetz"])
def test_N3_what_takes_the_offset_of_the_current_day_does_so(query: str) -> None:
    """Why those are refused: the same text is another time in summer and in winter."""
    found = set()
    for zone in ("Etc/GMT+1", "Etc/GMT+2"):
        with Engine(zone) as engine:
            found.add(str(engine.ask(query)))
            with pytest.raises(TextError):
                vet(engine, query, "own", [])
    assert len(found) == 2


@pytest.mark.parametrize(("query", "at"), HOSTILE, ids=[query[:60] for query, _ in HOSTILE])
def test_N3_what_a_query_may_not_say(shop: Project, query: str, at: str) -> None:
    (shop.folder / "secret.csv").write_text("a\n1\n")
    before = {path.name for path in shop.folder.iterdir()}
    column, _ = refusal(shop, query)
    if at.endswith("@-1"):
        assert column == query.rindex(at[:-3]) + 1
    elif at:
        assert query[column - 1 :].startswith(at)
    else:
        assert column == 1
    assert {path.name for path in shop.folder.iterdir()} == before | {"kpi.yaml"}


def test_N3_a_query_as_deep_as_a_well_is_refused_not_a_crash(shop: Project) -> None:
    _, message = refusal(shop, "select " + "1 + " * 900 + "1 as x")
    assert message == "this query is nested too deeply"
    refusal(shop, "select " + "(" * 5000 + "1" + ")" * 5000)


def test_N3_external_access_is_really_off_when_a_query_runs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the vetting ever overlook something, the engine itself refuses: here nothing is vetted at all."""
    from kpi.run import source_loader as sourcing

    project.table("orders", ORDERS, date="ordered_at")
    (project.folder / "secret.csv").write_text("a\n1\n")
    monkeypatch.setattr(sourcing, "vet", lambda *_: {"orders"})
    out = project.folder / "out.csv"
    for query in (
        f"select * from '{project.folder}/secret.csv'",
        f"select * from read_csv('{project.folder}/secret.csv')",
        f"select * from read_text('{project.folder}/secret.csv')",
        "select * from read_csv('https://example.org/x.csv')",
    ):
        project.source("asked", query=query, date=None)
        problem = project.problem("count(asked)", valid=False)
        assert "disabled" in problem or "Permission" in problem, problem
    assert not out.exists()


def test_N3_after_the_lock_neither_files_nor_settings_can_be_reached(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with Engine("UTC") as engine:
        engine.lock()
        for statement in (
            f"COPY (SELECT 1) TO '{out}'",
            f"ATTACH '{tmp_path}/x.db'",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "RESET enable_external_access",
            "LOAD httpfs",
            "SET threads = 1",
        ):
            with pytest.raises(engine.Error):
                engine.ask(statement)
    assert not out.exists()


def test_N3_files_are_read_before_the_lock_whatever_stands_first(project: Project) -> None:
    project.source("q", query="select * from later", date=None)
    project.table("later", "day,n\n2026-06-01,5")
    project.table("apart", "day,n\n2026-06-01,6")
    assert project.values(["sum(q.n)", "sum(apart.n)"]) == [5, 6]


def test_R5_a_column_that_only_some_files_have_bothers_only_who_names_it(project: Project) -> None:
    project.write("a.csv", "day,n\n2026-06-01,1")
    project.write("b.csv", "day,n,coupon\n2026-06-02,2,x")
    project.source("orders", path=["a.csv", "b.csv"])
    project.source("everything", query="select * from orders", date="day")
    assert project.value("sum(everything.n)") == 3
    project.source("used", query="select day, coupon from orders")
    assert 'orders: a.csv has no column "coupon"' in project.problem("count(used)")


def test_N1_a_source_may_be_named_like_a_cte(shop: Project) -> None:
    shop.table("spent", "day,amount\n2026-06-01,1000")
    shop.source("q", query="with spent as (select amount from orders) select sum(amount) as s from spent", date=None)
    assert shop.values(["sum(q.s)", "sum(spent.amount)"]) == [150, 1000]


def test_N3_the_result_has_days_of_its_own(shop: Project) -> None:
    shop.source(
        "monthly",
        query="select date_trunc('month', ordered_at) as month, sum(amount) as s from orders group by 1",
        date="month",
    )
    results = shop.results(kpis=[])
    assert results.sources == {}
    shop.kpi("s", "sum(monthly.s)")
    use = shop.results(kpis=["s"]).sources["monthly"]
    assert (use.rows, use.first, use.last) == (3, date(2026, 4, 1), date(2026, 6, 1))


def test_a_source_of_which_only_the_days_are_kept_does_not_disturb_queries(project: Project) -> None:
    project.table("visits", "day\n2026-06-01\n2026-06-03\n", date="day")
    project.table("orders", "day,amount\n2026-06-02,5\n2026-06-04,7\n", date="day")
    project.source("large", query="select * from orders where amount > 5", date="day")
    assert project.values(["count(visits)", "sum(large.amount)"]) == [2, 7]
