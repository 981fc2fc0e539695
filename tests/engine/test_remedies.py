"""Rows that do not fit the header: what is advised has been tried, and works when it is followed."""

from __future__ import annotations

import gzip
import re

import pytest
import yaml
from engine.support import Project

TORN = {
    "escape": ('region,amount\n"big \\"new\\", shop",1\nnorth,2\n', {"escape": "\\"}, 3),
    "single": ("region,amount\n'north, east',1\n'south, west',2\n", {"quote": "'"}, 3),
    "single with apostrophe": ("region,amount\nx,4\n'north, east',1\n'south, west',2\n", {"quote": "'"}, 7),
    "none, at the beginning": ('region,amount\n"north,1\nsouth,2\neast,4\n', {"quote": ""}, 7),
    "none, with text behind": ('region,amount\n"x" tra,1\nsouth,2\n', {"quote": ""}, 3),
}


@pytest.mark.parametrize(("text", "read", "total"), TORN.values(), ids=TORN)
def test_what_makes_all_rows_fit_is_advised_and_works(
    project: Project, text: str, read: dict[str, str], total: int
) -> None:
    project.write("d.csv", text.encode())
    project.source("d", date=None)
    said = project.problem("sum(d.amount)")
    found = re.search(r"say read: (\{.*?\}), and all rows fit", said)
    assert found, said
    assert yaml.safe_load(found[1]) == read
    project.source("d", date=None, read=read)
    assert project.value("sum(d.amount)") == total


@pytest.mark.parametrize(
    "text",
    [
        'region,amount\n"north,1\n"south",2\n',  # without quotes the second would keep its marks
        'region,amount\n"north",1\nsouth,2,3\n',
        "region,amount\nit's,1\nthat's,2,3\n",
    ],
)
def test_nothing_is_advised_that_would_not_work(project: Project, text: str) -> None:
    project.write("d.csv", text.encode())
    project.source("d", date=None)
    said = project.problem("sum(d.amount)")
    assert "d.csv:" in said
    assert "fix" in said
    assert "all rows fit" not in said


def test_a_quotation_mark_may_be_escaped(project: Project) -> None:
    project.write("d.csv", b'day,text,n\n2026-06-01,"a \\"b\\", c",1\n2026-06-02,"\\\\",2\n')
    project.source("d", read={"escape": "\\"})
    assert project.value("sum(d.n)") == 3
    assert project.value("""sum(d.n[text == 'a "b", c'])""") == 1


def test_a_title_is_named_where_its_rows_do_not_fit(project: Project) -> None:
    project.write("d.csv", b"Sales report\nMarch 2026\n\nregion,amount\nnorth,1\nsouth,2\n")
    project.source("d", date=None)
    said = project.problem("count_distinct(d.sales_report)")
    assert "d.csv:4: 2 fields where the header has 1; line 1 is perhaps no header: say read: {skip_rows: 3}" in said
    project.source("d", date=None, read={"skip_rows": 3})
    assert project.value("sum(d.amount)") == 3


def test_another_table_below_is_named(project: Project) -> None:
    project.write("d.csv", b"day,amount\n2026-06-01,1\n\nproduct,units,price\ntea,1,2\n")
    project.source("d")
    assert "another table seems to begin there: make two files of it" in project.problem("sum(d.amount)")
    project.write("d.csv", b"day,amount\n2026-06-01,1\n\n2026-06-02,1,2\n")
    assert "fix the row" in project.problem("sum(d.amount)")


def test_a_gzip_file_that_breaks_off_or_is_damaged(project: Project) -> None:
    rows = "".join(f"x{number},{number * 7919 % 1013}\n" for number in range(60_000))
    packed = gzip.compress(("region,amount\n" + rows).encode())
    project.source("d", date=None, path="d.csv.gz")
    project.write("d.csv.gz", packed)
    assert project.value("count(d)") == 60_000
    project.write("d.csv.gz", packed[:-3000])
    assert project.problem("count(d)") == "d.csv.gz is not a whole gzip file: it breaks off; fetch it once more"
    middle = len(packed) // 2
    project.write("d.csv.gz", packed[:middle] + bytes(64) + packed[middle + 64 :])
    assert project.problem("count(d)") == "d.csv.gz is not a whole gzip file: it is damaged; fetch it once more"
