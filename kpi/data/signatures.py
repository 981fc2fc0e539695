"""What a file is that is no table of text, recognized by its first bytes, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """What a file is, to stand behind "is", and what to do about it."""

    what: str
    hint: str


_EXPORT = "export the table as CSV"
_UNPACK = "unpack it, or pack it with gzip and call it …csv.gz"
_SIGNATURES: tuple[tuple[bytes, Signature], ...] = (
    (b"\x1f\x8b", Signature("a gzip file", "let its name end in .csv.gz")),
    (b"\x28\xb5\x2f\xfd", Signature("a zstd file", _UNPACK)),
    (b"BZh", Signature("a bzip2 file", _UNPACK)),
    (b"\xfd7zXZ\0", Signature("an xz file", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Signature("a 7z archive", _UNPACK)),
    (b"Rar!\x1a\x07", Signature("a RAR archive", _UNPACK)),
    (b"PAR1", Signature("a Parquet file", "let its name end in .parquet")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Signature("an old Office file such as .xls", "save it as .xlsx, or as CSV")),
    (b"%PDF-", Signature("a PDF", _EXPORT)),
    (b"\x89PNG\r\n", Signature("a picture", _EXPORT)),
    (b"\xff\xd8\xff", Signature("a picture", _EXPORT)),
    (b"SQLite format 3\0", Signature("an SQLite database", _EXPORT)),
    (b"ARROW1\0\0", Signature("an Arrow file", "write it as Parquet")),
    (b"ORC", Signature("an ORC file", "write it as Parquet")),
    (b"Obj\x01", Signature("an Avro file", "write it as Parquet")),
)
_POINTER = Signature("a pointer of Git LFS, not the data", "fetch the data with git lfs pull")
_WEB_PAGE = Signature("a web page, not a table", "download the file itself; perhaps that needs to be signed in")
JSON = Signature("JSON", "let its name end in .json, or in .jsonl for an object a line")
# Three letters that a header may begin with as well: only with what no text has behind them.
_SHORT = (b"BZh", b"ORC")


def signature(raw: bytes) -> Signature | None:
    """What the first bytes of a file say that it is; None for text, or for what is not known here."""
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(raw)
    for first, found in _SIGNATURES:
        if raw.startswith(first) and (first not in _SHORT or not _printable(raw[:64])):
            return found
    head = raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"version https://git-lfs"):
        return _POINTER
    lower = head[:64].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    if lower.startswith((b"<?xml", b"<workbook")):
        return Signature("XML", _EXPORT)
    opened = head.lstrip(b"[").lstrip()
    if opened.startswith(b"{") and opened[1:].lstrip().startswith(b'"') and b":" in head:
        return JSON
    return None


def _archive(raw: bytes) -> Signature:
    """Which of the many kinds of file that are zip archives inside."""
    if b"mimetypeapplication/vnd.oasis.opendocument" in raw[:256]:
        return Signature("a workbook of LibreOffice", "save it as .xlsx or as CSV")
    if b"[Content_Types].xml" in raw or b"xl/" in raw[:4096]:
        return Signature("an Excel workbook", "let its name end in .xlsx, or save the sheet as CSV")
    return Signature("a zip archive", "unpack it: the files inside it can be read")


def _printable(raw: bytes) -> bool:
    return not any(byte < 9 or byte > 126 for byte in raw)
