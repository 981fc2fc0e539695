"""By which columns KPIs are split, in how few statements, and what is no column to split by."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from engine.split_rows import parts_of, written
from engine.support import Project


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("size", {"1": 2, "2.5": 1, "-3": 1, None: 1}),
        ("gift", {"true": 3, "false": 2}),
        ("paid", {"2026-06-01": 3, "2026-06-02": 2}),
        ("code", {"007": 4, "7": 1}),
        ("Kind", {"a": 2, "A": 3}),
        ("band", {"small": 3, "large": 1, None: 1}),
        ("filename", {"orders.csv": 5}),
    ],
)
def test_values_are_of_any_kind_and_as_filters_see_them(
    project: Project, column: str, wanted: dict[str | None, int]
) -> None:
    project.table(
        "orders",
        """day,size,gift,paid,code,Kind,note
        2026-06-01,1,true,2026-06-01,007,a,
        2026-06-01,1,true,2026-06-01,007,a,
        2026-06-02,2.5,false,2026-06-02,007,A,
        2026-06-02,-3,false,2026-06-02,007,A,
        2026-06-02,,true,2026-06-01,7,A,""",
        computed={"band": '("small" if size < 2 else "large") if size is not None else None'},
    )
    project.kpi("count_", "count(orders)", split=column)
    project.kpi("limited", "count(orders)", split={"by": column, "limit": 1})
    results = project.results()
    assert {key: part.series.shown.value for key, part in parts_of(results.series["count_"]).items()} == wanted
    top = results.series["limited"].split
    assert top is not None
    assert top.parts[0].series.shown.value == max(wanted.values())
    assert sum(part.series.shown.value or 0 for part in top.parts) == 5


def test_one_scan_and_few_statements_serve_all_parts(project: Project) -> None:
    for channels in (3, 30):
        project.rows(
            "orders.csv",
            "day,channel,amount",
            [(date(2026, 1, 1) + timedelta(days=n % 181), f"c{n % channels}", n % 9) for n in range(600)],
        )
        project.source("orders")
        for number in range(6):
            project.kpi(f"k{number}", f"sum(orders.amount) + {number}", split={"by": "channel", "limit": 50})
            project.kpi(f"m{number}", f"median(orders.amount) + {number}", split={"by": "channel", "limit": 50})
        results = project.results()
        assert results.problems == ()
        assert results.scans == {"orders": 1}
        asked = [sql for _, sql in results.sql if "rows$orders" in sql and "CREATE" not in sql]
        # The whole by day and by window, the values, the parts by day and by window.
        assert len(asked) == 5, asked


def test_too_many_values_are_a_problem_of_the_split_alone(project: Project) -> None:
    written(project, [{"day": date(2026, 6, 1), "channel": f"c{number}"} for number in range(10_001)])
    project.kpi("sales", "count(orders)", split="channel")
    results = project.results()
    series = results.series["sales"]
    assert series.problem is None
    assert series.shown.value is not None
    assert series.split is not None
    assert series.split.parts == ()
    assert results.problems == (series.split.problem,)
    assert "kpi.yaml" in results.problems[0]
    assert "orders.channel has more than 10,000 different values" in results.problems[0]


def test_times_and_lengths_are_no_parts(project: Project) -> None:
    project.table("orders", "at,took\n2026-06-01 10:00:00,3\n2026-06-02 11:00:00,4", date="at")
    project.kpi("sales", "count(orders)", split="at")
    assert "orders.at holds times of day" in project.results().problems[0]


def test_numbers_too_large_to_tell_apart_are_refused(project: Project) -> None:
    project.table("raw", "day,id\n2026-06-01,1\n2026-06-02,2")
    project.source("orders", query="select day, 9007199254740992 + id as id from raw", date="day")
    project.kpi("sales", "count(orders)", split="id")
    assert "orders.id holds floating-point numbers too large to be distinguished" in project.results().problems[0]
    project.table("texts", "day,id\n2026-06-01,9007199254740993\n2026-06-02,9007199254740992")
    project.kpi("sales", "count(texts)", split="id")
    assert len(parts_of(project.series("sales"))) == 2


def test_a_column_that_only_the_rows_tell_is_missed_where_it_stands(project: Project) -> None:
    project.table("raw", "day,channel\n2026-06-01,web")
    project.source("orders", query="select day, channel from raw", date="day")
    project.kpi("sales", "count(orders)", split="chanel")
    results = project.results()
    assert results.series["sales"].shown.value == 1
    assert results.series["sales"].problem is None
    assert 'there is no column "chanel" in orders; did you mean "channel"?' in results.problems[0]


def test_a_file_without_the_column_is_computed_unsplit(project: Project) -> None:
    duckdb.sql("SELECT DATE '2026-06-01' AS day, 'web' AS channel").write_parquet(
        str(project.folder / "orders.parquet")
    )
    project.source("orders", path="orders.parquet")
    project.kpi("sales", "count(orders)", split="chanel")
    project.kpi("other", "count(orders[channel == 'web'])")
    results = project.results()
    assert [results.series[name].shown.value for name in ("sales", "other")] == [1, 1]
    assert 'there is no column "chanel" in orders; did you mean "channel"?' in results.problems[0]
    project.kpi("sales", "count(orders)", split="channel")
    assert set(parts_of(project.series("sales"))) == {"web"}
