"""Of a source in many files only the new and the changed ones are read again, where days are enough."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, stdev

import pytest
from engine.support import Project

from kpi.run import Results
from kpi.run import incremental as by_file

pytestmark = pytest.mark.slow

CACHE = "remembered"
MONTHS = ("2026-03", "2026-04", "2026-05", "2026-06")
ADDITIVE = {
    "revenue": "sum(orders.amount)",
    "paid": 'sum(orders.amount[status == "paid"]) / count(orders)',
    "average": "avg(orders.amount)",
    "spread": "stddev(orders.amount)",
    "least": "min(orders.amount)",
    "most": "max(orders.amount)",
    "opening": "first(orders.amount)",
    "closing": "last(orders.amount)",
    "at_the_end": "at_end(sum(orders.amount))",
    "doubled": "sum(orders.twice)",
}


@pytest.fixture(autouse=True)
def _small_files_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_file, "WORTHWHILE", 0)


def rows_of(month: str, rows: int = 60, seed: int = 0) -> list[list[object]]:
    """Rows on days at random. Those of one day have one amount, so that the first and the last value are certain."""
    chance = random.Random(f"{month}{seed}")
    days = [f"{month}-{chance.randint(1, 28):02d}" for _ in range(rows)]
    return [[day, amount_of(day), chance.choice(["paid", "open"])] for day in days]


def amount_of(day: str) -> float:
    return round(random.Random(day).uniform(1, 90), 2)


def write(project: Project, month: str, rows: Sequence[Sequence[object]], header: str = "day,amount,status") -> None:
    project.rows(f"orders-{month}.csv", header, rows)


@pytest.fixture
def orders(project: Project) -> Project:
    """Four months of orders in four files, and KPIs that are sums over days of something."""
    for month in MONTHS:
        write(project, month, rows_of(month))
    project.source("orders", path="orders-*.csv", computed={"twice": "amount * 2"})
    for name, formula in ADDITIVE.items():
        project.kpi(name, formula)
    project.kpi("rolling", "sum(orders.amount)", window="3 months")
    project.kpi("weekly", "count(orders)", every="week")
    settle()
    return project


def settle() -> None:
    time.sleep(0.11)


def run(project: Project, **options: object) -> Results:
    return project.results(cache=project.folder / CACHE, **options)  # type: ignore[arg-type]


def files_read(results: Results) -> list[str]:
    """The names of the files that statements of this run read."""
    texts = [sql for _, sql in results.sql if "read_csv(" in sql]
    return sorted(f"{month}" for month in (*MONTHS, "2026-07") if any(f"orders-{month}" in sql for sql in texts))


def table_of(project: Project, last: str) -> list[tuple[str, float, str]]:
    """All rows up to a day, read by Python."""
    rows = []
    for path in sorted(project.folder.glob("orders-*.csv")):
        with path.open(encoding="utf-8") as file:
            table = csv.DictReader(file.read().replace(";", ",").splitlines())
            rows += [(row["day"], float(row["amount"]), row["status"]) for row in table]
    return [row for row in rows if row[0] <= last]


def expected(project: Project, month: str = "2026-06", last: str = "2026-06-30") -> dict[str, float]:
    """The values of a month, calculated by hand."""
    rows = table_of(project, last)
    inside = [row for row in rows if row[0].startswith(month)]
    amounts = [amount for _, amount, _ in inside]
    days = [day for day, _, _ in inside]
    rolling = [
        amount for day, amount, _ in rows if day[:7] in MONTHS[MONTHS.index(month) - 2 : MONTHS.index(month) + 1]
    ]
    return {
        "revenue": sum(amounts),
        "paid": sum(amount for _, amount, status in inside if status == "paid") / len(inside),
        "average": fmean(amounts),
        "spread": stdev(amounts),
        "least": min(amounts),
        "most": max(amounts),
        "opening": min(amount for day, amount, _ in inside if day == min(days)),
        "closing": max(amount for day, amount, _ in inside if day == max(days)),
        "at_the_end": sum(amount for day, amount, _ in inside if day == max(days)),
        "doubled": 2 * sum(amounts),
        "rolling": sum(rolling),
    }


def assert_right(project: Project, results: Results, **options: str) -> None:
    assert not results.problems
    for name, value in expected(project, **options).items():
        assert results.series[name].shown.value == pytest.approx(value, rel=1e-11), name
    anew = project.results(results.as_of.isoformat())
    assert results.series == anew.series
    assert results.sources == anew.sources


def test_only_a_file_that_has_changed_is_read_again(orders: Project) -> None:
    first = run(orders)
    assert files_read(first) == list(MONTHS)
    assert first.scans == {"orders": 1}
    assert_right(orders, first)
    write(orders, "2026-05", rows_of("2026-05", seed=1))
    settle()
    second = run(orders)
    assert files_read(second) == ["2026-05"]
    assert_right(orders, second)
    assert second.series["rolling"] != first.series["rolling"]


def test_only_a_new_file_is_read(orders: Project) -> None:
    run(orders)
    write(orders, "2026-07", rows_of("2026-06", 5, seed=2))
    settle()
    results = run(orders)
    assert files_read(results) == ["2026-07"]
    assert_right(orders, results)


def test_a_file_that_is_gone_is_not_counted(orders: Project) -> None:
    run(orders)
    (orders.folder / "orders-2026-04.csv").unlink()
    results = run(orders)
    assert files_read(results) == []
    assert_right(orders, results)


def test_another_day_needs_no_file(orders: Project) -> None:
    """The days of a file are remembered whole, also those that are not over yet."""
    run(orders, as_of="2026-05-12")
    for last in ("2026-05-31", "2026-06-30"):
        results = run(orders, as_of=last)
        assert files_read(results) == []
        assert_right(orders, results, month=last[:7], last=last)
    assert run(orders, as_of="2026-05-12", to_date=True).series == orders.results("2026-05-12", to_date=True).series


def test_one_kpi_alone_and_all_together(orders: Project) -> None:
    """Fewer aggregates of the same columns are among those that are remembered; a new one is not."""
    run(orders)
    assert files_read(run(orders, kpis=["paid", "doubled", "weekly"])) == []
    orders.kpi("refunds", 'sum(orders.amount[status == "open"])')
    results = run(orders)
    assert files_read(results) == list(MONTHS)
    assert_right(orders, results)


def test_distinct_counts_and_medians_read_everything(orders: Project) -> None:
    for formula in ("count_distinct(orders.status)", "median(orders.amount)", "percentile(orders.amount, 90)"):
        orders.kpi("asked", formula)
        run(orders)
        write(orders, "2026-05", rows_of("2026-05", seed=random.randint(2, 10**9)))
        settle()
        results = run(orders)
        assert files_read(results) == list(MONTHS)
        assert_right(orders, results)


def test_a_file_that_alone_reads_otherwise_makes_all_be_read(orders: Project) -> None:
    """Codes that are all digits in one file are still text, because they are not in the others."""
    for month in MONTHS:
        write(orders, month, [[*row[:2], f"0{n}x"] for n, row in enumerate(rows_of(month))])
    orders.kpi("code", 'count(orders[status == "7"])')
    del orders.plan["kpis"]["paid"]
    settle()
    assert run(orders).series["code"].shown.value == 0
    write(orders, "2026-06", [[*rows_of("2026-06")[0][:2], "7.0"], [*rows_of("2026-06")[1][:2], "7"]])
    settle()
    results = run(orders)
    assert files_read(results) == list(MONTHS)
    assert results.series["code"].shown.value == 1
    assert results.series == orders.results().series
    assert files_read(run(orders, as_of="2026-06-29")) == []


def test_dates_that_one_file_leaves_open_are_settled_by_the_others(orders: Project) -> None:
    for month in MONTHS:
        write(orders, month, [[f"{n:02d}.{month[5:]}.{month[:4]}", n, "paid"] for n in range(1, 29)])
    settle()
    run(orders)
    write(orders, "2026-06", [[f"{n:02d}.06.2026", 2 * n, "paid"] for n in range(1, 13)])
    settle()
    results = run(orders)
    assert results.series["revenue"].shown.value == sum(2 * n for n in range(1, 13))
    assert results.series == orders.results().series


def test_a_file_with_a_bad_row_is_told_as_ever(orders: Project) -> None:
    orders.plan["sources"]["orders"]["types"] = {"amount": "number"}
    run(orders)
    write(orders, "2026-05", [*rows_of("2026-05"), ["2026-05-07", "many", "paid"]])
    settle()
    results, anew = run(orders), orders.results()
    assert results.problems == anew.problems
    assert "orders-2026-05.csv" in results.problems[0]
    assert "many" in results.problems[0]
    orders.plan["sources"]["orders"]["on_bad_rows"] = "skip"
    assert run(orders).sources["orders"].skipped == 1
    assert run(orders).series == orders.results().series


def test_columns_may_stand_in_another_order(orders: Project) -> None:
    run(orders)
    write(orders, "2026-07", [["paid", amount_of("2026-06-01"), "2026-06-01"]], header="status,amount,day")
    settle()
    assert_right(orders, run(orders))


def test_an_empty_file_and_one_with_another_delimiter(orders: Project) -> None:
    write(orders, "2026-04", [])
    (orders.folder / "orders-2026-05.csv").write_text("day;amount;status\n2026-05-03;4.5;open\n", encoding="utf-8")
    settle()
    for _ in range(2):
        assert_right(orders, run(orders))
        write(orders, "2026-06", rows_of("2026-06", seed=9))
        settle()
    results = run(orders)
    assert files_read(results) == ["2026-06"]
    assert_right(orders, results)


def test_two_files_with_rows_of_the_same_day(orders: Project) -> None:
    run(orders)
    new = [("2026-06-28", "paid"), ("2026-06-28", "open"), ("2026-06-01", "open")]
    write(orders, "2026-07", [[day, amount_of(day), status] for day, status in new])
    settle()
    results = run(orders)
    assert files_read(results) == ["2026-07"]
    assert_right(orders, results)


def test_moments_order_rows_across_files(orders: Project) -> None:
    for month in MONTHS:
        write(orders, month, [[f"{month}-05 {hour:02d}:00", hour, "paid"] for hour in (9, 12, 7)])
    settle()
    run(orders)
    write(orders, "2026-07", [["2026-06-05 06:30", 77, "paid"], ["2026-06-05 08:00", 88, "paid"]])
    settle()
    results = run(orders)
    assert results.series["opening"].shown.value == 77
    assert results.series["closing"].shown.value == 12
    assert results.series == orders.results().series


def test_a_damaged_entry_is_rebuilt(orders: Project) -> None:
    run(orders)
    for entry in (orders.folder / CACHE / "v1").iterdir():
        entry.write_bytes(entry.read_bytes().replace(b"1", b"2"))
    results = run(orders)
    assert files_read(results) == list(MONTHS)
    assert_right(orders, results)


def test_other_definitions_of_the_source_are_other_days(orders: Project) -> None:
    run(orders)
    for change in ({"where": 'status == "paid"'}, {"computed": {"twice": "amount * 3"}}, {"read": {"decimal": ","}}):
        orders.plan["sources"]["orders"] |= change
        results = run(orders)
        assert files_read(results) == list(MONTHS)
        assert results.series == orders.results().series


def near(value: float | None) -> object:
    """A value to eleven digits: the order of adding is another."""
    return None if value is None else float(f"{value:.10e}")


def random_rows(chance: random.Random) -> Iterator[list[object]]:
    for _ in range(chance.randint(0, 40)):
        day = date(2026, 3, 1) + timedelta(chance.randint(0, 121))
        yield [day.isoformat(), chance.choice([0, 1.5, -2.25, 1e9, 0.1, ""]), chance.choice(["paid", "open", ""])]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_the_numbers_are_those_of_a_run_without_memory(orders: Project, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        path = Path(orders.folder, f"orders-{chance.choice([*MONTHS, '2026-07'])}.csv")
        if path.exists() and chance.random() < 0.3 and len(list(orders.folder.glob("orders-*.csv"))) > 2:
            path.unlink()
        else:
            orders.rows(path.name, "day,amount,status", [["2026-06-09", 1, "paid"], *random_rows(chance)])
        settle()
        as_of = f"2026-0{chance.randint(4, 6)}-{chance.randint(1, 30):02d}"
        results, anew = run(orders, as_of=as_of), orders.results(as_of)
        assert results.problems == anew.problems
        assert results.sources == anew.sources
        for name, series in anew.series.items():
            shown = results.series[name]
            points, right = (shown.shown, *shown.history), (series.shown, *series.history)
            assert [point.period for point in points] == [point.period for point in right]
            assert [near(point.value) for point in points] == [near(point.value) for point in right]
