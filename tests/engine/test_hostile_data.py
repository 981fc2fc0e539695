"""Data files from strangers: nothing they hold takes time or memory without bound, and what is wrong is said."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterable
from datetime import date

import pytest
from engine.support import Project
from helpers.cpu_time import cpu_time

from kpi.data import excel_files as workbooks
from kpi.run import compute
from kpi.run.profile import profile_sources

AS_OF = date(2026, 6, 30)


def test_the_time_for_objects_grows_with_their_keys_and_not_with_the_square_of_them(project: Project) -> None:
    def written(name: str, keys: int) -> None:
        rows = [{"day": "2026-06-03", **{f"k{key}": (row * key) % 97 for key in range(keys)}} for row in range(100)]
        (project.folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        project.source(name, path=f"{name}.jsonl")

    written("narrow", 100)
    written("wide", 500)
    checked = project.checked()
    profile_sources(checked, AS_OF, ["narrow"])  # what is imported once is not counted
    _, short = cpu_time(lambda: profile_sources(checked, AS_OF, ["narrow"]))
    found, long = cpu_time(lambda: profile_sources(checked, AS_OF, ["wide"]))
    assert long < 11 * short
    columns = {column.name: column.examples for column in found["wide"].columns}
    assert len(columns) == 501
    for key in (0, 1, 10, 499):
        values = [(row * key) % 97 for row in range(100)]
        assert columns[f"k{key}"] == tuple(dict.fromkeys((min(values), max(values))))


LONG = b"a" * 9_000_000


@pytest.mark.parametrize("tail", [b"", b"\n", b"\n2026-06-04,7\n"])
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_line_without_end_is_said_and_not_lost(project: Project, ending: str, tail: bytes, encoding: str) -> None:
    raw = b"day,v\n2026-06-03,5\n" + LONG + tail
    project.write(f"s.{ending}", gzip.compress(raw, 1) if ending.endswith("gz") else raw)
    project.source("s", path=f"s.{ending}", read={"encoding": encoding})
    assert project.problem("sum(s.v)").startswith(
        f"s.{ending}:3: this line is longer than the 2 MB that are read at most"
    )


def test_a_packed_line_of_a_gigabyte_is_not_held_in_memory(project: Project) -> None:
    with gzip.open(project.folder / "s.csv.gz", "wb", compresslevel=1) as file:
        file.write(b"day,v\n2026-06-03,5\n")
        for _ in range(64):
            file.write(b"a" * (1 << 24))
    project.source("s", path="s.csv.gz")
    project.kpi("k", "sum(s.v)")
    checked = project.checked()
    tracemalloc.start()
    (found, _) = cpu_time(lambda: profile_sources(checked, AS_OF)["s"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.problem is not None
    assert "s.csv.gz:3: this line is longer than the 2 MB that are read at most" in found.problem
    assert peak < 100_000_000


def test_a_quotation_mark_that_is_never_closed_is_said_in_bounded_memory(project: Project) -> None:
    rows = b"2026-06-03,5,x\n" * 100_000
    project.write("s.csv", b"day,v,t\n" + rows[:15_000] + b'2026-06-03,5,"x\n' + rows)
    project.source("s")
    project.kpi("k", "sum(s.v)")
    checked = project.checked()
    tracemalloc.start()
    found = profile_sources(checked, AS_OF)["s"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.problem is not None
    assert found.problem.startswith("s.csv:1002: a quotation mark is not closed")
    assert peak < 40_000_000


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_deep_objects_are_said_to_be_no_value(project: Project, ending: str) -> None:
    deep = '{"a":' * 200_000 + "1" + "}" * 200_000
    project.write(f"s.{ending}", f'{{"day": "2026-06-03", "v": {deep}}}\n'.encode())
    project.source("s", path=f"s.{ending}", types={"v": "number"})
    assert "a list or an object is no value" in project.problem("sum(s.v)")


def test_a_file_of_wide_objects_and_one_of_parquet_are_read_by_one_column(project: Project) -> None:
    import duckdb

    row = {"day": "2026-06-03", "v": 5, **{f"k{key}": key for key in range(20_000)}}
    (project.folder / "j.json").write_text(json.dumps([row]), encoding="utf-8")
    columns = ", ".join(f"{key} AS k{key}" for key in range(5_000))
    with duckdb.connect() as other:
        other.execute(f"CREATE TABLE t AS SELECT DATE '2026-06-03' AS day, 7 AS v, {columns}")
        other.table("t").write_parquet(str(project.folder / "p.parquet"))
    project.source("j", path="j.json")
    project.source("p", path="p.parquet")
    project.kpi("k", "sum(j.v) + sum(p.v)")
    checked = project.checked()
    found, spent = cpu_time(lambda: compute(checked, AS_OF))
    assert found.series["k"].shown.value == 12
    assert spent < 20


def test_a_packed_file_of_objects_with_a_mark_is_not_held_in_memory(project: Project) -> None:
    with gzip.open(project.folder / "s.json.gz", "wb", compresslevel=1) as file:
        file.write(b"\xef\xbb\xbf[")
        for _ in range(16):
            file.write(b" " * (1 << 24))
        file.write(b'{"day": "2026-06-03", "v": 5}]')
    project.source("s", path="s.json.gz")
    tracemalloc.start()
    project.problem("sum(s.v)")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000_000


BEGIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
HEADER = "<row r='1'>{}</row>".format(
    "".join(f"<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>" for place, text in (("A1", "day"), ("B1", "v")))
)
ROW = "<row r='2'><c r='A2' t='inlineStr'><is><t>2026-06-03</t></is></c><c r='B2'><v>5</v></c></row>"
END = "</sheetData></worksheet>"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def workbook(project: Project, sheet: Iterable[str]) -> None:
    """A workbook ``s.xlsx`` whose only sheet has this XML."""
    from openpyxl import Workbook

    plain = io.BytesIO()
    Workbook().save(plain)
    target = project.folder / "s.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w") as out:
            for part in sheet:
                out.write(part.encode())
    project.source("s", path="s.xlsx")


FAR = "".join(f"<row r='{n}'><c r='B{n}'><v>5</v></c><c r='XFD{n}'><v>1</v></c></row>" for n in range(2, 1_000))
HOSTILE = {
    "entities": ([ENTITIES + "]>", BEGIN, HEADER, ROW.replace("2026-06-03", "&j;"), END], "is damaged"),
    "a file of the system": (
        ['<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]>', BEGIN, HEADER, ROW.replace("2026-06-03", "&e;"), END],
        "is damaged",
    ),
    "a far row": ([BEGIN, HEADER, ROW, "<row r='1000000000000'><c r='A3'><v>1</v></c></row>", END], "has a row below"),
    "far columns": ([BEGIN, HEADER, FAR, END], "cells down to row"),
    "a far column": ([BEGIN, HEADER, ROW.replace("B2", "ZZZZZZ2"), END], "is damaged"),
    "many rows": ([BEGIN, HEADER, *([ROW * 1_000] * 100), END], "is packed more than 250 times"),
    "a long cell": ([BEGIN, HEADER, "<row r='2'><c r='A2' t='inlineStr'><is><t>", *(["a" * 1_000_000] * 50),
                     "</t></is></c></row>", END], "is packed more than 250 times"),
    "deep": ([BEGIN, HEADER, "<a>" * 2_000_000, END], "is packed more than 250 times"),
    "broken off": ([BEGIN, HEADER, ROW], "is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_soon(project: Project, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_CELLS", 3_000_000)
    sheet, words = HOSTILE[name]
    workbook(project, sheet)
    problem, spent = cpu_time(lambda: project.problem("sum(s.v)"))
    assert words in problem
    assert spent < 20


def test_a_workbook_that_is_cut_off_is_said_to_be_that(project: Project) -> None:
    workbook(project, [BEGIN, HEADER, ROW, END])
    whole = (project.folder / "s.xlsx").read_bytes()
    assert project.value("sum(s.v)") == 5
    project.write("s.xlsx", whole[: len(whole) // 2])
    assert project.problem("sum(s.v)").startswith("s.xlsx is not a whole workbook: its end is missing")


def test_a_long_cell_that_packs_badly_is_not_searched_again_and_again(project: Project) -> None:
    import random

    noise = random.Random(1).randbytes(12_000_000).hex()
    workbook(
        project, [BEGIN, HEADER, ROW, f"<row r='3'><c r='C3' t='inlineStr'><is><t>{noise}</t></is></c></row>", END]
    )
    value, spent = cpu_time(lambda: project.value("sum(s.v)"))
    assert value == 5
    assert spent < 20


def test_all_columns_of_a_very_wide_file_are_refused_by_their_number(project: Project) -> None:
    row = {"day": "2026-06-03", **{f"k{key}": key for key in range(50_000)}}
    (project.folder / "j.json").write_text(json.dumps([row]), encoding="utf-8")
    project.source("j", path="j.json")
    project.kpi("k", "sum(j.k7)")
    checked = project.checked()
    assert compute(checked, AS_OF).series["k"].shown.value == 7
    found, spent = cpu_time(lambda: profile_sources(checked, AS_OF)["j"])
    assert found.problem == "j: j.json has 50,001 columns; at most 2,000 are read at once"
    assert spent < 20
