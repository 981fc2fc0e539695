"""The text of queries (rule N3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.marked_text import checked_plan, found_in


@pytest.mark.parametrize(
    "query",
    [
        "«delete» from orders",
        "«copy» orders to 'x.csv'",
        "select 1; «select» 2",
        "select «now»()",
        "select * from orders where day < «CURRENT_DATE»",
        "select «random»() as x from orders",
        "select * from «read_csv»('x.csv')",
        "select 1 + «brand_new»(2)",
        "select a from orders where «sleep_ms»(10) is null",
        "with a as (select 1) select «ago»(interval 1 day) from a",
        "select * from «'x.csv'»",
        "select 1 -- now()\n      from orders join «'y.parquet'» using (id)",
    ],
)
def test_N3_what_is_certainly_wrong_with_a_query_is_E060(tmp_path: Path, query: str) -> None:
    found_in(tmp_path, f"\nsources:\n  orders: {{path: o.csv}}\n  q:\n    query: |\n      {query}\n", "E060")


@pytest.mark.parametrize(
    "query",
    [
        "select customer_id, min(ordered_at) as first_order from orders group by 1;",
        "WITH a AS (SELECT 1 AS now) SELECT a.now, 'now()', \"read_csv\" FROM a -- now()",
        "/* copy ; */ (select random, copy from orders)",
        "from orders select day as current_date",
        "select sum(a) over (partition by b), a in (1, 2) from orders o(a, b) where not exists (select 1) and (a = 1)",
        "with recursive r(n) as (select 1), s(m) as materialized (select 2) from r as t(x) join s u(y) on (x)",
        "select a::decimal(10, 2), cast(b as varchar(3)), grouping(a) from orders group by rollup (a), cube (b)",
        "select sum(a) filter (where a > 1), * exclude (b) replace (c as d), columns(b) from orders join orders o",
        "select list_transform([1], lambda x: x), case when (a) then (b) end, interval (a) day from (values (1)) v(a)",
        "select extract(year from day) from orders, unnest([1, 2])",
        "select $$now(); random()$$, 'it''s now()' from orders",
    ],
)
def test_N3_queries_that_may_be_right_are_left_to_the_database(tmp_path: Path, query: str) -> None:
    found_in(tmp_path, f"\nsources:\n  orders: {{path: o.csv}}\n  q:\n    query: |\n      {query}\n")


def test_an_empty_query_is_E060(tmp_path: Path) -> None:
    found_in(tmp_path, "\nsources:\n  q:\n    query: «-- nothing»\n", "E060")


def test_queries_in_a_circle_are_E045(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
sources:
  a: {query: select * from «b»}
  b: {query: select * from orders join c using (id)}
  c: {query: select * from (select 1) x JOIN a using (id)}
  own: {query: select * from «own»}
  named: {query: with named as (select 1 as named) select named from named}
  orders: {path: o.csv}
""",
        "E045", "E045",
    )  # fmt: skip
    assert [each.message for each in found] == [
        "queries form a cycle: a → b → c → a",
        "queries form a cycle: own → own",
    ]


def test_the_sources_of_a_query_are_found_by_their_names_outside_of_texts(tmp_path: Path) -> None:
    checked = checked_plan(
        tmp_path,
        """
sources:
  orders: {path: o.csv}
  refunds: {path: r.csv}
  customers: {path: c.csv}
  q: {query: "select * from Orders, \\"customers\\" where x = 'refunds' -- refunds"}
""",
    )
    assert checked.queries == {"q": ("orders", "customers")}
