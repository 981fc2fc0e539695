"""Cube: measures become KPIs, with the values that plain Python has over the same rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import kpi
from kpi.errors import KpiError
from kpi.importing import Imported, Settings, import_files

MODEL = """
cubes:
  - name: orders
    sql_table: public.orders
    joins:
      - {name: customers, relationship: many_to_one, sql: "{CUBE}.customer_id = {customers.id}"}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: state, sql: "{CUBE}.order_state", type: string}
      - {name: gross, sql: "{CUBE}.net * 1.19", type: number}
      - {name: created_at, sql: created_at, type: time}
    segments: [{name: paid, sql: "{state} = 'paid'"}]
    measures:
      - {name: count, type: count, title: Orders}
      - {name: revenue, type: sum, sql: "{gross}", format: currency}
      - {name: largest, type: max, sql: net}
      - {name: buyers, type: count_distinct_approx, sql: customer_id}
      - name: paid_count
        type: count
        filters: [{sql: "{CUBE}.order_state = 'paid'"}, {sql: "{gross} > 20"}]
      - {name: paid_share, type: number, sql: "100.0 * {paid_count} / NULLIF({count}, 0)"}
      - {name: average, type: number, sql: "SUM({CUBE}.net) / COUNT(*)"}
      - {name: so_far, type: sum, sql: net, rolling_window: {trailing: unbounded}}
      - {name: last_week, type: count, rolling_window: {trailing: 7 day, offset: end}}
      - {name: this_year, type: sum, sql: net, rolling_window: {type: to_date, granularity: year}}
      - name: before
        type: number
        multi_stage: true
        sql: "{revenue}"
        time_shift: [{interval: 1 month, type: prior}]
      - {name: hidden, type: sum, sql: net, public: false}
views:
  - {name: all_orders, cubes: [{join_path: orders, includes: "*"}]}
"""

ROWS = [
    (i, date(2026, 1, 1) + timedelta(days=(i * 3) % 59), ("paid", "open", "")[i % 3], 5 + (i * 7) % 40, i % 9)
    for i in range(90)
]
FEBRUARY = [row for row in ROWS if row[1].month == 2]
JANUARY = [row for row in ROWS if row[1].month == 1]
PAID = [row for row in FEBRUARY if row[2] == "paid" and row[3] * 1.19 > 20]
EXPECTED = {
    "orders_count": len(FEBRUARY),
    "orders_revenue": sum(row[3] * 1.19 for row in FEBRUARY),
    "orders_largest": max(row[3] for row in FEBRUARY),
    "orders_buyers": len({row[4] for row in FEBRUARY}),
    "orders_paid_count": len(PAID),
    "orders_paid_share": 100 * len(PAID) / len(FEBRUARY),
    "orders_average": sum(row[3] for row in FEBRUARY) / len(FEBRUARY),
    "orders_so_far": sum(row[3] for row in ROWS),
    "orders_last_week": sum(row[1] > date(2026, 2, 21) for row in ROWS),
    "orders_this_year": sum(row[3] for row in ROWS),
    "orders_before": sum(row[3] * 1.19 for row in JANUARY),
}


def imported(folder: Path, text: str, **options: Any) -> Imported:
    (folder / "model.yml").write_text(text, encoding="utf-8")
    return import_files("cube", [folder / "model.yml"], Settings(**options), folder / "kpi.yaml")


def test_values_are_those_of_plain_python(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "id,created_at,order_state,net,customer_id\n"
        + "".join(f"{id_},{day},{state},{net},{who}\n" for id_, day, state, net, who in ROWS)
    )
    found = imported(tmp_path, MODEL, data=tmp_path)
    assert found.refused == ()
    assert found.plan.measures == {"orders_hidden": "sum(orders.net)"}
    (tmp_path / "kpi.yaml").write_text(found.text)
    status = kpi.load(tmp_path / "kpi.yaml").status(as_of=date(2026, 2, 28))
    assert {id_: status[id_] for id_ in found.plan.kpis} == pytest.approx(EXPECTED)


def test_what_is_noted(tmp_path: Path) -> None:
    found = imported(tmp_path, MODEL)
    assert found.plan.sources["orders"].table == "public.orders"
    notes = {one.origin.construct: one.reason for one in found.outcomes if one.state == "note"}
    assert notes == {
        "measure orders.revenue": "its format, currency, does not say the unit: set unit by hand",
        "measure orders.buyers": "an approximate count is exact here",
        "view all_orders": "it shows members of cubes, and has none of its own",
    }


SMALL = """
cubes:
  - name: customers
    sql_table: customers
    dimensions: [{name: land, sql: land, type: string}, {name: at, sql: at, type: time}]
    measures: [{name: n, type: count}]
  - name: orders
    sql: SELECT * FROM orders
    dimensions: [{name: at, sql: at, type: time}, {name: nested, sql: "{nested}", type: number}]
    measures:
      - {name: fine, type: count}
      - {name: m, MEASURE}
