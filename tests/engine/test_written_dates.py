"""Dates out of texts: in the names of files and folders, and inside other values."""

from __future__ import annotations

import pytest
from engine.support import Project

FROM_NAME = {"month": 'date(extract(filename, "sales-([0-9-]+)"), "%Y-%m")'}


def test_the_month_of_a_file_is_in_its_name(project: Project) -> None:
    for month, amount in ((4, 1), (5, 2), (6, 4)):
        project.write(f"sales-2026-{month:02}.csv", f"region,amount\nnorth,{amount}\n".encode())
    project.source("s", path="sales-*.csv", date="month", computed=FROM_NAME)
    assert project.history("sum(s.amount)") == {"2026-04": 1, "2026-05": 2, "2026-06": 4}


def test_a_file_whose_name_has_no_month_is_named(project: Project) -> None:
    project.write("sales-2026-06.csv", b"region,amount\nnorth,4\n")
    project.write("sales-new.csv", b"region,amount\nnorth,4\n")
    project.source("s", path="sales-*.csv", date="month", computed=FROM_NAME)
    assert "s.month is empty, so the row is in no period" in project.problem("sum(s.amount)")
    project.source("s", path="sales-*.csv", date="month", computed=FROM_NAME, on_bad_rows="skip up to 90%")
    assert project.value("sum(s.amount)") == 4


def test_the_region_is_the_folder_and_the_day_in_the_name(project: Project) -> None:
    for region, day, amount in (("north", "03062026", 1), ("south", "30062026", 2)):
        project.write(f"{region}/{day}.csv", f"amount\n{amount}\n".encode())
    computed = {
        "region": 'extract(filename, "^([a-z]+)/")',
        "day": 'date(extract(filename, "([0-9]{8})"), "%d%m%Y")',
    }
    project.source("s", path="*/*.csv", computed=computed)
    assert project.values(['sum(s.amount[region == "north"])', "sum(s.amount[day > window_start + 20])"]) == [1, 2]


def test_a_date_inside_a_value(project: Project) -> None:
    project.table("d", 'day,note,n\n2026-06-01,"due 7 June 2026",1\n2026-06-02,"due 31 June 2026",2\n2026-06-03,,4')
    project.source("d", computed={"due": 'date(extract(note, "due (.*)"), "%d %B %Y")'})
    asked = ["sum(d.n[due is not None])", 'sum(d.n[due == "2026-06-07"])', "max(d.n[days(due - day) == 6])"]
    assert project.values(asked) == [1, 1, 1]


def test_what_to_write_for_a_computed_text_that_should_be_a_date(project: Project) -> None:
    project.table("d", "at,n\nA 2026-06-01,1", date="day", computed={"day": 'extract(at, "A (.*)")'})
    found = project.checked(valid=False).diagnostics[0]
    assert (found.code, found.message) == ("E052", '"day" holds text, and date needs a date')
    assert found.hint == ('say how it is written: computed: {day: \'date(extract(at, "A (.*)"), "%Y-%m-%d")\'}')
    project.source("d", date="day", computed={"day": 'date(extract(at, "A (.*)"), "%Y-%m-%d")'})
    assert project.value("sum(d.n)") == 1


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("date(at)", "date takes two arguments or three, not 1"),
        ("date(at, n)", "the format of date is written as text"),
        ('date(at, "YYYY-MM-DD")', '"YYYY-MM-DD" is no format'),
        ('date(at, "")', '"" is no format'),
        ('date(at, "%d/%M/%Y")', "%M is minutes, not the month"),
        ('date(at, "%d/%m")', "a date has a year, but this format has none"),
        ('date(5, "%d/%m/%Y")', "date"),
    ],
)
def test_a_format_that_is_none_is_an_error(project: Project, expression: str, said: str) -> None:
    project.table("d", "at,n\n2026-06-01,1", date=None, computed={"day": expression})
    found = project.checked(valid=False).diagnostics[0]
    assert found.code in ("E051", "E052")
    assert said in found.message
