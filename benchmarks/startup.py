"""How long a person waits for a command, as ratios to the least that could do the same work.

Everything is measured in one run, turn by turn, so that a busy machine slows both sides of a ratio alike; the median
of all turns counts. Prints a table, writes nothing, and ends with exit code 1 when a ratio is above its limit.

    python benchmarks/startup.py [TURNS]
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
PLAN = "examples/ecommerce/kpi.yaml"
BARE = """
import duckdb
print(duckdb.sql("select count(*), sum(net_amount) from read_csv('examples/ecommerce/data/orders-*.csv')").fetchall())
"""

# What is measured, what it is measured against, and the highest ratio that is still good (None: only shown).
RACES: list[tuple[str, list[str], str, list[str], float | None]] = [
    ("kpi status", ["-m", "kpi", "-f", PLAN, "status"], "import duckdb, one query", ["-c", BARE], 2.2),
    ("kpi lint", ["-m", "kpi", "-f", PLAN, "lint"], "yamllint", ["-m", "yamllint", "-d", "relaxed", PLAN], 1.3),
    ("kpi --help", ["-m", "kpi", "--help"], "import typer", ["-c", "import typer"], None),
]


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall time of one Python process. Raises CalledProcessError when it fails."""
    command = [sys.executable, *arguments]
    start = time.perf_counter()
    subprocess.run(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True
    )
    return time.perf_counter() - start


def run(turns: int) -> dict[str, list[float]]:
    """The wall times of every command, one a turn."""
    times: dict[str, list[float]] = {}
    with TemporaryDirectory() as bytecode:
        # An installed program has its bytecode; here it is kept apart, so that nothing is written in the work tree.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": bytecode}
        for turn in range(turns + 1):
            for name, ours, other, theirs, _ in RACES:
                for label, arguments in ((name, ours), (other, theirs)):
                    measured = seconds(arguments, environment)
                    if turn:  # the first turn makes the bytecode
                        times.setdefault(label, []).append(measured)
    return times


def main() -> int:
    times = run(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    print(f"{'command':<12}{'ms':>6}   {'against':<26}{'ms':>6}{'ratio':>8}{'limit':>8}")
    too_slow = False
    for name, _, other, _, limit in RACES:
        ours_, theirs_ = median(times[name]), median(times[other])
        ratio = ours_ / theirs_
        too_slow |= limit is not None and ratio > limit
        shown = f"{limit:>8}" if limit else f"{'':>8}"
        print(f"{name:<12}{ours_ * 1000:>6.0f}   {other:<26}{theirs_ * 1000:>6.0f}{ratio:>8.2f}{shown}")
    return int(too_slow)


if __name__ == "__main__":
    sys.exit(main())
