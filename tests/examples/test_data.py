"""The data of each example is what its generator makes, and small enough to live in git."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from helpers.oracle import EXAMPLES

NAMES = ("call-center", "cash-flow", "ecommerce", "hr", "marketing", "monday", "saas")


@pytest.mark.parametrize("name", NAMES)
def test_generator_makes_the_very_data(name: str, tmp_path: Path) -> None:
    runpy.run_path(str(EXAMPLES / name / "generate.py"))["main"](tmp_path)
    made = {file.name: file.read_bytes() for file in (tmp_path / "data").iterdir()}
    kept = {file.name: file.read_bytes() for file in (EXAMPLES / name / "data").iterdir()}
    assert made.keys() == kept.keys()
    assert [file for file in made if made[file] != kept[file]] == []


@pytest.mark.parametrize("name", NAMES)
def test_data_is_small(name: str) -> None:
    assert sum(file.stat().st_size for file in (EXAMPLES / name / "data").iterdir()) < 1_000_000
