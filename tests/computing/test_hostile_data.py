"""Data files from strangers: nothing they hold takes time or memory without bound, and what is wrong is said."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from datetime import date

import pytest
from computing.support import Project
from effort import effort

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
    _, short = effort(lambda: profile_sources(checked, AS_OF, ["narrow"]))
    found, long = effort(lambda: profile_sources(checked, AS_OF, ["wide"]))
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
    assert project.problem("sum(s.v)").startswith(f"s.{ending}:3: this row has more than 2 MB")


def test_a_packed_line_of_a_gigabyte_is_not_held_in_memory(project: Project) -> None:
    with gzip.open(project.folder / "s.csv.gz", "wb", compresslevel=1) as file:
        file.write(b"day,v\n2026-06-03,5\n")
        for _ in range(64):
            file.write(b"a" * (1 << 24))
    project.source("s", path="s.csv.gz")
    project.kpi("k", "sum(s.v)")
    checked = project.checked()
    tracemalloc.start()
    (found, _) = effort(lambda: profile_sources(checked, AS_OF)["s"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.problem is not None
    assert "s.csv.gz:3: this row has more than 2 MB" in found.problem
    assert peak < 100_000_000


def test_a_quotation_mark_that_is_never_closed_is_said_in_bounded_memory(project: Project) -> None:
    rows = b"2026-06-03,5,x\n" * 400_000
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
    assert peak < 100_000_000
