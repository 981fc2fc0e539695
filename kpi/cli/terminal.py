"""The width of the terminal, and a spinner for long work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status

WIDTH_WITHOUT_TERMINAL = 80
DELAY = 0.5  # seconds before the spinner appears


def terminal_width() -> int:
    """The width in columns: ``COLUMNS``, else that of the terminal of any standard stream, else 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            if stream is not None and (width := os.get_terminal_size(stream.fileno()).columns) > 0:
                return width
        except (OSError, ValueError):  # not a terminal, or closed
            continue
    return WIDTH_WITHOUT_TERMINAL


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show ``what`` with a spinner on standard error while the block runs, if that is a terminal and the block takes
    longer than half a second."""
    if not sys.stderr.isatty():
        yield
        return
    from threading import Lock, Timer

    lock, done = Lock(), False
    spinning: list[Status] = []

    def start() -> None:
        from rich.console import Console

        with lock:
            if not done:
                spinning.append(Console(stderr=True).status(what))
                spinning[0].start()

    timer = Timer(DELAY, start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            done = True
            for spinner in spinning:
                spinner.stop()
