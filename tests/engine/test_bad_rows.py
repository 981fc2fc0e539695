"""Rows that cannot be read are never dropped in silence (R6, R7): where they are, how many, and what else it takes."""

from __future__ import annotations

from typing import Any

import pytest
from engine.support import Project

from kpi.run import SourceUse

USED_AS_NUMBERS = [
    "sum(d.n)", "avg(d.n)", "min(d.n)", "max(d.n)", "median(d.n)", "stddev(d.n)", "first(d.n)", "last(d.n)",
    "percentile(d.n, 90)", "count(d[n > 3])", "count(d[n in (1, 2)])", "count(d[-n < 0])", "sum(d.double)",
    "count(d[5 >= n])", "sum(d.ratio)", "sum(d.rest)", "at_end(sum(d.n))",
]  # fmt: skip
COMPUTED = {"double": "n * 2", "ratio": "1 / n", "rest": "100 - n"}


def use_of(project: Project, formula: str = "count(d)") -> tuple[float | None, SourceUse]:
    """The value of a formula, and what was read of the source d."""
    project.kpi("asked", formula)
    results = project.results()
    assert results.series["asked"].problem is None, results.series["asked"].problem
    return results.series["asked"].shown.value, results.sources["d"]


@pytest.mark.parametrize("formula", USED_AS_NUMBERS)
def test_R6_text_in_a_column_that_is_used_as_numbers(project: Project, formula: str) -> None:
    project.table("d", "day,n\n2026-06-01,5\n2026-06-02,abc\n2026-06-03,7", computed=COMPUTED)
    assert 'd.csv:3: d.n: "abc" is not a number' in project.problem(formula)
    # So it is where the number is far below.
    project.rows("d.csv", "day,n", [*[("2026-06-02", "abc")] * 300, ("2026-06-03", 7)])
    assert 'd.csv:2: d.n: "abc" is not a number (and 299 more such rows)' in project.problem(formula)
    project.table("d", "day,n\n2026-06-01,5\n2026-06-02,abc\n2026-06-03,7", computed=COMPUTED)
    # Used as nothing, it is no fault.
    assert project.value("count_distinct(d.n)") == 3


