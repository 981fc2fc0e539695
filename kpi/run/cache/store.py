"""A folder of remembered texts, each under the digest of all that it depends on.

An entry is one file: a line with a checksum, then the text. It is written under another name and moved into place, so
that two processes at once see all of it or nothing; one that is damaged counts as absent and is written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from pathlib import Path

FOLDER = ".kpi-cache"
_ENTRIES = "v1"
_MARK = b"kpi-cache 1 "
MOST_BYTES = 64_000_000
MOST_ENTRIES = 2_000
# https://bford.info/cachedir/: backups and searches pass such a folder over.
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# What kpi remembers from one run to the next. Safe to delete.\n"


def key_of(*parts: object) -> str:
    """The digest of everything an entry depends on: parts that JSON can write, in order."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


class Store:
    """The entries below ``folder``, which need not exist. A folder that cannot be used remembers nothing, silently:
    a cache is no part of the answer."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.most_entries = most_entries
        self._entries = folder / _ENTRIES

    def get(self, key: str) -> str | None:
        """The text remembered under ``key``; None when there is none or it is not whole."""
        path = self._entries / key
        try:
            if not self._is_ours() or path.stat().st_size > self.most_bytes:
                return None
            raw = path.read_bytes()
        except OSError:
            return None
        head, _, body = raw.partition(b"\n")
        if head != _MARK + hashlib.sha256(body).hexdigest().encode():
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the entries used last are kept longest
        return body.decode("utf-8", "replace")

    def put(self, key: str, text: str) -> None:
        """Remember ``text``, unless it is very long or the folder cannot be written."""
        body = text.encode("utf-8", "replace")
        if len(body) > self.most_bytes // 4:
            return
        import tempfile

        try:
            self._make()
            if not self._is_ours():
                return
            handle, name = tempfile.mkstemp(prefix="new-", dir=self._entries)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                Path(name).replace(self._entries / key)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._forget_oldest()
        except OSError:
            return

    def _make(self) -> None:
        if self._entries.is_dir():
            return
        self.folder.mkdir(exist_ok=True)
        (self.folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
        (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        self._entries.mkdir(exist_ok=True)

    def _is_ours(self) -> bool:
        """Whether both folders are real ones: through a link that a stranger put into a project, entries would be
        written and deleted elsewhere."""
        return all(stat.S_ISDIR(path.lstat().st_mode) for path in (self.folder, self._entries))

    def _forget_oldest(self) -> None:
        """Keep the folder small: entries of other days and of files that have changed are never asked for again."""
        with os.scandir(self._entries) as listed:
            entries = sorted(((entry.stat(follow_symlinks=False), entry.path) for entry in listed), key=_age)
        total = 0
        for number, (facts, path) in enumerate(entries):
            total += facts.st_size
            if number >= self.most_entries or total > self.most_bytes:
                with contextlib.suppress(OSError):
                    Path(path).unlink()


def _age(entry: tuple[os.stat_result, str]) -> float:
    return -entry[0].st_mtime
