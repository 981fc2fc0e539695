"""The program ``kpi``; ``python -m kpi`` is the same."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command that was typed, and ends the process with its exit code."""
    # A command lives for a moment and leaves next to no cycles, so looking for them, again and again while hundreds of
    # modules are imported and once more at the end, would be a fifth of what `kpi lint` takes.
    gc.disable()
    from kpi.cli.app import run

    code = run(sys.argv[1:])
    if not sys.modules.keys() & {
        "duckdb",
        "_duckdb",
    }:  # which counts what it has to let go of at the end, and complains of what is kept
        gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
