"""JSON and Parquet files as they are found: rows of values, or refused with what they are instead."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from engine.support import Project


def put(project: Project, text: str | bytes, name: str = "d.jsonl") -> None:
    """A snapshot of one file with exactly these bytes."""
    project.write(name, text if isinstance(text, bytes) else text.encode())
    project.source("d", date=None, path=name)


def problem(project: Project, formula: str = "sum(d.n)") -> str:
    """What is said of a formula, by the check or while computing."""
    project.kpi("asked", formula)
    checked = project.checked(valid=False)
    if not checked.valid:
        return "\n".join(f"{found.message}; {found.hint}" for found in checked.diagnostics)
    return project.problem(formula)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["d.json", "d.jsonl"])
def test_a_byte_order_mark_is_no_part_of_json(project: Project, name: str, encoding: str) -> None:
    rows = [{"n": 1, "town": "Köln"}, {"n": 2, "town": "Łódź"}]
    text = json.dumps(rows) if name == "d.json" else "".join(json.dumps(row) + "\n" for row in rows)
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    put(project, mark + text.encode(encoding), name)
    assert project.values(["sum(d.n)", 'sum(d.n[town == "Łódź"])']) == [3, 2]
    assert project.value('count(d[filename == "' + name + '"])') == 2


def test_json_in_another_encoding_is_refused(project: Project) -> None:
    put(project, '{"n": 1, "town": "Köln"}\n'.encode("latin-1"))
    assert problem(project) == '"d.jsonl" is not UTF-8, as JSON has to be; save it as UTF-8'


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_characters_that_end_lines_elsewhere_are_part_of_a_json_text(project: Project, char: str) -> None:
    rows = [{"n": 1, "town": f"a{char}b"}, {"n": 2, "town": "c"}, {"n": "x", "town": char}]
    put(project, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[:2]))
    assert project.values(["sum(d.n)", 'sum(d.n[town != "c"])', "count(d)"]) == [3, 1, 2]
    put(project, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    assert problem(project).startswith('d.jsonl:3: d.n: "x" is not a number')


@pytest.mark.parametrize("below", [0, 60_000])
@pytest.mark.parametrize("line", ['{"n": 2', '{"n": tw}', "{'n': 2}"])
def test_a_broken_line_is_named(project: Project, below: int, line: str) -> None:
    put(project, '{"n": 1, "note": "some text"}\n' * (1 + below) + line + '\n{"n": 3}\n')
    said = problem(project)
    assert "is not JSON" in said or "this is not JSON" in said
    assert f"line {2 + below}" in said or f"d.jsonl:{2 + below}:" in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [("true", "true"), ("[1, 2]", "[1,2]"), ('{"eur": 1}', '{"eur":1}'), ('"two"', "two"), ('"1,5"', "1,5")],
)
@pytest.mark.parametrize(("name", "place"), [("d.jsonl", ":3"), ("d.json", ": row 3")])
def test_a_value_that_is_none_is_found(project: Project, name: str, place: str, value: str, shown: str) -> None:
    rows = ['{"n": 1}', '{"n": 2.5}', f'{{"n": {value}}}', '{"n": null}']
    put(project, "[" + ",\n".join(rows) + "]" if name == "d.json" else "\n".join(rows), name)
    said = problem(project)
    assert said.startswith(f'{name}{place}: d.n: "{shown}" is not a number')
    assert ("a list or an object is no value" in said) == (value[0] in "[{")


@pytest.mark.parametrize("formula", ["sum(d.n)", "count(d)"])
def test_rows_inside_one_object_are_not_one_row(project: Project, formula: str) -> None:
    put(project, '{"page": 1, "data": [{"n": 1}, {"n": 2}]}', "d.json")
    said = problem(project, formula)
    assert '"d.json" is one object, and the list of rows seems to be its "data"' in said
    assert "jq '.data'" in said


def test_one_object_whose_own_keys_are_used_is_a_row(project: Project) -> None:
    put(project, '{"n": 5, "items": [{"a": 1}, {"a": 2}]}', "d.json")
    assert project.value("sum(d.n)") == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"n": 1}, 5, null]', "d.json: 2 of its 3 values are no object"),
        ('[{"n": 1}, [2]]', "d.json: 1 of its 2 values is no object"),
        ('[{"n": 1, "n": 2}]', "d.json: 1 object has a key twice"),
    ],
)
def test_what_is_no_row_is_counted_and_refused(project: Project, text: str, said: str) -> None:
    put(project, text, "d.json")
    for formula in ("sum(d.n)", "count(d)"):
        assert problem(project, formula).startswith(said)


# Parquet.


def parquet(path: Path) -> bytes:
    duckdb.sql("SELECT i AS n, 'a text' AS t FROM range(1000) r(i)").write_parquet(str(path))
    return path.read_bytes()


def test_a_file_that_is_no_parquet_says_what_it_is(project: Project) -> None:
    whole = parquet(project.folder / "whole.parquet")
    put(project, whole, "d.parquet")
    assert project.value("sum(d.n)") == 499_500
    for raw, said in (
        (b"", "d.parquet is empty"),
        (whole[:-20], "d.parquet is not a whole Parquet file: its end is missing"),
        (b"day,n\n2026-06-01,1\n", "d.parquet is not a Parquet file; if it is text, let its name end in .csv"),
        (b"version https://git-lfs.github.com/spec/v1\n", "d.parquet is not a Parquet file but a pointer of Git LFS"),
        (b"PK\x03\x04[Content_Types].xml", "d.parquet is not a Parquet file but an Excel workbook"),
    ):
        put(project, raw, "d.parquet")
        assert problem(project, "count(d)").startswith(said)


def test_a_damaged_parquet_file_is_refused(project: Project) -> None:
    whole = parquet(project.folder / "whole.parquet")
    middle = len(whole) // 2
    put(project, whole[:middle] + bytes(40) + whole[middle + 40 :], "d.parquet")
    said = problem(project, "sum(d.n)")
    assert said.startswith("d: "), said
