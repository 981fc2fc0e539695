"""Files that a step writes into the folder of the job, which also contains the files of the pull request."""

from __future__ import annotations

from pathlib import Path

from kpi.ci.host import StepError
from kpi.errors import InputError
from kpi.writing import create_file


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
        create_file(path, text.encode("utf-8", "replace").decode())
    except InputError as fault:
        raise StepError(fault.message) from None


def read(path: Path) -> str | None:
    """The content of a file that a step has written; None if there is no such file or if it is a symbolic link."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise StepError(f"{path} cannot be read: {fault.strerror}") from None