def test_R6_how_many_such_rows_there_are(project: Project) -> None:
    rows = [("2026-06-01", number if number % 100 else "?") for number in range(1, 1001)]
    project.rows("d.csv", "day,n", rows)
    project.source("d")
    problem = project.problem("sum(d.n)")
    assert 'd.csv:101: d.n: "?" is not a number (and 9 more such rows)' in problem
    assert 'if that means empty, say read: {null_values: ["?"]}' in problem
    project.source("d", on_bad_rows="skip up to 90%")
    value, use = use_of(project, "count(d)")
    assert (value, use.rows, use.skipped) == (1000, 1000, 0)  # n is not used
    value, use = use_of(project, "sum(d.n)")
    assert (value, use.rows, use.skipped) == (sum(n for _, n in rows if isinstance(n, int)), 990, 10)
    assert use.skipped_reasons == ('10 rows: d.csv:101: d.n: "?" is not a number',)
    project.source("d", read={"null_values": ["?"]})
    value, use = use_of(project, "count(d[n is None])")
    assert (value, use.skipped) == (10, 0)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1,5", 'if that is a decimal comma, say read: {decimal: ","}'),
        ("12,34", 'if that is a decimal comma, say read: {decimal: ","}'),
        ("1.234,50", 'if that is a decimal comma, say read: {decimal: ","}'),
        ("1,234", 'say types: {n: number} if the comma separates thousands, or read: {decimal: ","} if it does'),
        ("$1.234", 'say types: {n: number} if the point is the decimal mark, and read: {decimal: ","} as well if it'),
        ("0.02.23", 'if that is a duration, say types: {n: "duration %H.%M.%S"}'),
        ("-4:30", 'if that is a duration, say types: {n: "duration %M:%S"} or "duration %H:%M"'),
        ("12 kg", "on_bad_rows: skip leaves such rows out and says how many"),
        ("$5", "say types: {n: number}, which reads currency signs, thousands marks and %"),
        ("45%", "say types: {n: number}, which reads currency signs, thousands marks and %"),
        ("NaN", 'if that means empty, say read: {null_values: ["NaN"]}'),
        ("n/a", 'if that means empty, say read: {null_values: ["n/a"]}'),
        ("inf", "on_bad_rows: skip leaves such rows out and says how many"),
        ("-Infinity", "on_bad_rows: skip leaves such rows out and says how many"),
        ("1_5", "on_bad_rows: skip leaves such rows out and says how many"),
        ("1_000", "on_bad_rows: skip leaves such rows out and says how many"),
        ("0x1F", "on_bad_rows: skip leaves such rows out and says how many"),
        ("1e400", "on_bad_rows: skip leaves such rows out and says how many"),
        ("5 5", "on_bad_rows: skip leaves such rows out and says how many"),
    ],
)
def test_R7_what_is_no_number_and_what_to_do(project: Project, text: str, hint: str) -> None:
    project.rows("d.csv", "day,n", [("2026-06-01", 5), ("2026-06-02", text)])
    project.source("d")
    problem = project.problem("sum(d.n)")
    assert f'd.csv:3: d.n: "{text}" is not a number' in problem
    assert hint in problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234), ("1,234,567.5", 1234567.5), ("$1,234.50", 1234.5), ("(1,234)", -1234), ("-$5", -5),
        ("$-5", -5), ("5-", -5), ("45%", 0.45), ("EUR 5", 5), ("5 €", 5), ("$ -", 0), ("1 234", 1234),
        ("1'234", 1234), ("+5", 5), ("1,23,456", 123456),
        ("1.5e3", 1500), (".5", 0.5), ("5.", 5), ("1\u202f234", 1234), ("−5", -5),
        ("1,5", None), ("12,34", None), ("1234,567", None), ("1,234.5,6", None), ("1.234,5", None),
        ("$5$6", None), ("((5))", None), ("5%%", None), ("1_000", None), ("nan", None), ("abc", None), ("--5", None),
    ],
)  # fmt: skip
def test_R7_declared_numbers_are_read_as_people_write_them(project: Project, text: str, value: float | None) -> None:
    """Rules R7 and R13."""
    project.rows("d.csv", "day,n", [("2026-06-01", text)])
    project.source("d", types={"n": "number"})
    if value is None:
        assert f'd.csv:2: d.n: "{text}" is not a number' in project.problem("sum(d.n)")
    else:
        assert project.value("sum(d.n)") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", 1.5), ("1.234,5", 1234.5), ("1.234.567", 1234567), ("5", 5), ("-1,25", -1.25), ("1,5e3", 1500),
        (",5", 0.5), ("1.5", None), ("1.23,4", None), ("1,234,567", None),
    ],
)  # fmt: skip
def test_R7_with_a_decimal_comma(project: Project, text: str, value: float | None) -> None:
    project.write("d.csv", f"day;n\n2026-06-01;{text}")
    project.source("d", read={"decimal": ","})
    if value is None:
        assert f'd.csv:2: d.n: "{text}" is not a number' in project.problem("sum(d.n)")
    else:
        assert project.value("sum(d.n)") == value


def test_R7_the_thousands_mark_that_was_named_is_the_only_one(project: Project) -> None:
    project.write("d.csv", "day;n\n2026-06-01;1.234\n2026-06-02;2.000.000")
    project.source("d", read={"thousands": "."})
    assert project.value("sum(d.n)") == 2001234
    assert project.value("sum(d.n)", as_of="2026-06-01", every="day") == 1234
    project.write("d.csv", "day;n\n2026-06-01;1'234")
    assert "is not a number" in project.problem("sum(d.n)")


