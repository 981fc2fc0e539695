"""Empty values in rows and in windows: rules V1 to V5."""

from __future__ import annotations

from collections.abc import Callable
from statistics import stdev
from typing import Any

import pytest
from engine.support import Project

SALES = """
    day,amount,state,region
    2026-05-04,10,paid,north
    2026-05-09,,paid,south
    2026-05-20,30,,north
    2026-06-02,5,open,
    2026-06-02,7,paid,south
    2026-06-11,,open,south
    2026-06-25,12,,north
"""
JUNE: list[dict[str, Any]] = [
    {"amount": 5, "state": "open", "region": None},
    {"amount": 7, "state": "paid", "region": "south"},
    {"amount": None, "state": "open", "region": "south"},
    {"amount": 12, "state": None, "region": "north"},
]

# A filter beside what it means for a row, written out in Python after V1.
FILTERS: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ('state == "paid"', lambda row: row["state"] == "paid"),
    ('state != "paid"', lambda row: row["state"] != "paid"),
    ('state in ("paid", "open")', lambda row: row["state"] in ("paid", "open")),
    ('state not in ("paid",)', lambda row: row["state"] != "paid"),
    ("amount > 6", lambda row: row["amount"] is not None and row["amount"] > 6),
    ("amount <= 7", lambda row: row["amount"] is not None and row["amount"] <= 7),
    ("state is None", lambda row: row["state"] is None),
    ("amount is not None", lambda row: row["amount"] is not None),
    ("state == region", lambda row: row["state"] is not None and row["state"] == row["region"]),
    ("state != region", lambda row: row["state"] is None or row["region"] is None or row["state"] != row["region"]),
    ("5 < amount < 12", lambda row: row["amount"] is not None and 5 < row["amount"] < 12),
    (
        'state == "open" and (amount > 6 or region is None)',
        lambda row: (
            row["state"] == "open" and ((row["amount"] is not None and row["amount"] > 6) or row["region"] is None)
        ),
    ),
]


@pytest.mark.parametrize(("text", "holds"), FILTERS, ids=[text for text, _ in FILTERS])
def test_V1_a_filter_and_its_not_make_the_whole(
    project: Project, text: str, holds: Callable[[dict[str, Any]], bool]
) -> None:
    project.table("sales", SALES)
    expected = sum(1 for row in JUNE if holds(row))
    assert project.values([f"count(sales[{text}])", f"count(sales[not ({text})])", "count(sales)"]) == [
        expected, 4 - expected, 4,
    ]  # fmt: skip


def test_V1_a_bare_truth_value_that_is_empty_is_false(project: Project) -> None:
    project.table("sales", "day,ok\n2026-06-01,true\n2026-06-02,\n2026-06-03,false\n2026-06-04,TRUE")
    assert project.values(["count(sales[ok])", "count(sales[not ok])"]) == [2, 2]


def test_V2_row_arithmetic_with_an_empty_value_is_empty_and_aggregates_pass_over_it(project: Project) -> None:
    project.table(
        "lines", "day,a,b\n2026-06-01,6,2\n2026-06-02,,5\n2026-06-03,4,\n2026-06-04,9,0\n2026-06-05,0,3",
        computed={"total": "a + b", "share": "a / b", "back": "-a"},
    )  # fmt: skip
    found = project.values([
        "sum(lines.total)", "count(lines[total is None])", "sum(lines.share)", "count(lines[share is None])",
        "avg(lines.share)", "sum(lines.back)", "avg(lines.a)", "min(lines.b)",
    ])  # fmt: skip
    # totals 8, -, -, 9, 3; shares 3, -, -, - (9 / 0), 0; a is 6, 4, 9, 0
    assert found == [20, 2, 3, 3, 1.5, -19, 4.75, 0]


AGGREGATES = [
    "count(sales{})", "sum(sales.amount{})", "count_distinct(sales.region{})", "avg(sales.amount{})",
    "min(sales.amount{})", "max(sales.amount{})", "median(sales.amount{})", "stddev(sales.amount{})",
    "first(sales.amount{})", "last(sales.amount{})", "percentile(sales.amount{}, 90)",
]  # fmt: skip


