"""The input stream of the language server. Headers are checked before a message is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

LONGEST_HEADER = 4_096  # bytes of a line
LARGEST_MESSAGE = 64_000_000  # bytes; a plan file has at most 10 MB
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)


class CheckedInput:
    """A stream of messages with headers. It reports the first invalid header and ends there, because the rest of the
    stream cannot be split into messages and the editor would wait forever for a response."""

    def __init__(self, stream: BinaryIO, report: Callable[[str], object]) -> None:
        self._stream = stream
        self._report = report
        self._length: int | None = None
        self._ended = False

    def readline(self) -> bytes:
        """A line of a header with its line break; b"" at the end and after an invalid header."""
        if self._ended:
            return b""
        line = self._stream.readline(LONGEST_HEADER)
        if not line:
            return line
        fault = self._fault(line)
        if fault is not None:
            self._ended = True
            self._report(f"kpi: invalid message from the editor: {fault}")
            return b""
        if line.strip():
            # Normalized, because editors differ in white space and case.
            return line if not _LENGTH.fullmatch(line) else b"Content-Length: %d\r\n" % (self._length or 0)
        self._length = None
        return line

    def read(self, size: int) -> bytes:
        """The bytes of the body of a message."""
        return self._stream.read(size)

    def _fault(self, line: bytes) -> str | None:
        """The error in a line of a header, or None. Stores the length that the header contains."""
        if not line.endswith(b"\n"):
            return "a header without a line break"
        if not line.strip():
            return "a header without Content-Length" if self._length is None else None
        if not line.lower().startswith(b"content-length"):
            return None
        found = _LENGTH.fullmatch(line)
        if found is None or int(found[1]) == 0:
            return f"Content-Length is not a number of bytes: {line[:80].decode('ascii', 'replace').strip()!r}"
        self._length = int(found[1])
        if self._length > LARGEST_MESSAGE:
            return f"a message of {self._length:,} bytes; the limit is {LARGEST_MESSAGE:,}"
        return None
