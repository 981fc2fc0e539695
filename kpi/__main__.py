"""The program ``kpi``; ``python -m kpi`` is the same."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import NoReturn


def main() -> NoReturn:
    """Run the command and end the process with its exit code."""
    # A command is short and leaves almost no cycles. Collecting them while hundreds of modules are imported, and again
    # at exit, would take a fifth of the time of `kpi lint`.
    gc.disable()
    # Pydantic would look for plugins in the metadata of every installed package; none may change what a plan means.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    end_in_order()
    from kpi.cli.app import run

    code = run(sys.argv[1:])
    if any(thread.daemon for thread in threading.enumerate()):
        # The engine is still running something that it cannot stop, and would be torn down while in use.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    if not sys.modules.keys() & {"duckdb", "_duckdb"}:  # DuckDB reports objects that are not freed at exit
        gc.freeze()
    sys.exit(code)


def end_in_order() -> None:
    """On SIGTERM and SIGHUP, remove temporary folders before exiting, as on Ctrl-C."""

    def end(number: int, _: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, end)


if __name__ == "__main__":
    main()
