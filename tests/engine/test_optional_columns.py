"""Columns that some files of a source lack, and headers that collide: errors only where such a column is used (R15)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from engine.support import Project, to_parquet
from engine.test_workbooks import save

WITH = [("2026-06-01", 10, 1), ("2026-06-02", 20, 2)]
WITHOUT = [("2026-06-03", 40)]


def csv_files(project: Project) -> str:
    project.rows("a.csv", "day,amount,discount", WITH)
    project.rows("b.csv", "day,amount", WITHOUT)
    return "*.csv"


def json_files(project: Project) -> str:
    keys = ("day", "amount", "discount")
    for name, rows in (("a.jsonl", WITH), ("b.jsonl", WITHOUT)):
        text = "\n".join(json.dumps(dict(zip(keys, row, strict=False))) for row in rows)
        project.write(name, text.encode())
    return "*.jsonl"


def parquet_files(project: Project) -> str:
    to_parquet(project, "a.parquet", "select date '2026-06-01' + i::int as day, 10 * (i + 1) as amount, "
                                     "i + 1 as discount from range(2) t(i)")  # fmt: skip
    to_parquet(project, "b.parquet", "select date '2026-06-03' as day, 40 as amount")
    return "*.parquet"


def workbooks(project: Project) -> str:
    for name, header, rows in (("a", ("day", "amount", "discount"), WITH), ("b", ("day", "amount"), WITHOUT)):
        typed = [(date.fromisoformat(str(row[0])), *row[1:]) for row in rows]
        save(project.folder / f"{name}.xlsx", Sheet=[header, *typed])
    return "*.xlsx"


KINDS: list[Callable[[Project], str]] = [csv_files, json_files, parquet_files, workbooks]


@pytest.mark.parametrize("write", KINDS)
def test_R15_a_column_that_a_file_lacks_is_an_error_unless_it_is_optional(
    project: Project, write: Callable[[Project], str]
) -> None:
    path = write(project)
    project.source("o", path=path)
    if write is csv_files:
        project.kpi("d", "sum(o.discount)")
        assert [text for text in project.mistakes() if '"discount" is missing from b.csv' in text]
        del project.plan["kpis"]
    else:
        said = project.problem("sum(o.discount)")
        assert f"b.{path.partition('.')[2]} has no column" in said
        assert "optional: [discount]" in said
    assert project.value("sum(o.amount)") == 70
    project.source("o", path=path, optional=["Discount"])
    asked = ["sum(o.discount)", "count(o[discount is None])", "avg(o.discount)", "sum(o.amount)", "count(o)"]
    assert project.values(asked) == [3, 1, 1.5, 70, 3]


@pytest.mark.parametrize("write", KINDS)
def test_R15_an_optional_column_may_be_in_no_file(project: Project, write: Callable[[Project], str]) -> None:
    project.source("o", path=write(project), optional=["discount", "refund"])
    assert project.values(["sum(o.refund)", "count(o[refund is None])"]) == [0, 3]
    project.source("o", path=write(project), optional=["discount"])
    project.kpi("r", "sum(o.refnd)")
    said = " ".join(project.mistakes()) or project.problem("sum(o.refund)", valid=False)
    assert "refnd" in said or "refund" in said


def test_R15_a_query_reads_an_optional_column_as_empty(project: Project) -> None:
    project.source("o", path=csv_files(project), optional=["discount"])
    project.source("q", query="select day, coalesce(discount, 0) + amount as total from o")
    assert project.value("sum(q.total)") == 73


def test_R15_a_near_name_in_the_file_is_asked_about(project: Project) -> None:
    to_parquet(project, "a.parquet", "select date '2026-06-01' as day, 1 as discount")
    to_parquet(project, "b.parquet", "select date '2026-06-01' as day, 1 as discounts")
    project.source("o", path="*.parquet")
    said = project.problem("sum(o.discount)")
    assert 'did you mean "discounts" there? if it is empty there, say optional: [discount]' in said


def test_optional_is_about_files(project: Project) -> None:
    project.source("o", query="select 1 as n", optional=["n"], date=None)
    assert any('"optional" is about files' in text for text in project.mistakes())


COLLIDING = ("day", "Total %", "Total:", "n")


def colliding_csv(project: Project) -> str:
    project.rows("o.csv", ",".join(COLLIDING), [("2026-06-01", 1, 2, 3)])
    return "o.csv"


def colliding_json(project: Project) -> str:
    project.write("o.jsonl", json.dumps(dict(zip(COLLIDING, ("2026-06-01", 1, 2, 3), strict=True))).encode())
    return "o.jsonl"


def colliding_parquet(project: Project) -> str:
    to_parquet(project, "o.parquet", 'select date \'2026-06-01\' as day, 1 as "Total %", 2 as "Total:", 3 as n')
    return "o.parquet"


def colliding_workbook(project: Project) -> str:
    save(project.folder / "o.xlsx", Sheet=[COLLIDING, (date(2026, 6, 1), 1, 2, 3)])
    return "o.xlsx"


@pytest.mark.parametrize("write", [colliding_csv, colliding_json, colliding_parquet, colliding_workbook])
def test_R15_headers_that_collide_matter_where_one_is_used(project: Project, write: Callable[[Project], str]) -> None:
    path = write(project)
    project.source("o", path=path)
    assert project.values(["sum(o.n)", "count(o)"]) == [3, 1]
    project.kpi("t", "sum(o.total)")
    found = project.checked(valid=False).diagnostics
    said = f"{found[0].code} {found[0].hint}" if found else project.problem("sum(o.total)")
    assert "total" in said
    assert 'columns: {total_2: "Total:"}' in said
    project.source("o", path=path, columns={"total_2": "Total:"})
    assert project.values(["sum(o.total)", "sum(o.total_2)", "sum(o.n)"]) == [1, 2, 3]
