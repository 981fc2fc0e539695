"""Rows that are none of the table: a header once more, totals, blanks, another table below."""

from __future__ import annotations

import re

import pytest
import yaml
from engine.support import Project
from openpyxl import Workbook

BODY = "region,amount,units\nnorth,10,1\nsouth,20,2\neast,30,3\n"


def put(project: Project, text: str, **fields: object) -> None:
    """A file of a snapshot with exactly this text, and its source."""
    project.write("d.csv", text.encode())
    project.source("d", date=None, **fields)


def follow(project: Project, said: str, text: str, **fields: object) -> None:
    """Write the condition that a message advises."""
    found = re.search(r"say (where: .*)$", said)
    assert found, said
    put(project, text, **yaml.safe_load(found[1]), **fields)


# Headers.


@pytest.mark.parametrize("again", ["region,amount,units\n", "\ufeffregion,amount,units\n", "region,amount,units  \n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_header_that_stands_there_again_is_no_row(project: Project, again: str, end: str) -> None:
    text = (BODY + again + "west,40,4\n").replace("\n", end)
    put(project, text)
    for formula in ("count(d)", "sum(d.amount)"):
        said = project.problem(formula)
        assert said.startswith("d.csv:5: the header is repeated here"), said
    follow(project, said, text)
    if "\ufeff" not in again:
        assert project.values(["count(d)", "sum(d.amount)"]) == [4, 100]
    put(project, text, on_bad_rows="skip up to 90%")
    project.kpi("n", "count(d)")
    results = project.results()
    assert results.series["n"].shown.value == 4
    assert results.sources["d"].skipped == 1
    assert results.sources["d"].skipped_reasons == ("1 row: d.csv:5: the header is repeated here",)


def test_a_header_far_below_and_several_times(project: Project) -> None:
    rows = "".join(f"place {number},{number},1\n" for number in range(200_000))
    put(
        project,
        BODY + rows + "region,amount,units\n" + rows + "region,amount,units\nwest,40,4\n",
        on_bad_rows="skip up to 90%",
    )
    project.kpi("n", "count(d)")
    results = project.results()
    assert results.series["n"].shown.value == 400_004
    assert results.sources["d"].skipped == 2
    put(project, BODY + rows + "region,amount,units\n")
    assert "d.csv:200005: the header" in project.problem("count(d)")


def test_a_value_that_is_like_part_of_the_header_is_a_value(project: Project) -> None:
    put(project, "region,amount\nregion,1\nthe region,amount,2\n".replace("the region,amount", '"region,amount"'))
    assert project.value("sum(d.amount)") == 3


def test_one_column_may_hold_its_own_header_as_a_value(project: Project) -> None:
    put(project, "note\nnote\nmore\n")
    assert project.value("count(d)") == 2


def test_a_header_among_dated_rows_is_named_as_one(project: Project) -> None:
    project.write("d.csv", b"day,amount\n2026-06-01,1\nday,amount\n2026-06-02,2\n")
    project.source("d")
    said = project.problem("sum(d.amount)")
    assert said.startswith('d.csv:3: d.day: "day" is not a date like 2026-06-30; the header is repeated')


# Totals.

TOTALS = {
    "label and sums": "Total,60,6\n",
    "label after a blank line": "\nTotal,60,6\n",
    "label with a colon": "Grand total:,60,6\n",
    "in German": "Summe,60,6\n",
    "with groups": "TOTAL,60.00,6\n",
    "mean": "Average,20,2\n",
}


@pytest.mark.parametrize("last", TOTALS.values(), ids=TOTALS)
def test_a_last_row_about_those_above_is_no_row(project: Project, last: str) -> None:
    """Rule R10."""
    put(project, BODY + last)
    line = 6 if last.startswith("\n") else 5
    for formula in ("count(d)", "sum(d.amount)", "sum(d.amount) / sum(d.units)"):
        said = project.problem(formula)
        assert said.startswith(f"d.csv:{line}: this row looks like a total of those above"), said
    follow(project, said, BODY + last)
    assert project.values(["count(d)", "sum(d.amount)", "sum(d.units)"]) == [3, 60, 6]
    put(project, BODY + last, on_bad_rows="skip up to 90%")
    assert project.values(["count(d)", "sum(d.amount)", "sum(d.units)"]) == [3, 60, 6]


def test_a_total_without_a_label(project: Project) -> None:
    put(project, BODY + ",60,6\n")
    said = project.problem("sum(d.amount)")
    assert said.startswith("d.csv:5: this row looks like a total of those above")
    follow(project, said, BODY + ",60,6\n")
    assert project.value("sum(d.amount)") == 60


def test_a_total_that_does_not_sum_up_is_known_by_what_it_leaves_out(project: Project) -> None:
    text = "region,shop,amount\nnorth,a,1\nsouth,b,2\neast,c,3\nTotal,,5\n"
    put(project, text)
    assert "looks like a total" in project.problem("count(d)")


def test_a_condition_that_is_there_already_is_kept(project: Project) -> None:
    text = BODY.replace("region", "place") + "Total,60,6\n"
    put(project, text, where="filename is not None")
    said = project.problem("sum(d.amount)")
    assert 'where: filename is not None and place != "Total"' in said
    follow(project, said, text)
    assert project.value("sum(d.amount)") == 60


@pytest.mark.parametrize(
    "last",
    [
        "Total,7,1\n",  # a company of that name
        "west,60,6\n",  # as much as all others, under a name of its own
        ",70,7\n",
        "west,,\n",
    ],
)
def test_a_last_row_of_its_own_is_a_row(project: Project, last: str) -> None:
    put(project, BODY + last)
    assert project.value("count(d)") == 4


def test_numbers_that_happen_to_add_up_are_rows(project: Project) -> None:
    put(project, "id,score\n1,5\n2,6\n3,\n")
    assert project.values(["count(d)", "sum(d.score)"]) == [3, 11]


def test_a_total_in_decimal_commas(project: Project) -> None:
    text = "Ort;Betrag\nA;1.000,50\nB;2,25\nC;3\nGesamt;1.005,75\n"
    put(project, text, read={"decimal": ","})
    said = project.problem("sum(d.betrag)")
    assert said.startswith('d.csv:5: this row looks like a total of those above ("Gesamt")')
    follow(project, said, text, read={"decimal": ","})
    assert project.value("sum(d.betrag)") == 1005.75


def test_a_total_among_dated_rows_is_named_as_one(project: Project) -> None:
    project.write("d.csv", b"day,shop,amount\n2026-06-01,a,1\n,Total,1\n")
    project.source("d")
    said = project.problem("sum(d.amount)")
    assert said.startswith('d.csv:3: d.day is empty, so the row is in no period; "Total" looks like a row about those')


# Blanks, and other tables.


@pytest.mark.parametrize("blank", [",,\n", '"","",""\n', " , ,\n", "\n", ",,\r\n"])
def test_a_row_without_any_value_is_none(project: Project, blank: str) -> None:
    text = BODY.replace("south", blank + "south") + blank + blank
    put(project, text)
    assert project.values(["count(d)", "sum(d.amount)", "avg(d.units)"]) == [3, 60, 2]


def test_another_table_below_is_never_counted(project: Project) -> None:
    text = BODY + "\nproduct,price,stock\ntea,3,5\n"
    for fields in ({}, {"on_bad_rows": "skip up to 90%"}):
        put(project, text, **fields)
        for formula in ("count(d)", "sum(d.amount)"):
            said = project.problem(formula)
            assert said == "d.csv:6: another table seems to begin here; make two files of it"


def test_a_blank_line_between_rows_of_words_is_no_other_table(project: Project) -> None:
    put(project, "name,city\nAnn,Rome\n\nBob,Oslo\n\n")
    assert project.value("count(d)") == 2
    put(project, 'name,note,n\nAnn,"one\n\ntwo",1\nBob,x,2\n')
    assert project.value("sum(d.n)") == 3


def test_a_merge_conflict_is_named(project: Project) -> None:
    put(project, "region,amount\n<<<<<<< HEAD\nnorth,1\n=======\nnorth,2\n>>>>>>> theirs\n")
    assert project.problem("sum(d.amount)").endswith("; a merge conflict is left in the file: resolve it")


# First rows that are no header.


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Sales report,\nregion,amount\nnorth,1\nsouth,2\n", {"skip_rows": 1}),
        ("2026-06-01,1\n2026-06-02,2\n", {"header": False}),
    ],
)
def test_a_first_row_that_is_no_header_is_not_passed_over_where_rows_are_only_counted(
    project: Project, text: str, read: dict[str, object]
) -> None:
    put(project, text)
    said = project.problem("count(d)")
    assert said.startswith('line 1 of "d.csv" looks like')
    assert yaml.safe_dump(read, default_flow_style=True).strip() in said
    put(project, text, read=read)
    assert project.value("count(d)") == 2
    # Whoever says that it is a header is believed.
    put(project, text, read={"header": True})
    assert project.value("count(d)") == len(text.splitlines()) - 1


