"""What the commands write is UTF-8 for programs and readable for people, whatever the streams are; and streams that
take nothing are no fault of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kpi.render.fallback import SIGNS, encodable
from kpi.render.sparkline import BARS
from kpi.render.status_icons import SIGNS as STATUS_SIGNS

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="descriptors of POSIX")
PLAN = """\
version: 1
as_of: 2026-03-31
title: Café – Größe 日本
goals: {g: {name: Größer werden, owner: effective}}
kpis:
  a: {name: Größe, goal: g, unit: EUR, every: month, target: at least 5, values: {2026-01: 3, 2026-02: 4, 2026-03: 6}}
  b: {name: Ærø, goal: g, every: month, target: at most 5, values: {2026-01: 3, 2026-02: 4, 2026-03: 6}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def kpi(
    folder: Path, *arguments: str, encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kpi", *arguments], cwd=folder, capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", **environment},
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_what_programs_read_is_utf_8(folder: Path, encoding: str) -> None:
    for command in ("status --format json", "status --format csv", "status --format markdown", "show a --format json"):
        done = kpi(folder, *command.split(), encoding=encoding)
        assert "Größe" in done.stdout.decode("utf-8"), command
    for format_ in ("json", "gitlab", "sarif", "junit", "github"):
        done = kpi(folder, "lint", "--format", format_, encoding=encoding)
        text = done.stdout.decode("utf-8")
        assert "Größe" in text, format_
        ET.fromstring(text) if format_ == "junit" else format_ == "github" or json.loads(text)
    assert json.loads(kpi(folder, "schema", encoding=encoding).stdout.decode("utf-8"))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
def test_a_table_keeps_its_meaning_in_any_encoding(folder: Path, encoding: str) -> None:
    shown = kpi(folder, "status", encoding=encoding, COLUMNS="100").stdout.decode(encoding)
    first, second = (line for line in shown.splitlines() if line.endswith("2026-03"))
    assert first.split()[0] in ("Größe", "Grosse")
    assert "green" in first
    assert "red" in second
    assert first.split()[-2] == second.split()[-2] == "138", "the bars of 3, 4 and 6"
    at_least, at_most = (sign if _has(encoding, sign) else plain for sign, plain in (("≥", ">="), ("≤", "<=")))
    assert at_least in shown
    assert at_most in shown
    assert "?" not in shown.replace("??", "", 1), "only the two characters of Japan have no sign here"


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_no_two_statuses_or_bars_look_alike_in_ascii() -> None:
    for signs in (STATUS_SIGNS.values(), BARS):
        assert len({encodable(sign, "ascii") for sign in signs}) == len(list(signs))
    assert all(sign.isascii() for sign in SIGNS.values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("≥ 30%   ●", ">= 30%   *"),
        ("€12  x", "EUR12  x"),
        ("a ≥ b", "a >= b"),
        ("éàñ ß Ł", "ean ss L"),
        ("⠁⣀⣿⠀|", "'.: |"),
        ("▲ ▼ → …", "+ - -> ..."),
        ("日本", "??"),
        ("plain", "plain"),
        ("▁█", "18"),
    ],
)
def test_signs_in_ascii(text: str, shown: str) -> None:
    assert encodable(text, "ascii") == shown


@POSIX
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["status", "lint --format json", "schema", "--help", "--version", "rule S101"])
def test_output_that_cannot_be_written(folder: Path, command: str, unbuffered: str) -> None:
    for redirection in ("> /dev/full", ">&-"):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m kpi {command} {redirection}'], cwd=folder, capture_output=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered}, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 2, (redirection, done.stderr)
        assert done.stderr.startswith("kpi: standard output cannot be written: "), done.stderr
        assert done.stderr.count("\n") == 1


@POSIX
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("redirection", ["2> /dev/full", "2>&-", "0<&- 2>&-"])
def test_messages_that_nobody_can_read_change_no_exit_code(folder: Path, redirection: str, unbuffered: str) -> None:
    for command, code in (
        ("status", 0),
        ("status --fail-on red", 1),
        ("nonsense", 2),
        ("record a 7 --period 2026-03", 2),
    ):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m kpi {command} {redirection}'], cwd=folder, capture_output=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
        assert done.returncode == code, (command, done.stdout)


@POSIX
def test_a_file_is_never_opened_as_standard_output(folder: Path) -> None:
    """With descriptor 1 closed, the next file that is opened would get it, and what is printed would go there."""
    before = (folder / "kpi.yaml").read_bytes()
    for command in ("record b 5 --period 2025-12", "lint --write-baseline", "init -f new.kpi.yaml"):
        subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m kpi {command} >&- 2>&- <&-'], cwd=folder, check=True, timeout=60
        )
    after = (folder / "kpi.yaml").read_bytes()
    assert after == before.replace(b"values: {2026-01: 3, 2026-02: 4, 2026-03: 6}}\n", b"X", 1).replace(
        b"values: {2026-01: 3", b"values: {2025-12: 5, 2026-01: 3"
    ).replace(b"X", b"values: {2026-01: 3, 2026-02: 4, 2026-03: 6}}\n")
    json.loads((folder / "kpi-baseline.json").read_text(encoding="utf-8"))
    assert (folder / "new.kpi.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")


@POSIX
def test_the_current_folder_is_gone(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", f'rmdir ../gone; "{sys.executable}" -m kpi lint'], cwd=gone, capture_output=True, encoding="utf-8",
        env={**os.environ, "PYTHONSAFEPATH": "1"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "the current folder no longer exists" in done.stderr


@POSIX
@pytest.mark.parametrize("sent", [
    b"Content-Length: abc\r\n\r\n{}", b"Content-Length: -5\r\n\r\n", b"Content-Length: 0\r\n\r\n", b"\r\n\r\n{}",
    b"Content-Length: 99999999999\r\n\r\n", b"Content-Type: x\r\n\r\n{}", b"x" * 10_000, b"GET / HTTP/1.1\r\n\r\n",
])  # fmt: skip
def test_the_language_server_ends_where_no_message_can_follow(folder: Path, sent: bytes) -> None:
    """The editor keeps its end open, as one that waits for an answer does."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "kpi", "lsp"]
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        assert server.stdin is not None
        assert server.stderr is not None
        server.stdin.write(sent)
        server.stdin.flush()
        try:
            assert server.wait(timeout=60) == 1
        finally:
            server.kill()
        assert b"invalid message from the editor" in server.stderr.read()


@pytest.mark.parametrize("encoding", ["punycode", "undefined", "idna", "unicode_escape", "rot13", "base64"])
def test_encodings_that_no_file_has_are_refused(folder: Path, encoding: str) -> None:
    (folder / "o.csv").write_text("day,amount\n2026-03-02,1\n", encoding="utf-8")
    (folder / "kpi.yaml").write_text(
        f"version: 1\nas_of: 2026-03-31\nsources:\n  o: {{path: o.csv, date: day, read: {{encoding: {encoding}}}}}\n"
        "kpis:\n  a: {name: A, formula: sum(o.amount)}\n",
        encoding="utf-8",
    )
    for command in ("status", "lint", "sources"):
        done = kpi(folder, command)
        assert b"internal error" not in done.stderr
        assert done.returncode in (1, 2)
    assert b"is not a text encoding" in kpi(folder, "status").stderr
