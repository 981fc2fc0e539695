"""Writes to standard output and standard error, whether they are a terminal, a pipe in any encoding, a full disk or
closed."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TextIO

from kpi.errors import KpiError

_OF_STREAMS = {errno.EPIPE, errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EINVAL, errno.EDQUOT}


class OutputError(KpiError):
    """Standard output cannot be written: the disk is full, or it was closed at the start."""


def prepare_streams() -> None:
    """Prepare the streams: every character can be written, and a closed stream (``kpi status >&-``) refuses writes.

    A closed descriptor must not stay free: the next opened file would get it, and receive the output.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)
            if opened != number:  # pragma: no cover  # the lowest free one is always given
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:  # writes to it fail, because the descriptor was opened for reading
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def show(text: str, *, end: str = "\n") -> None:
    """Print text for people to standard output. Characters that its encoding lacks are replaced."""
    print(_fitting(text, sys.stdout.encoding), end=end)


def show_data(text: str) -> None:
    """Print text for programs (JSON, CSV, XML, Markdown) to standard output, always in UTF-8."""
    from kpi.render.fallback import is_unicode

    if not is_unicode(sys.stdout.encoding) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text)


def tell(text: str) -> None:
    """Print a message to standard error. It may quote files, names and data, so control characters and commands to CI
    servers in it are made harmless."""
    from kpi.render.sanitize import visible_lines

    tell_painted(visible_lines(text))


def tell_painted(text: str) -> None:
    """Print a message that is already harmless, and may be coloured, to standard error."""
    try:
        print(_fitting(text, sys.stderr.encoding), file=sys.stderr, flush=True)
    except OSError:  # nobody reads standard error; the exit code still reports the failure
        give_up(sys.stderr)


def _fitting(text: str, encoding: str | None) -> str:
    from kpi.render.fallback import encodable, is_unicode

    return text if encoding is None or is_unicode(encoding) else encodable(text, encoding)


def failed_to_write(fault: OSError) -> bool:
    """Whether an error came from writing to a stream: unlike one from opening a file, it names no file."""
    return fault.filename is None and fault.errno in _OF_STREAMS


def give_up(stream: TextIO) -> None:
    """Discard what is buffered for a stream, which Python would flush again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
