"""Files that a step writes into the folder of the job, which also contains the files of the pull request."""

from __future__ import annotations

import os
from pathlib import Path

from kpi.ci.host import StepError


def remove(path: Path) -> None:
    """Remove a file of the pull request or of an earlier step. Raises StepError if it is a folder."""
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise StepError(f"{path} is in the way: {fault.strerror}") from None


def write(path: Path, text: str) -> None:
    """Replace ``path`` with a new file. A symbolic link is replaced and never followed. Raises StepError."""
    remove(path)
    try:
        # Fails if a file was created here in the meantime.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as fault:
        raise StepError(f"{path} cannot be written: {fault.strerror}") from None


def read(path: Path) -> str | None:
    """The content of a file that a step has written; None if there is no such file or if it is a symbolic link."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise StepError(f"{path} cannot be read: {fault.strerror}") from None
