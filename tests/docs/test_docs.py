"""Every command in the README and in docs/ is run, in a copy of what a person who clones the project has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.transcripts import REPOSITORY, blocks, check_page

from kpi.formulas import parse_formula, parse_row

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
SHOWN = ("kpi.yaml.example", "examples", "README.md")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in SHOWN:
        path = REPOSITORY / name
        if path.is_dir():
            shutil.copytree(path, folder / name)
        else:
            shutil.copy(path, folder)
    check_page(page, folder, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_hides_from_the_test(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block["language"], f"a block without a language: {block['body'][:40]!r}"
        assert block["language"] not in ("bash", "shell"), "write commands as console, with their output"
        # The two install commands are run by .ci/run, which finds them by these marks.
        assert block["language"] != "sh" or block["mark"] == "command", block["body"]


def test_the_readme_has_exactly_two_install_commands() -> None:
    found = [block for block in blocks(PAGES[0].read_text(encoding="utf-8")) if block["mark"] == "command"]
    assert [block["name"] for block in found] == ["status", "tests"]
    for block in found:
        assert block["body"].count("\n") == 1
        assert block["body"].startswith("python3 -m venv .venv && ")


GENERATORS = sorted(
    path.name for path in (REPOSITORY / "docs").glob("make_*.py") if "--check" in path.read_text("utf-8")
)


@pytest.mark.parametrize("script", GENERATORS)
def test_what_is_made_is_up_to_date(script: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, f"docs/{script}", "--check"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_every_benchmark_is_on_its_page() -> None:
    page = (REPOSITORY / "docs" / "performance.md").read_text(encoding="utf-8")
    scripts = [path for path in (REPOSITORY / "benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8")]
    assert len(scripts) >= 8
    assert [path.name for path in scripts if f"`python benchmarks/{path.name}" not in page] == []


def formulas() -> Iterator[tuple[str, str]]:
    """What stands first in each row of the tables of docs/formulas.md, with the heading above it."""
    heading = ""
    for line in (REPOSITORY / "docs" / "formulas.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| `"):
            yield heading, line[3 : line.index("` |")]


@pytest.mark.parametrize(("heading", "text"), list(formulas()), ids=lambda value: value)
def test_the_formulas_on_their_page_can_be_read(heading: str, text: str) -> None:
    if heading in ("Row expressions", "All functions of rows"):
        parse_row(text)
    else:
        parse_formula(text)
