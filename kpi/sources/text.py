"""The first part of a text file, decoded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

HEAD = 65_536  # bytes, after unpacking

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class UnreadableError(Exception):
    """A file's beginning cannot be read. ``hint`` as in KpiError; ``option`` the read option that is to blame."""

    def __init__(self, message: str, hint: str | None = None, option: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.option = option


class Head(NamedTuple):
    """The beginning of a file. ``whole``: that is all of it. ``fault`` is what is wrong with its encoding, if
    anything; then the bytes that make no sense are U+FFFD in ``text``. ``encoding`` is Python's name."""

    text: str
    encoding: str
    whole: bool
    fault: UnreadableError | None = None


def read_bytes(path: Path, limit: int) -> bytes:
    """At most ``limit`` bytes from the start of a file, unpacked when its name ends in ``.gz``.

    Raises UnreadableError.
    """
    try:
        if not path.name.lower().endswith(".gz"):
            with path.open("rb") as file:
                return file.read(limit)
        import gzip
        import zlib

        try:
            with gzip.open(path, "rb") as packed:
                return packed.read(limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise UnreadableError("is not a whole gzip file", "unpack it with gunzip to see what is wrong") from fault
    except OSError as fault:
        raise UnreadableError(f"cannot be read: {fault.strerror or fault}") from fault


def read_head(path: Path, encoding: str | None = None) -> Head:
    """The first 64 KiB of a text file, in its encoding: ``encoding`` if given, else that of its byte order mark, else
    UTF-8. Raises UnreadableError for a file that is not there, no text or empty, and for an unknown ``encoding``."""
    raw = read_bytes(path, HEAD + 1)
    if not raw:
        raise UnreadableError("is empty: there is no header row")
    whole = len(raw) <= HEAD
    raw = raw[:HEAD]
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    name = marked or _known_encoding(encoding)
    text, fault = _decoded(raw, name, whole)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        hint = "for UTF-16 without a byte order mark say read: {encoding: utf-16-le}" if encoding is None else None
        raise UnreadableError("is not a text file", hint)
    return Head(text, name, whole, None if fault is None else _explained(fault, raw, encoding))


def _known_encoding(encoding: str | None) -> str:
    if encoding is None:
        return "utf-8"
    import codecs

    try:
        return codecs.lookup(encoding).name.removesuffix("-sig")
    except LookupError as fault:
        raise UnreadableError(f'has an unknown encoding: "{encoding}"', option="encoding") from fault


def _decoded(raw: bytes, name: str, whole: bool) -> tuple[str, UnicodeDecodeError | None]:
    """The text, and the fault if it had to be decoded with gaps. A character that the end cuts in two is left out."""
    from codecs import getincrementaldecoder

    try:
        return getincrementaldecoder(name)().decode(raw, whole), None
    except UnicodeDecodeError as fault:
        return getincrementaldecoder(name)("replace").decode(raw, whole), fault


def _explained(fault: UnicodeDecodeError, raw: bytes, given: str | None) -> UnreadableError:
    line = raw.count(b"\n", 0, fault.start) + 1
    message = f"is not {given or 'UTF-8'}: byte 0x{raw[fault.start]:02X} in line {line}"
    if given is not None:
        return UnreadableError(message, "name the encoding it was saved in, or leave it out for UTF-8", "encoding")
    fits = _decoded(raw, "cp1252", True)[1] is None
    guess = "cp1252" if fits else "latin-1"
    return UnreadableError(message, f"from Windows or Excel? Then say read: {{encoding: {guess}}}")
