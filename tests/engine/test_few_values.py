"""Columns of large files that have few different values: they are read quicker, and everything is as it would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from engine.support import Project, days, in_window

from kpi.engine import table_loader as load

STATES = ["paid", "refunded", "open", "it's späť", ""]
CHANNELS = ["web", "app", "paid"]
JUNE = (date(2026, 6, 1), date(2026, 7, 1))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in which every file counts as a large one."""
    monkeypatch.setattr(load, "LARGE", 0)
    return Project(tmp_path)


def orders(project: Project, extra: Sequence[tuple[object, ...]] = (), **fields: object) -> list[dict[str, object]]:
    """A source of 900 orders and some more, of which the first 200 rows show all values but those of ``extra``."""
    rows: list[tuple[object, ...]] = [
        (day, n % 11, STATES[n % 5], CHANNELS[n % 3]) for n, day in enumerate(days("2024-01-10", 900))
    ]
    rows += extra
    project.rows("orders.csv", "day,amount,status,channel", rows)
    project.source("orders", **fields)
    return [dict(zip(("day", "amount", "status", "channel"), row, strict=True)) for row in rows]


FILTERS = {
    'status == "paid"': lambda row: row["status"] == "paid",
    'status != "paid"': lambda row: row["status"] != "paid",
    'status == "it\'s späť"': lambda row: row["status"] == "it's späť",
    'status == "nowhere"': lambda row: False,
    'status != "nowhere"': lambda row: True,
    'status in ("paid", "nowhere")': lambda row: row["status"] == "paid",
    'status not in ("open", "nowhere")': lambda row: row["status"] != "open",
    "status is None": lambda row: row["status"] == "",
    'status < "p"': lambda row: row["status"] != "" and row["status"] < "p",
    "status == channel": lambda row: row["status"] == row["channel"],
    "status < channel": lambda row: row["status"] != "" and row["status"] < row["channel"],
    'contains(status, "pä")': lambda row: "pä" in row["status"],
    'lower(channel) == "app"': lambda row: row["channel"] == "app",
    'coalesce(status, "none") == "none"': lambda row: row["status"] == "",
    'coalesce(status, channel) == "web"': lambda row: (row["status"] or row["channel"]) == "web",
}


def test_every_comparison_is_that_of_texts(project: Project) -> None:
    inside = in_window(orders(project), *JUNE)
    expected = [sum(holds(row) for row in inside) for holds in FILTERS.values()]
    assert project.values([f"count(orders[{one}])" for one in FILTERS]) == expected


def test_the_few_values_are_kept_as_a_list(project: Project) -> None:
    orders(project)
    project.kpi("paid", 'sum(orders.amount[status == "paid"])')
    results = project.results()
    assert results.scans == {"orders": 1}
    assert "ENUM(" in results.sql[0][1]


@pytest.mark.parametrize("late", ["7.5", "-0.25", "99999999999", "1e3", "0012", " 12 ", "", "-7"])
def test_whole_numbers_take_less_room_until_one_is_not(project: Project, late: str) -> None:
    """Amounts and codes: a value that comes late is itself, neither rounded nor cut."""
    rows = [(day, n % 11, n % 70) for n, day in enumerate(days("2024-01-10", 900))]
    project.rows("t.csv", "day,amount,code", [*rows, ("2026-06-20", late, late)])
    project.source("t")
    project.kpi("amount", "sum(t.amount)")
    project.kpi("largest", "max(t.amount)")
    project.kpi("mean", "avg(t.amount)")
    project.kpi("share", "sum(t.amount[amount > 4.5]) / sum(t.amount)")
    project.kpi("codes", "count_distinct(t.code)")
    series = project.results().series
    inside = [(row[1], row[2]) for row in rows if JUNE[0] <= row[0] < JUNE[1]]
    if late in ("1e3", "0012"):
        assert f'"{late}", so it is text' in str(series["amount"].problem)
        assert series["codes"].shown.value == len({code for _, code in inside}) + 1
        return
    amounts = [float(amount) for amount, _ in inside] + ([float(late)] if late else [])
    above = sum(amount for amount in amounts if amount > 4.5)
    assert series["amount"].shown.value == sum(amounts)
    assert series["largest"].shown.value == max(amounts)
    assert series["mean"].shown.value == pytest.approx(sum(amounts) / len(amounts), rel=1e-11)
    assert series["share"].shown.value == pytest.approx(above / sum(amounts), rel=1e-11)
    # A code with zeros before it makes texts of them all; there 12 is not 0012.
    known = {str(code) for _, code in inside}
    new = {late.strip()} - {""} if late.startswith("00") else {f"{float(text):g}" for text in [late] if text}
    assert series["codes"].shown.value == len(known | new)


