"""Processes that do not outlive the tests that start them, however those end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
# A machine that is busy with other tests is slow to start a server.
PATIENCE = 120


class NotUpError(Exception):
    """A process that ended, or had nothing to say, before it was ready; with the end of its log."""


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    end: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block lasts, with its output in ``log``. It is sent ``end``, and killed when that
    does not help; where Linux can be asked to, it is also ended when the tests themselves are killed."""
    if shutil.which("setpriv"):
        command = ["setpriv", f"--pdeathsig={end.name.removeprefix('SIG')}", *command]
    variables = os.environ | {"LC_ALL": "C.UTF-8"} | dict(environment or {})
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", env=variables
        )
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def waited_for(found: Callable[[], Found | None], process: subprocess.Popen[bytes], log: Path) -> Found:
    """What ``found`` gives as soon as it gives something. Raises NotUpError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        over = process.poll() is not None
        with contextlib.suppress(FileNotFoundError):
            value = found()
            if value is not None:
                return value
        if over:
            break
        time.sleep(0.05)
    raise NotUpError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
