"""What is told of sources, held against plain Python over the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from engine.support import Project, days
from openpyxl import Workbook

from kpi.run.profile import ColumnProfile, SourceProfile, profile_sources


def look(project: Project, *names: str, valid: bool = True, as_of: str = "2026-06-30") -> dict[str, SourceProfile]:
    return profile_sources(project.checked(valid=valid), date.fromisoformat(as_of), names or None)


def column(found: SourceProfile, name: str) -> ColumnProfile:
    return next(each for each in found.columns if each.name == name)


def test_counts_ends_and_most_frequent_values(project: Project) -> None:
    random = Random(7)
    rows = [
        (
            day,
            random.choice([None, "web", "web", "shop", "fair", "phone"]),
            random.choice([None, round(random.uniform(-5, 50), 2)]),
            random.choice(["true", "false"]),
            None,
        )
        for day in days("2026-01-01", 200)
    ]
    project.rows("orders.csv", "day,channel,amount,paid,note", rows)
    project.source("orders", computed={"double": "amount * 2"})
    found = look(project)["orders"]
    kept = [row for row in rows if row[0] <= date(2026, 6, 30)]
    assert (found.rows, found.first, found.last, found.shape) == (len(kept), rows[0][0], date(2026, 6, 30), "dated")
    amounts = [row[2] for row in kept if row[2] is not None]
    assert found.columns == (
        ColumnProfile("day", "date", False, 0, ("2026-01-01", "2026-06-30")),
        ColumnProfile("channel", "text", False, sum(row[1] is None for row in kept), frequent(row[1] for row in kept)),
        ColumnProfile("amount", "number", False, len(kept) - len(amounts), (min(amounts), max(amounts))),
        ColumnProfile("paid", "boolean", False, 0, tuple(text == "true" for text in frequent(row[3] for row in kept))),
        ColumnProfile("note", "empty", False, len(kept), ()),
        ColumnProfile("double", "number", True, len(kept) - len(amounts), (2 * min(amounts), 2 * max(amounts))),
    )


def frequent(values: object) -> tuple[str, ...]:
    counted = Counter(value for value in values if value is not None)  # type: ignore[attr-defined]
    return tuple(sorted(counted, key=lambda value: (-counted[value], value)))[:3]


def test_kinds_are_those_that_formulas_ask_for(project: Project) -> None:
    project.table("orders", 'day,amount\n2026-06-01,3\n2026-06-02,"1,250"', types={"amount": "number"})
    project.table("visits", "day,count\n2026-06-01,3 \n2026-06-02,4")
    project.kpi("visits_made", "sum(visits.count)")
    found = look(project)
    assert column(found["orders"], "amount").examples == (3, 1250)
    assert column(found["visits"], "count").examples == (3, 4)


def test_where_and_bad_rows_are_left_out_and_told(project: Project) -> None:
    project.table(
        "orders",
        "day,amount\n2026-06-01,3\n2026-06-02,x\n2026-06-03,-1",
        where="amount > 0",
        on_bad_rows="skip up to 90%",
    )
    found = look(project)["orders"]
    assert (found.rows, found.skipped, found.problem) == (1, 1, None)
    assert found.skipped_reasons == ('1 row: orders.csv:3: orders.amount: "x" is not a number',)


def test_a_source_that_cannot_be_used_is_shown_without_its_bad_rows(project: Project) -> None:
    project.table("orders", "day,amount\n2026-06-01,3\n2026-06-02,x")
    project.table("visits", "day,count\n2026-06-01,3")
    project.kpi("sales", "sum(orders.amount)")
    found = look(project)
    assert (found["orders"].problem or "").startswith('orders.csv:3: orders.amount: "x" is not a number')
    assert (found["orders"].rows, column(found["orders"], "amount").kind) == (2, "text")
    assert (found["visits"].problem, found["visits"].rows) == (None, 1)


def test_dates_that_cannot_be_read_do_not_hide_the_columns(project: Project) -> None:
    project.table("orders", "day,amount\n03/04/2026,3\n05/06/2026,4")
    found = look(project)["orders"]
    assert "two ways" in (found.problem or "")
    assert (found.rows, found.shape, found.first) == (2, "snapshot", None)
    assert column(found, "day").examples == ("03/04/2026", "05/06/2026")
    assert column(found, "amount").examples == (3, 4)


def test_a_column_that_is_not_there_does_not_hide_those_that_are(project: Project) -> None:
    project.table("orders", "day,amount\n2026-06-01,3")
    project.kpi("sales", "sum(orders.amout)")
    found = look(project, valid=False)["orders"]
    assert found.problem is None  # it is one of the KPI
    problem = project.results(valid=False).series["sales"].problem or ""
    assert problem.endswith('has no column "amout"; did you mean "amount"?')
    assert [each.name for each in found.columns] == ["day", "amount"]
    assert found.rows == 1


@pytest.mark.parametrize("fields", [{"path": "nowhere.csv"}, {"connection": "${X}", "table": "orders"}])
def test_where_nothing_can_be_read_there_is_only_the_reason(project: Project, fields: dict[str, str]) -> None:
    project.source("orders", **fields)
    found = look(project)["orders"]
    assert found.problem
    assert (found.rows, found.columns) == (None, ())


@pytest.mark.parametrize("raw", [b"", b"day,n\n1,\0\n", b"PK\x03\x04", b"\xff\xfe\x00"])
def test_a_file_that_is_no_table_leaves_the_other_sources_as_they_are(project: Project, raw: bytes) -> None:
    project.write("a.csv", raw)
    project.source("a", date=None)
    project.table("b", "region,n\nnorth,1", date=None)
    found = look(project, valid=False)
    assert found["a"].rows is None
    assert found["a"].problem
    assert (found["b"].rows, found["b"].problem) == (1, None)


def test_odd_rows_of_a_snapshot_do_not_hide_the_others(project: Project) -> None:
    project.write("a.csv", b"region,n\nnorth,1\nsouth,2\n,\nTotal,3\n")
    project.source("a", date=None)
    found = look(project)["a"]
    assert found.problem is not None
    assert found.problem.startswith("a.csv:5: this row looks like a total")
    assert (found.rows, found.skipped, column(found, "n").examples) == (2, 1, (1, 2))


def test_a_query_is_surveyed_with_what_it_reads_and_shares_its_problem(project: Project) -> None:
    project.table("orders", "day,channel\n2026-06-01,web\n2026-06-02,web\n2026-06-03,shop")
    project.source("channels", query="select channel, count(*) as n from orders group by 1", date=None)
    found = look(project, "channels")
    assert list(found) == ["channels"]
    assert found["channels"].columns == (
        ColumnProfile("channel", "text", False, 0, ("shop", "web")),
        ColumnProfile("n", "number", False, 0, (1, 2)),
    )
    project.table("orders", "day,channel\nyesterday,web")
    assert "orders.day" in (look(project, "channels")["channels"].problem or "")


def test_several_kinds_of_files(project: Project) -> None:
    book = Workbook()
    for row in [("day", "units"), (date(2026, 6, 1), 3), (date(2026, 7, 1), 5)]:
        book.worksheets[0].append(row)
    book.save(project.folder / "stock.xlsx")
    project.source("stock", path="stock.xlsx")
    project.write("visits.jsonl", '{"day": "2026-06-01T10:00:00Z", "n": 2}\n{"day": "2026-06-02T10:00:00Z"}')
    project.source("visits", path="visits.jsonl")
    found = look(project)
    assert found["stock"].columns == (
        ColumnProfile("day", "date", False, 0, ("2026-06-01",)),
        ColumnProfile("units", "number", False, 0, (3,)),
    )
    assert column(found["visits"], "n") == ColumnProfile("n", "number", False, 1, (2,))
    assert column(found["visits"], "day").kind == "instant"
    assert column(found["visits"], "day").examples[0] == "2026-06-01 10:00:00+00"


@pytest.mark.parametrize("fields", [{}, {"where": "n < 10"}], ids=["all", "some"])
def test_rows_later_than_as_of_are_counted(project: Project, fields: dict[str, str]) -> None:
    rows = [("2026-06-29", 1), ("2026-06-30", 2), ("2026-07-01", 3), ("2026-12-31", 40)]
    project.rows("a.csv", "day,n", rows)
    project.source("a", **fields)
    project.source("b", path="a.csv", from_="day", **fields)
    project.source("c", path="a.csv", date=None, **fields)
    found = profile_sources(project.checked(), date(2026, 6, 30))
    kept = [row for row in rows if not fields or row[1] < 10]
    later = sum(row[0] > "2026-06-30" for row in kept)
    assert [found[name].later for name in "abc"] == [later, later, 0]
    assert [found[name].rows for name in "abc"] == [2, 2, len(kept)]
    assert found["a"].last == date(2026, 6, 30)
