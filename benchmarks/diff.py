"""How long `kpi diff` takes over a plan of 1,000 KPIs, as a ratio to `kpi lint` on both of its sides.

A repository is made in a scratch folder: a commit with the plan, and a work tree in which every tenth KPI has changed.
Both are measured in one run, turn by turn, so that a busy machine slows both alike; the median of all turns counts.
Prints a table, writes nothing, and ends with exit code 1 when a ratio is above its limit.

    python benchmarks/diff.py [TURNS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parents[1]
KPIS, EVERY, GOALS, SOURCES, MEASURES = 1000, 10, 40, 20, 50
LIMIT = 2.0

BOTH_SIDES = [["-f", "kpi.yaml", "lint"], ["-f", "old.yaml", "lint"]]
RACES = {
    "work tree": ["diff", "HEAD"],
    "two commits": ["diff", "HEAD~1..HEAD"],
    "as a comment": ["diff", "HEAD", "--format", "markdown"],
    "nothing changed": ["diff", "HEAD..HEAD"],
}


def plan(changed: bool) -> str:
    """The plan, before or after."""
    lines = ["version: 1", "sources:"]
    lines += [f"  source_{n}: {{path: data/source_{n}.csv, date: day, owner: ana@example.com}}" for n in range(SOURCES)]
    lines += ["measures:", *(f"  measure_{n}: sum(source_{n % SOURCES}.amount)" for n in range(MEASURES)), "goals:"]
    for n in range(GOALS):
        lines += [f"  goal_{n}:", f"    name: Reach the quay number {n} by the end of the year", "    due: 2026-12-31"]
    lines.append("kpis:")
    for n in range(KPIS):
        is_changed = changed and n % EVERY == 0
        formula = f"count(source_{n % SOURCES}[state == 'paid']) / measure_{n % MEASURES}"
        lines += [
            f"  kpi_{n}:",
            f"    name: Boats at quay {n}",
            f"    goal: goal_{n % GOALS}",
            f"    owner: {'bo' if is_changed else 'ana'}@example.com",
            '    unit: "%"',
            "    window: 3 months",
            f"    formula: {formula}{' * 2' if is_changed else ''}",
            "    baseline: 10%",
            f"    target: at least {20 if is_changed else 30}% by 2026-12-31",
            "    thresholds: {green: at least 29%, yellow: at least 15%}",
            "    when_red: Ask the harbour master what happened and call the boats.",
        ]
    return "\n".join(lines) + "\n"


def build(folder: Path) -> None:
    """The repository: two commits, the second one of which is the work tree."""

    def git(*arguments: str) -> None:
        named = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (folder / "kpi.yaml").write_text(plan(changed=False), encoding="utf-8")
    git("add", "kpi.yaml")
    git("commit", "-q", "-m", "Before")
    (folder / "kpi.yaml").write_text(plan(changed=True), encoding="utf-8")
    git("commit", "-q", "-a", "-m", "After")
    (folder / "kpi.yaml").write_text(plan(changed=False), encoding="utf-8")
    (folder / "old.yaml").write_text(plan(changed=True), encoding="utf-8")


def seconds(arguments: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Wall time of one command. Raises CalledProcessError when it could not do its work."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "kpi", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    if done.returncode not in (0, 1):  # 1: lint has findings
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return time.perf_counter() - start


def run(turns: int) -> dict[str, tuple[float, float]]:
    """The median seconds of each race, ours and theirs."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in RACES}
    with TemporaryDirectory() as scratch, TemporaryDirectory() as bytecode:
        folder = Path(scratch)
        build(folder)
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(REPOSITORY)}
        for turn in range(turns + 1):
            for name, ours in RACES.items():
                theirs = sum(seconds(each, folder, environment) for each in BOTH_SIDES)
                one = seconds(ours, folder, environment), theirs
                if turn:  # the first turn makes the bytecode
                    times[name].append(one)
    return {name: (median(a for a, _ in each), median(b for _, b in each)) for name, each in times.items()}


def main() -> int:
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    print(f"{'kpi diff':<18}{'ms':>6}{'kpi lint on both sides':>26}{'ratio':>8}{'limit':>8}")
    for name, (ours, theirs) in found.items():
        print(f"{name:<18}{ours * 1000:>6.0f}{theirs * 1000:>26.0f}{ours / theirs:>8.2f}{LIMIT:>8}")
    return int(any(ours > LIMIT * theirs for ours, theirs in found.values()))


if __name__ == "__main__":
    sys.exit(main())
