"""Files of all kinds: encodings, line ends, layouts, packed ones, JSON, Parquet, several files (R2 to R5)."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from computing.support import Project

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
    monkeypatch.setattr(sys.modules["kpi.sources.facts"], "ends_unevenly", lambda text: False)
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
    assert f'd2.{kind} has no column "amount", which other files have; did you mean "amunt"?' in problem
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


# JSON.


def to_json(project: Project, name: str, rows: list[dict[str, Any]]) -> None:
    text = json.dumps(rows, indent=1) if name.endswith(".json") else "\n".join(json.dumps(row) for row in rows)
    project.write(name, text.encode())


JSON_ROWS: list[dict[str, Any]] = [
    {
        "day": "2026-06-01",
        "name": "Zoë",
        "n": 5,
        "Amount (EUR)": 1.10,
        "file": "x",
        "a/b~c": 1,
        "ok": True,
        "big": 10**20,
    },
    {"day": "2026-06-02", "name": "Łódź", "n": 7.5, "ok": False, "big": 10**20 + 1, "tags": ["a"], "deep": {"x": 1}},
    {"day": "2026-06-03", "name": None, "n": None, "file": "y", "when": "2026-06-03T10:00:00Z"},
]


@pytest.mark.parametrize("name", ["d.json", "d.jsonl", "d.ndjson"])
def test_json_with_odd_keys_and_missing_ones(project: Project, name: str) -> None:
    to_json(project, name, JSON_ROWS)
    project.source("d", path=name)
    asked = {
        "sum(d.n)": 12.5, "count_distinct(d.name)": 2, "sum(d.amount_eur)": 1.1, "count_distinct(d.file)": 2,
        "sum(d.a_b_c)": 1, "count(d[ok])": 1, "count(d[not ok])": 2, "count_distinct(d.big)": 2,
        'count(d[deep == "{\\"x\\":1}"])': 1, "count(d[tags is None])": 2, 'count(d[when == "2026-06-03"])': 1,
        f'count(d[filename == "{name}"])': 3,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())
    project.kpi("k", "sum(d.n)")
    assert project.results().scans == {"d": 1}


def test_json_of_several_files_and_packed(project: Project) -> None:
    to_json(project, "a.jsonl", JSON_ROWS[:1])
    project.write("b.jsonl.gz", gzip.compress(json.dumps(JSON_ROWS[1]).encode()))
    project.source("d", path=["a.jsonl", "b.jsonl.gz"])
    asked = ["sum(d.n)", 'count(d[filename == "b.jsonl.gz"])', "sum(d.amount_eur)"]
    assert project.values(asked) == [12.5, 1, 1.1]


def test_json_faults_are_named(project: Project) -> None:
    to_json(project, "d.jsonl", [{"day": "2026-06-01", "n": 1}, {"day": "2026-06-02", "n": "x"}, {"n": 3}])
    project.source("d", path="d.jsonl")
    assert "d.jsonl:3: d.day is empty" in project.problem("count(d)")
    project.source("d", path="d.jsonl", on_bad_rows="skip")
    assert project.value("count(d)") == 2
    project.source("d", path="d.jsonl", where="day is not None")
    assert 'd.jsonl:2: d.n: "x" is not a number' in project.problem("sum(d.n)")
    project.write("d.jsonl", b'{"day": "2026-06-01", "n": 1}\n' * 40_000 + b'{"day":')
    problem = project.problem("sum(d.n)")
    assert "d.jsonl:40001: this is not JSON: expecting value" in problem
    assert str(project.folder) not in problem.replace(str(project.folder / "kpi.yaml"), "")


def test_json_keys_that_make_one_name_collide(project: Project) -> None:
    to_json(project, "d.jsonl", [{"day": "2026-06-01", "net (EUR)": 1, "net_eur": 2}] * 30_000)
    project.source("d", path="d.jsonl")
    assert 'd.jsonl has two columns that would be called "net_eur"' in project.problem("sum(d.net_eur)")


# Parquet.


def to_parquet(project: Project, name: str, query: str) -> None:
    duckdb.sql(f"copy ({query}) to '{project.folder / name}' (format parquet)")


@pytest.fixture
def parquet(project: Project) -> Callable[[str], None]:
    """Writes the result of a query as d.parquet, a source of that name."""

    def write(query: str) -> None:
        to_parquet(project, "d.parquet", query)
        project.source("d", path="d.parquet")

    return write


def test_parquet_states_its_types(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("""
        select date '2026-06-01' + i::int as day, i::utinyint as small, (i * 1.5)::decimal(6, 2) as price,
               i % 2 = 0 as even, 'text ' || i as label, (i + 7)::hugeint as huge,
               interval '90 seconds' as wait, time '00:01:00' as clock,
               ('a' || i)::enum ('a0', 'a1', 'a2') as e, if(i = 1, 'nan'::double, i) as gaps, [i] as list,
               timestamp '2026-06-01 10:00' + interval (i) hours as at, timestamptz '2026-06-30 22:30+00' as late,
               '0' || i as code, i::varchar as digits, null as nothing, uuid() as id
        from range(3) t(i)
    """)
    asked = {
        "sum(d.small)": 3, "count(d[-small < -1])": 1, "sum(d.price)": 4.5, "count(d[even])": 2, "sum(d.huge)": 24,
        'count(d[label == "text 1"])': 1, 'count(d[e == "a1"])': 1, 'count(d[e == "zz"])': 0, "avg(d.gaps)": 1,
        "count(d[gaps is None])": 1, "count_distinct(d.list)": 3, 'count(d[at >= "2026-06-01 11:00"])': 2,
        'count(d[late == "2026-06-30"])': 3, "sum(d.digits)": 3, "count(d[nothing is None])": 3, "sum(d.nothing)": 0,
        "count_distinct(d.id)": 3, "count_distinct(d.code)": 3, "max(d.price)": 3, "median(d.small)": 1,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())
    assert project.values(["sum(d.wait)", "sum(d.clock)"], unit="minutes") == [4.5, 3]


def test_T5_parquet_times_with_a_zone(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("select timestamptz '2026-06-30 22:30+00' as day union all select '2026-06-30 21:30+00'")
    project.calendar(timezone="Europe/Berlin")
    assert project.history("count(d)", "2026-07-01", every="day") == {"2026-06-30": 1, "2026-07-01": 1}


def test_R2_types_win_over_those_of_the_file(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("select date '2026-06-01' as day, 7 as code, '13/06/26' as due, '1,5' as n")
    project.source("d", path="d.parquet", types={"code": "text", "due": "date %d/%m/%y"}, read={"decimal": ","})
    asked = ['count(d[code == "7"])', 'count(d[due == "2026-06-13"])', "sum(d.n)"]
    assert project.values(asked) == [1, 1, 1.5]


def test_R6_days_that_are_in_no_calendar(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("select unnest([date '2026-06-05', 'infinity', '-infinity', '0044-03-15 (BC)']) as day, 1 as n")
    assert "is not a date" in project.problem("sum(d.n)")
    project.source("d", path="d.parquet", on_bad_rows="skip")
    project.kpi("n", "sum(d.n)")
    results = project.results()
    assert results.series["n"].shown.value == 1
    assert (results.sources["d"].rows, results.sources["d"].skipped) == (1, 3)


def test_R5_parquet_files_whose_types_differ(project: Project) -> None:
    to_parquet(project, "a.parquet", "select date '2026-06-01' as day, 5 as n, 1 as code, 7::utinyint as u")
    to_parquet(
        project, "b.parquet", "select timestamp '2026-06-02 10:00' as day, 2.5 as n, 'x' as code, 3::bigint as u"
    )
    project.source("d", path=["a.parquet", "b.parquet"])
    asked = ["sum(d.n)", 'count(d[code == "1"])', "sum(d.u)", 'count(d[day == "2026-06-02"])', "last(d.n)"]
    assert project.values(asked) == [7.5, 1, 10, 1, 2.5]


def test_N2_columns_of_parquet_are_checked_when_computing(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("select date '2026-06-01' as day, 5 as amount, 1 as c")
    assert project.mistakes() == []
    assert 'd.parquet has no column "amunt"; did you mean "amount"?' in project.problem("sum(d.amunt)")
    project.source("d", path="d.parquet", date="when")
    assert 'd.parquet has no column "when"' in project.problem("count(d)")
    project.source("d", path="d.parquet", computed={"C": "amount * 2"})
    assert 'd has a column "C" already' in project.problem("sum(d.c)")
    project.source("d", path="d.parquet", columns={"n": "Amount"}, computed={"amount": "n * 2"})
    assert project.value("sum(d.amount)") == 10


def test_a_file_that_is_no_parquet(project: Project) -> None:
    project.write("d.parquet", b"not at all")
    project.source("d", path="d.parquet")
    problem = project.problem("count(d)")
    assert "d.parquet" in problem
    assert str(project.folder) not in problem


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
