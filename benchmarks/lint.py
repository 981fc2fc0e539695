"""How long ``kpi lint`` takes on small and on large plans, as ratios to yamllint on the same files.

python benchmarks/lint.py [--turns 5] [--json FILE]
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from racing import KPI, Ratio, in_turn, installed, parser, ratio, report, run

# KPIs, files, highest ratio to yamllint that is still good (None: only shown).
SIZES = [(20, 1, 1.6), (1_000, 10, None), (10_000, 100, 0.4)]
YAMLLINT = [sys.executable, "-m", "yamllint", "-d", "relaxed"]
MOST_GROWTH = 12.0  # ten times the KPIs may take that many times the work
GOAL = """\
  goal_{n}:
    name: Three in ten customers of shop {word} come back
    owner: ana@acme.example
    due: 2027-12-31
    review: {{every: month}}
    questions: [How often do customers of shop {word} come back?]
"""
ENTRY = """\
  kpi_{n}:
    name: Repurchase rate of shop {word}
    goal: goal_{goal}
    question: How often do customers of shop {word} come back?
    owner: owner{owner}@acme.example
    indicator: {indicator}
    unit: "%"
    every: month
    formula: count(orders[repeated == "yes" and shop == "{word}"]) / count(orders[shop == "{word}"])
    baseline: 22%
    target: at least 30% by 2027-12-31
    thresholds: {{green: at least 29%, yellow: at least 25%}}
    when_red: Call ten lapsed customers of shop {word}.
"""


def write(folder: Path, kpis: int, files: int) -> None:
    """A plan of so many KPIs, four to a goal, spread over so many files."""
    folder.mkdir()
    (folder / "orders.csv").write_text("day,shop,repeated\n2026-01-01,a,yes\n")
    source = "sources:\n  orders: {path: orders.csv, date: day, owner: data@acme.example}\n"
    size = kpis // files
    for file in range(files):
        numbers = range(file * size, (file + 1) * size)
        goals = "".join(GOAL.format(n=n // 4, word=word(n // 4)) for n in numbers if n % 4 == 0)
        entries = "".join(
            ENTRY.format(n=n, goal=n // 4, word=word(n), owner=n // 8, indicator="leading" if n % 4 else "lagging")
            for n in numbers
        )
        head = "version: 1\n"
        if file == 0:
            head += (f"include: {folder.name}-*.kpi.yaml\n" if files > 1 else "") + source
        name = "kpi.yaml" if file == 0 else f"{folder.name}-{file}.kpi.yaml"
        (folder / name).write_text(f"{head}goals:\n{goals}kpis:\n{entries}")


def word(number: int) -> str:
    """A number in letters, so that no name holds a figure."""
    letters = ""
    while number or not letters:
        number, rest = divmod(number, 26)
        letters += chr(ord("a") + rest)
    return letters


def measure(turns: int) -> tuple[list[Ratio], float]:
    """The ratios of each size, and how many times the processor time of the plan before it the largest takes."""
    ratios: list[Ratio] = []
    work: list[float] = []
    with TemporaryDirectory() as scratch, installed() as environment:
        for kpis, files, limit in SIZES:
            folder = Path(scratch) / f"plan{kpis}"
            write(folder, kpis, files)
            ours, theirs = f"kpi lint, {kpis:,} KPIs in {files} file{'s' * (files > 1)}", "yamllint"
            look = partial(run, folder=folder, environment=environment, fine=(0, 1))  # 1: there are findings
            commands = {ours: [*KPI, "lint", "kpi.yaml", "--format", "json"], theirs: [*YAMLLINT, "."]}
            runs = in_turn({name: partial(look, command) for name, command in commands.items()}, turns)
            ratios.append(ratio(ours, runs[ours], theirs, runs[theirs], limit))
            work.append(median(each.cpu for each in runs[ours]))
    return ratios, work[-1] / work[-2]


def main() -> int:
    asked = parser(__doc__, turns=5).parse_args()
    ratios, growth = measure(asked.turns)
    said = f"Ten times the KPIs take {growth:.1f} times the work of the processor (limit {MOST_GROWTH:g})."
    return report(ratios, asked, [said], missed=growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