def test_V3_a_window_without_any_row_has_no_value_at_all(project: Project) -> None:
    project.table("sales", SALES)
    asked = [aggregate.format("") for aggregate in AGGREGATES]
    assert project.values([f"previous({formula}, 2)" for formula in asked]) == [None] * len(asked)  # April: nothing


def test_V3_rows_but_none_through_the_filter_count_as_zero(project: Project) -> None:
    project.table("sales", SALES)
    asked = [aggregate.format('[state == "lost"]') for aggregate in AGGREGATES]
    assert project.values(asked) == [0, 0, 0] + [None] * 8


def test_V3_rows_that_where_leaves_out_do_not_make_a_period_known(project: Project) -> None:
    project.table("sales", SALES, where='region == "north"')
    assert project.history("count(sales)") == {"2026-05": 2, "2026-06": 1}
    assert project.value("count(sales)", "2026-07-31") is None


def test_V3_no_rows_zero_counts_from_the_first_row_on(project: Project) -> None:
    project.table("faults", "day,cost\n2026-02-10,5\n2026-04-03,7", no_rows="zero")
    assert project.history("count(faults)") == {
        "2026-02": 1, "2026-03": 0, "2026-04": 1, "2026-05": 0, "2026-06": 0,
    }  # fmt: skip
    assert project.history("sum(faults.cost)")["2026-05"] == 0
    assert project.history("avg(faults.cost)")["2026-05"] is None
    assert project.value("previous(count(faults), 5)") is None  # January, before the first row


def test_V3_a_broken_export_never_turns_an_at_most_green(project: Project) -> None:
    project.table("faults", "day,cost\n2026-04-10,5")
    project.kpi("faults", "count(faults)", target="at most 3")
    series = project.series("faults")
    assert series.shown.value is None
    assert not series.fresh
    assert series.last is not None
    assert (series.last.period.label, series.last.value) == ("2026-04", 1)


def test_V4_percentile_interpolates_and_stddev_is_the_sample_s(project: Project) -> None:
    numbers = [3, 9, 1, 4, 20, 7]
    project.rows("t.csv", "day,x", [(f"2026-06-{day:02d}", x) for day, x in enumerate(numbers, 1)])
    project.source("t")
    ordered = sorted(numbers)

    def inclusive(percent: float) -> float:
        """PERCENTILE.INC of a spreadsheet: the value at rank percent * (n - 1), between neighbours linearly."""
        rank = percent / 100 * (len(ordered) - 1)
        low = int(rank)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)

    found = project.values([*(f"percentile(t.x, {p})" for p in (0, 25, 50, 90, 95, 100)), "median(t.x)", "stddev(t.x)"])
    expected = [*(inclusive(p) for p in (0, 25, 50, 90, 95, 100)), inclusive(50), stdev(numbers)]
    assert found == [pytest.approx(value, rel=1e-11) for value in expected]


def test_V4_the_deviation_of_one_value_is_none(project: Project) -> None:
    project.table("t", "day,x\n2026-06-01,5")
    assert project.values(["stddev(t.x)", "median(t.x)", "percentile(t.x, 10)"]) == [None, 5, 5]


def test_V5_first_and_last_by_date_pass_over_empty_values(project: Project) -> None:
    project.table("t", "day,x\n2026-06-05,4\n2026-06-05,2\n2026-06-20,8\n2026-06-20,9\n2026-06-25,\n2026-06-10,100")
    assert project.values(["first(t.x[x > 2])", "last(t.x[x > 8])", "last(t.x[x < 9])"]) == [4, 9, 8]
    for formula, values in {"first(t.x)": "2 and 4", "last(t.x)": "8 and 9"}.items():
        assert f"have different values: {values}" in project.problem(formula)


def test_V5_a_time_of_day_orders_rows_of_one_day(project: Project) -> None:
    project.table("t", "day,x\n2026-06-20 09:00,8\n2026-06-20 17:30,3\n2026-06-20 08:59:59,11")
    assert project.values(["first(t.x)", "last(t.x)"]) == [11, 3]
