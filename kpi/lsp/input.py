"""What an editor sends, its headers checked before the protocol waits for what they announce."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

LONGEST_HEADER = 4_096  # bytes of a line
LARGEST_MESSAGE = 64_000_000  # bytes; a plan has at most 10 MB
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)


class CheckedInput:
    """A stream of messages with headers. At the first header that cannot be, it says so and comes to its end: what
    follows cannot be split into messages, and an editor that waits for an answer would wait for ever."""

    def __init__(self, stream: BinaryIO, report: Callable[[str], object]) -> None:
        self._stream = stream
        self._report = report
        self._length: int | None = None
        self._ended = False

    def readline(self) -> bytes:
        """A line of a header with its line break; b"" at the end, or where the end is made."""
        if self._ended:
            return b""
        line = self._stream.readline(LONGEST_HEADER)
        if not line:
            return line
        fault = self._fault(line)
        if fault is not None:
            self._ended = True
            self._report(f"kpi: the editor sent no message of the Language Server Protocol: {fault}")
            return b""
        if line.strip():
            # Exactly as the protocol writes it, whatever white space and case the editor likes.
            return line if not _LENGTH.fullmatch(line) else b"Content-Length: %d\r\n" % (self._length or 0)
        self._length = None
        return line

    def read(self, size: int) -> bytes:
        """The bytes of a message."""
        return self._stream.read(size)

    def _fault(self, line: bytes) -> str | None:
        """What is wrong with a line of a header; keeps the length that it states."""
        if not line.endswith(b"\n"):
            return "a header without an end"
        if not line.strip():
            return "a header without Content-Length" if self._length is None else None
        if not line.lower().startswith(b"content-length"):
            return None
        found = _LENGTH.fullmatch(line)
        if found is None or int(found[1]) == 0:
            return f"Content-Length is no number of bytes in {line[:80].decode('ascii', 'replace').strip()!r}"
        self._length = int(found[1])
        if self._length > LARGEST_MESSAGE:
            return f"a message of {self._length:,} bytes, and at most {LARGEST_MESSAGE:,} are read"
        return None
