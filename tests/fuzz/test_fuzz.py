"""Every input that was handled wrongly once, and a short round of each target; fuzz/run.py runs them for hours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzz_targets import SEEDS, TARGETS_BY_NAME, seeds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CASES = [(name, path, given) for name in TARGETS_BY_NAME for path, given in seeds(name)]
SHORT = settings(
    max_examples=4, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize(("name", "path", "one"), CASES, ids=[f"{name}-{path.stem}" for name, path, _ in CASES])
def test_what_was_found_stays_fixed(name: str, path: Path, one: Any) -> None:
    TARGETS_BY_NAME[name].check(one)


def test_every_seed_is_of_a_target() -> None:
    assert {path.name for path in SEEDS.iterdir()} <= TARGETS_BY_NAME.keys()


@pytest.mark.parametrize("name", TARGETS_BY_NAME)
@pytest.mark.parametrize("engine", ["structured", "bytes"])
def test_a_short_round(name: str, engine: str) -> None:
    target = TARGETS_BY_NAME[name]
    inputs = target.inputs
    if engine == "bytes":
        if target.from_bytes is None:
            pytest.skip("has structured inputs only")
        inputs = st.binary(max_size=100).map(target.from_bytes)
    SHORT(given(inputs)(target.check))()


@pytest.mark.slow
def test_the_command_finds_what_is_wrong_and_writes_it_down(tmp_path: Path) -> None:
    """A target that is wrong for a certain text: it is found and kept."""
    program = (
        "import sys; sys.path.insert(0, 'fuzz'); import run, fuzz_targets as f\n"
        "def check(text):\n    assert 'sum' not in text\n"
        "old = f.TARGETS_BY_NAME['formulas']\n"
        "f.TARGETS_BY_NAME['formulas'] = f.Target('formulas', check, old.inputs, old.from_bytes, old.words)\n"
        "sys.exit(run.main())"
    )
    options = ["formulas", "--minutes", "0.05", "--found", str(tmp_path), "--json", str(tmp_path / "runs.json")]
    done = subprocess.run(
        [sys.executable, "-c", program, *options], cwd=SEEDS.parents[1], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    (path,) = (tmp_path / "formulas").glob("*.json")
    assert "sum" in json.loads(path.read_text())["input"]  # how small it gets depends on the machine
    (run,) = json.loads((tmp_path / "runs.json").read_text()).values()
    assert run["inputs"] > 0
    assert len(run["faults"]) == 1
