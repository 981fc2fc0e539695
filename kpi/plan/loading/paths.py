"""Which files a plan may read: below its roots with links followed, and never those of git itself.

Data files and included files follow the same rules, and both search folders for patterns with :func:`walk`.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from kpi.git_file import named_git_folder

Reason = Literal["outside", "git", "hidden"]


class Access(NamedTuple):
    """Where a path leads with all links followed, and why it may not be read: None when it may."""

    real: str
    refused: Reason | None = None


def access(path: Path, roots: Sequence[Path]) -> Access:
    """Where a file or folder leads, and why a plan with these ``roots`` may not read it: see :func:`refused`."""
    real = os.path.realpath(path)
    return Access(real, refused(Path(real), roots))


def refused(real: Path, roots: Sequence[Path]) -> Reason | None:
    """Why a plan with these ``roots`` (root and allowed folders, real paths) may not read what is at a real path.

    Refused are paths that lead out of all roots (``outside``), those of git's own files (``git``), and, where the root
    is the home folder or holds it, names that begin with a dot (``hidden``): configuration and keys of the user.
    """
    above = [root for root in roots if real.is_relative_to(root)]
    if not above:
        return "outside"
    # The nearest root counts: a folder that was allowed by name may be hidden.
    root = max(above, key=lambda one: len(one.parts))
    parts = real.relative_to(root).parts
    if any(is_git_name(part) for part in parts) or _in_git_folder(real, root):
        return "git"
    if any(part.startswith(".") for part in parts) and is_home_or_above(root):
        return "hidden"
    return None


def is_git_name(name: str) -> bool:
    """Whether a name is ``.git``, or what a file system may take for it: in another letter case, with blanks or dots
    at its end, as a short name or a stream of Windows, or with characters that macOS ignores."""
    plain = "".join(each for each in name if unicodedata.category(each) != "Cf").casefold()
    return plain.partition(":")[0].rstrip(". ") in (".git", "git~1")


def _in_git_folder(real: Path, root: Path) -> bool:
    """Whether a path lies in the folder that a ``.git`` file at the root names, as in ``git init --separate-git-dir``
    and beside worktrees of a bare clone."""
    folder = named_git_folder(root)
    if folder is None:
        return False
    if folder.parent.name == "worktrees":
        folder = folder.parent.parent
    return folder.is_relative_to(root) and real.is_relative_to(folder)


def home_folder() -> Path | None:
    """The user's home folder as it is named; None where there is none, as for a user without an entry."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def is_home_or_above(folder: Path) -> bool:
    """Whether a folder is the user's home folder or one that holds it, such as ``/``."""
    home = home_folder()
    real = folder.resolve()
    return real == real.parent or (home is not None and home.resolve().is_relative_to(real))


def is_glob(text: str) -> bool:
    """Whether a text has a wildcard."""
    return "*" in text or "?" in text or "[" in text


class FolderEntry(Protocol):
    """What is known of a name in a folder, as ``os.DirEntry`` says it."""

    @property
    def name(self) -> str:
        """The name."""

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder, or leads to one."""

    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""


def walk(
    start: Path,
    parts: tuple[str, ...],
    real_path: Callable[[Path], str],
    listing: Callable[[Path], Iterable[FolderEntry]] | None = None,
) -> Iterator[Path]:
    """The paths below ``start`` that match ``parts``.

    ``real_path`` gives the real path of ``start``, and of each linked folder before it is searched; it raises for a
    folder that may not be searched. ``listing`` names what is in a folder; by default that of the disk.

    Own code because the standard library's either follows links under ``**``, endlessly if they form a cycle, or
    finds hidden files, among them the lock files of office programs (``.~lock.orders.csv#``). Every
    folder is searched at most once for each part, so that no pattern is slow: a folder waits on the stack together
    with the numbers of the parts that its entries may match.
    """
    from fnmatch import translate
    from re import compile as compile_pattern

    listing = listing or entries
    if parts[-1] == "**":
        parts = (*parts, "*")
    matchers = [None if part == "**" else compile_pattern(translate(part)).match for part in parts]
    searched: dict[str, set[int]] = {}
    waiting = [(start, real_path(start), _with_skipped({0}, matchers))]
    while waiting:
        folder, real, wanted = waiting.pop()
        wanted -= searched.setdefault(real, set())
        searched[real] |= wanted
        for entry in listing(folder) if wanted else ():
            reached = set()
            for number in wanted:
                match, hidden = matchers[number], entry.name.startswith(".")
                if match is None:
                    if not hidden and entry.is_dir(follow_symlinks=False):
                        reached.add(number)
                elif (not hidden or parts[number].startswith(".")) and match(entry.name):
                    reached.add(number + 1)
            path = folder / entry.name
            if len(parts) in reached:
                yield path
            further = _with_skipped(reached - {len(parts)}, matchers)
            if further and _leads_to_folder(entry):
                below = real_path(path) if entry.is_symlink() else f"{real}{os.sep}{entry.name}"
                waiting.append((path, below, further))


def _leads_to_folder(entry: FolderEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _with_skipped(numbers: set[int], matchers: Sequence[object | None]) -> set[int]:
    """``numbers`` and those after each ``**``, which may match no folder at all."""
    found = set(numbers)
    for number in numbers:
        while matchers[number] is None:
            number += 1
            found.add(number)
    return found


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing when it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []
