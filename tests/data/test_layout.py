"""How text tables are written: delimiter, quotation mark, where the header stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.source_facts import only_file, only_problem, written

from kpi.plan.checks.source_facts import DOUBTFUL
from kpi.plan.model import ReadOptions

# Delimiters and quotes.


@pytest.mark.parametrize(
    ("text", "delimiter", "width"),
    [
        ("a,b\n1,2\n", ",", 2),
        ("a;b\n1,5;2,5\n1,5;3\n", ";", 2),
        ("day;amount\n2026-01-01;1,5\n2026-01-02;2,5\n", ";", 2),
        ("day;amount;share\n2026-01-01;1.000,5;0,1\n2026-01-02;2,5;0,25\n", ";", 3),
        ("a\tb\tc\n1\t2,5\tx\n", "\t", 3),
        ("a|b\n1|2\n", "|", 2),
        ('id,tags\n1,"x;y"\n2,"z;w"\n', ",", 2),
        ("id,tags\n1,x;y;z\n2,u;v;w\n3,r;s;t\n", ",", 2),
        ('"a;b","c;d"\n"1;2","3;4"\n', ",", 2),
        ('when,what\n2026-01-01,"{""a"": [1, 2], ""b"": 3}"\n', ",", 2),
        ('name,said\nAnn,"one\ntwo, three; four"\nBob,x\n', ",", 2),
        ("id;comment\n1;well, yes, no\n2;yes, no, maybe\n", ";", 2),
        ("name\nAnn\nBob\n", ",", 1),
        ("amount\n1,5\n2,75\n3,1\n", ",", 1),
        ("amount\n1,234\n2,345\n12,345,678\n", ",", 1),
        ("name\nSmith, John\nMiller, Eve\nDoe\n", ",", 1),
        ("comment\nwell, yes; no\nno\n", ",", 1),
        ("a, b, c\n1, 2, 3\n", ",", 3),
        ("a,b,c\n", ",", 3),
        ("only\n", ",", 1),
        ("a,b\n1,2,\n3,4,\n5,6,\n", ",", 3),  # each row ends with a field that the header does not name
        (' Units , Gross Sales \n ," $1,618.50 "\n1,$3.00\n', ",", 2),
    ],
)
def test_the_delimiter_is_found_quotes_respected(tmp_path: Path, text: str, delimiter: str, width: int) -> None:
    file = only_file(written(tmp_path, text))
    assert (file.delimiter, len(file.header)) == (delimiter, width)


def test_a_delimiter_that_is_given_is_believed(tmp_path: Path) -> None:
    file = only_file(written(tmp_path, "a,b;c\n1,2;3\n", read=ReadOptions(delimiter=",")))
    assert file.header == ("a", "b;c")


def test_the_line_that_tells_excel_the_delimiter_is_no_row(tmp_path: Path) -> None:
    file = only_file(written(tmp_path, "sep=;\r\na;b,c\r\n1;2\r\n"))
    assert (file.delimiter, file.header, file.skip_rows) == (";", ("a", "b,c"), 1)


def test_quotation_marks(tmp_path: Path) -> None:
    file = only_file(written(tmp_path, '"a ""b"", c";"line\nbreak"\n1;2\n'))
    assert (file.quote, file.header) == ('"', ('a "b", c', "line\nbreak"))
    file = only_file(written(tmp_path, "'a, b','c'\n'it''s','x, y'\n"))
    assert (file.quote, file.header) == ("'", ("a, b", "c"))
    file = only_file(written(tmp_path, "a,b\nMen's boots,Women's boots\n"))
    assert file.quote == '"'
    file = only_file(written(tmp_path, "'a','b'\n'1','2'\n", read=ReadOptions(quote="")))
    assert (file.quote, file.header) == ("", ("'a'", "'b'"))


def test_a_quotation_mark_that_never_closes(tmp_path: Path) -> None:
    known = written(tmp_path, 'a,"b\n1,2\n3,4\n5,6\n')
    assert known.columns is None
    problem = only_problem(known)
    assert problem.code == "E063"
    assert "never closes it" in problem.message


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_three_kinds_of_line_ends(tmp_path: Path, end: str) -> None:
    file = only_file(written(tmp_path, f"a,b{end}1,2{end}3,4{end}"))
    assert file.header == ("a", "b")


def test_only_line_ends_end_lines(tmp_path: Path) -> None:
    text = "a\u2028x,b\x0cy,c\x85\n1,2,3\n"
    assert only_file(written(tmp_path, text)).header == ("a\u2028x", "b\x0cy", "c\x85")


# Where the header is.


def test_lines_above_the_header(tmp_path: Path) -> None:
    assert only_file(written(tmp_path, "\n  \na,b\n1,2\n")).skip_rows == 2
    file = only_file(written(tmp_path, "Report, of June\n\na,b\n1,2\n", read=ReadOptions(skip_rows=1)))
    assert (file.skip_rows, file.header) == (2, ("a", "b"))
    problem = only_problem(written(tmp_path, "a,b\n1,2\n", read=ReadOptions(skip_rows=9)))
    assert (problem.code, problem.message) == ("E063", '"a.csv" has no row below the 9 lines that are skipped')


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    read = ReadOptions(header=False)
    known = written(tmp_path, "2026-01-01;5\n2026-01-02;6\n", read=read, columns={"day": "column_1"})
    file = only_file(known)
    assert (file.header, file.names, file.skip_rows) == (("column_1", "column_2"), ("day", "column_2"), 0)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("MONTHLY USERS,\nMONTH,USERS\n01-01-2026,5\n01-02-2026,6\n", 1, "read: {skip_rows: 1}"),
        ("Monthly users\nmonth,users\n2026-01,5\n", 1, "read: {skip_rows: 1}"),
        ("\nMonthly users\n\nmonth,users,new\n2026-01,5,1\n", 2, "read: {skip_rows: 3}"),
        ("# --\n# All data\n# --\n\nPage,Sessions,Share\n/a,1,2\n/b,2,3\n", 1, "read: {skip_rows: 4}"),
        ("Owner;Club\nIBAN;DE1\n\nDay;Who;What;Out;In\n1.1.26;A;B;1;\n2.1.26;A;B;;2\n", 1, "read: {skip_rows: 3}"),
        ("1,2\n3,4\n", 1, "read: {header: false}"),
        ("2026-01-01,Ann\n2026-01-02,Bob\n", 1, "read: {header: false}"),
    ],
)
def test_a_first_row_that_is_no_header_is_noticed(tmp_path: Path, text: str, line: int, hint: str) -> None:
    problem = only_problem(written(tmp_path, text))
    assert (problem.code, problem.hint) == (DOUBTFUL, hint)
    assert problem.message.startswith(f'line {line} of "a.csv" looks like ')


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", ",value\n0,1.5\n1,2.5\n", ",value\nAnn,1.5\nBob,2.5\n", "name\nAnn\n", "a,b,c\n1,,\n2,,\n", "a,b\n"],
)
def test_an_ordinary_header_raises_no_doubt(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, text).problems == ()


def test_what_is_mended_as_the_hint_says_is_read(tmp_path: Path) -> None:
    text = "Owner;Club\nIBAN;DE1\n\nDay;Who;What;Out;In\n1.1.26;A;B;1;\n2.1.26;A;B;;2\n"
    file = only_file(written(tmp_path, text, read=ReadOptions(skip_rows=3)))
    assert file.names == ("Day", "Who", "What", "Out", "In")


@pytest.mark.parametrize("delimiter", [":", "^", "~", " ", "\x01"])
def test_a_delimiter_that_is_never_guessed_is_offered_and_works(tmp_path: Path, delimiter: str) -> None:
    text = "region,amount\nnorth,1\nsouth,2\n".replace(",", delimiter)
    known = written(tmp_path, text)
    assert [problem.code for problem in known.problems] == [DOUBTFUL]
    assert known.problems[0].hint == f'read: {{delimiter: "{delimiter}"}}'
    assert only_file(written(tmp_path, text, read=ReadOptions(delimiter=delimiter))).header == ("region", "amount")


@pytest.mark.parametrize(("said", "right"), [(";", ","), (",", ";"), ("|", "\t")])
def test_a_delimiter_that_is_said_and_wrong_is_doubted(tmp_path: Path, said: str, right: str) -> None:
    text = "region,amount\nnorth,1\nsouth,2\n".replace(",", right)
    problem = written(tmp_path, text, read=ReadOptions(delimiter=said)).problems[0]
    assert problem.code == DOUBTFUL
    assert (problem.hint or "").encode().decode("unicode_escape") == f'read: {{delimiter: "{right}"}}'


def test_a_column_of_text_is_not_divided(tmp_path: Path) -> None:
    assert written(tmp_path, "comment\nfine so far\ntoo dear\ngood\n").problems == ()


def test_a_header_that_is_said_to_be_one_is_not_doubted(tmp_path: Path) -> None:
    assert written(tmp_path, "2025,2026\n1,2\n").problems[0].code == DOUBTFUL
    assert written(tmp_path, "2025,2026\n1,2\n", read=ReadOptions(header=True)).problems == ()


@pytest.mark.parametrize("head", ['"a"x,"b"', '"a","b"{', '"a" "c",b', '"a\nb"x,c'])
def test_text_behind_a_quotation_mark_in_the_header(tmp_path: Path, head: str) -> None:
    problem = only_problem(written(tmp_path, f'{head}\n"1","2"\n"3","4"\n'))
    assert problem.code == "E063"
    assert "has text behind a closing quotation mark in line" in problem.message


def test_a_title_in_quotes_asks_to_be_skipped(tmp_path: Path) -> None:
    text = '"Report" of June\na,b,c\n1,2,3\n4,5,6\n'
    problem = only_problem(written(tmp_path, text))
    assert problem.hint == "read: {skip_rows: 1}"
    assert only_file(written(tmp_path, text, read=ReadOptions(skip_rows=1))).header == ("a", "b", "c")
