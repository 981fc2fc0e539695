"""Disturbs kpi while it works: python fuzz/faults.py [--times N] [--json FILE] [EXPERIMENT ...].

Each experiment runs a command so many times and does something to it at a random moment: kills it (``kill-...``),
interrupts it as Ctrl-C does (``interrupt-...``), changes the files that it reads, fills the disk, takes away the
right to write, or sets the clock. Afterwards every file must be as before or as after the command, and the next
command must work. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PLAN = """\
version: 1
title: Shop   # kept
as_of: 2026-06-30
include: [team.yaml]
sources:
  orders: {path: "orders-*.csv", date: day}
goals:
  more: {name: More people come back each year, owner: ana@acme.example}
kpis:
  nps:
    name: Net promoter score
    goal: more
    unit: points
    values: {2026-01: 40, 2026-02: 41}   # asked by mail
    target: '>=50'
  orders: {name: Orders, goal: more, unit: orders, formula: count(orders), target: at least 5}
""" + "".join(
    f"  k{n}: {{name: K{n}, goal: more, unit: points, values: {{2026-06: {n}}}, target: '>={n}'}}\n" for n in range(40)
)
TEAM = "kpis:\n  cost: {name: Cost, goal: more, unit: EUR, values: {2026-06: 3}, target: '<=5'}\n"
DECIDE = ["review", "--record", "nps", "call them", "--by", "ana", "--until", "2026-08-01"]
RECORD = ["record", "nps", "44", "--period", "2026-03"]
COMMANDS = {"record": RECORD, "fix": ["lint", "--fix"], "review": DECIDE, "status": ["status", "--format", "json"]}
# Bytes by name, relative to the project; the journal of edits and the cache are in ``state`` and ``cache``.
Files = dict[str, bytes]


class Outcome(NamedTuple):
    """What a command did: its exit code (negative: the signal that ended it), and what it printed."""

    code: int
    out: str
    err: str


class Result:
    """The counts of one experiment, and what went wrong."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    def require(self, holds: bool, fault: str) -> None:
        """Note a fault unless something holds."""
        if not holds and len(self.faults) < 20:
            self.faults.append(fault)


# A project, and commands in processes of their own


@contextlib.contextmanager
def project() -> Iterator[Path]:
    """A folder with a plan in a repository of git, its state and its cache beside it."""
    base = Path(tempfile.mkdtemp(prefix="kpi-faults-")).resolve()
    folder = base / "shop"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (folder / "kpi.yaml").write_text(PLAN)
    (folder / "team.yaml").write_text(TEAM)
    rows = "".join(f"2026-0{month}-{day:02},{day}\n" for month in range(1, 7) for day in range(1, 29))
    (folder / "orders-1.csv").write_text("day,amount\n" + rows)
    try:
        yield folder
    finally:
        os.chdir("/")
        shutil.rmtree(base, ignore_errors=True)


def environment(folder: Path) -> None:
    """Work in a project, with its own cache and state."""
    os.chdir(folder)
    os.environ.pop("KPI_NO_CACHE", None)
    os.environ["KPI_CACHE_DIR"] = str(folder.parent / "cache")
    os.environ["KPI_STATE_DIR"] = str(folder.parent / "state")


