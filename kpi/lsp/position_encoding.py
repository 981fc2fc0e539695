"""Converts between characters and the positions of editors, which are 0-based and count code units, often of UTF-16."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

Units = Literal["utf-8", "utf-16", "utf-32"]
_ENCODINGS: dict[Units, tuple[str, int]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}


class Lines:
    """The lines of a text. As in YAML and in editors, a line ends with a line feed, a carriage return, or both."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]

    def offset(self, line: int, units_before: int, units: Units) -> int:
        """The character offset of an editor position. A position beyond the end of its line is moved to that end."""
        if line >= len(self._starts):
            return len(self.text)
        content = self._content(line)
        if content.isascii() or units == "utf-32":
            return self._starts[line] + min(units_before, len(content))
        left = units_before
        for at, char in enumerate(content):
            if left < (width := _width(char, units)):
                return self._starts[line] + at
            left -= width
        return self._starts[line] + len(content)

    def units_before(self, line: int, characters: int, units: Units) -> int:
        """The number of code units of the first ``characters`` of a line (0-based)."""
        before = self._content(line)[:characters] if line < len(self._starts) else ""
        return _width(before, units)

    def start(self, line: int) -> int:
        """The offset of the first character of a line (0-based); the end of the text if there is no such line."""
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of a character offset, both 0-based and in characters."""
        line = bisect_right(self._starts, offset) - 1
        return line, offset - self._starts[line]

    def _content(self, line: int) -> str:
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[line] : end].rstrip("\r\n")


def _width(text: str, units: Units) -> int:
    if text.isascii():
        return len(text)
    encoding, bytes_ = _ENCODINGS[units]
    return len(text.encode(encoding, "surrogatepass")) // bytes_
