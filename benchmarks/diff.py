"""How long `kpi diff` takes over a plan of 1,000 KPIs, as a ratio to `kpi lint` on both of its sides.

A repository is made in a scratch folder: a commit with the plan, and a work tree in which every tenth KPI has changed.

    python benchmarks/diff.py [--turns 5] [--json FILE]
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from racing import KPI, Ratio, Run, in_turn, installed, parser, ratio, report, run

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


def measure(turns: int) -> list[Ratio]:
    """The ratio of each race."""
    with TemporaryDirectory() as scratch, installed() as environment:
        folder = Path(scratch)
        build(folder)

        def ours(arguments: list[str]) -> Callable[[], Run]:
            return lambda: run([*KPI, *arguments], folder, environment)

        def theirs() -> Run:
            first, second = (run([*KPI, *each], folder, environment, fine=(0, 1)) for each in BOTH_SIDES)  # 1: findings
            return first + second

        # Each race has its own pair in a turn.
        ways = {name: way for race in RACES for name, way in ((race, ours(RACES[race])), (f"lint for {race}", theirs))}
        runs = in_turn(ways, turns)
    return [
        ratio(f"kpi diff, {race}", runs[race], "kpi lint on both sides", runs[f"lint for {race}"], LIMIT)
        for race in RACES
    ]


def main() -> int:
    asked = parser(__doc__, turns=5).parse_args()
    return report(measure(asked.turns), asked)


if __name__ == "__main__":
    sys.exit(main())
