"""Heavy modules are imported only by the commands that need them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kpi.cli.app import COMMANDS

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = sorted(REPOSITORY.glob("examples/*/kpi.yaml"))
ENGINES = {"duckdb", "_duckdb", "pandas", "numpy", "pyarrow", "openpyxl"}

PROGRAM = """
import json, sys
from kpi.cli.app import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that one command has imported by its end; the command must not fail."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, encoding="utf-8", cwd=REPOSITORY, check=True
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 1), done.stderr
    return {module.partition(".")[0] for module in modules} | {
        module for module in modules if module.startswith("kpi.")
    }


def test_help_imports_no_command() -> None:
    loaded = loaded_by("--help")
    assert not loaded & (ENGINES | {"rich", "yaml"})
    assert not {module for module in loaded if module.removeprefix("kpi.cli.") in COMMANDS}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_lint_computes_nothing_and_styles_nothing(example: Path) -> None:
    loaded = loaded_by("-f", str(example), "lint")
    assert not loaded & (ENGINES | {"rich"})
    assert "kpi.run" not in loaded


PROGRAM_THAT_NAMES_FILES = PROGRAM.replace(
    "sorted(sys.modules)", "[sys.modules[name].__file__ for name in sys.modules if name[:4] == 'kpi.']"
)


def test_what_lint_imports_is_cheap_to_import() -> None:
    """Each frozen dataclass of the standard library compiles six methods, and each pattern takes as long: at import
    these are ``@frozen`` and ``lazy_pattern``."""
    command = [sys.executable, "-c", PROGRAM_THAT_NAMES_FILES, "-f", str(EXAMPLES[0]), "lint"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=REPOSITORY, check=True)
    _, files = json.loads(done.stderr.splitlines()[-1])
    texts = {file: Path(file).read_text(encoding="utf-8").splitlines() for file in files}
    assert len(texts) > 50
    costly = [
        f"{Path(file).relative_to(REPOSITORY)}: {line}"
        for file, lines in texts.items()
        for line in lines
        if line.startswith("@dataclass(frozen=True") or (line[:1].isidentifier() and " = re.compile(" in line)
    ]
    assert not costly, "\n".join(costly)


def test_reading_a_plan_builds_the_model_of_each_kind_of_entry_once() -> None:
    program = """
import sys
from pathlib import Path
from kpi.plan.loading import read_plan
from kpi.plan.model import FileHeader, Goal, Kpi, Plan, PlanFile, Source
read_plan(Path(sys.argv[1]))
print(*(model.__name__ for model in (FileHeader, Goal, Kpi, Source, Plan, PlanFile) if model.__pydantic_complete__))
"""
    command = [sys.executable, "-c", program, str(EXAMPLES[0])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=REPOSITORY, check=True)
    assert done.stdout.split() == ["FileHeader", "Goal", "Kpi", "Source"]


def test_no_plugin_of_pydantic_is_looked_for(tmp_path: Path) -> None:
    folder = tmp_path / "plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[pydantic]\nplugin = plugin:plugin\n")
    (tmp_path / "plugin.py").write_text("raise SystemExit('loaded')\n")
    command = [sys.executable, "-m", "kpi", "-f", str(EXAMPLES[0]), "lint"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=REPOSITORY, env=environment)
    assert (done.returncode, done.stderr) == (0, "no findings\n")


def test_status_loads_the_rules_only_for_a_plan_that_sets_an_option_of_one(tmp_path: Path) -> None:
    plan = tmp_path / "kpi.yaml"
    plan.write_text("version: 1\nlint: {ignore: [S]}\nkpis: {}\n")
    assert "kpi.lint" not in loaded_by("-f", str(plan), "status")
    plan.write_text("version: 1\nlint: {min_goal_words: 2}\nkpis: {}\n")
    assert "kpi.lint" in loaded_by("-f", str(plan), "status")


def test_completion_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_KPI_COMPLETE", "complete_bash")
    for line, word in (("kpi show r", "2"), ("kpi status --split c", "3")):
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", word)
        program = PROGRAM.replace("code = run(sys.argv[1:])", "code = 0\ntry: run([])\nexcept SystemExit: pass")
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            encoding="utf-8",
            cwd=REPOSITORY / "examples/ecommerce",
            check=True,
        )
        loaded = set(json.loads(done.stderr.splitlines()[-1])[1])
        assert done.stdout.split()
        assert not loaded & {*ENGINES, "kpi.lint.registry", "kpi.engine", "rich"}


@pytest.mark.parametrize("command", ["lint", "status"])
def test_only_its_own_commands_load_the_catalog(command: str) -> None:
    loaded = loaded_by("-f", str(EXAMPLES[0]), command)
    assert not {module for module in loaded if module.startswith(("kpi.catalog.", "kpi.editing", "rapidfuzz"))}
    assert "rapidfuzz" not in loaded_by("catalog", "return_rate")
    assert {"kpi.catalog.catalog", "rapidfuzz"} <= loaded_by("catalog", "return", "rate")


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_status_never_imports_pandas(format_: str) -> None:
    arguments = [] if format_ == "table" else ["--format", format_]
    loaded = loaded_by("-f", str(EXAMPLES[0]), "status", *arguments)
    assert "_duckdb" in loaded
    assert not loaded & {"duckdb", "pandas", "numpy", "openpyxl"}


def test_only_a_workbook_imports_what_reads_workbooks(tmp_path: Path) -> None:
    from openpyxl import Workbook

    assert "openpyxl" not in loaded_by("-f", str(EXAMPLES[0]), "status")
    book = Workbook()
    for row in [("day", "amount"), (date(2026, 6, 1), 3)]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "sales.xlsx")
    plan = tmp_path / "kpi.yaml"
    plan.write_text(
        "version: 1\nas_of: 2026-06-30\nsources:\n  sales: {path: sales.xlsx, date: day}\n"
        "kpis:\n  sold: {name: Sold, formula: sum(sales.amount)}\n"
    )
    assert "openpyxl" not in loaded_by("-f", str(plan), "lint")
    loaded = loaded_by("-f", str(plan), "status")
    assert "openpyxl" in loaded
    assert "pandas" not in loaded


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6
