"""One scan of a source's files serves all KPIs, grains and windows."""

from __future__ import annotations

from engine.support import Project, days

READERS = ("read_csv(", "read_json(", "read_parquet(")


def test_the_files_of_a_source_are_read_once(project: Project) -> None:
    project.rows(
        "orders.csv", "day,amount,customer", [(day, n % 7, n % 5) for n, day in enumerate(days("2025-01-01", 540))]
    )
    project.rows("visits.csv", "day,visits", [(day, 100 + n) for n, day in enumerate(days("2025-01-01", 540))])
    project.source("orders", computed={"first": "first_date(customer)"})
    project.source("visits")
    project.source(
        "weeks", query="select date_trunc('week', day) as week, sum(amount) as s from orders group by 1", date="week"
    )
    project.measure("revenue", "sum(orders.amount)")
    for every in ("day", "week", "month", "quarter", "year"):
        for number, window in enumerate([None, "3 months", "year to date", "all time"]):
            extra = {} if window is None else {"window": window}
            for kind, formula in enumerate((
                "revenue / sum(visits.visits)", "count_distinct(orders.customer)", "median(orders.amount)",
                "count(orders[day == first])", "at_end(sum(orders.amount)) - year_ago(revenue)", "sum(weeks.s)",
            )):  # fmt: skip
                project.kpi(f"k_{every}_{number}_{kind}", formula, every=every, **extra)
    results = project.results()
    assert len(results.series) == 120
    assert not results.problems
    assert results.scans == {"orders": 1, "visits": 1}
    reading = [source for source, sql in results.sql for reader in READERS for _ in range(sql.count(reader))]
    assert sorted(reading) == ["orders", "visits"]


def test_a_source_that_nobody_asked_for_is_not_read(project: Project) -> None:
    project.table("orders", "day,amount\n2026-06-01,5")
    project.table("other", "day,amount\n2026-06-01,5")
    project.kpi("orders", "count(orders)")
    project.kpi("other", "count(other)")
    assert project.results(kpis=["orders"]).scans == {"orders": 1}


def test_a_guess_that_does_not_hold_for_all_rows_costs_one_more_scan(project: Project) -> None:
    """The first rows look like numbers; the text far below is known only when it is reached."""
    rows = [(day, number) for number, day in enumerate(days("2024-01-01", 700))]
    project.rows("t.csv", "day,code", [*rows, ("2026-06-02", "A7"), ("2026-06-03", "12")])
    project.source("t")
    project.kpi("codes", "count_distinct(t.code)")
    results = project.results()
    assert results.series["codes"].shown.value == 2
    assert results.scans["t"] == 2