def test_R4_codes_are_not_numbers_unless_types_says_so(project: Project) -> None:
    project.table(
        "d", "day,code,long\n2026-06-01,007,12345678901234567890\n2026-06-02,07,12345678901234567891\n2026-06-03,7,1"
    )
    assert project.values(["count_distinct(d.code)", "count_distinct(d.long)", 'count(d[code == "007"])']) == [3, 3, 1]
    for formula in ("sum(d.code)", "count(d[code > 6])"):
        problem = project.problem(formula)
        assert 'd.code has values such as "007", so it is text' in problem
        assert "types: {code: number}" in problem
    project.source("d", types={"code": "number"})
    assert project.values(["sum(d.code)", "count(d[code > 6])"]) == [21, 3]
    project.table("d", "day,code\n2026-06-01,1_2\n2026-06-02,12")
    assert project.value("count_distinct(d.code)") == 2


def test_R6_rows_that_where_leaves_out_may_be_bad(project: Project) -> None:
    project.table(
        "d", "day,n,state\n2026-06-01,5,ok\n2026-06-02,abc,test\n,6,test\n2026-06-31,7,test", where='state != "test"'
    )
    value, use = use_of(project, "sum(d.n)")
    assert (value, use.rows, use.skipped) == (5, 1, 0)


def test_R6_a_bad_value_that_where_looks_at_is_a_bad_row(project: Project) -> None:
    """Else ``where: n > 3`` would drop in silence what it cannot read, directly or through a computed column."""
    content = "day,n\n2026-06-01,5\n2026-06-02,abc\n2026-06-03,1"
    for where, computed in (
        ("n > 3", {}),
        ("double > 6", {"double": "n * 2"}),
        ("m > 7", {"m": "k + 1", "k": "n * 2"}),
    ):
        project.table("d", content, where=where, computed=computed)
        assert 'd.csv:3: d.n: "abc" is not a number' in project.problem("count(d)")
        project.table("d", content, where=where, computed=computed, on_bad_rows="skip up to 90%")
        value, use = use_of(project)
        assert (value, use.rows, use.skipped) == (1, 1, 1)


def test_T1_R6_rows_after_as_of_may_be_bad(project: Project) -> None:
    project.table("d", "day,n\n2026-06-01,5\n2026-07-02,abc")
    assert project.value("sum(d.n)", "2026-06-30") == 5
    assert "abc" in project.problem("sum(d.n)", "2026-07-31")


def test_R6_each_row_is_skipped_once_and_each_reason_said(project: Project) -> None:
    project.table(
        "d",
        """
        day,n,m
        2026-06-01,1,1
        never,x,y
        2026-06-03,x,1
        ,4,4
        2026-06-05,5,5
        """,
        on_bad_rows="skip up to 90%",
        types={"day": "date %Y-%m-%d"},
    )
    value, use = use_of(project, "sum(d.n) + sum(d.m)")
    assert (value, use.rows, use.skipped) == (12, 2, 3)
    assert use.skipped_reasons == (
        '1 row: d.csv:3: d.day: "never" is not a date like %Y-%m-%d',
        '2 rows: d.csv:3: d.n: "x" is not a number',
        '1 row: d.csv:3: d.m: "y" is not a number',
        "1 row: d.csv:5: d.day is empty, so the row is in no period",
    )


def test_R6_skipped_rows_do_not_count_for_first_dates(project: Project) -> None:
    """Ann's first order has no amount that can be read, so it does not exist."""
    content = "day,who,n\n2026-05-01,ann,oops\n2026-06-02,ann,5\n2026-06-03,ann,6\n2026-06-04,bob,7"
    project.table("d", content, computed={"first": "first_date(who)"}, on_bad_rows="skip up to 90%")
    value, use = use_of(project, "sum(d.n[day == first])")
    assert (value, use.skipped) == (12, 1)
    value, use = use_of(project, "count(d[day == first])")
    assert (value, use.skipped) == (1, 0)  # without the amounts all rows are good


