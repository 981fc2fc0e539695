"""The benchmarks run, and what they compare agrees; what they measure is for people to judge on a quiet machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(sys.platform == "win32", reason="the benchmarks need a POSIX system"),
]


def measured(folder: Path, name: str, *options: str) -> tuple[list[str], dict[str, Any]]:
    """What a benchmark prints and what it writes, measured once."""
    file = folder / "found.json"
    command = [sys.executable, f"benchmarks/{name}.py", "--turns", "1", "--json", str(file), *options]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines(), json.loads(file.read_text(encoding="utf-8"))


def test_a_benchmark_prints_a_ratio_for_each_race(tmp_path: Path) -> None:
    (head, *rows), found = measured(tmp_path, "startup")
    assert head.split() == ["against", "least", "median", "most", "limit", "cpu"]
    names = ["kpi status", "kpi lint", "kpi --help"]
    assert [row[:12].strip() for row in rows] == names
    assert [each["ours"] for each in found["ratios"]] == names
    assert all(each["least"] == each["median"] == each["most"] > 0 for each in found["ratios"])


def test_where_metricflow_cannot_be_had_the_rest_is_measured(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "metrics", "--metricflow", str(tmp_path / "nowhere"))
    assert {each["theirs"] for each in found["ratios"]} == {"pandas"}
    assert found["said"] == ["7 values agree with pandas."]


def test_many_rows_give_the_numbers_of_sql_and_of_pandas(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "large", "--rows", "20000")
    assert found["said"][1:] == ["680 values agree with SQL by hand.", "680 values agree with pandas."]
    assert {each["of"] for each in found["ratios"]} == {"seconds", "memory"}


def test_cached_output_equals_computed_output(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "cached", "--rows", "5000")
    assert found["said"] == ["What was remembered prints as what is computed."]


def test_growth_is_measured_step_by_step(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "scaling", "--most-rows", "10000", "--most-kpis", "5")
    assert [point["size"] for point in found["series"]["rows"]] == [10_000]
    assert [point["size"] for point in found["series"]["KPIs"]] == [1, 2, 5]


def test_a_page_is_small_asks_for_nothing_and_reads_without_scripts(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "dashboard", "--environment", str(tmp_path / "nowhere"))
    (page,) = found["pages"]
    assert page["size"] <= 150_000
    assert page["packed"] <= 25_000
    assert page["requests"] in (0, None)
    assert page["readable"] in (50, None)


def same_output(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "benchmarks/same_output.py", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8")


def altered_kpi(folder: Path, edit: str) -> str:
    """An executable that prints what kpi prints, edited by sed."""
    made = folder / "kpi"
    kpi = Path(sys.executable).with_name("kpi")
    lines = ["#!/bin/sh", f'"{kpi}" "$@" > "$0.$$"', "code=$?", f'sed "{edit}" "$0.$$"', "exit $code"]
    made.write_text("\n".join(lines), encoding="utf-8")
    made.chmod(0o755)
    return str(made)


def test_one_version_prints_the_same_as_itself(tmp_path: Path) -> None:
    done = same_output(altered_kpi(tmp_path, ""), "--plans", "mistakes", "--only", "lint,schema", "--wording")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 plans, 3 commands: none differ")


def test_another_column_of_a_finding_is_a_difference(tmp_path: Path) -> None:
    done = same_output(altered_kpi(tmp_path, '/\\"column\\"/s/7/8/'), "--plans", "mistakes", "--only", "lint,schema")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "1 plans, 3 commands: 2 differ")


def test_another_message_is_a_difference_only_with_wording(tmp_path: Path) -> None:
    options = (altered_kpi(tmp_path, '/\\"message\\"/s/not/no/'), "--plans", "mistakes", "--only", "lint")
    assert [same_output(*options, *more).returncode for more in ((), ("--wording",))] == [0, 1]


def test_the_page_follows_its_files_in_less_time_than_a_status_takes(tmp_path: Path) -> None:
    _, found = measured(tmp_path, "serving", "--turns", "2")
    assert len(found["seconds"]) == 2
    assert found["ratio"] < 1  # 0.4 where everything else runs as well
