from __future__ import annotations

import inspect
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kpi import __version__
from kpi.cli.app import COMMANDS, GROUPS, command_function, command_module, run
from kpi.cli.common import wants_color
from kpi.errors import InputError

KPI = [sys.executable, "-m", "kpi"]


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Makes ``kpi schema`` raise what the test puts in the list."""
    faults: list[BaseException] = []

    def fail(model: object) -> None:
        raise faults[0]

    monkeypatch.setattr("kpi.plan.loading.schema.json_schema", fail)
    return faults


def test_help_shows_every_command_in_the_order_of_the_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    places = [text.index(f"\n{group}:") for group in GROUPS]
    assert places == sorted(places)
    places = [text.index(f"\n  {name} ", places[0]) for name in COMMANDS]
    assert places == sorted(places)
    assert run(["-h"]) == 0
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_in_the_help_and_name_options_that_exist(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = command_module(name).EXAMPLES
    assert run([name, "-h"]) == 0
    help_ = capsys.readouterr().out
    assert found
    for command, _ in found:
        assert f"    {command}  " in help_
        words = shlex.split(command.partition(" > ")[0])
        assert words[:2] == ["kpi", name]
        assert [word for word in words if word.startswith("--") and f" {word} " not in f"{help_} "] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_starts_with_its_line_in_the_list(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    function = command_function(name)
    assert (inspect.getdoc(function) or "").splitlines()[0] == COMMANDS[name]
    assert run([name, "--help"]) == 0
    assert " ".join(COMMANDS[name].split()) in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_a_file_after_its_name(name: str) -> None:
    parameters = inspect.signature(command_function(name)).parameters
    assert "file" in parameters


def test_a_file_may_stand_before_or_after_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("version: 2\n", encoding="utf-8")
    assert run(["-f", str(path), "lint"]) == 1
    before = capsys.readouterr().out
    assert run(["lint", "-f", str(path)]) == 1
    assert capsys.readouterr().out == before
    assert "E025" in before
    # What stands nearer to the command wins.
    assert run(["-f", "missing.yaml", "lint", "-f", str(path)]) == 1


def test_a_file_before_a_command_that_reads_none_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-f", "missing.yaml", "schema"]) == 0


def test_without_a_command_help_is_shown_and_nothing_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Every day:" in capsys.readouterr().err


def test_a_near_command_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staus"]) == 2
    assert capsys.readouterr().err == 'kpi: there is no command "staus"\n  did you mean "status"?\n'


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"kpi {__version__}\n"


def test_an_error_that_users_can_fix_is_one_message(
    faulty: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty.append(InputError("no such thing", hint="look elsewhere"))
    assert run(["schema"]) == 2
    assert capsys.readouterr() == ("", "kpi: no such thing\n  look elsewhere\n")


def test_a_message_cannot_steer_the_terminal(faulty: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    faulty.append(InputError("no \x1b[2Jsuch\nthing", hint="\x9b31m"))
    assert run(["schema"]) == 2
    assert capsys.readouterr().err == "kpi: no \ufffd[2Jsuch\nthing\n  \ufffd31m\n"


def test_an_internal_error_is_reported_as_a_bug(
    faulty: list[BaseException], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty.append(ZeroDivisionError("by nothing"))
    monkeypatch.delenv("KPI_DEBUG", raising=False)
    assert run(["schema"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("kpi: internal error: ZeroDivisionError: by nothing (test_app.py:")
    assert "open an issue" in message
    assert "Traceback" not in message
    monkeypatch.setenv("KPI_DEBUG", "1")
    assert run(["schema"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_crash_is_never_a_finding(faulty: list[BaseException]) -> None:
    for fault in (RecursionError(), MemoryError(), OSError(28, "No space left on device"), UnicodeError("x")):
        faulty[:] = [fault]
        assert run(["schema"]) == 2


def test_an_interrupt_ends_quietly(faulty: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    faulty.append(KeyboardInterrupt())
    assert run(["schema"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="pipes of another kind")
def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    process = subprocess.Popen([*KPI, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 128 + signal.SIGPIPE
    process.stderr.close()


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*KPI, "schema"], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "column_1, column_2, …".encode() in done.stdout  # a file of data is UTF-8 everywhere


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_terminal_and_the_environment(
    environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(Terminal()) is wanted  # type: ignore[arg-type]
    with open(os.devnull) as pipe:  # noqa: PTH123
        assert wants_color(pipe) is False or "FORCE_COLOR" in environment
