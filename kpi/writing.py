"""The one door through which files are written: whole or not at all, one process at a time, and never through a link
that a stranger may have put into a repository.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kpi.errors import InputError

PATIENCE = 10.0  # seconds that a lock is waited for
_PAUSE = 0.01


class ChangedError(InputError):
    """The file is not what it was when it was read; it has to be read again."""


def create_file(path: Path, text: str) -> None:
    """Write a file that is ours alone, such as a report or a first plan, in place of one that may be there.

    Where a symbolic link is, or anything but a regular file, nothing is written: in a repository of others it may lead
    anywhere. The folder must exist. Raises InputError.
    """
    with _explained(path), _locked(path.parent):
        _write(path, text.encode(), _regular(path))


def rewrite_file(path: Path, text: str, *, before: str) -> None:
    """Replace the content of a file that was read, through symbolic links, which stay.

    The file keeps its mode, its owner and its other names (hard links). Raises ChangedError where its content is no
    longer ``before``, and InputError where it cannot be written, as when it is read-only; then it is as it was.
    """
    with _explained(path):
        target = path.resolve(strict=True)
        with _locked(target.parent):
            found = _regular(target)
            if found is None or target.read_bytes() != before.encode():
                raise ChangedError(f"{path} has changed meanwhile", hint="run the command again")
            _write(target, text.encode(), found)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what the system says into a message for people."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}") from None
    except (OSError, RuntimeError, ValueError) as fault:  # also a circle of links, and a name with a zero byte
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else fault
        raise InputError(f"{path} cannot be written: {reason}") from None


def _regular(path: Path) -> os.stat_result | None:
    """What is known of the file that is there; None where there is none. Raises InputError for anything else."""
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
    # For root every file can be written; who took all rights to write it away meant it nevertheless.
    if not found.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise InputError(f"{path} cannot be written: it is read-only", hint="chmod u+w allows it")
    return found


def _write(path: Path, content: bytes, found: os.stat_result | None) -> None:
    """Write a file, which is ``found`` where it is there already."""
    if found is not None and found.st_nlink > 1:
        _write_in_place(path, content)
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    except PermissionError:
        if found is None:
            raise
        _write_in_place(path, content)  # the file may be written, its folder may not
        return
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        kept = _take_over(temporary, path, found)
        if kept:
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if not kept:
        temporary.unlink(missing_ok=True)
        _write_in_place(path, content)


def _take_over(temporary: Path, path: Path, found: os.stat_result | None) -> bool:
    """Give the new file the mode, the owner and the attributes of the one that it replaces; whether that worked."""
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
    shutil.copystat(path, temporary)  # mode, and access lists where there are any
    os.utime(temporary)
    return True


def _write_in_place(path: Path, content: bytes) -> None:
    """Write into the file itself, as its other names and its owner demand; what was there comes back if it fails."""
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
        """A file of the user for the lock of a folder: a folder itself cannot be locked here."""
        name = hashlib.sha256(os.path.normcase(folder.resolve()).encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir(), f"kpi-{name}.lock"), os.O_RDWR | os.O_CREAT)

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _open_lock(folder: Path) -> int:
        """The folder itself, which leaves nothing behind."""
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps every other process that writes here out of a folder. Where its file system has no locks, nothing is
    kept out. Raises InputError when another one does not come to its end."""
    try:
        descriptor = _open_lock(folder)
    except PermissionError:  # a folder that may be passed through, but not listed
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
                        f"{folder} is being written to by another program", hint="try again when it has ended"
                    ) from None
                time.sleep(_PAUSE)
            except OSError:
                break
        yield
    finally:
        os.close(descriptor)  # which ends the lock