def files(folder: Path) -> Files:
    """The files of the project, without those of git."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts
    }  # fmt: skip


def restore(folder: Path, content: Files, *, state: bool = False) -> None:
    """Set the files of the project back; those of the state and the cache only if asked."""
    for name in files(folder):
        if name not in content:
            (folder / name).unlink()
    for name, raw in content.items():
        if not (folder / name).exists() or (folder / name).read_bytes() != raw:
            (folder / name).write_bytes(raw)
    if not state:
        for name in ("state", "cache"):
            shutil.rmtree(folder.parent / name, ignore_errors=True)


def start(folder: Path, arguments: Sequence[str], before: Callable[[], None] = lambda: None) -> tuple[int, Path]:
    """Fork a process that runs a command after ``before``; return its id, and the folder of what it prints."""
    printed = Path(tempfile.mkdtemp(prefix="printed-", dir=folder.parent))
    child = os.fork()
    if child:
        return child, printed
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        environment(folder)
        for number, name in ((1, "out"), (2, "err")):
            opened = os.open(printed / name, os.O_WRONLY | os.O_CREAT, 0o666)
            os.dup2(opened, number)
            os.close(opened)
        sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), encoding="utf-8", write_through=True)
        before()
        from kpi.__main__ import main

        sys.argv = ["kpi", *arguments]
        try:
            code = main() or 0  # type: ignore[func-returns-value]
        except SystemExit as end:
            code = int(end.code or 0)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    finally:
        os._exit(code)


def wait(child: int, printed: Path) -> Outcome:
    """Wait for the end of a process."""
    _, status = os.waitpid(child, 0)
    out, err = (
        (printed / name).read_text(errors="replace") if (printed / name).exists() else "" for name in ("out", "err")
    )
    shutil.rmtree(printed)
    return Outcome(os.waitstatus_to_exitcode(status), out, err)


def run(folder: Path, *arguments: str, before: Callable[[], None] = lambda: None) -> Outcome:
    """Run a command to its end."""
    return wait(*start(folder, arguments, before))


def at_operation(folder: Path, number: int, signal_: int) -> Callable[[], None]:
    """What makes a process send itself a signal just before its n-th operation on a file of the project, its state or
    its cache. Most of the time of a command is spent on other things, so random moments rarely hit these."""

    def prepare() -> None:
        seen = 0
        base = str(folder.parent)

        def watch(event: str, given: tuple[object, ...]) -> None:
            nonlocal seen
            if event not in OPERATIONS or not any(_is_below(one, base, folder) for one in given[:2]):
                return
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal_)

        sys.addaudithook(watch)

    return prepare


OPERATIONS = {
    "open", "os.rename", "os.remove", "os.chmod", "os.utime", "os.mkdir", "os.truncate", "os.listxattr", "os.rmdir",
    "fcntl.flock", "tempfile.mkstemp", "tempfile.mkdtemp", "os.chown", "os.link",
}  # fmt: skip


def _is_below(given: object, base: str, folder: Path) -> bool:
    """Whether an argument of an operation is a path below a folder, or an open file."""
    if isinstance(given, int):
        return True
    try:
        return os.path.join(folder, os.fsdecode(given)).startswith(base)  # type: ignore[call-overload]  # noqa: PTH118
    except TypeError:
        return False


def disturbed(folder: Path, arguments: Sequence[str], signal_: int, longest: float) -> Outcome:
    """Run a command and send it a signal at a random moment, or before a random one of its operations on files."""
    if random.random() < 0.5:
        return run(folder, *arguments, before=at_operation(folder, random.randint(1, 40), signal_))
    child, printed = start(folder, arguments)
    time.sleep(random.uniform(0, longest))
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal_)
    return wait(child, printed)


def load_modules() -> None:
    """Import what the commands need, so that a fork of this process spends its time on the work."""
    import kpi

    for path in sorted(Path(kpi.__file__).parent.rglob("*.py")):
        name = ".".join(path.relative_to(Path(kpi.__file__).parents[1]).with_suffix("").parts)
        if not any(part in name for part in ("__main__", "warehouse", "lsp", "agents", "live", "share", "__init__")):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    importlib.import_module("encodings.utf_8_sig")
    importlib.import_module("duckdb")
    # Nobody else may be able to read the standard library, so what is imported at the point of use is imported here.
    with project() as folder, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from kpi.cli.app import run as run_here

        environment(folder)
        for name, arguments in COMMANDS.items():
            if name != "status":  # the engine's threads would not survive a fork
                run_here([*arguments])


def duration(folder: Path, arguments: Sequence[str], content: Files) -> float:
    """How long a command takes that nothing disturbs."""
    spent = []
    for _ in range(3):
        restore(folder, content)
        started = time.monotonic()
        run(folder, *arguments)
        spent.append(time.monotonic() - started)
    return sorted(spent)[1]


# The experiments


def killed(name: str, times: int) -> Result:
    """SIGKILL at random moments of a command."""
    return _stopped(name, times, signal.SIGKILL)


def interrupted(name: str, times: int) -> Result:
    """Ctrl-C at random moments of a command."""
    return _stopped(name, times, signal.SIGINT)


def _stopped(name: str, times: int, signal_: signal.Signals) -> Result:
    result, arguments = Result(), COMMANDS[name]
    with project() as folder:
        content = files(folder)
        longest = 1.1 * duration(folder, arguments, content)
        restore(folder, content)
        whole = run(folder, *arguments)
        expected = files(folder)
        for _ in range(times):
            restore(folder, content)
            done = disturbed(folder, arguments, signal_, longest)
            _check_stopped(result, done, signal_)
            found = files(folder)
            left = [one for one in found if one not in expected]
            result.counts["runs"] += 1
            result.counts["stopped"] += done.code in (-signal_, 130)
            result.counts["temporary files left"] += bool(left)
            for one in content.keys() | expected.keys():
                states = [state.get(one) for state in (content, expected)]
                result.require(found.get(one) in states, f"{one} is neither as before nor as after")
            changed = any(found.get(one) != content.get(one) for one in expected)
            result.counts["written"] += changed
            _check_journal(result, folder)
            # What a stopped process leaves behind disturbs nobody.
            restore(
                folder,
                {one: raw for one, raw in found.items() if one not in left} | {one: found[one] for one in left},
                state=True,
            )
            again = run(folder, *arguments)
            if name == "status":
                result.require((again.code, again.out) == (whole.code, whole.out), f"status is another: {again}")
            elif name == "record" and changed:
                result.require("already has 44" in again.err, f"the next record: {again}")
            else:
                result.require(again.code == whole.code, f"the next {name}: {again}")
    return result


def _check_stopped(result: Result, done: Outcome, signal_: signal.Signals) -> None:
    allowed = (-signal_, 130) if signal_ == signal.SIGINT else (-signal_,)
    result.require(done.code in (0, 1, 2, *allowed), f"exit code {done.code}")
    result.require("Traceback" not in done.err and "internal error" not in done.err, done.err)


def _check_journal(result: Result, folder: Path) -> None:
    for path in folder.parent.glob("state/*/edits.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError as fault:
            result.require(False, f"the journal is torn: {fault}")


def full_disk(times: int) -> Result:
    """Files may only grow to so many bytes, as on a disk that becomes full while they are written."""
    result = Result()
    with project() as folder:
        content = files(folder)
        for name, arguments in COMMANDS.items():
            restore(folder, content)
            whole = run(folder, *arguments)
            expected = files(folder)
            for _ in range(max(times // len(COMMANDS), 1)):
                restore(folder, content)
                done = run(folder, *arguments, before=_limited)
                found = files(folder)
                result.counts["runs"] += 1
                result.counts["refused"] += done.code == 2
                result.require("Traceback" not in done.err and "internal error" not in done.err, done.err)
                for one in content.keys() | expected.keys():
                    states = [state.get(one) for state in (content, expected)]
                    result.require(found.get(one) in states, f"{name}: {one} is torn by a full disk")
                result.require(not found.keys() - expected.keys(), f"{name}: left {found.keys() - expected.keys()}")
                result.require(name != "status" or done.code == 2 or done.out == whole.out, "status is another")
    return result


def _limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = random.choice([0, 1, 64, 500, 1_000, 2_000, 4_000, 8_000])
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def read_only(times: int) -> Result:
    """The folder, or the files in it, may not be written."""
    result = Result()
    with project() as folder:
        content = files(folder)
        for way in ("folder", "files", "both"):
            for name, arguments in COMMANDS.items():
                restore(folder, content)
                for path in (folder.parent, folder, *folder.iterdir()):
                    path.chmod(0o777 if path.is_dir() else 0o666)
                for path in folder.iterdir() if way != "folder" else []:
                    path.chmod(0o555 if path.is_dir() else 0o444)
                if way != "files":
                    folder.chmod(0o555)
                done = run(folder, *arguments, before=_as_nobody)
                folder.chmod(0o777)
                result.counts["runs"] += 1
                result.counts["refused"] += done.code == 2
                result.require("Traceback" not in done.err and "internal error" not in done.err, done.err)
                found = files(folder)
                result.require(
                    found == content or done.code in (0, 1), f"{name}, {way}: refused, and yet something was written"
                )
                result.require(
                    set(found) <= {*content, "reviews.yaml", ".gitattributes"}, f"{name}, {way}: {set(found)}"
                )
    return result


def _as_nobody() -> None:
    """Root may write everywhere, so be somebody else."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def changing(times: int) -> Result:
    """Somebody else writes the plan and the data while a command reads them."""
    result = Result()
    with project() as folder:
        content = files(folder)
        other = (
            PLAN.replace("title: Shop", "title: Another shop")
            + "  more: {name: More, goal: more, unit: points, values: {2026-06: 1}}\n"
        )
        rows = content["orders-1.csv"].decode()
        for number in range(times):
            restore(folder, content)
            name = list(COMMANDS)[number % len(COMMANDS)]
            child, printed = start(folder, COMMANDS[name])
            end = time.monotonic() + random.uniform(0.05, 0.4)
            turn = 0
            while time.monotonic() < end:
                turn += 1
                _replace(folder / "kpi.yaml", (PLAN, other)[turn % 2])
                _replace(folder / "orders-1.csv", rows if turn % 2 else rows + "2026-06-29,1\n" * 500)
                time.sleep(random.uniform(0, 0.01))
            done = wait(child, printed)
            result.counts["runs"] += 1
            result.counts["refused"] += done.code == 2
            result.require("Traceback" not in done.err and "internal error" not in done.err, done.err)
            found = (folder / "kpi.yaml").read_text()
            wholes = [text.replace(".csv", ".csv") for text in (PLAN, other)]
            result.require(
                found in wholes or any(_is_edited(found, text) for text in wholes),
                f"{name}: the plan is neither's: {found}",
            )
    return result


