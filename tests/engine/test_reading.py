"""Text files of all kinds: encodings, line ends, layouts, packed ones, several files (R2 to R5)."""

from __future__ import annotations

import gzip
import sys
from typing import Any

import pytest
from engine.support import Project, to_parquet

TABLE = "day,name,n\r\n2026-06-01,Zoë,5\r\n2026-06-02,Łódź,7\r\n2026-06-03,,9\r\n"
ASKED = ["sum(d.n)", 'count(d[name == "Zoë"])', "count_distinct(d.name)"]


def sums(project: Project, **fields: Any) -> list[float | None]:
    project.source("d", **fields)
    return project.values(ASKED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1250"])
def test_files_in_any_encoding(project: Project, encoding: str) -> None:
    project.write("d.csv", TABLE.encode(encoding))
    marked = encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
    assert sums(project, read=None if marked else {"encoding": encoding}) == [21, 1, 2]


def test_a_wrong_encoding_is_named_where_it_shows(project: Project) -> None:
    project.write("d.csv", TABLE.encode("utf-16"))
    assert sums(project) == [21, 1, 2]
    project.write("d.csv", "day,name,n\n2026-06-01,Zoë,5\n".encode("cp1252"))
    project.source("d")
    assert any("is not UTF-8: byte 0xEB in line 2" in mistake for mistake in project.mistakes())


def test_a_wrong_encoding_far_down_is_named_where_it_shows(project: Project) -> None:
    rows = [f"2026-06-{number % 28 + 1:02d},plain text number {number},1" for number in range(9000)]
    project.write("d.csv", ("day,name,n\n" + "\n".join(rows) + "\n").encode() + "2026-06-03,Zoë,5\n".encode("cp1252"))
    project.source("d")
    problem = project.problem("count_distinct(d.name)")
    assert "d.csv:9002: " in problem
    assert "encoding: cp1252" in problem
    project.source("d", read={"encoding": "cp1252"})
    assert project.values(ASKED[:2]) == [9005, 1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_in_any_way(project: Project, end: str, last: bool) -> None:
    text = TABLE.replace("\r\n", end)
    project.write("d.csv", (text if last else text.removesuffix(end)).encode())
    assert sums(project) == [21, 1, 2]


def test_line_ends_may_be_mixed(project: Project) -> None:
    text = "day,name,n\r\n2026-06-01,Zoë,5\n2026-06-02,Łódź,7\r2026-06-03,,9\n\n\r\n2026-06-04,Zoë,\n"
    project.write("d.csv", text.encode())
    assert sums(project) == [21, 2, 2]
    project.write("d.csv", text.replace(",9", ",x").encode())
    assert 'd.csv:4: d.n: "x" is not a number' in project.problem("sum(d.n)")


@pytest.mark.parametrize("above", ["\n\n", "\r", "\r\n\r\n", "\n\r\n", "sep=,\n", "sep=,\r\n", "Report\n", "Report\r"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_above_the_header_may_end_otherwise(project: Project, above: str, end: str) -> None:
    rows = "day,n\n2026-06-01,1\n2026-06-02,2\n".replace("\n", end)
    project.write("d.csv", (above + rows).encode())
    project.source("d", read={"skip_rows": 1} if "Report" in above else None)
    assert project.values(["count(d)", "sum(d.n)"]) == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("above", ["", "Report\n"])
def test_a_header_of_two_lines(project: Project, above: str, inside: str, end: str) -> None:
    text = 'day,"n\tin EUR","m"\n2026-06-01,1,"x"\n2026-06-02,2,y\n'.replace("\n", end).replace("\t", inside)
    project.write("d.csv", above.encode() + text.encode())
    project.source("d", read={"skip_rows": 1} if above else None)
    assert project.values(["count(d)", "sum(d.n_in_eur)", 'count(d[m == "x"])']) == [2, 3, 1]


def test_rows_that_the_reader_loses_without_a_word_are_looked_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["kpi.data.facts"], "ends_unevenly", lambda text: False)
    project.write("d.csv", b'day,"n\nin EUR"\r\n2026-06-01,1\r\n2026-06-02,2\r\n')
    project.source("d")
    assert project.values(["count(d)", "sum(d.n_in_eur)"]) == [2, 3]
    project.write("d.csv", b'day,"n\nin EUR"\r\n')
    project.kpi("n", "count(d)")
    assert project.results().sources["d"].rows == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blanks", [" ", "   "])
def test_blanks_behind_the_quotes_of_a_header(project: Project, blanks: str, end: str) -> None:
    project.write("d.csv", f'"day","n"{blanks}\n"2026-06-01","1"\n"2026-06-02","2"\n'.replace("\n", end).encode())
    project.source("d")
    assert project.values(["count(d)", "sum(d.n)"]) == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(project: Project, delimiter: str) -> None:
    project.write("d.csv", TABLE.replace(",", delimiter).encode())
    assert sums(project) == [21, 1, 2]


def test_layouts_that_have_to_be_said(project: Project) -> None:
    project.write("d.csv", b"a title\n\n2026-06-01^'Zo\xc3\xab'^5\n2026-06-02^'a^b'^7\n2026-06-03^NULL^9\n")
    read = {"delimiter": "^", "quote": "'", "skip_rows": 2, "header": False, "null_values": ["NULL", "-"]}
    columns = {"day": "column_1", "name": "column_2", "n": "column_3"}
    assert sums(project, read=read, columns=columns) == [21, 1, 2]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(project: Project) -> None:
    project.rows("d.csv", "day,name,n", [("2026-06-01", 'a "b", c\nd', 5), ("2026-06-02", "Zoë", 16)])
    assert sums(project) == [21, 1, 2]
    assert project.value('count(d[contains(name, "\\"b\\", c")])') == 1


def test_blanks_around_values_do_not_count_unless_it_is_said(project: Project) -> None:
    project.write("d.csv", b'day,name,n\n 2026-06-01, Zo\xc3\xab , 5 \n2026-06-02 ,   ,7\n2026-06-03,""," 9"\n')
    assert sums(project) == [21, 1, 1]
    project.source("d", types={"name": "text"})
    assert project.values(['count(d[name == " Zoë "])', "count(d[name is None])"]) == [1, 2]


def test_spellings_of_empty(project: Project) -> None:
    project.write("d.csv", b"day,name,n\n2026-06-01,NA,5\n2026-06-02, NA ,-\n2026-06-03,na,16\n")
    assert sums(project, read={"null_values": ["NA", "-"]}) == [21, 0, 1]


def test_a_spelling_of_empty_that_is_a_value_elsewhere(project: Project) -> None:
    project.table("d", "day,region,n\n2026-06-01,NA,1\n2026-06-02,EU,NA\n2026-06-03,EU,4")
    assert project.value('count(d[region == "NA"])') == 1
    said = project.problem("sum(d.n)")
    assert 'd.csv:3: d.n: "NA" is not a number; read: {null_values: ["NA"]} would empty it in region as well' in said
    assert "computed: {n_number: number(n)}" in said
    project.source("d", computed={"n_number": "number(n)"})
    assert project.values(["sum(d.n_number)", 'sum(d.n_number[region == "NA"])', "count(d[n_number is None])"]) == [
        5,
        1,
        1,
    ]
    project.table("d", "day,region,n\n2026-06-01,AF,1\n2026-06-02,EU,NA")
    assert project.problem("sum(d.n)").endswith('if that means empty, say read: {null_values: ["NA"]}')


def test_packed_files(project: Project) -> None:
    project.write("d.csv.gz", gzip.compress(TABLE.encode()))
    assert sums(project, path="d.csv.gz") == [21, 1, 2]
    project.write("d.csv.gz", gzip.compress(TABLE.encode("utf-16")))
    assert sums(project, path="d.csv.gz") == [21, 1, 2]
    project.write("d.csv.gz", gzip.compress(TABLE.replace(",7", ",x").encode()))
    assert 'd.csv.gz:3: d.n: "x" is not a number' in project.problem("sum(d.n)")


def test_names_of_files_that_look_like_patterns(project: Project) -> None:
    for name in ("d[1].csv", "d{a}.csv", "it's.csv", "a b.csv"):
        project.write(name, TABLE.encode())
        assert sums(project, path=name) == [21, 1, 2], name
        assert project.value(f'count(d[filename == "{name}"])') == 3


# Several files.


def test_R5_files_are_united_by_the_names_of_their_columns(project: Project) -> None:
    project.write("a.csv", "day,name,n\n2026-06-01,Zoë,5")
    project.write("b.csv", "N;ignored;Name;DAY\n7;x;Łódź;2026-06-02")
    project.write("c.csv", "day\tname\tn\n2026-06-03\t\t9".encode("utf-16").decode("utf-16"))
    assert sums(project, path=["a.csv", "b.csv", "c.csv"]) == [21, 1, 2]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_R5_a_column_that_is_used_and_missing_from_one_file(project: Project, kind: str) -> None:
    files = {"1": "day,amount\n2026-06-01,5", "2": "day,amunt\n2026-06-02,6", "3": "day,amount\n2026-06-03,7"}
    for name, content in files.items():
        project.write(f"d{name}.csv", content)
        if kind == "parquet":
            to_parquet(project, f"d{name}.parquet", f"from read_csv('{project.folder}/d{name}.csv')")
    project.source("d", path=f"d*.{kind}")
    problem = project.problem("sum(d.amount)", valid=kind == "parquet")
    assert f'd2.{kind} has no column "amount", which other files have; did you mean "amunt" there?' in problem
    assert project.value("count(d)") == 3


def test_R5_the_kind_is_decided_over_all_files(project: Project) -> None:
    project.write("a.csv", "day,code,n\n2026-06-01,12,1")
    project.write("b.csv", "day,code,n\n2026-06-02,A7,2.5")
    project.source("d", path=["a.csv", "b.csv"])
    assert project.values(['count(d[code == "12"])', "sum(d.n)"]) == [1, 3.5]


def test_R2_the_name_of_the_file_is_a_column(project: Project) -> None:
    for shop in ("north", "south"):
        project.write(f"data/{shop}/2026-06.csv", f"day,n\n2026-06-01,{len(shop)}\n2026-06-02,1")
    project.source("d", path="data/**/*.csv", computed={"shop": 'extract(filename, "^data/([a-z]+)/")'})
    asked = ['count(d[filename == "data/north/2026-06.csv"])', "count_distinct(d.shop)", 'sum(d.n[shop == "south"])']
    assert project.values(asked) == [2, 2, 6]
    project.source("q", query="select filename, count(*) as n from d group by 1", date=None)
    assert project.value("count_distinct(d.filename)") == 2
    project.write("one.csv", "day,n\n2026-06-01,1")
    project.source("d", path="one.csv")
    assert project.value('count(d[filename == "one.csv"])') == 1


def test_the_name_of_the_file_where_a_copy_is_read(project: Project) -> None:
    project.write("a.csv", "day,n\r\n2026-06-01,1\n2026-06-02,2\r2026-06-03,3\n")
    (project.folder / "a.csv").write_bytes(b"day,n\r\n2026-06-01,1\n2026-06-02,2\r2026-06-03,3\n")
    project.write("b.csv", "day,n\n2026-06-01,10\n".encode("utf-16"))
    project.source("d", path=["a.csv", "b.csv"])
    assert project.values(['sum(d.n[filename == "a.csv"])', 'sum(d.n[filename == "b.csv"])']) == [6, 10]


def test_a_missing_file_takes_only_its_own_kpis_along(project: Project) -> None:
    project.table("e", "day,n\n2026-06-01,1")
    project.source("gone", path="gone.csv")
    project.source("half", path=["e.csv", "gone.csv"])
    for name in ("e", "gone", "half"):
        project.kpi(name, f"count({name})")
    project.kpi("both", "e + gone")
    results = project.results()
    assert results.series["e"].shown.value == 1
    for name in ("gone", "half", "both"):
        assert results.series[name].problem == 'there is no file "gone.csv"'
        assert results.series[name].failed
    assert results.problems == ('there is no file "gone.csv"',)


def test_a_header_that_looks_like_data_is_read_as_it_stands(project: Project) -> None:
    project.write("d.csv", "2026,n\n2026-06-01,5\n2026-06-02,7")
    project.source("d", date="_2026")
    assert project.value("sum(d.n)") == 12
    project.write("d.csv", ",day,n\n0,2026-06-01,5\n1,2026-06-02,7")  # as pandas writes its index
    project.source("d")
    assert project.value("sum(d.n)") == 12


def test_a_warehouse_whose_address_is_not_given_says_so(project: Project) -> None:
    project.source("w", connection="${WAREHOUSE_URL}", table="a.b")
    assert "the environment variable WAREHOUSE_URL is not set" in project.problem("count(w)")


def test_R4_blanks_far_below_the_first_rows(project: Project) -> None:
    """What the first rows look like is only a guess, and every row is held against it."""
    rows: list[tuple[object, ...]] = [("2026-06-01", 1, "paid", "true", 2.5, "2026-06-02")] * 300
    odd: list[tuple[object, ...]] = [
        (" 2026-06-01", " 1", "paid ", " true", "  ", " 2026-06-02"),
        ("2026-06-01 ", "1 ", " paid", "TRUE ", "", "2026-06-02 "),
        ("2026-06-01", "", "  ", "", " 3 ", " "),
        ("2026-06-01", "   ", "\tpaid", "false", "3", ""),
    ]
    project.rows("d.csv", "day,n,state,ok,x,due", [*rows, *odd])
    project.source("d")
    asked = {
        "sum(d.n)": 302, 'count(d[state == "paid"])': 303, "count(d[state is None])": 1, "count(d[ok])": 302,
        "sum(d.x)": 756, "count(d[x is None])": 2, 'count(d[due == "2026-06-02"])': 302, "count(d[n is None])": 2,
        "count_distinct(d.state)": 1,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())


def test_R4_a_kind_that_changes_far_below_the_first_rows(project: Project) -> None:
    rows: list[tuple[object, ...]] = [("2026-06-01", 1, "true", "2026-06-02", "7")] * 300
    project.rows("d.csv", "day,code,ok,due,id", [*rows, ("2026-06-01 10:00", "A1", "maybe", "2026-06-02 14:00", "007")])
    project.source("d")
    asked = {
        "count_distinct(d.code)": 2, 'count(d[code == "1"])': 300, 'count(d[ok == "true"])': 300,
        'count(d[due == "2026-06-02"])': 301, 'count(d[due > "2026-06-02 12:00"])': 1, "count_distinct(d.id)": 2,
        'count(d[day >= "2026-06-01 09:00"])': 1,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())