def test_B1_R6_rows_that_end_before_they_begin(project: Project) -> None:
    content = "who,begun,over\nann,2026-06-01,2026-05-01\nbob,2026-01-01,\ncay,2026-06-01,2026-06-01"
    project.table("d", content, from_="begun", until="over")
    words = 'd.csv:2: d.over: "2026-05-01" is before begun, "2026-06-01"'
    assert project.problem("at_end(count(d))").startswith(words)
    project.table("d", content, from_="begun", until="over", on_bad_rows="skip up to 90%")
    value, use = use_of(project, "at_end(count(d))")
    assert (value, use.rows, use.skipped) == (1, 2, 1)
    assert use.skipped_reasons == (f"1 row: {words}",)


def test_B1_R6_a_bad_end_is_a_bad_row_and_no_open_one(project: Project) -> None:
    content = "who,begun,over\nann,2026-01-01,2026-13-01\nbob,2026-01-01,\ncay,2026-01-01,2026-02-01"
    project.table("d", content, from_="begun", until="over")
    assert 'd.csv:2: d.over: "2026-13-01" is not a date' in project.problem("at_end(count(d))")
    project.table("d", content, from_="begun", until="over", on_bad_rows="skip up to 90%")
    assert use_of(project, "at_end(count(d))")[0] == 1


# Rows that are no rows: the engine's reader finds them.

LINES = ["day,n,note"] + [f"2026-06-{number % 28 + 1:02d},{number},a" for number in range(400)]


def with_line(project: Project, number: int, line: str, **fields: Any) -> None:
    """LINES with one of them replaced; ``number`` counts from 1 as in an editor."""
    lines = [*LINES[: number - 1], line, *LINES[number:]]
    (project.folder / "d.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    project.source("d", **fields)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-06-05,7", "2 fields where the header has 3"),
        ("2026-06-05,7,a,b", "4 fields where the header has 3"),
        ("2026-06-05", "1 field where the header has 3"),
        ('2026-06-05,7,"a"b', "a quotation mark is not closed"),
    ],
)
def test_R6_ragged_rows_are_named_or_counted(project: Project, line: str, words: str) -> None:
    with_line(project, 301, line)
    assert f"d.csv:301: {words}" in project.problem("sum(d.n)")
    with_line(project, 301, line, on_bad_rows="skip up to 90%")
    value, use = use_of(project, "sum(d.n)")
    assert (value, use.rows, use.skipped) == (sum(range(400)) - 299, 399, 1)
    assert use.skipped_reasons == (f"1 row: d.csv:301: {words}",)


def test_R6_an_unclosed_quotation_mark_is_never_one_skipped_row(project: Project) -> None:
    """It takes all lines after it along, so to skip it would be to drop them in silence."""
    line = '2026-06-05,7,"never closed'
    with_line(project, 101, line)
    assert "d.csv:101: a quotation mark is not closed" in project.problem("sum(d.n)")
    with_line(project, 101, line, on_bad_rows="skip up to 90%")
    problem = project.problem("sum(d.n)")
    assert "d.csv:101: a quotation mark is not closed, and takes 300 more lines with it" in problem
    assert "read: {quote: ''}" in problem
    with_line(project, 101, line, read={"quote": ""})
    assert project.value("sum(d.n)") == sum(range(400)) - 99 + 7


def test_R6_a_quotation_mark_inside_a_field_is_no_fault(project: Project) -> None:
    with_line(project, 101, '2026-06-05,99,a 5" disk')
    assert project.value("sum(d.n)") == sum(range(400))


def test_R6_rows_passed_over_count_also_when_all_rows_have_to_decide(project: Project) -> None:
    project.table(
        "d", "day,n\n13/06/2026,1\n14/06/2026\n15/06/2026,2,3\n16/06/2026,x\n17/06/2026,4", on_bad_rows="skip up to 90%"
    )
    value, use = use_of(project, "sum(d.n)")
    assert (value, use.rows, use.skipped) == (5, 2, 3)
    assert use.skipped_reasons == (
        "2 rows: d.csv:3: 1 field where the header has 2", '1 row: d.csv:5: d.n: "x" is not a number',
    )  # fmt: skip


