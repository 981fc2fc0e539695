"""Files as programs and people leave them: read right, or refused with file, line and a mend that works."""

from __future__ import annotations

import pytest
from computing.support import Project

SUM = "sum(sales.amount)"


def put(project: Project, text: str | bytes, **fields: object) -> None:
    """A file of sales with exactly these bytes, and its source."""
    project.write("sales.csv", text if isinstance(text, bytes) else text.encode())
    project.source("sales", **fields)


# Rows with too many or too few fields.


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-06-02,2", "2 fields where the header has 3"),
        ("2026-06-02,2,x,y", "4 fields where the header has 3"),
        ("2026-06-02,,2,", "4 fields where the header has 3"),  # all that is behind the second comma has moved
        ("2026-06-02,2,x,,", "4 fields where the header has 3"),
    ],
)
def test_a_ragged_row_is_an_error_also_when_the_field_too_many_is_empty(project: Project, row: str, words: str) -> None:
    put(project, f"day,amount,note\n2026-06-01,1,x\n{row}\n2026-06-03,4,x\n")
    problem = project.problem(SUM)
    assert problem.startswith(f"sales.csv:3: {words}")
    assert "on_bad_rows: skip" in problem
    put(project, f"day,amount,note\n2026-06-01,1,x\n{row}\n2026-06-03,4,x\n", on_bad_rows="skip")
    project.kpi("left", SUM)
    results = project.results()
    assert results.series["left"].shown.value == 5
    assert results.sources["sales"].skipped == 1


@pytest.mark.parametrize("header", ["day,amount", "day,amount,"])
def test_rows_may_all_end_with_a_delimiter_whether_the_header_does_or_not(project: Project, header: str) -> None:
    put(project, f"{header}\n2026-06-01,1,\n2026-06-02,2,\n")
    assert project.value(SUM) == 3


def test_empty_values_stay_empty_in_every_kind(project: Project) -> None:
    put(project, 'day,amount,note,at,ok\n2026-06-01,1,a,2026-06-01,true\n2026-06-02,,"",,\n2026-06-03, ,b, ,\n')
    asked = [f"count(sales[{name} is None])" for name in ("amount", "note", "at", "ok")]
    assert project.values(asked) == [2, 1, 2, 2]
    assert project.values(["count_distinct(sales.note)", 'count(sales[note != "a"])']) == [2, 2]


# Numbers.


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,36,170.00", 136170),
        ("(₹ 12,34,56,789.50)", -123456789.5),
        ("12,345", 12345),
        ("1,234,567.5 EUR", 1234567.5),
        ("\u00a05%\t", 0.05),
    ],
)
def test_numbers_that_are_declared_are_read_as_accountants_write_them(
    project: Project, text: str, value: float
) -> None:
    put(project, f'day,amount\n2026-06-01,"{text}"\n', types={"amount": "number"})
    assert project.value(SUM) == value


def test_groups_of_two_are_read_with_points_where_the_decimal_mark_is_a_comma(project: Project) -> None:
    put(project, "day;amount\n2026-06-01;1.02.667,50\n2026-06-02;10.000\n", read={"decimal": ","})
    assert project.value(SUM) == 112667.5


@pytest.mark.parametrize("text", ["1,5", "12,34", "1,23,45", "123,45,678", "1,234,56,789", "1,2,345", "1,,36,170"])
def test_R7_groups_that_are_neither_of_three_nor_of_lakhs_are_errors(project: Project, text: str) -> None:
    put(project, f'day,amount\n2026-06-01,"{text}"\n', types={"amount": "number"})
    assert f'"{text}" is not a number' in project.problem(SUM)


def test_blanks_around_text_are_no_part_of_it_whichever_they_are(project: Project) -> None:
    put(project, "day,state\n2026-06-01,paid\n2026-06-02,\u00a0paid\n2026-06-03,paid\t\n2026-06-04, paid \n")
    assert project.values(['count(sales[state == "paid"])', "count_distinct(sales.state)"]) == [4, 1]


# Dates.


@pytest.mark.parametrize("end", ["9999-12-31", "9999-12-31 23:59:59", "9999-12-31T00:00:00Z"])
def test_an_end_at_the_end_of_time_is_one_that_is_not_in_sight(project: Project, end: str) -> None:
    plain = "2026-06-10" + end[10:]
    put(
        project,
        f"hired,left\n2026-01-01,{plain}\n2026-02-01,{end}\n2026-03-01,\n",
        date=None,
        from_="hired",
        until="left",
    )
    assert project.values(["at_end(count(sales))", "ended(count(sales))"]) == [2, 1]
    put(project, f"hired,left\n2026-01-01,{plain}\n2026-02-01,{end}\n", date=None, from_="hired", through="left")
    assert project.value("at_end(count(sales))") == 1
