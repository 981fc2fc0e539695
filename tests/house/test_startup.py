"""The benchmark runs; what it measures is for people to judge on a quiet machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_benchmark_prints_a_ratio_for_each_race() -> None:
    command = [sys.executable, "benchmarks/startup.py", "1"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["command", "ms", "against", "ms", "ratio", "limit"]
    assert [row[:12].strip() for row in rows] == ["kpi status", "kpi lint", "kpi --help"]
    assert done.stderr == ""
