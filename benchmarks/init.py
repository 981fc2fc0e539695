"""The time from data files to a first table: ``kpi init --from`` against ``sidemantic init --from``.

Both read the CSV and JSON Lines files of examples/ecommerce, each in a folder of its own. sidemantic is run from an
environment of its own, given by its command: ``python benchmarks/init.py /path/to/sidemantic``. CPU seconds are
compared, so that other work on the machine counts little; the limit is half of its time.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[1] / "examples" / "ecommerce" / "data"
ROUNDS = 3
LIMIT = 0.5


def seconds(command: list[str]) -> tuple[float, float]:
    """The least CPU and elapsed seconds of a command over the files, of several runs."""
    best = (float("inf"), float("inf"))
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(DATA, Path(folder) / "data")
            used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            elapsed, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
            if done.returncode:
                raise SystemExit(f"{command[0]} failed: {done.stderr or done.stdout}")
            cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
            best = min(best[0], cpu), min(best[1], elapsed)
    return best


def main() -> int:
    """Print both times and their ratio; 1 where the ratio is above the limit."""
    names = sorted(f"data/{path.name}" for path in DATA.iterdir())
    ours = seconds([sys.executable, "-m", "kpi", "init", "--from", *names])
    print(f"kpi init --from         {ours[0]:.2f} s CPU, {ours[1]:.2f} s elapsed")
    if len(sys.argv) < 2:
        print("name the command of sidemantic to compare with it")
        return 0
    readable = [name for name in names if "wholesale" not in name]  # which is not UTF-8
    pairs = [part for name in readable for part in ("--from", name)]
    theirs = seconds([sys.argv[1], "init", "project", *pairs])
    ratio = ours[0] / theirs[0]
    print(f"sidemantic init --from  {theirs[0]:.2f} s CPU, {theirs[1]:.2f} s elapsed (without wholesale.csv)")
    print(f"ratio {ratio:.2f}, limit {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
