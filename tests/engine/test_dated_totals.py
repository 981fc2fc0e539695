"""Rows that sum up the others of their date are an error in dated sources (R10)."""

from __future__ import annotations

import json
import re
from datetime import date

import pandas
import pytest
import yaml
from engine.support import Project
from openpyxl import Workbook

DAYS = {"2026-06-01": (1, 2, 4), "2026-06-02": (8, 16, 32), "2026-06-03": (64, 128, 256)}


def rows(label: str, *, mean: bool = False) -> str:
    """Three regions a day, and a row with their sum or mean."""
    lines = ["day,region,shop,n"]
    for day, values in DAYS.items():
        lines += [f"{day},{region},x,{n}" for region, n in zip("NSE", values, strict=True)]
        lines.append(f"{day},{label},,{sum(values) / (3 if mean else 1):.2f}")
    return "\n".join(lines) + "\n"


def follow(project: Project, said: str) -> None:
    found = re.search(r"say (where: .*?)(?:;|$)", said)
    assert found, said
    project.source("o", **yaml.safe_load(found[1]))


@pytest.mark.parametrize("label", ["Total", "Summe", "gesamt:", "Grand Total", ""])
@pytest.mark.parametrize("formula", ["sum(o.n)", "count(o)"])
def test_R10_totals_of_each_date_are_an_error(project: Project, label: str, formula: str) -> None:
    project.write("o.csv", rows(label).encode())
    project.source("o")
    said = project.problem(formula)
    assert said.startswith("o.csv:5: this row looks like a total of the others of its date")
    follow(project, said)
    assert project.values(["sum(o.n)", "count(o)"]) == [sum(map(sum, DAYS.values())), 9]


def test_R10_means_are_no_rows_either(project: Project) -> None:
    project.write("o.csv", rows("Average", mean=True).encode())
    project.source("o")
    follow(project, project.problem("sum(o.n)"))
    assert project.value("sum(o.n)") == 511


def test_R10_only_the_totals_may_be_wanted(project: Project) -> None:
    project.write("o.csv", rows("Total").encode())
    project.source("o", where='region == "Total"')
    assert project.values(["sum(o.n)", "count(o)"]) == [511, 3]


@pytest.mark.parametrize(
    "line",
    [
        "2026-06-01,Total,x,9",  # a company of that name
        "2026-06-01,W,x,7",  # as much as the others
        "2026-06-01,,,9",
        "2026-06-04,Total,x,7",  # alone on its date
    ],
)
def test_rows_that_sum_up_nothing_are_rows(project: Project, line: str) -> None:
    lines = ["day,region,shop,n"] + [f"2026-06-01,{region},x,{n}" for region, n in zip("NSE", (1, 2, 4), strict=True)]
    project.write("o.csv", "\n".join([*lines, line]).encode() + b"\n")
    project.source("o")
    assert project.value("count(o)") == 4


def test_R10_totals_of_a_computed_date(project: Project) -> None:
    text = rows("Total").replace("day,", "d,").replace("2026-06-0", "June 0")
    project.write("o.csv", re.sub(r"June 0(\d)", r"0\1 June 2026", text).encode())
    project.source("o", computed={"day": 'date(d, "%d %B %Y")'})
    assert "looks like a total" in project.problem("sum(o.n)")


def test_R10_totals_of_a_large_file(project: Project) -> None:
    lines = ["day,region,shop,n"]
    for place in range(1_200):
        day = f"{2022 + place // 360}-{place % 360 // 30 + 1:02d}-{place % 28 + 1:02d}"
        lines += [f"{day},region {number},a shop with a long name,{number}" for number in range(60)]
        lines.append(f"{day},Total,,{sum(range(60))}")
    project.write("o.csv", ("\n".join(lines) + "\n").encode())
    project.source("o")
    assert "looks like a total" in project.problem("sum(o.n)")


def test_R10_only_kpis_that_count_totals_are_refused(project: Project) -> None:
    """What decides is the filter of each aggregate, not what else is asked."""
    project.write("o.csv", rows("Total").encode())
    project.source("o")
    project.measure("regions", 'sum(o.n[region != "Total"])')
    computed = {
        'sum(o.n[region != "Total"])': 511,
        'sum(o.n[region == "Total"])': 511,
        'sum(o.n[region in ["Total", "Summe"]])': 511,
        'sum(o.n[region == "N" and n > 1])': 72,
        'sum(o.n[region not in ["Total", "S"]])': 365,
        'sum(o.n[not (region == "Total") and shop == "x"])': 511,
        "regions": 511,
        'count(per(o.day[region != "Total"], sum(o.n)))': 3,
    }
    refused = [
        "sum(o.n)", "count(o)", 'sum(o.n[region != "S"])', 'sum(o.n[region == "Total" or n > 100])',
        "regions + sum(o.n)", 'sum(o.n[shop != "y"])', "count(per(o.day, sum(o.n)))",
    ]  # fmt: skip
    for place, formula in enumerate((*computed, *refused)):
        project.kpi(f"k{place}", formula)
    series = project.results().series
    assert [series[f"k{place}"].shown.value for place in range(len(computed))] == list(computed.values())
    for place in range(len(computed), len(computed) + len(refused)):
        assert series[f"k{place}"].problem.startswith("o.csv:5: this row looks like a total"), place
    project.plan["kpis"] = {}
    assert project.values(computed) == list(computed.values())
    for formula in refused:
        assert "looks like a total" in project.problem(formula)


