"""Markdown whose commands are run: the docs, and the tests of the command line, which are written the same way.

A file is written by a fenced block after ``<!-- file: NAME -->``, wherever the commands before it have gone. Commands
stand in ``console`` blocks: a line with ``$ `` before it is run by bash, in one session for the whole page; ``> ``
continues it; what follows, up to the next command, is what it must print on both streams together. An empty line at the
end of an output does not count.

With KPI_UPDATE=1 in the environment the pages are rewritten to what the commands print now.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?m)^(?:<!-- (?P<mark>[a-z]+): (?P<name>\S+) -->\n+)?```(?P<language>[a-z]*)(?: \S+)?\n(?P<body>(?s:.*?))^```$"
)
SEPARATOR = "\x1e"


@dataclass
class Command:
    """One command with the output that the page shows, and where that stands in the page."""

    text: str
    expected: str
    start: int
    end: int


def blocks(page: str) -> list[re.Match[str]]:
    """All fenced blocks."""
    return list(BLOCK.finditer(page))


def commands(block: re.Match[str]) -> list[Command]:
    """The commands of a console block. Raises ValueError when it does not begin with one."""
    found: list[Command] = []
    at = block.start("body")
    for line in block["body"].splitlines(keepends=True):
        end = at + len(line)
        if line.startswith("$ "):
            found.append(Command(line[2:].rstrip("\n"), "", end, end))
        elif not found:
            raise ValueError(f"a console block begins with output: {line!r}")
        elif line.startswith("> ") and not found[-1].expected:
            found[-1].text += "\n" + line[2:].rstrip("\n")
            found[-1].start = found[-1].end = end
        else:
            found[-1].expected += line
            found[-1].end = end
        at = end
    return found


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Where ``kpi`` is this checkout's, the terminal is none, 80 columns wide, and knows UTF-8."""
    bin_ = folder / "bin"
    bin_.mkdir(parents=True, exist_ok=True)
    script = bin_ / "kpi"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kpi "$@"\n')
    script.chmod(0o755)
    # Commits have the same hashes in every run, unless a page says who makes them and when.
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Mira Holm\n\temail = mira@shop.example\n")
    day = "2026-07-01T09:00:00+00:00"
    git = {"GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    paths = {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY)}
    git["GIT_CONFIG_GLOBAL"] = str(config)
    return {**git, **os.environ, **paths, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", **extra}


def run_page(path: Path, folder: Path, scratch: Path) -> list[tuple[Command, str]]:
    """Runs a page in ``folder``; every command with what it printed. Rewrites the page when asked to."""
    page = path.read_text(encoding="utf-8")
    script = ["exec 2>&1", f"__end() {{ local code=$?; printf '{SEPARATOR}\\n'; return $code; }}"]
    asked: list[Command] = []
    for block in blocks(page):
        if block["mark"] == "file":
            # Written when the page comes to it, so that a page may write a file twice.
            target = folder / block["name"]
            script.append(f"mkdir -p {shlex.quote(str(target.parent))}")
            script.append(f"printf %s {shlex.quote(block['body'])} > {shlex.quote(str(target))}")
        elif block["language"] == "console":
            for command in commands(block):
                asked.append(command)
                script += [command.text, "__end"]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env=environment(scratch),
        timeout=300,
    )
    printed = done.stdout.split(SEPARATOR + "\n")
    assert len(printed) == len(asked) + 1, done.stdout
    result = list(zip(asked, (text.rstrip() for text in printed), strict=False))
    if os.environ.get("KPI_UPDATE"):
        _rewrite(path, page, result)
    return result


def _rewrite(path: Path, page: str, result: list[tuple[Command, str]]) -> None:
    for command, printed in reversed(result):
        # An empty line before the next command stays.
        gap = "\n" if command.expected == "\n" or command.expected.endswith("\n\n") else ""
        page = page[: command.start] + (printed + "\n" if printed else "") + gap + page[command.end :]
    path.write_text(page, encoding="utf-8")


def check_page(path: Path, folder: Path, scratch: Path) -> None:
    """Asserts that every command of a page prints what the page says."""
    for command, printed in run_page(path, folder, scratch):
        if not os.environ.get("KPI_UPDATE"):
            assert printed == command.expected.rstrip(), f"$ {command.text}"
