"""What the commands write to the two streams, whatever these are: a terminal, a pipe in another encoding, a full disk,
nothing at all."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TextIO

from kpi.errors import KpiError

_OF_STREAMS = {errno.EPIPE, errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EINVAL, errno.EDQUOT}


class OutputError(KpiError):
    """Standard output takes nothing more: the disk is full, or it was closed from the beginning."""


def prepare_streams() -> None:
    """Makes the streams such that writing to them never fails because of a character, and that a stream that was
    closed (``kpi status >&-``) is there and refuses what is written to it.

    A closed descriptor must not stay free: the next file that is opened would get it, and be written to as output.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)
            if opened != number:  # pragma: no cover  # the lowest free one is always given
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdout is None:  # writes to it fail, because the descriptor was opened for reading
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def show(text: str, *, end: str = "\n") -> None:
    """Prints text for people to standard output. Signs that its encoding lacks are replaced by some that it has."""
    print(_fitting(text, sys.stdout.encoding), end=end)


def show_data(text: str) -> None:
    """Prints what programs read (JSON, CSV, XML, Markdown) to standard output, in UTF-8 wherever it runs."""
    from kpi.render.fallback import is_unicode

    if not is_unicode(sys.stdout.encoding) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text)


def tell(text: str) -> None:
    """Prints a message to standard error. It may quote files, names and data: nothing in it steers a terminal, and no
    line of it is a command to a CI server."""
    from kpi.render.sanitize import visible_lines

    tell_painted(visible_lines(text))


def tell_painted(text: str) -> None:
    """The same for a text that is safe already and may be coloured."""
    try:
        print(_fitting(text, sys.stderr.encoding), file=sys.stderr, flush=True)
    except OSError:  # nobody is left who could be told; the exit code still says it
        give_up(sys.stderr)


def _fitting(text: str, encoding: str | None) -> str:
    from kpi.render.fallback import encodable, is_unicode

    return text if encoding is None or is_unicode(encoding) else encodable(text, encoding)


def failed_to_write(fault: OSError) -> bool:
    """Whether a fault is one of writing to a stream: no file is named in it, as it is where one is opened."""
    return fault.filename is None and fault.errno in _OF_STREAMS


def give_up(stream: TextIO) -> None:
    """Makes what is still held back for a stream go nowhere: Python flushes it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
