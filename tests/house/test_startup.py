"""The benchmark runs; what it measures is for people to judge on a quiet machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="the benchmarks need a POSIX system")
def test_the_benchmark_prints_a_ratio_for_each_race(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/startup.py", "--turns", "1", "--json", str(tmp_path / "found.json")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["against", "least", "median", "most", "limit", "cpu"]
    names = ["kpi status", "kpi lint", "kpi --help"]
    assert [row[:12].strip() for row in rows] == names
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert [each["ours"] for each in found["ratios"]] == names
    assert all(each["least"] == each["median"] == each["most"] > 0 for each in found["ratios"])