def test_a_file_of_several_without_a_header_is_not_counted_short(project: Project) -> None:
    project.write("d-1.csv", b"region,amount\nnorth,1\n")
    project.write("d-2.csv", b"south,two\neast,three\n")
    project.source("d", path="d-*.csv", date=None)
    assert project.problem("count(d)").startswith("d-2.csv has none of the columns of d-1.csv; is its header missing?")
    project.write("d-2.csv", b"amount,region\ntwo,south\nthree,east\n")
    assert project.value("count(d)") == 3


# Workbooks.

CELLS = [["region", "amount", "units"], ["north", 10.5, 1], ["south", 20, 2], ["east", 30, 3]]


def sheet(project: Project, *more: list[object], **fields: object) -> None:
    """A workbook with the three rows and these below, a snapshot."""
    book = Workbook()
    book.worksheets[0].title = "Sales"
    for row in [*CELLS, *more]:
        book.worksheets[0].append(row)
    book.save(project.folder / "d.xlsx")
    project.source("d", path="d.xlsx", date=None, **fields)


@pytest.mark.parametrize(
    ("last", "words", "where"),
    [
        (["Total", 60.5, 6], 'looks like a total of those above ("Total")', 'region != "Total"'),
        (["Mittelwert", 20.16667, 2], 'looks like a total of those above ("Mittelwert")', 'region != "Mittelwert"'),
        ([None, 60.5, 6], "looks like a total of those above;", "region is not None"),
        (CELLS[0], "the header is repeated here", 'region != "region"'),
    ],
)
def test_rows_of_a_sheet_that_are_none_of_its_table(
    project: Project, last: list[object], words: str, where: str
) -> None:
    for formula in ("count(d)", "sum(d.amount)"):
        sheet(project, last)
        said = project.problem(formula)
        assert said.startswith("d.xlsx:Sales!5: ")
        assert words in said
        assert said.endswith(f"say where: {where}")
    sheet(project, last, where=where)
    assert project.value("count(d)") == 3
    if last is not CELLS[0]:
        assert project.value("sum(d.amount)") == 60.5


