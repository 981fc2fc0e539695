"""How long ``kpi lint`` takes on small and on large plans, as ratios to yamllint on the same files.

Whole processes are measured turn by turn in one run; the median of all turns counts. Prints a table, writes only to a
temporary folder, and ends with exit code 1 when a ratio is above its limit.

    python benchmarks/lint.py [TURNS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).parents[1]
# KPIs, files, highest ratio to yamllint that is still good.
SIZES = [(20, 1, 1.3), (1_000, 10, 1.0), (10_000, 100, 1.0)]
MOST_GROWTH = 12.0  # ten times the KPIs may take that many times as long
GOAL = """\
  goal_{n}:
    name: Three in ten customers of shop {word} come back
    owner: ana@acme.example
    due: 2027-12-31
    review: {{every: month}}
    questions: [How often do customers of shop {word} come back?]
"""
KPI = """\
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
            KPI.format(n=n, goal=n // 4, word=word(n), owner=n // 8, indicator="leading" if n % 4 else "lagging")
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


def seconds(arguments: list[str], folder: Path) -> float:
    """Wall time of one Python process, whatever it finds. Raises RuntimeError when it could not do its work."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True)
    if done.returncode not in (0, 1) or b"Traceback" in done.stderr:
        raise RuntimeError(done.stderr.decode())
    return time.perf_counter() - start


def main() -> int:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    too_slow = False
    ours_by_size: list[float] = []
    print(f"{'KPIs':>6}{'files':>7}{'kpi lint':>11}{'yamllint':>11}{'ratio':>8}{'limit':>7}")
    with tempfile.TemporaryDirectory() as temporary:
        for kpis, files, limit in SIZES:
            folder = Path(temporary) / f"plan{kpis}"
            write(folder, kpis, files)
            ours: list[float] = []
            theirs: list[float] = []
            for turn in range(turns + 1):
                times = (
                    seconds(["-m", "kpi", "lint", "kpi.yaml", "--format", "json"], folder),
                    seconds(["-m", "yamllint", "-d", "relaxed", "."], folder),
                )
                if turn:  # the first turn warms caches of bytecode and files
                    ours.append(times[0])
                    theirs.append(times[1])
            ratio = median(ours) / median(theirs)
            too_slow |= ratio > limit
            ours_by_size.append(median(ours))
            row = f"{kpis:>6}{files:>7}{median(ours) * 1000:>8.0f} ms{median(theirs) * 1000:>8.0f} ms"
            print(f"{row}{ratio:>8.2f}{limit:>7}", flush=True)
    growth = ours_by_size[-1] / ours_by_size[-2]
    print(f"ten times the KPIs take {growth:.1f} times as long (limit {MOST_GROWTH})")
    return int(too_slow or growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
