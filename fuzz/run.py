"""Fuzzes kpi: python fuzz/run.py [--minutes N] [--engine hypothesis|atheris] [TARGET ...].

Each target runs for so many minutes, one after the other. Every fault is written to fuzz/found as a JSON file; move
it to fuzz/seeds/TARGET once it is fixed, and the tests hold it. ``hypothesis`` makes structured inputs and shrinks what
it finds; ``atheris`` (pip install atheris, Python 3.11 to 3.13) changes inputs guided by the coverage of the code.
``--json FILE`` adds the number of inputs and of faults to a file for docs/make_reliability.py.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
FOUND = Path(__file__).with_name("found")
SLOW = 3.0  # seconds of processor time that no input here may take


class Log:
    """The inputs and faults of one run. A fault is known by its kind and by the line that raised it."""

    def __init__(self, target: str, found: Path) -> None:
        self.target, self.folder = target, found
        self.inputs = 0
        self.faults: dict[str, str] = {}

    def check(self, check: Callable[[Any], None], given: Any) -> Exception | None:
        """Run the check, and return what it raised where that has not been seen before."""
        self.inputs += 1
        started = time.process_time()
        fault: Exception | None = None
        try:
            check(given)
        except Exception as raised:
            fault = raised
        spent = time.process_time() - started
        if fault is None and spent > SLOW:
            fault = TimeoutError(f"took {spent:.1f} s")
        if fault is None or signature(fault) in self.faults:
            return None
        return fault

    def keep(self, fault: Exception, given: Any) -> None:
        """Write an input that was handled wrongly."""
        key = signature(fault)
        self.faults[key] = "".join(traceback.format_exception(fault))
        folder = self.folder / self.target
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{sha256(key.encode()).hexdigest()[:10]}.json"
        content = {"found": key, "input": given, "trace": self.faults[key].splitlines()[-12:]}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"{self.target}: {key}\n  {path}", flush=True)


def signature(fault: Exception) -> str:
    """The kind of a fault, and the line that raised it."""
    places = traceback.extract_tb(fault.__traceback__)
    own = [place for place in places if "/kpi/" in place.filename or "/fuzz/" in place.filename]
    place = own[-1] if own else None
    where = "" if place is None else f" ({Path(place.filename).name}:{place.lineno})"
    return (
        f"{type(fault).__name__}: {str(fault)[:80]}{where}"
        if isinstance(fault, AssertionError)
        else (f"{type(fault).__name__}{where}")
    )


def run_hypothesis(target: Any, log: Log, end: float) -> None:
    """Make inputs until the time is over. Each round starts anew, so that a fault does not end the run."""
    while time.monotonic() < end:
        for fault, one in one_round(target, log, end):
            log.keep(fault, one)


def one_round(target: Any, log: Log, end: float) -> list[tuple[Exception, Any]]:
    """Some hundred inputs, up to the first new fault: its smallest input."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    last: list[tuple[Exception, Any]] = []

    def once(one: Any) -> None:
        if time.monotonic() > end and not last:
            return
        fault = log.check(target.check, one)
        if fault is not None:
            last[:] = [(fault, one)]
            raise fault

    limits = settings(
        max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False,
    )  # fmt: skip
    try:
        seed(random.getrandbits(64))(limits(given(target.inputs)(once)))()
    except Exception:
        if not last:
            raise
    return last


def run_atheris(target: Any, log: Log, seconds: float, arguments: list[str], report: Callable[[float], None]) -> None:
    """Change inputs guided by coverage until the time is over. Atheris ends the process."""
    import atheris

    with atheris.instrument_imports(include=["kpi"]):
        import kpi.cli.app
        import kpi.data
        import kpi.drafting.draft
        import kpi.editing.session
        import kpi.formulas
        import kpi.lint.registry
        import kpi.plan.loading
        import kpi.render.findings
        import kpi.run  # noqa: F401

    if target.from_bytes is None:
        from hypothesis import given, settings

        @settings(database=None, deadline=None)
        @given(target.inputs)
        def structured(one: Any) -> None:
            once(one)

        entry: Callable[[bytes], Any] = structured.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    else:
        entry = lambda raw: once(target.from_bytes(raw))  # noqa: E731

    started = written = time.monotonic()

    def once(one: Any) -> None:
        nonlocal written
        fault = log.check(target.check, one)
        if fault is not None:
            log.keep(fault, one)
        now = time.monotonic()
        if now > written + 10:  # nothing runs after the last input
            written = now
            report(now - started)

    words = Path(log.folder, f"{target.name}.dict")
    words.parent.mkdir(parents=True, exist_ok=True)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape")) for word in target.words)
    words.write_text("".join(f'"{word}"\n' for word in escaped if word), encoding="ascii")
    options = [f"-max_total_time={seconds:.0f}", "-max_len=3000", "-timeout=60", "-print_final_stats=0", "-verbosity=0"]
    if target.words:
        options.append(f"-dict={words}")
    atheris.Setup([sys.argv[0], *options, *arguments], entry)
    atheris.Fuzz()


def main() -> int:
    """Run, and return 1 if a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--engine", choices=["hypothesis", "atheris"], default="hypothesis")
    parser.add_argument("--found", type=Path, default=FOUND, metavar="FOLDER")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="inputs that atheris starts from and adds to")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    if given.engine == "atheris" and len(given.targets) != 1:
        parser.error("atheris ends the process: name one target")
    if given.engine == "atheris":
        import atheris  # noqa: F401  # before what it instruments
    from fuzz_targets import TARGETS_BY_NAME

    for name in given.targets:
        if name not in TARGETS_BY_NAME:
            parser.error(f"there is no target {name!r}; there are {', '.join(TARGETS_BY_NAME)}")
    found = 0
    for name in given.targets or TARGETS_BY_NAME:
        log, target = Log(name, given.found), TARGETS_BY_NAME[name]
        started = time.monotonic()
        report = partial(add, given.json, given.engine, log)
        if given.engine == "atheris":
            corpus = [] if given.corpus is None else [str(given.corpus)]
            run_atheris(target, log, given.minutes * 60, corpus, report)
        run_hypothesis(target, log, started + given.minutes * 60)
        report(time.monotonic() - started)
        found += len(log.faults)
    return 1 if found else 0


def add(path: Path | None, engine: str, log: Log, spent: float) -> None:
    """Print the state of a run, and write it to the file of results in place of an earlier state."""
    minutes = round(spent / 60, 1)
    print(f"{log.target}: {log.inputs:,} inputs in {minutes} min, {len(log.faults)} faults", flush=True)
    if path is None:
        return
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results[f"{log.target} {engine}"] = {
        "target": log.target, "engine": engine, "inputs": log.inputs, "minutes": minutes, "faults": sorted(log.faults)
    }  # fmt: skip
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
