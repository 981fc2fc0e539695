"""What the benchmarks share: whole processes are run in turn, and each ratio is that of two runs of one turn.

A busy machine slows both sides of such a pair alike, so a ratio holds where seconds would not. The first turn is not
counted: it makes the bytecode and warms the caches of the system. Verdicts are on the median of the ratios.

Needs a POSIX system: the time of the processor and the memory of a process are those that the system counted for it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

REPOSITORY = Path(__file__).parents[1]
KPI = [sys.executable, "-m", "kpi"]


@dataclass(frozen=True)
class Run:
    """One process from start to end: wall time and processor time in seconds, highest memory in MiB, its output."""

    seconds: float
    cpu: float
    memory: float
    printed: str = ""

    def __add__(self, other: Run) -> Run:
        """Both, one after the other."""
        return Run(self.seconds + other.seconds, self.cpu + other.cpu, max(self.memory, other.memory))


@dataclass(frozen=True)
class Ratio:
    """What one way took of another, turn by turn. ``of`` is seconds or memory; ``cpu`` is the median of the ratios of
    processor times, which a busy machine disturbs least; no ``limit``: only shown."""

    ours: str
    theirs: str
    of: str
    ours_median: float
    theirs_median: float
    least: float
    median: float
    most: float
    cpu: float | None
    limit: float | None

    @property
    def is_missed(self) -> bool:
        return self.limit is not None and self.median > self.limit


def ratio(
    ours: str, our_runs: Sequence[Run], theirs: str, their_runs: Sequence[Run], limit: float | None, of: str = "seconds"
) -> Ratio:
    """The ratios of each turn: of wall times, or of memory if ``of`` says so."""

    def each(figure: str) -> list[float]:
        return [getattr(us, figure) / getattr(them, figure) for us, them in zip(our_runs, their_runs, strict=True)]

    us, them = (median(getattr(run, of) for run in runs) for runs in (our_runs, their_runs))
    found = each(of)
    cpu = median(each("cpu")) if of == "seconds" else None
    return Ratio(ours, theirs, of, us, them, min(found), median(found), max(found), cpu, limit)


@contextmanager
def installed() -> Iterator[dict[str, str]]:
    """An environment in which Python runs as from an installed program: with this project, and with its bytecode,
    which is kept apart, so that nothing is written in the work tree. Results of ``kpi`` may be remembered."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "KPI_NO_CACHE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    with TemporaryDirectory() as bytecode, TemporaryDirectory() as cache:
        yield {**kept, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(REPOSITORY), "KPI_CACHE_DIR": cache}


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], fine: Sequence[int] = (0,)) -> Run:
    """One run of a command. Raises RuntimeError when its exit code is not one of ``fine``, or when Python fell over."""
    with TemporaryFile() as output, TemporaryFile() as errors:
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        printed, complaint = ((file.seek(0), file.read())[1].decode() for file in (output, errors))
    if process.returncode not in fine or "Traceback" in complaint:
        raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}: {complaint or printed}")
    # The system counts the highest memory in KiB, but macOS in bytes.
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, printed)


def in_turn(ways: Mapping[str, Callable[[], Run]], turns: int) -> dict[str, list[Run]]:
    """Every way once a turn; the runs of all turns but the first."""
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, way in ways.items():
            taken = way()
            if turn:
                runs[name].append(taken)
    return runs


def parser(doc: str, turns: int) -> argparse.ArgumentParser:
    """The options that every benchmark has. ``doc`` is that of its module. Ends the program where it cannot measure."""
    if not hasattr(os, "wait4"):
        sys.exit("The benchmarks need a POSIX system.")
    made = argparse.ArgumentParser(description=doc.splitlines()[0])
    made.add_argument("--turns", type=turn_count, default=turns, help="how often everything is measured (%(default)s)")
    made.add_argument("--json", type=Path, metavar="FILE", help="write what was measured to this file, too")
    return made


def turn_count(text: str) -> int:
    """A number of turns. Raises ArgumentTypeError for what is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of turns, 1 or more")
    return int(text)


def report(
    ratios: Sequence[Ratio],
    asked: argparse.Namespace,
    said: Sequence[str] = (),
    missed: bool = False,
    **more: object,
) -> int:
    """Prints the ratios and what else is to be said, and writes them to the file that was asked for.

    ``missed``: something that is said, and is no ratio, is over its limit. Returns the exit code: 1 when that is so or
    when a ratio is above its limit."""
    if ratios:
        print("\n".join(table(ratios)))
    for line in said:
        print(line)
    if asked.json:
        found = {
            "machine": machine(),
            "turns": asked.turns,
            "ratios": [asdict(each) for each in ratios],
            "said": list(said),
            "missed": missed,
            **more,
        }
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(missed or any(each.is_missed for each in ratios))


def table(ratios: Sequence[Ratio]) -> Iterator[str]:
    """The lines of a table: ours and theirs as medians, the ratio as least, median and most of all turns, and last
    the median of the ratios of processor times."""
    wide = max(len(each.ours) for each in ratios) + 2
    wider = max(len(each.theirs) for each in ratios) + 2
    columns = "".join(f"{name:>8}" for name in ("least", "median", "most", "limit", "cpu"))
    yield f"{'':<{wide}}{'':>9} {'against':<{wider}}{'':>9}{columns}"
    for each in ratios:
        ours, theirs = amount(each.ours_median, each.of), amount(each.theirs_median, each.of)
        limit = "" if each.limit is None else f"{each.limit:g}"
        cpu = "" if each.cpu is None else f"{each.cpu:.3f}"
        figures = f"{each.least:>8.3f}{each.median:>8.3f}{each.most:>8.3f}{limit:>8}{cpu:>8}"
        missed = "  over its limit" if each.is_missed else ""
        yield f"{each.ours:<{wide}}{ours:>9} {each.theirs:<{wider}}{theirs:>9}{figures}{missed}"


def amount(value: float, of: str) -> str:
    """A time or a size with its unit."""
    if of == "memory":
        return f"{value:,.0f} MiB"
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"


def machine() -> dict[str, Any]:
    """The class of machine and the versions that were measured, and nothing that names the machine."""
    from importlib.metadata import version

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in ("duckdb", "pandas")}},
    }
