"""Which files a plan is: where the main one is found, how far up a project reaches, and what an include names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from kpi.errors import InputError, KpiError
from kpi.plan.loading.disk import DISK, Disk
from kpi.plan.loading.paths import access, home_folder, is_git_name, is_glob, is_home_or_above, refused

PLAN_NAME = "kpi.yaml"
PLAN_NAMES = (PLAN_NAME, "kpi.yml")  # of two in one folder the first is the plan
DECISIONS_NAME = "reviews.yaml"  # beside the main file


class IncludeError(KpiError):
    """An include that names nothing (``code`` E070) or something outside the project (E061)."""

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


def find_plan(start: Path) -> Path | None:
    """``kpi.yaml``, else ``kpi.yml``, in ``start`` or in a folder above it, up to the git root, the home folder or the
    file system's."""
    for folder in _upwards(start):
        for name in PLAN_NAMES:
            if (folder / name).is_file():
                return folder / name
    return None


def plans_above(file: Path) -> Iterator[Path]:
    """Each plan in the folder of a file or above, the nearest first, up to the root of the git repository."""
    folder = file.absolute().parent
    while (found := find_plan(folder)) is not None:
        yield found
        if (found.parent / ".git").exists() or found.parent in (home_folder(), found.parent.parent):
            return
        folder = found.parent.parent


def project_root(folder: Path) -> Path:
    """The folder below which a plan in ``folder`` may read files, with symlinks resolved: the git root that holds
    ``folder``, else ``folder`` itself.

    A git root that is the user's home folder, or holds it (``/``), does not count: people keep their settings in such a
    repository, and it would make everything they have part of the project.
    """
    for one in _upwards(folder):
        if _is_git_root(one):
            return folder.resolve() if is_home_or_above(one) else one.resolve()
    return folder.resolve()


def git_folders(folder: Path) -> tuple[Path, ...]:
    """A folder and those above it up to the root of its git work tree; none if it is in no work tree."""
    above = _upwards(folder)
    return tuple(above) if _is_git_root(above[-1]) else ()


def report_root(folder: Path) -> Path:
    """The folder, links followed, that paths in reports for other programs start from: the root of the git work tree
    that holds a plan's folder, else that folder itself."""
    return Path(os.path.realpath((git_folders(folder) or (folder,))[-1]))


def project_name(path: Path, root: Path) -> str:
    """The path of a file from ``root``, see :func:`report_root`; its absolute path where it is elsewhere.

    Links of folders are followed, but not that of the file itself, which keeps the name by which it was found.
    """
    real = Path(os.path.realpath(path.parent), path.name)
    return (real.relative_to(root) if real.is_relative_to(root) else real).as_posix()


def _upwards(start: Path) -> list[Path]:
    """A folder and those above it, up to and including the git root or the home folder."""
    folder = start.absolute()
    home = home_folder()
    found: list[Path] = []
    for one in (folder, *folder.parents):
        found.append(one)
        if _is_git_root(one) or one == home:
            break
    return found


def _is_git_root(folder: Path) -> bool:
    return (folder / ".git").exists()


def refuse_link(path: Path, given: Path, roots: tuple[Path, ...]) -> None:
    """Raise InputError for a main file that is a link out of the project: messages about it would quote what it leads
    to. ``given`` is how it is named. What a shell hands over (``/dev/stdin``, ``/dev/fd/63``) is no link of anybody's.
    """
    if path.is_relative_to("/dev") or path.is_relative_to("/proc"):
        return
    # A folder of git that somebody has typed is no link.
    if not os.path.lexists(path) or any(is_git_name(part) for part in path.parts):
        return
    if access(path, roots).refused in ("outside", "git"):
        hint = "name the file itself with -f, or allow its folder with --allow-outside"
        raise InputError(f"{given}: the file is a link that leads out of the project", hint=hint)


def shown_name(path: Path, cwd: Path, folder: Path, given: Path) -> str:
    """How a file is named to people: relative to the current folder when below it, else as given.

    As given means that ``folder``, the main file's, is written ``given``.
    """
    # Text only, and without pathlib's resolve(): a symlinked file keeps the name it was found by.
    absolute, below = os.path.normpath(path), os.path.normpath(cwd)
    if absolute.startswith(below.rstrip(os.sep) + os.sep):
        return Path(absolute[len(below.rstrip(os.sep)) + 1 :]).as_posix()
    return Path(os.path.normpath(given / os.path.relpath(absolute, folder))).as_posix()


def included_files(pattern: str, folder: Path, roots: tuple[Path, ...], disk: Disk = DISK) -> list[Path]:
    """The files that an include names, sorted; all lie below one of ``roots``, and none is of git. Raises IncludeError.

    Folders that are symlinks are not walked into by ``**``, and no folder is searched twice for the same part of a
    pattern, so that no link can make the walk endless.
    """
    parts = Path(pattern).parts
    fixed = next((index for index, part in enumerate(parts) if is_glob(part)), len(parts))
    try:
        base = folder.joinpath(*parts[:fixed])
        _inside(base, roots, pattern, disk)
        rest = parts[fixed:]
        if ".." in rest:
            raise IncludeError("E061", f'"{pattern}" may leave the project: ".." after a "*"')
        if any("**" in part and part != "**" for part in rest):
            raise IncludeError("E070", f'"{pattern}" is not a file or pattern: "**" must be all between two "/"')
        if not rest:
            found = [base] if disk.is_file(base) else []
        else:
            below = disk.glob(base, rest, lambda link: _inside(link, roots, pattern, disk))
            found = sorted(file for file in below if disk.is_file(file))
    except (ValueError, OSError, RuntimeError, NotImplementedError) as fault:
        raise IncludeError("E070", f'"{pattern}" is not a file or pattern: {_reason(fault)}') from None
    if not found:
        raise IncludeError("E070", f'no file is named "{pattern}"', hint="paths are relative to this file")
    for file in found:
        _inside(file, roots, pattern, disk)
    return found


def _reason(fault: Exception) -> str:
    return fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)


def _inside(path: Path, roots: tuple[Path, ...], pattern: str, disk: Disk) -> str:
    """The real path of ``path``. Raises IncludeError when a plan with these roots may not read it."""
    real = disk.real(path)
    reason = refused(real, roots)
    if reason == "outside":
        message = f'"{pattern}" leads outside the project'
        hint = "include only files below the project's root, or allow the folder with --allow-outside"
    elif reason == "git":
        message, hint = f'"{pattern}" leads to files of git itself', "include only files of the project"
    elif reason == "hidden":
        message = f'"{pattern}" leads to a hidden file, and the plan is in the home folder'
        hint = "move the plan to a folder of its own, or allow the folder with --allow-outside"
    else:
        return str(real)
    raise IncludeError("E061", message, hint=hint)