"""


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        ("type: sum, sql: '{customers}.credit'", "is a column of another cube"),
        ("type: sum, sql: '{customers.land}'", "customers.land is a dimension of another cube"),
        ("type: number, sql: '{fine} / {customers.n}'", "customers.n is a measure of another cube"),
        ("type: number, sql: '{m} + 1'", "the measure refers to itself"),
        ("type: sum, sql: '{nested}'", "the dimension orders.nested refers to itself"),
        ("type: sum, sql: '{none}'", "orders has no dimension none"),
        ("type: sum, sql: '{fine}'", "fine is a measure inside an aggregate"),
        ("type: sum, sql: '{{ x }}'", "it is a template"),
        ("type: rank", 'a measure of the type "rank" has no counterpart'),
        ("type: sum", "it has no sql"),
        ("type: count, rolling_window: {trailing: 1 month, leading: 1 month}", "a window ends with its period"),
        ("type: count, rolling_window: {trailing: 5 minute}", '"5 minute" is no number of days'),
        ("type: number, sql: '{fine}', time_shift: [{interval: 1 week}]", "1 week is no number of periods of a month"),
        ("type: number, sql: '{fine}', time_shift: [{interval: 1 month, type: next}]", "is none to an earlier period"),
        ("type: number, sql: '{fine}', group_by: [at]", '"group_by" is not known here'),
        ("type: number, sql: 'SUM(x) OVER ()'", "has no counterpart in formulas"),
    ],
)
def test_what_is_not_the_same_is_refused_with_its_line(tmp_path: Path, measure: str, reason: str) -> None:
    found = imported(tmp_path, SMALL.replace("MEASURE", measure))
    assert set(found.plan.kpis) == {"customers_n", "orders_fine"}
    (refused,) = found.refused
    assert reason in str(refused.reason)
    assert (refused.origin.line, bool(refused.workaround)) == (12, True)


def test_the_date_is_asked_for_and_a_query_refused(tmp_path: Path) -> None:
    text = SMALL.replace("      - {name: m, MEASURE}\n", "")
    text = text.replace("name: land, sql: land, type: string", "name: b, sql: b, type: time")
    found = imported(tmp_path, text)
    (refused,) = found.refused
    assert refused.reason == "the cube customers has several times: b, at"
    assert refused.workaround == "say which is the date of a row: --date customers=b"
    assert imported(tmp_path, text, dates={"customers": "b"}).plan.sources["customers"].date == "b"
    query = text.replace("SELECT * FROM orders", "SELECT a FROM b")
    (refused,) = imported(tmp_path, query.replace("b, sql: b, type: time", "b, sql: b, type: string")).refused
    assert refused.reason == "the cube orders is a query"


BROKEN = (
    "",
    "cubes: 3",
    "cubes: [1, {name: [x]}, {name: a, measures: [x, {name: y, type: [z]}]}]",
    "cubes: [{name: a, sql_table: t, dimensions: x, measures: [{name: m, type: sum, sql: '{{'}]}]",
    "cube('orders', {})",
)


@pytest.mark.parametrize("text", BROKEN)
def test_broken_files_are_errors_without_a_traceback(tmp_path: Path, text: str) -> None:
    with pytest.raises(KpiError):
        imported(tmp_path, text)


def test_roles_and_masks_are_not_left_out_in_silence(tmp_path: Path) -> None:
    """What a plan cannot say about who sees what is said, since the numbers are seen by everybody."""
    found = imported(
        tmp_path,
        """
cubes:
  - name: orders
    sql_table: orders
    data_source: second
    dimensions: [{name: at, sql: at, type: time}]
    measures: [{name: n, type: count, mask: 12345}]
    access_policy: [{role: "*", member_level: {includes: []}}]
""",
    )
    assert list(found.plan.kpis) == ["orders_n"]
    notes = {one.origin.construct: (one.origin.line, one.reason) for one in found.outcomes if one.state == "note"}
    assert notes == {
        "measure orders.n": (7, "it is not masked: a plan has no roles"),
        "cube orders, access_policy": (
            8, "a plan has no roles: whoever can read the source sees all its rows and columns",
        ),
        "cube orders, data_source": (5, "set the connection of the source to that database"),
    }  # fmt: skip