def test_R6_rows_passed_over_are_those_of_their_own_source(project: Project) -> None:
    project.table("a", "day,n\n2026-06-01,1\n2026-06-02\n2026-06-03,x", on_bad_rows="skip up to 90%")
    project.table("b", "day,n\n2026-06-01,1\n2026-06-02,2", on_bad_rows="skip up to 90%")
    project.table("c", "day,n\n2026-06-01\n2026-06-02,2", on_bad_rows="skip up to 90%")
    project.kpi("all", "sum(a.n) + sum(b.n) + sum(c.n)")
    results = project.results()
    assert results.series["all"].shown.value == 1 + 3 + 2
    assert {name: use.skipped for name, use in results.sources.items()} == {"a": 2, "b": 0, "c": 1}


def test_R6_the_line_is_right_after_quoted_line_breaks_and_odd_characters(project: Project) -> None:
    """Lines are those of an editor: a form feed or U+2028 in a field starts none."""
    project.rows("d.csv", "day,note,n", [
        ("2026-06-01", "two\nlines", 1), ("2026-06-02", "a\u2028b\x0cc\x85d", 2), ("2026-06-03", "", "abc"),
    ])  # fmt: skip
    project.source("d")
    assert 'd.csv:5: d.n: "abc" is not a number' in project.problem("sum(d.n)")


def test_R6_lines_above_the_header_count(project: Project) -> None:
    project.write("d.csv", "Sales report\n\nday,n\n2026-06-01,1\n2026-06-02,abc")
    project.source("d", read={"skip_rows": 2})
    assert 'd.csv:5: d.n: "abc" is not a number' in project.problem("sum(d.n)")


def test_R6_the_file_of_a_glob_is_named(project: Project) -> None:
    project.write("data/a.csv", "day,n\n2026-06-01,1")
    project.write("data/b.csv", "n;day\n5;2026-06-02\nfive;2026-06-03")
    project.source("d", path="data/*.csv")
    assert 'data/b.csv:3: d.n: "five" is not a number' in project.problem("sum(d.n)")
    project.write("data/b.csv", "day,n\n2026-06-02,5\n2026-06-03,5,5")
    assert "data/b.csv:3: 3 fields where the header has 2" in project.problem("sum(d.n)")
    project.source("d", path="data/*.csv", on_bad_rows="skip up to 90%")
    value, use = use_of(project, "sum(d.n)")
    assert value == 6
    assert use.skipped_reasons == ("1 row: data/b.csv:3: 3 fields where the header has 2",)


def test_R6_a_long_value_is_shortened(project: Project) -> None:
    project.rows("d.csv", "day,n", [("2026-06-01", "x" * 500 + "5")])
    project.source("d")
    assert f'"{"x" * 59}…" is not a number' in project.problem("sum(d.n)")


def test_more_columns_than_there_are_bits(project: Project) -> None:
    names = [f"c{number}" for number in range(75)]
    rows: list[list[object]] = [["2026-06-01", *range(75)], ["2026-06-02", *range(75)]]
    rows[1][71] = "oops"
    project.rows("d.csv", ",".join(["day", *names]), rows)
    project.source("d", on_bad_rows="skip up to 90%")
    project.kpi("all", " + ".join(f"sum(d.{name})" for name in names))
    results = project.results()
    assert results.series["all"].shown.value == sum(range(75))
    use = results.sources["d"]
    assert (use.rows, use.skipped) == (1, 1)
    assert use.skipped_reasons[0].endswith('d.csv:3: d.c70: "oops" is not a number')
    project.source("d")
    assert 'd.csv:3: d.c70: "oops" is not a number' in project.problem("sum(d.c70)")
