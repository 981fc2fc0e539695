"""A folder of cached texts, each under the digest of everything it depends on.

An entry is one file: a line with a checksum, then the text. It is written under another name and moved into place, so
that two processes at once see all of it or nothing; one that is damaged counts as absent and is written anew. The
folder and its entries belong to this user alone, and no link is followed below it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_ENTRIES = "v1"
_MARK = b"kpi-cache 1 "
MOST_BYTES = 64_000_000
MOST_ENTRIES = 2_000
# https://bford.info/cachedir/: backups and searches skip such a folder.
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# The cache of kpi. Safe to delete.\n"


def key_of(*parts: object) -> str:
    """The digest of everything an entry depends on: parts that JSON can write, in order."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


class Store:
    """The entries below ``folder``, which need not exist. A folder that cannot be used silently caches nothing: a cache
    does not change results."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.most_entries = most_entries

    def get(self, key: str) -> str | None:
        """The text cached under ``key``; None when there is none or it is damaged."""
        try:
            with self._entries() as entries:
                raw = entries.read(key, self.most_bytes)
                with contextlib.suppress(OSError):
                    entries.touch(key)  # the entries used last are kept longest
        except OSError:
            return None
        head, _, body = raw.partition(b"\n")
        if head != _MARK + hashlib.sha256(body).hexdigest().encode():
            return None
        return body.decode("utf-8", "replace")

    def put(self, key: str, text: str) -> None:
        """Cache ``text``, unless it is very long or the folder cannot be written."""
        body = text.encode("utf-8", "replace")
        if len(body) > self.most_bytes // 4:
            return
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._entries(make=True) as entries:
                entries.write(key, _MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                entries.forget_oldest(self.most_entries, self.most_bytes)
        except OSError:
            return

    @contextmanager
    def _entries(self, *, make: bool = False) -> Iterator[Folder]:
        """The folder of entries, made where that is asked for. Raises OSError where it, or the one that it is in, is
        not there or is not this user's own."""
        with _opened(self.folder.parent, self.folder.name, make=make) as folder:
            if make and not folder.has("CACHEDIR.TAG"):
                folder.write("CACHEDIR.TAG", _TAG)
            with _opened(folder, _ENTRIES, make=make) as entries:
                yield entries


class Folder(NamedTuple):
    """A folder that is held open, so that what is read and written lies in it, whatever its path leads to by now.
    Where the system cannot do that (Windows), ``handle`` is None and the path is what there is. All methods raise
    OSError."""

    path: Path
    handle: int | None

    def at(self, name: str) -> str:
        """The name to give to the system, together with the handle."""
        return name if self.handle is not None else str(self.path / name)

    def has(self, name: str) -> bool:
        """Whether there is anything of that name."""
        try:
            os.stat(self.at(name), dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str, most_bytes: int) -> bytes:
        """The content of a plain file of this user's, which is no link and has at most ``most_bytes``."""
        handle = os.open(self.at(name), _READ, dir_fd=self.handle)
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or not _is_own(facts) or facts.st_size > most_bytes:
                raise PermissionError(f"{name} is no entry of this user's")
            return file.read()

    def touch(self, name: str) -> None:
        """Set the time of a file to now."""
        if os.utime in os.supports_follow_symlinks:
            os.utime(self.at(name), dir_fd=self.handle, follow_symlinks=False)

    def write(self, name: str, content: bytes) -> None:
        """Write a file: all of it or nothing."""
        new = f"new-{os.urandom(8).hex()}"
        handle = os.open(self.at(new), _WRITE, 0o600, dir_fd=self.handle)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(self.at(new), self.at(name), src_dir_fd=self.handle, dst_dir_fd=self.handle)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(self.at(new), dir_fd=self.handle)
            raise

    def forget_oldest(self, most_entries: int, most_bytes: int) -> None:
        """Keep the folder small: entries of other days and of files that have changed are never asked for again."""
        with os.scandir(self.path if self.handle is None else self.handle) as listed:
            entries = sorted(((entry.stat(follow_symlinks=False), entry.name) for entry in listed), key=_age)
        total = 0
        for number, (facts, name) in enumerate(entries):
            total += facts.st_size
            if number >= most_entries or total > most_bytes:
                with contextlib.suppress(OSError):
                    os.unlink(self.at(name), dir_fd=self.handle)


_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def _opened(parent: Path | Folder, name: str, *, make: bool) -> Iterator[Folder]:
    """A folder below another, made for this user alone where that is asked for. Raises OSError for one that is a link,
    belongs to someone else, or that others may write to."""
    above = parent if isinstance(parent, Folder) else Folder(parent, None)
    where = above.at(name)
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(where, 0o700, dir_fd=above.handle)
    path = above.path / name
    if os.open not in os.supports_dir_fd:
        facts = path.lstat()
        # A junction is a folder and a link.
        if not stat.S_ISDIR(facts.st_mode) or getattr(facts, "st_reparse_tag", None):
            raise NotADirectoryError(str(path))
        yield Folder(path, None)
        return
    handle = os.open(where, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above.handle)
    try:
        facts = os.fstat(handle)
        if not _is_own(facts) or facts.st_mode & 0o022:
            raise PermissionError(f"{path} is not this user's alone")
        yield Folder(path, handle)
    finally:
        os.close(handle)


def _is_own(facts: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or facts.st_uid == os.geteuid()


def _age(entry: tuple[os.stat_result, str]) -> float:
    return -entry[0].st_mtime