def test_R10_filters_about_totals_without_a_label(project: Project) -> None:
    project.write("o.csv", rows("").encode())
    project.source("o")
    asked = ["sum(o.n[region is not None])", "sum(o.n[region is None])", 'sum(o.n[region == "N"])']
    assert project.values(asked) == [511, 511, 73]
    assert "looks like a total" in project.problem('sum(o.n[region != "N"])')


def test_R10_each_spelling_is_left_out_by_itself(project: Project) -> None:
    text = rows("Total")
    place = text.rindex("Total")
    project.write("o.csv", (text[:place] + "TOTAL" + text[place + 5 :]).encode())
    project.source("o")
    assert 'region != "TOTAL"' in project.problem('sum(o.n[region != "Total"])')
    assert project.value('sum(o.n[region not in ["Total", "TOTAL"]])') == 511


def test_R10_queries_that_do_not_name_the_column_are_refused(project: Project) -> None:
    project.write("o.csv", rows("Total").encode())
    project.source("o")
    project.source("bad", query="SELECT day, n FROM o")
    project.source("good", query="SELECT day, n FROM o WHERE region <> 'Total'")
    assert "looks like a total" in project.problem("sum(bad.n)")
    assert project.value("sum(good.n)") == 511


def write_as(project: Project, kind: str, text: str) -> None:
    """The same rows in another format."""
    header, *lines = [line.split(",") for line in text.splitlines()]
    table = [
        dict(zip(header, [date.fromisoformat(day), region or None, shop or None, float(n)], strict=True))
        for day, region, shop, n in lines
    ]
    path = project.folder / f"o.{kind}"
    if kind == "xlsx":
        book = Workbook()
        book.active.append(header)
        for row in table:
            book.active.append(list(row.values()))
        book.save(path)
    elif kind == "parquet":
        pandas.DataFrame(table).to_parquet(path)
    else:
        objects = [json.dumps(row | {"day": row["day"].isoformat()}) for row in table]
        content = f"[{', '.join(objects)}]" if kind == "json" else "\n".join(objects)
        path.write_text(content, encoding="utf-8")
    project.source("o", path=path.name)


@pytest.mark.parametrize("label", ["Total", "summe:", ""])
@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("xlsx", "o.xlsx:Sheet!B5: "),
        ("parquet", "o.parquet: row 4: "),
        ("json", "o.json: row 4: "),
        ("jsonl", "o.jsonl:4: "),
    ],
)
def test_R10_totals_in_typed_files(project: Project, kind: str, place: str, label: str) -> None:
    write_as(project, kind, rows(label))
    said = project.problem("count(o)")
    assert said.startswith(f"{place}this row looks like a total of the others of its date")
    asked = f'sum(o.n[region != "{label}"])' if label else "sum(o.n[region is not None])"
    assert project.value(asked) == 511
    found = re.search(r"say (where: .*?)(?:;|$)", said)
    assert found
    project.source("o", path=f"o.{kind}", **yaml.safe_load(found[1]))
    assert project.values(["sum(o.n)", "count(o)"]) == [511, 9]


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "json", "jsonl"])
def test_rows_with_such_words_that_sum_up_nothing_in_typed_files(project: Project, kind: str) -> None:
    write_as(project, kind, rows("Total").replace(",,", ",,1"))
    assert project.value("count(o)") == 12


def test_R10_totals_of_days_with_many_rows(project: Project) -> None:
    """No piece that is looked at has all rows of a date."""
    lines = ["day,region,shop,n"]
    for day in ("2026-06-01", "2026-06-02"):
        lines += [f"{day},region {number},a shop with a long name,{number % 7}" for number in range(40_000)]
        lines.append(f"{day},,,{sum(number % 7 for number in range(40_000))}")
    project.write("o.csv", ("\n".join(lines) + "\n").encode())
    project.source("o")
    assert project.problem("sum(o.n)").startswith("o.csv:40002: this row looks like a total")
    assert project.value("sum(o.n[region is not None])") == 2 * sum(number % 7 for number in range(40_000))