def _replace(path: Path, text: str) -> None:
    """Write a file as an editor does."""
    temporary = path.with_name(f"~{path.name}")
    temporary.write_text(text)
    temporary.replace(path)


def _is_edited(found: str, text: str) -> bool:
    """Whether a plan is what record or lint --fix makes of a text."""
    recorded = text.replace("2026-02: 41}", "2026-02: 41, 2026-03: 44}")
    return found == recorded or found.replace("at least", "").replace(">=", "").replace("'", "").replace(" ", "") == (
        text.replace("at least", "").replace(">=", "").replace("'", "").replace(" ", "")
    )


def clock(times: int) -> Result:
    """Files are dated in the past and in the future, as after a jump of the clock, with the same size and other rows:
    no value of the cache may be an old one."""
    result = Result()
    with project() as folder:
        content = files(folder)
        path = folder / "orders-1.csv"
        run(folder, *COMMANDS["status"])
        for _ in range(times):
            jump = random.choice([-86400 * 365, -3600, -2, -0.001, 0, 0.001, 2, 3600, 86400 * 365])
            rows = content["orders-1.csv"].decode().splitlines(keepends=True)
            kept = random.randint(1, len(rows) - 1)
            # As many bytes, other rows: those that are left out are of another year.
            lines = rows[: kept + 1] + [row.replace("2026", "2019") for row in rows[kept + 1 :]]
            path.write_text("".join(lines))
            os.utime(path, (time.time() + jump,) * 2)
            done = run(folder, *COMMANDS["status"])
            fresh = run(folder, *COMMANDS["status"], "--no-cache")
            result.counts["runs"] += 1
            result.require(done.out == fresh.out and done.code == fresh.code, f"an old value after a jump of {jump} s")
            result.require("internal error" not in done.err, done.err)
    return result


EXPERIMENTS: dict[str, Callable[[int], Result]] = {
    **{f"kill-{name}": lambda times, name=name: killed(name, times) for name in COMMANDS},  # type: ignore[misc]
    **{f"interrupt-{name}": lambda times, name=name: interrupted(name, times) for name in COMMANDS},  # type: ignore[misc]
    "full-disk": full_disk,
    "read-only": read_only,
    "changing-files": changing,
    "clock": clock,
}


def main() -> int:
    """Run, and return 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiments", nargs="*", metavar="EXPERIMENT", choices=[*EXPERIMENTS, []])
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    load_modules()
    wrong = 0
    for name in given.experiments or EXPERIMENTS:
        started = time.monotonic()
        found = EXPERIMENTS[name](given.times)
        counts = ", ".join(f"{count} {what}" for what, count in found.counts.items())
        print(f"{name}: {counts}, {len(found.faults)} faults ({time.monotonic() - started:.0f} s)", flush=True)
        for fault in found.faults:
            print(f"  {fault}", flush=True)
        wrong += len(found.faults)
        if given.json is not None:
            results = json.loads(given.json.read_text()) if given.json.exists() else {}
            results[name] = {"counts": dict(found.counts), "faults": found.faults}
            given.json.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
