"""Tests the tests: python fuzz/mutate.py [--sample N] [--json FILE] [PACKAGE ...].

Changes one place of a module at a time as Cosmic Ray does (``pip install cosmic-ray coverage``), and runs the unit
tests that execute the changed line. A mutant that no test notices is printed; it is either equivalent, or a test is
missing. The mutants are a random sample of all those of the packages; changes of type annotations are left out.
Everything is done in a copy of the repository.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[1]
# The packages, and the tests that must notice a change in them.
PACKAGES = {
    "values": ["tests/values"],
    "formulas": ["tests/formulas", "tests/engine/test_functions.py", "tests/plan_checks/test_formulas.py"],
    "status": ["tests/status", "tests/render/test_status_table.py"],
    "insight": ["tests/insight", "tests/status/test_explain.py", "tests/status/test_outlook.py"],
}
LONGEST = 120.0  # seconds for the tests of one mutant; one that takes longer is noticed
FIRST = 40  # tests that run first, the fastest of those that execute the line


class Mutant(NamedTuple):
    """One changed module: its path in the repository, the changed line, the operator, and the new text."""

    path: str
    line: int
    operator: str
    text: str


class Tests(NamedTuple):
    """Which tests execute which lines, by path and line, and how long each takes."""

    by_line: Mapping[tuple[str, int], Sequence[str]]
    seconds: Mapping[str, float]


class Place(NamedTuple):
    """A place that can be changed: the module, the line, the operator, and which of its changes there it is."""

    path: Path
    line: int
    operator: str
    number: int


def places(package: str) -> list[Place]:
    """All places of a package that the operators change."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    found = []
    for path in sorted((REPOSITORY / "kpi" / package).glob("*.py")):
        nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
        for name in operator_names():
            operator_class = get_operator(name)
            if not operator_class.arguments():
                operator = operator_class()
                starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
                found += [Place(path, start[0], name, number) for number, start in enumerate(starts)]
    return found


def mutant(place: Place) -> Mutant | None:
    """The module with that change; None where only an annotation changes, or it is no Python."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = place.path.read_text(encoding="utf-8")
    text = mutate_code(source, get_operator(place.operator)(), place.number)
    try:
        if text is None or without_annotations(text) == without_annotations(source):
            return None
    except SyntaxError:
        return None
    name = place.path.relative_to(REPOSITORY).as_posix()
    return Mutant(name, place.line, place.operator.rpartition("/")[2], text)


def sample(package: str, most: int, seed: int) -> list[Mutant]:
    """So many mutants of a package, chosen at random."""
    every = places(package)
    random.Random(seed).shuffle(every)
    chosen: list[Mutant] = []
    for place in every:
        if len(chosen) == most:
            break
        if (made := mutant(place)) is not None:
            chosen.append(made)
    return chosen


def without_annotations(source: str) -> str:
    """The tree of a module without what does not run: annotations and texts of documentation."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def copied(folder: Path) -> None:
    """A copy of what the tests need."""
    for name in ("kpi", "tests", "examples", "docs"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".venv*"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def covered(folder: Path, package: str) -> Tests:
    """Run the tests of a package once and see which lines each executes."""
    plugin = folder / "which_lines.py"
    plugin.write_text(PLUGIN, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "which_lines", "-p", "no:cacheprovider", *PACKAGES[package]]
    there = {**environment(folder), "MUTATED": f"{folder}/kpi/{package}/"}
    done = subprocess.run(command, cwd=folder, env=there, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the tests of {package} fail without a change:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    found = json.loads((folder / "which_lines.json").read_text(encoding="utf-8"))
    by_line: dict[tuple[str, int], list[str]] = defaultdict(list)
    for test, lines in found["lines"].items():
        for path, numbers in lines.items():
            for number in numbers:
                by_line[Path(path).relative_to(folder).as_posix(), number].append(test)
    return Tests(by_line, found["seconds"])


# Runs in pytest: each test's lines, and the time that it takes.
PLUGIN = """
import json, os, time
import coverage
import pytest

measured = coverage.Coverage(data_file=None, include=[os.environ["MUTATED"] + "*"])
measured.start()
lines, seconds = {}, {}

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    measured.switch_context(item.nodeid)
    started = time.process_time()
    try:
        return (yield)
    finally:
        seconds[item.nodeid] = time.process_time() - started
        measured.switch_context("")

def pytest_sessionfinish():
    measured.stop()
    data = measured.get_data()
    for path in data.measured_files():
        for number, tests in data.contexts_by_lineno(path).items():
            for test in tests:
                key = test or ""
                lines.setdefault(key, {}).setdefault(path, []).append(number)
    with open("which_lines.json", "w") as file:
        json.dump({"lines": lines, "seconds": seconds}, file)
"""


def is_killed(folder: Path, one: Mutant, tests: Tests) -> str:
    """ "killed", "survived", or "not executed" where no test runs the line."""
    running = [test for test in tests.by_line.get((one.path, one.line), ()) if test]
    if not running and "" in tests.by_line.get((one.path, one.line), ()):
        running = list(tests.seconds)  # run when the module is imported
    if not running:
        return "not executed"
    running.sort(key=lambda test: tests.seconds.get(test, 0))
    path = folder / one.path
    before = path.read_text(encoding="utf-8")
    path.write_text(one.text, encoding="utf-8")
    try:
        for chosen in (running[:FIRST], running[FIRST:]):
            if chosen and not passes(folder, chosen):
                return "killed"
        return "survived"
    finally:
        path.write_text(before, encoding="utf-8")


def passes(folder: Path, tests: Sequence[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(LONGEST) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def main() -> None:
    """Run, and print the share of the mutants that were noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", choices=[*PACKAGES, []])
    parser.add_argument("--sample", type=int, default=100, help="mutants of each package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    for package in given.packages or PACKAGES:
        with tempfile.TemporaryDirectory(prefix="kpi-mutants-") as name:
            folder = Path(name).resolve()
            copied(folder)
            tests = covered(folder, package)
            print(f"{package}: {len(tests.seconds)} tests, {sum(tests.seconds.values()):.0f} s", flush=True)
            chosen = sample(package, given.sample, given.seed)
            counts: dict[str, int] = defaultdict(int)
            started = time.monotonic()
            for number, one in enumerate(chosen, 1):
                outcome = is_killed(folder, one, tests)
                counts[outcome] += 1
                if outcome != "killed":
                    show(one, outcome)
                if given.json is not None:
                    results = json.loads(given.json.read_text()) if given.json.exists() else {}
                    results[package] = {"tried": number, **counts}
                    given.json.write_text(json.dumps(results, indent=1) + "\n")
            share = counts["killed"] / max(len(chosen), 1)
            print(f"{package}: {share:.0%} killed, {dict(counts)} ({time.monotonic() - started:.0f} s)", flush=True)


def show(one: Mutant, outcome: str) -> None:
    """Print a mutant that nobody noticed."""
    before = (REPOSITORY / one.path).read_text(encoding="utf-8").splitlines()
    changed = [line for line in unified_diff(before, one.text.splitlines(), lineterm="", n=0) if line[:1] in "+-"]
    print(f"{outcome}: {one.path}:{one.line} {one.operator}\n  " + "\n  ".join(changed[2:]), flush=True)


if __name__ == "__main__":
    main()
