"""Writes files atomically, one process at a time, and never through a symbolic link of an untrusted repository.

All files that kpi writes are written by this module.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kpi.errors import InputError

PATIENCE = 10.0  # seconds to wait for a lock
_PAUSE = 0.01


class ChangedError(InputError):
    """The file has changed since it was read."""


def create_file(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Create or replace a file, such as a report or a first plan; a ``private`` one is for its owner alone.

    Symbolic links and other special files are not replaced or followed, because in an untrusted repository they may
    lead anywhere. The folder must exist. Raises InputError.
    """
    with _explained(path), _locked(path.parent):
        _write(path, content.encode() if isinstance(content, str) else content, _regular(path), private=private)


def rewrite_file(path: Path, text: str, *, before: str) -> None:
    """Replace the content of a file that was read. Symbolic links are followed and kept.

    The file keeps its encoding, mode, owner and hard links. Raises ChangedError if its content is no longer ``before``,
    and InputError if it cannot be written, e.g. because it is read-only; the file is then unchanged.
    """
    with _explained(path):
        target = path.resolve(strict=True)
        with _locked(target.parent):
            found = _regular(target)
            content = b"" if found is None else target.read_bytes()
            encoding = encoding_of(content)
            if found is None or content != before.encode(encoding):
                raise ChangedError(f"{path} has changed since it was read", hint="run the command again")
            _write(target, text.encode(encoding), found)


def remove_file(path: Path, *, before: str) -> None:
    """Remove a file that was read. Raises ChangedError if its content is no longer ``before``, and InputError if it
    cannot be removed; the file is then unchanged."""
    with _explained(path), _locked(path.parent):
        found = _regular(path)
        if found is None or path.read_bytes() != before.encode():
            raise ChangedError(f"{path} has changed since it was read", hint="run the command again")
        path.unlink()


def change_file(path: Path, change: Callable[[bytes | None], bytes]) -> None:
    """Replace the content of a file by what ``change`` makes of it (of None if there is no file), with no other process
    of kpi writing in between. Symbolic links and other special files are refused as by :func:`create_file`.

    Raises InputError, also that of ``change``; the file is then unchanged.
    """
    with _explained(path), _locked(path.parent):
        found = _regular(path)
        _write(path, change(None if found is None else path.read_bytes()), found)


def encoding_of(content: bytes) -> str:
    """The encoding of a file: UTF-16 where it begins with that byte order mark, else UTF-8. The mark is kept as a
    character when such a file is decoded."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-16-be" if content.startswith(codecs.BOM_UTF16_BE) else "utf-8"


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Convert exceptions of the operating system to InputError."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}") from None
    except (OSError, RuntimeError, ValueError) as fault:  # including cycles of links and names with a null byte
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else fault
        raise InputError(f"{path} cannot be written: {reason}") from None


def _regular(path: Path) -> os.stat_result | None:
    """The status of a regular, writable file; None if it does not exist. Raises InputError for all other files."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise InputError(
            f"{path} cannot be written: it is a symbolic link", hint="remove the link, or name the file it leads to"
        )
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} cannot be written: it is not a regular file")
    # Root can write every file, but a read-only file is to be respected nevertheless.
    if not found.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise InputError(f"{path} cannot be written: it is read-only", hint="chmod u+w allows it")
    return found


def _write(path: Path, content: bytes, found: os.stat_result | None, *, private: bool = False) -> None:
    """Write a file. ``found`` is the status of the existing file, if any."""
    if found is not None and found.st_nlink > 1:
        _write_in_place(path, content)
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    except PermissionError:
        if found is None:
            raise
        _write_in_place(path, content)  # the file is writable, but its folder is not
        return
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        kept = _take_over(temporary, path, found, private)
        if kept:
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if not kept:
        temporary.unlink(missing_ok=True)
        _write_in_place(path, content)


def _take_over(temporary: Path, path: Path, found: os.stat_result | None, private: bool) -> bool:
    """Copy mode, owner and attributes of the replaced file to the new one. Returns False if that is not permitted."""
    if found is None and private:
        return True  # a temporary file is private
    if found is None:
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        return True
    import shutil

    made = temporary.stat()
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
        try:
            os.chown(temporary, found.st_uid, found.st_gid)
        except OSError:
            return False
    shutil.copystat(path, temporary)  # mode and extended attributes
    os.utime(temporary)
    return True


def _write_in_place(path: Path, content: bytes) -> None:
    """Overwrite the file itself, which keeps its hard links and its owner. Restores the old content on failure."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "r+b") as file:
        before = file.read()
        try:
            _fill(file.fileno(), content)
        except BaseException:
            with contextlib.suppress(OSError):
                _fill(file.fileno(), before)
            raise


def _fill(descriptor: int, content: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.ftruncate(descriptor, len(content))
    os.fsync(descriptor)


if sys.platform == "win32":
    import hashlib
    import msvcrt

    def _open_lock(folder: Path) -> int:
        """A file in the temporary folder that serves as the lock, because Windows cannot lock a folder."""
        name = hashlib.sha256(os.path.normcase(folder.resolve()).encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir(), f"kpi-{name}.lock"), os.O_RDWR | os.O_CREAT)

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _open_lock(folder: Path) -> int:
        """The folder itself, so that no lock file is left behind."""
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder against other processes of kpi that write to it. Does nothing if the file system has no locks.

    Raises InputError if another process holds the lock for too long.
    """
    try:
        descriptor = _open_lock(folder)
    except PermissionError:  # a folder without read permission
        yield
        return
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                _try_lock(descriptor)
                break
            except (BlockingIOError, PermissionError):
                if time.monotonic() > end:
                    raise InputError(
                        f"{folder} is locked by another process of kpi", hint="try again when it has finished"
                    ) from None
                time.sleep(_PAUSE)
            except OSError:
                break
        yield
    finally:
        os.close(descriptor)  # releases the lock
