"""Files as programs and people leave them: read right, or refused with file, line and a fix that works."""

from __future__ import annotations

import pytest
import yaml
from engine.support import Project

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
    put(project, f"day,amount,note\n2026-06-01,1,x\n{row}\n2026-06-03,4,x\n", on_bad_rows="skip up to 90%")
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


@pytest.mark.parametrize(
    ("rows", "hint"),
    [
        ("45123,1\n45124,2\n", "types: {day: date}"),
        ("20240103,1\n20240104,2\n", 'types: {day: "date %Y%m%d"}'),
        ("Jan 2024,1\nMar 2024,2\n", 'types: {day: "date %b %Y"}'),
        ('"Monday, January 1, 2024",1\n"Friday, January 5, 2024",2\n', 'types: {day: "date %A, %B %d, %Y"}'),
        ('"Mon, 01 Jan 2024 10:00:00 +0000",1\n', 'types: {day: "timestamp %a, %d %b %Y %H:%M:%S %z"}'),
        ("01-02-24,3\n", 'types: {day: "date %d-%m-%y"}'),
    ],
)
def test_a_date_in_a_shape_that_is_not_guessed_is_read_when_its_advice_is_followed(
    project: Project, rows: str, hint: str
) -> None:
    put(project, "day,amount\n" + rows)
    problem = project.problem(SUM, every="year", window="all time")
    assert hint in problem
    put(project, "day,amount\n" + rows, types=yaml.safe_load(hint)["types"])
    assert project.value(SUM, every="year", window="all time") in (3, 1)


@pytest.mark.parametrize("day", ["2024-Q1", "1. März 2024", "1704067200"])
def test_a_date_that_cannot_be_declared_is_explained(project: Project, day: str) -> None:
    put(project, f"day,amount\n{day},1\n")
    problem = project.problem(SUM)
    hint = {"2": "the day on which the period begins", "1.": "only English ones are read", "17": "make_timestamp("}
    assert next(words for start, words in hint.items() if day.startswith(start)) in problem


def test_seconds_since_1970_become_times_in_a_query(project: Project) -> None:
    put(project, "day,amount\n1780000000,1\n1781000000,2\n", date=None)
    query = "select *, make_timestamp(CAST(day AS BIGINT) * 1000000) AS at FROM sales"
    project.source("timed", query=query, date="at")
    assert project.history("sum(timed.amount)") == {"2026-05": 1, "2026-06": 2}


def test_the_days_that_spreadsheets_count_are_read_where_a_date_is_declared(project: Project) -> None:
    rows = "46204.75,1\n46174,2\n2026-06-30,4\n"  # 1 July, from six in the evening on, 1 June, 30 June
    put(project, "day,amount\n" + rows, types={"day": "date"})
    assert project.value(SUM) == 6
    assert project.value(SUM, as_of="2026-07-31") == 1
    put(project, "day,amount\n" + rows, types={"day": "timestamp"})
    assert project.value('count(sales[day >= "2026-07-01 18:00"])', as_of="2026-07-31") == 1
    put(project, "day,amount\n462047,1\n46174,2\n", types={"day": "date"})
    assert 'sales.csv:2: sales.day: "462047" is not a date' in project.problem(SUM)


@pytest.mark.parametrize("day", ["2026/06/05", "2026/6/5", "2026.06.05", "2026/06/05 10:30"])
def test_R4_dates_that_begin_with_the_year_have_one_reading(project: Project, day: str) -> None:
    put(project, f"day,amount\n{day},1\n")
    assert project.value(SUM, as_of="2026-06-05", every="day") == 1


def test_a_word_among_dates_is_no_date_in_another_shape(project: Project) -> None:
    put(project, "day,amount\n2026-06-01,1\n2026-06-02,2\nTotal,3\n")
    problem = project.problem(SUM)
    assert problem.startswith('sales.csv:4: sales.day: "Total" is not a date like 2026-06-30')
    assert "types" not in problem


# Advice.


def test_a_column_of_text_with_a_number_in_it_is_computed(project: Project) -> None:
    text = "day,score\n2026-06-01,0 - none\n2026-06-02,2 - good\n2026-06-03,4 - great\n"
    put(project, text)
    problem = project.problem("sum(sales.score)")
    advice = """{score_number: 'number(extract(score, "([0-9.]+)"))'}"""
    assert problem.endswith(f"score holds text; the number in it can be computed: {advice}")
    put(project, text, computed=yaml.safe_load(advice))
    assert project.value("sum(sales.score_number)") == 6
