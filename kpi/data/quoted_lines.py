"""Whether quoted fields in a piece of a large text file may hold whole rows: looked at as arrays, 64 characters at a
time, since a file in which all fields are quoted has several marks in each row (R11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]  # a bit for each character, the first one lowest
_LINE_END = 10
_SHIFTS = tuple(np.uint64(1 << power) for power in range(6))
_ONE, _LAST = np.uint64(1), np.uint64(63)


def harmless(piece: bytes, mark: bytes, delimiter: bytes, width: int) -> int:
    """The size of a part at the beginning of ``piece``, up to a line end, without quoted fields that may hold rows.

    ``piece`` begins outside of quotes and ends with a line end; ``mark`` and ``delimiter`` are single bytes. The size
    is 0 where a quoted field has as many line breaks and delimiters as whole rows of ``width`` fields have, where a
    mark neither begins nor ends a field, and where the first field does not end.
    """
    text = np.frombuffer(piece, np.uint8)
    marks, ends = _words(text == mark[0]), _words(text == _LINE_END)
    quoted, is_open = _quoted(marks)
    broken = quoted & ends
    if not broken.any():
        return len(piece)
    delimiters = _words(text == delimiter[0])
    if _strays(marks, ends | delimiters, len(piece)):
        return 0
    begins = marks & quoted
    begins &= ~_later(marks & ~quoted)  # the second of two marks does not begin a field
    before = np.cumsum(np.bitwise_count(begins), dtype=np.int64)
    breaks = _fields(broken, begins, before)
    first = np.flatnonzero(np.diff(breaks, prepend=-1))
    fields = breaks[first]
    inside = _fields(quoted & delimiters, begins, before)
    found = np.searchsorted(inside, fields, "right") - np.searchsorted(inside, fields)
    if (found == np.diff(first, append=len(breaks)) * (width - 1)).any():
        return 0
    return _whole_rows(ends & ~quoted) if is_open else len(piece)


def _whole_rows(ends: Words) -> int:
    """The size of the part up to the last of these line ends; 0 where there is none."""
    held = np.flatnonzero(ends)
    return 0 if len(held) == 0 else int(held[-1]) * 64 + int(ends[held[-1]]).bit_length()


def _words(mask: NDArray[np.bool_]) -> Words:
    packed = np.packbits(mask, bitorder="little")
    words = np.zeros(-(-len(mask) // 64), "<u8")
    words.view(np.uint8)[: len(packed)] = packed
    return words


def _later(words: Words) -> Words:
    """The characters that follow these."""
    later = words << _ONE
    later[1:] |= words[:-1] >> _LAST
    return later


def _fields(words: Words, begins: Words, before: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of these characters, how many fields begin up to it; ``before`` counts those up to the end of a word."""
    held = np.flatnonzero(words)
    places = np.flatnonzero(np.unpackbits(words[held].view(np.uint8), bitorder="little").view(np.bool_))
    own = held[places >> 6]
    upwards = begins[own] >> (places & 63).astype(np.uint64)  # those at and behind the character
    count: NDArray[np.int64] = before[own] - np.bitwise_count(upwards)
    return count


def _quoted(marks: Words) -> tuple[Words, bool]:
    """The characters with an odd number of marks up to them, and whether the last one is such a character."""
    inside = marks.copy()
    for shift in _SHIFTS:
        inside ^= inside << shift
    after = np.bitwise_xor.accumulate(inside >> _LAST)  # whether a field is open behind each word
    inside[1:] ^= np.negative(after[:-1])
    return inside, bool(after[-1])


def _strays(marks: Words, separators: Words, size: int) -> bool:
    """Whether there are marks beside neither a separator, another mark, nor an end of the text."""
    near = separators | marks
    before, after = _later(near), near >> _ONE
    after[:-1] |= near[1:] << _LAST
    before[0] |= _ONE
    after[-1] |= _ONE << np.uint64((size - 1) % 64)
    return bool((marks & ~(before | after)).any())