@pytest.mark.parametrize("value", ["chargeback", "Paid", "paid ", " paid", "\tpaid", "'"])
def test_a_value_that_comes_late_costs_one_more_scan_and_nothing_else(project: Project, value: str) -> None:
    rows = orders(project, [("2026-06-20", 7, value, "web"), ("2026-06-21", 5, "", "")])
    inside = in_window([{**row, "day": date.fromisoformat(str(row["day"]))} for row in rows], *JUNE)
    names = {"lower": "paid", "upper": "Paid", "late": "chargeback", "mark": "'"}
    for kpi, name in names.items():
        project.kpi(kpi, f'sum(orders.amount[status == "{name}"])')
    project.kpi("states", "count_distinct(orders.status)")
    series = project.results().series
    for kpi, name in names.items():
        of_name = [int(str(row["amount"])) for row in inside if str(row["status"]).strip() == name]
        assert series[kpi].shown.value == sum(of_name), name
    assert series["states"].shown.value == len({str(row["status"]).strip() for row in inside} - {""})
    assert project.results().scans["orders"] >= 2


def test_a_value_far_below_in_another_column_is_still_told(project: Project) -> None:
    orders(project, [("2026-06-20", "seven", "paid", "web")])
    problem = project.problem('sum(orders.amount[status == "paid"])')
    assert problem.startswith('orders.csv:902: orders.amount: "seven" is not a number')


def test_where_and_computed_columns_and_firsts(project: Project) -> None:
    rows = orders(
        project,
        where='status != "open"',
        computed={"both": 'status if channel == "web" else channel', "first": "first_date(status)"},
    )
    kept = [row for row in rows if row["status"] != "open"]
    inside = in_window(kept, *JUNE)
    firsts = {
        state: min(row["day"] for row in kept if row["status"] == state)
        for state in STATES
        if state not in ("", "open")
    }
    assert project.values(
        ['count(orders[both == "paid"])', "count_distinct(orders.both)", "count(orders[first < day])"]
    ) == [
        sum((row["status"] if row["channel"] == "web" else row["channel"]) == "paid" for row in inside),
        len({(row["status"] if row["channel"] == "web" else row["channel"]) for row in inside} - {""}),
        sum(row["status"] != "" and firsts[str(row["status"])] < row["day"] for row in inside),
    ]


def test_bad_rows_are_skipped_and_counted(project: Project) -> None:
    late = [(date(2026, 6, 20), "seven", "paid", "web"), (date(2026, 6, 21), 5, "paid", "web")]
    inside = in_window(orders(project, late, on_bad_rows="skip up to 90%"), *JUNE)
    project.kpi("paid", 'sum(orders.amount[status == "paid"])')
    results = project.results()
    assert results.sources["orders"].skipped == 1
    paid = [row["amount"] for row in inside if row["status"] == "paid" and row["amount"] != "seven"]
    assert results.series["paid"].shown.value == sum(int(str(amount)) for amount in paid)


def test_a_query_sees_texts(project: Project) -> None:
    rows = orders(project)
    query = "select day, typeof(status) as kind from orders where status like 'pa%'"
    project.source("kinds", query=query)
    project.kpi("texts", 'count(kinds[kind == "VARCHAR"])')
    project.kpi("all", "count(kinds)")
    series = project.results().series
    paid = sum(row["status"] == "paid" for row in in_window(rows, *JUNE))
    assert series["texts"].shown.value == series["all"].shown.value == paid
