"""The program ``kpi``; ``python -m kpi`` is the same."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command that was typed, and ends the process with its exit code."""
    # A command lives for a moment and leaves next to no cycles, so looking for them, again and again while hundreds of
    # modules are imported and once more at the end, would be a fifth of what `kpi lint` takes.
    gc.disable()
    end_in_order()
    from kpi.cli.app import run

    code = run(sys.argv[1:])
    if any(thread.daemon for thread in threading.enumerate()):
        # The engine is still at something that it cannot stop, and would be cleared away beneath its own feet.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    if not sys.modules.keys() & {
        "duckdb",
        "_duckdb",
    }:  # which counts what it has to let go of at the end, and complains of what is kept
        gc.freeze()
    sys.exit(code)


def end_in_order() -> None:
    """Lets a process that is asked to end (SIGTERM, SIGHUP) first remove its temporary folders, as after Ctrl-C."""

    def end(number: int, _: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, end)


if __name__ == "__main__":
    main()
