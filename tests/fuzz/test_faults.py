"""Commands that are killed, interrupted or kept from writing: a short round of fuzz/faults.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs fork and signals"),
    pytest.mark.skipif(sys.platform == "darwin", reason="a fork of a process with frameworks is not safe there"),
]
SCRIPT = Path(__file__).parents[2] / "fuzz" / "faults.py"
COMMANDS = ("record", "fix", "review", "status")
EXPERIMENTS = [f"{what}-{name}" for what in ("kill", "interrupt") for name in COMMANDS]
EXPERIMENTS += ["full-disk", "read-only", "changing-files", "clock"]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_no_file_is_lost_or_torn(experiment: str, tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, SCRIPT, experiment, "--times", "8", "--json", found]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = json.loads(found.read_text()).values()
    assert result["counts"]["runs"] >= 8
    assert result["faults"] == []
