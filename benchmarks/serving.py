"""How soon the page of `kpi dashboard --serve` follows its files, beside a run of `kpi status`, on the shop example.

A target in the plan, then a row of its data is changed; the clock runs from the end of the write until the new page has
been read. Seconds are of this machine as it is; the ratio to `kpi status --no-cache`, which reads and computes the same
plan once in a process of its own, and the processor time of the server are what to compare.

    python benchmarks/serving.py [--turns 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).parents[1]
KPI = [sys.executable, "-m", "kpi"]
TARGET = "target: below 5%"
ROW = "orders-2026.csv"
PATIENCE = 120.0


class Server:
    """A running server, and a connection that hears its events."""

    def __init__(self, folder: Path) -> None:
        command = [*KPI, "dashboard", "--serve", "0", "--no-cache"]
        self._process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, encoding="utf-8")
        assert self._process.stderr is not None
        self._host = urlsplit(self._process.stderr.readline().split()[2]).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        self._connection.request("GET", "/events")
        self._events = self._connection.getresponse()
        self.next_page()

    def next_page(self) -> str:
        """Wait for the next version, and read it."""
        while not self._events.readline().startswith(b"data: "):
            pass
        with closing(http.client.HTTPConnection(self._host, timeout=PATIENCE)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()

    def cpu(self) -> float | None:
        """Seconds of processor time so far; None where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self) -> None:
        self._events.close()
        self._connection.close()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE)


def write(path: Path, text: str) -> None:
    """Replace a file at once, as editors do, so that one change makes one page."""
    other = path.with_name(f".{path.name}.new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def follow(folder: Path, turns: int) -> tuple[list[float], list[float]]:
    """The seconds and the processor time of each change."""
    plan, rows = folder / "kpi.yaml", folder / "data" / ROW
    first, data = plan.read_text(encoding="utf-8"), rows.read_text(encoding="utf-8")
    assert TARGET in first
    last = data.rstrip("\n").rpartition("\n")[2]
    seconds, cpu = [], []
    server = Server(folder)
    for turn in range(1, turns + 1):
        time.sleep(1)
        before, target = server.cpu(), f"target: below 5.{turn % 9 + 1}%"
        if turn % 2:
            write(plan, first.replace(TARGET, target))
        else:
            write(rows, data + f"{last}\n" * turn)
        started = time.monotonic()
        page = server.next_page()
        seconds.append(time.monotonic() - started)
        after = server.cpu()
        assert not turn % 2 or target.removeprefix("target: below ") in page
        if before is not None and after is not None:
            cpu.append(after - before)
    server.end()
    return seconds, cpu


def status(folder: Path, turns: int) -> list[float]:
    """The seconds of `kpi status` in a process of its own."""
    found = []
    for _ in range(turns):
        started = time.monotonic()
        subprocess.run([*KPI, "status", "--no-cache"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        found.append(time.monotonic() - started)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(shutil.copytree(REPOSITORY / "examples" / "ecommerce", Path(name) / "shop"))
        one = median(status(folder, asked.turns))
        seconds, cpu = follow(folder, asked.turns)
        other = median(status(folder, asked.turns))
    found = {"ratio": median(seconds) / ((one + other) / 2), "seconds": seconds, "cpu": cpu, "status": [one, other]}
    print(f"{'page after a change':<22}{median(seconds):>7.2f} s, processor {median(cpu) if cpu else 0:.2f} s")
    print(f"{'kpi status':<22}{(one + other) / 2:>7.2f} s")
    print(f"{'ratio':<22}{found['ratio']:>7.2f}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
