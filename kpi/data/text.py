"""The first part of a text file, decoded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kpi.data.encodings import advice, decoded, is_utf8_after_all, wide
from kpi.data.signatures import JSON, signature
from kpi.data.source_files import kind_of_name

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
            with path.open("rb") as file:
                packed_at_all = file.read(2) == b"\x1f\x8b"
            if not packed_at_all:
                raise UnreadableError("is not a gzip file", "take .gz from the end of its name") from fault
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
    found = signature(raw)
    if found is not None and not (found == JSON and kind_of_name(path.name) == "json"):
        raise UnreadableError(f"is {found.what}", found.hint)
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    name = marked or _known_encoding(encoding)
    if name in ("utf-16", "utf-32") and marked is None:
        # Which of the two byte orders it is has to be found out from the bytes.
        name = wide(raw) or ""
        if not name:
            message = f"is not {encoding}: it does not begin with a byte order mark"
            raise UnreadableError(message, "name the encoding it was saved in, or leave it out for UTF-8", "encoding")
    if encoding is not None and marked is None and is_utf8_after_all(raw, name):
        message = f"is UTF-8, not {encoding}"
        raise UnreadableError(message, "leave encoding out", "encoding")
    text, fault = _decoded(raw, name, whole)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise _binary(raw, encoding)
    return Head(text, name, whole, None if fault is None else _explained(fault, raw, encoding))


def _binary(raw: bytes, given: str | None) -> UnreadableError:
    """What is wrong with a file that has zero bytes among its characters."""
    found = wide(raw)
    if found is not None:
        hint = f"it looks like UTF-{found[4:6]} without a byte order mark: say read: {{encoding: {found}}}"
        return UnreadableError("is not a text file in " + (given or "UTF-8"), hint, "encoding" if given else None)
    place = raw.index(b"\0")
    line = raw.count(b"\n", 0, place) + 1
    return UnreadableError(f"is not a text file: there is a zero byte in line {line}", "export it once more")


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
    line = (raw.count(b"\n", 0, fault.start) or raw.count(b"\r", 0, fault.start)) + 1
    message = f"is not {given or 'UTF-8'}: byte 0x{raw[fault.start]:02X} in line {line}"
    if given is not None:
        fits = decoded(raw, "utf-8") is not None
        return UnreadableError(message, "leave encoding out: it is UTF-8" if fits else advice(raw), "encoding")
    return UnreadableError(message, advice(raw))
