"""Files that state the types of their values: JSON and Parquet (R2 to R6)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from engine.support import Project, to_parquet

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
    project.source("d", path=["a.jsonl", "b.jsonl.gz"], optional=["amount_eur"])
    asked = ["sum(d.n)", 'count(d[filename == "b.jsonl.gz"])', "sum(d.amount_eur)"]
    assert project.values(asked) == [12.5, 1, 1.1]


def test_json_faults_are_named(project: Project) -> None:
    to_json(project, "d.jsonl", [{"day": "2026-06-01", "n": 1}, {"day": "2026-06-02", "n": "x"}, {"n": 3}])
    project.source("d", path="d.jsonl")
    assert "d.jsonl:3: d.day is empty" in project.problem("count(d)")
    project.source("d", path="d.jsonl", on_bad_rows="skip up to 90%")
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
               ('a' || i)::enum ('a0', 'a1', 'a2') as e, if(i = 1, null, i::double) as gaps, [i] as list,
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


LAST_NANOSECONDS = [pd.Timestamp(f"2026-{end} 23:59:59.999999999") for end in ("04-30", "05-31", "06-30")]


def test_R14_nanoseconds_are_cut_to_the_microsecond(project: Project) -> None:
    """The last nanosecond of a month, as pandas has it, is in that month, with and without a zone."""
    frame = pd.DataFrame({"day": pd.DatetimeIndex(LAST_NANOSECONDS).as_unit("ns"), "n": [1, 2, 4]})
    frame["zoned"] = frame["day"].dt.tz_localize("UTC")
    frame["before"] = pd.Timestamp("1969-12-31 23:59:59.999999999").as_unit("ns")
    frame.to_parquet(project.folder / "d.parquet")
    expected = frame.groupby(frame["day"].dt.strftime("%Y-%m"))["n"].sum().to_dict()
    for column in ("day", "zoned"):
        project.source("d", path="d.parquet", date=column)
        for formula in ("sum(d.n)", "at_end(sum(d.n))"):
            history = project.history(formula, periods=3)
            assert {label: value for label, value in history.items() if value} == expected
    assert project.value('count(d[before < "1970-01-01"])') == 1


def test_R14_nanoseconds_in_a_declared_format_are_cut_as_well(project: Project) -> None:
    lines = [f"{stamp:%Y/%m/%d %H:%M:%S}.999999999,{n}" for stamp, n in zip(LAST_NANOSECONDS, (1, 2, 4), strict=True)]
    project.write("d.csv", "\n".join(["day,n", *lines, "1500/01/01 00:00:00.1,8"]) + "\n")
    project.source("d", types={"day": "timestamp %Y/%m/%d %H:%M:%S.%n"})
    assert "1500/01/01" in project.problem("sum(d.n)")
    project.write("d.csv", "\n".join(["day,n", *lines]) + "\n")
    assert project.value("sum(d.n)") == 4


def test_R14_a_zone_of_parquet_nanoseconds_counts(project: Project) -> None:
    stamps = pd.DatetimeIndex(LAST_NANOSECONDS).as_unit("ns").tz_localize("UTC")
    pd.DataFrame({"day": stamps, "n": [1, 2, 4]}).to_parquet(project.folder / "d.parquet")
    project.source("d", path="d.parquet")
    project.calendar(timezone="Asia/Tokyo")
    assert project.value("sum(d.n)") == 2, "1 June in Tokyo"


@pytest.mark.parametrize(("value", "spelling"), [("nan", "NaN"), ("inf", "inf"), ("-inf", "-Infinity")])
@pytest.mark.parametrize("type_", ["double", "float"])
def test_R14_what_is_not_finite_is_an_error(
    project: Project, parquet: Callable[[str], None], value: str, spelling: str, type_: str
) -> None:
    number = f"if(i = 1, '{value}'::double, i)::{type_}"
    parquet(f"select date '2026-06-01' + i::int as day, {number} as \"Net n\" from range(3) t(i)")
    said = project.problem("sum(d.net_n)")
    assert said.startswith(f'd.parquet: row 2: d.net_n: "{value}" is not a number')
    if value == "nan":
        assert 'read: {null_values: ["nan"]}' in said
    project.source("d", path="d.parquet", read={"null_values": [spelling]})
    assert project.values(["sum(d.net_n)", "count(d[net_n is None])", "count(d)"]) == [2, 1, 3]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_R14_what_is_not_finite_is_an_error_in_json(project: Project, value: str) -> None:
    project.write("d.jsonl", f'{{"day": "2026-06-01", "n": 1}}\n{{"day": "2026-06-02", "n": {value}}}\n')
    project.source("d", path="d.jsonl")
    assert project.problem("sum(d.n)").startswith(f'd.jsonl:2: d.n: "{value}" is not a number')


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
    project.source("d", path="d.parquet", on_bad_rows="skip up to 90%")
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


@pytest.mark.parametrize("type_", ["integer", "bigint", "double", "varchar"])
def test_numbers_that_types_says_are_dates(project: Project, parquet: Callable[[str], None], type_: str) -> None:
    parquet(f"select (20260502 + i)::{type_} as day, 20260502.5 as odd, i as n from range(3) t(i)")
    project.source("d", path="d.parquet", types={"day": "date %Y%m%d"})
    assert project.history("sum(d.n)", "2026-05-04", every="day", periods=3) == {
        "2026-05-02": 0, "2026-05-03": 1, "2026-05-04": 2,
    }  # fmt: skip
    project.source("d", path="d.parquet", date="odd", types={"odd": "date %Y%m%d"})
    assert 'd.odd: "20260502.5" is not a date like %Y%m%d' in project.problem("sum(d.n)")


def test_spreadsheet_days_of_parquet(project: Project, parquet: Callable[[str], None]) -> None:
    parquet("select 46023 as day, 1 as n")
    project.source("d", path="d.parquet", types={"day": "date"})
    assert project.value("sum(d.n)", "2026-01-31") == 1