@pytest.mark.parametrize("last", [["Total", 7, 1], ["west", 60.5, 6], [None, 7, 7], ["west", None, None]])
def test_a_last_row_of_a_sheet_of_its_own_is_a_row(project: Project, last: list[object]) -> None:
    sheet(project, last)
    assert project.value("count(d)") == 4


# Rows without any value.


@pytest.mark.parametrize("blank", [",,", "  ,,", '"","",""'])
@pytest.mark.parametrize("fields", [{}, {"where": "n != 5"}], ids=["bare", "beside a condition"])
def test_blank_rows_of_a_dated_source_get_a_condition_that_leaves_them_out(
    project: Project, blank: str, fields: dict[str, str]
) -> None:
    project.write("d.csv", f"id,day,n\n1,2026-06-01,1\n{blank}\n2,2026-06-02,2\n{blank}\n".encode())
    project.source("d", **fields)
    said = project.problem("sum(d.n)")
    assert said.startswith("d.csv:3: d.day is empty, so the row is in no period (and 1 more such row)")
    found = re.search(r"say (where: .*)$", said)
    assert found, said
    assert found[1].endswith("id is not None")
    project.source("d", **yaml.safe_load(found[1]))
    assert project.values(["sum(d.n)", "count(d)"]) == [3, 2]


def test_a_row_that_lacks_its_date_alone_is_not_called_blank(project: Project) -> None:
    project.write("d.csv", b"id,day,n\n1,2026-06-01,1\n2,,2\n")
    project.source("d")
    assert "no value at all" not in project.problem("sum(d.n)")
