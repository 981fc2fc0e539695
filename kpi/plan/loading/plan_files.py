"""Which files a plan is: where the main one is found, how far up a project reaches, and what an include names."""

from __future__ import annotations

import os
from pathlib import Path

from kpi.errors import KpiError

PLAN_NAME = "kpi.yaml"
_MAGIC = frozenset("*?[")


class IncludeError(KpiError):
    """An include that names nothing (``code`` E070) or something outside the project (E061)."""

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


def find_plan(start: Path) -> Path | None:
    """``kpi.yaml`` in ``start`` or in a folder above it, up to the git root, the home folder or the file system's."""
    for folder in _upwards(start):
        if (folder / PLAN_NAME).is_file():
            return folder / PLAN_NAME
    return None


def project_root(folder: Path) -> Path:
    """The git root that holds a folder, else the folder itself; with symlinks resolved."""
    last = None
    for last in _upwards(folder):
        if _is_git_root(last):
            return last.resolve()
    return folder.resolve()


def _upwards(start: Path) -> list[Path]:
    """A folder and those above it, up to and including the git root or the home folder."""
    folder = start.absolute()
    home = Path.home()
    found: list[Path] = []
    for one in (folder, *folder.parents):
        found.append(one)
        if _is_git_root(one) or one == home:
            break
    return found


def _is_git_root(folder: Path) -> bool:
    return (folder / ".git").exists()


def shown_name(path: Path, cwd: Path, folder: Path, given: Path) -> str:
    """How a file is named to people: relative to the current folder when below it, else as given.

    As given means that ``folder``, the main file's, is written ``given``.
    """
    # Text only, and without pathlib's resolve(): a symlinked file keeps the name it was found by.
    absolute, below = os.path.normpath(path), os.path.normpath(cwd)
    if absolute.startswith(below.rstrip(os.sep) + os.sep):
        return Path(absolute[len(below.rstrip(os.sep)) + 1 :]).as_posix()
    return Path(os.path.normpath(given / os.path.relpath(absolute, folder))).as_posix()


def included_files(pattern: str, folder: Path, roots: tuple[Path, ...]) -> list[Path]:
    """The files that an include names, sorted; all lie below one of ``roots``. Raises IncludeError.

    Folders that are symlinks are not walked into by ``**``, so that no link can make the walk endless.
    """
    parts = Path(pattern).parts
    fixed = next((index for index, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    try:
        base = folder.joinpath(*parts[:fixed])
        _inside(base, roots, pattern)
        rest = [part for at, part in enumerate(parts) if at >= fixed and parts[at - 1 : at + 1] != ("**", "**")]
        if ".." in rest:
            raise IncludeError("E061", f'"{pattern}" may leave the project: ".." after a "*"')
        if not rest:
            found = [base] if base.is_file() else []
        else:
            found = sorted(file for file in base.glob("/".join(rest)) if file.is_file())
    except (ValueError, OSError, RuntimeError, NotImplementedError) as fault:
        raise IncludeError("E070", f'"{pattern}" is not a file or pattern: {_reason(fault)}') from None
    if not found:
        raise IncludeError("E070", f'no file is named "{pattern}"', hint="paths are relative to this file")
    for file in found:
        _inside(file, roots, pattern)
    return found


def _reason(fault: Exception) -> str:
    return fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)


def _inside(path: Path, roots: tuple[Path, ...], pattern: str) -> None:
    real = path.resolve()
    if not any(real.is_relative_to(root) for root in roots):
        hint = "include only files below the project's root, or allow the folder with --allow-outside"
        raise IncludeError("E061", f'"{pattern}" leads outside the project', hint=hint)
