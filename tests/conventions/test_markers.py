"""Every test is run by .ci/run: by the test command of the README, or with the marked ones after it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
OPTIONS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]


def test_ci_runs_the_tests_that_are_left_out_by_default() -> None:
    names = [line.partition(":")[0] for line in OPTIONS["markers"]]
    rest = " or ".join(names)
    assert OPTIONS["addopts"][-2:] == ["-m", f"not ({rest})"]
    ci = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert f'rest="{rest}"' in ci
    assert '"$bin/pytest" -q -n auto -m "$rest"' in ci


def test_everything_that_needs_a_warehouse_is_marked() -> None:
    files = sorted((REPOSITORY / "tests" / "warehouse").glob("test_*.py"))
    marked = re.compile(r"^pytestmark = .*warehouse", re.MULTILINE)
    unmarked = [file.name for file in files if not marked.search(file.read_text(encoding="utf-8"))]
    assert files
    assert unmarked == []
