"""Rows that sum up the others of their date are an error in dated sources (R10)."""

from __future__ import annotations

import re

import pytest
import yaml
from computing.support import Project

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
