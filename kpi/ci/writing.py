"""Files that a step leaves in the folder of the job, which is also that of the pull request."""

from __future__ import annotations

import os
from pathlib import Path

from kpi.ci.host import StepError


def remove(path: Path) -> None:
    """Takes away what the pull request, or an earlier step, put where a step writes.

    Raises StepError where that is a folder.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise StepError(f"{path} is in the way: {fault.strerror}") from None


def write(path: Path, text: str) -> None:
    """Writes a new file in place of what is there: a link that was committed is replaced, never followed.

    Raises StepError.
    """
    remove(path)
    try:
        # Fails where something is there once more.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as fault:
        raise StepError(f"{path} cannot be written: {fault.strerror}") from None


def read(path: Path) -> str | None:
    """What a step has written; None where there is no such file, or where it is not one of ours but a link."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise StepError(f"{path} cannot be read: {fault.strerror}") from None
