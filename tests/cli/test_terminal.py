"""How wide the terminal is, and a sign of life while something takes long."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from kpi.cli.terminal import progress, terminal_width

REPOSITORY = Path(__file__).parents[2]
WORK = """
import sys, time
from kpi.cli.terminal import progress
with progress("Computing 3 KPIs"):
    time.sleep(float(sys.argv[1]))
print("rich" in sys.modules)
"""


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("1", 1)])
def test_columns_wins(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width() == width


@pytest.mark.parametrize("columns", ["", "0", "wide", "-3"])
def test_without_a_terminal_it_is_80(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for name in ("__stdout__", "__stderr__", "__stdin__"):
        monkeypatch.setattr(sys, name, None)
    assert terminal_width() == 80


def on_a_terminal(seconds: float) -> tuple[str, str]:
    """What reaches standard output and a terminal on standard error."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", WORK, str(seconds)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=REPOSITORY,
            env={**os.environ, "TERM": "xterm"},
            check=True,
            encoding="utf-8",
        )
        os.set_blocking(ours, False)
        try:
            shown = os.read(ours, 65536).decode()
        except BlockingIOError:
            shown = ""
    finally:
        os.close(ours)
        os.close(theirs)
    return done.stdout.strip(), shown


def test_no_spinner_for_short_work() -> None:
    assert on_a_terminal(0) == ("False", "")


def test_a_spinner_for_long_work_is_shown_and_cleared() -> None:
    rich_loaded, shown = on_a_terminal(1.2)
    assert rich_loaded == "True"
    assert "Computing 3 KPIs" in shown
    assert shown.endswith("\x1b[2K")  # erase the line


def test_without_a_terminal_there_is_no_progress(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("Computing"):
        pass
    assert capfd.readouterr() == ("", "")


def test_what_fails_under_it_still_fails() -> None:
    with pytest.raises(ZeroDivisionError), progress("Computing"):
        raise ZeroDivisionError
