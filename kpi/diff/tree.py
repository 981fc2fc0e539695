"""The files of a commit in memory. Nothing is written to disk, whatever names a git tree contains."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from kpi.plan.loading.disk import Disk
from kpi.plan.loading.paths import FolderEntry
from kpi.plan.yaml.nodes import MAX_BYTES

MAX_LINKS = 40  # followed for one path, as on Linux
LONGEST_LINK = 4096  # characters of the target of a link, as on Linux
_Entry = TypeVar("_Entry")


def proper(entries: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """The entries of a tree that git would check out at their paths.

    Excludes entries outside of the tree or inside of ``.git``, and entries whose path is also the folder of another
    entry, together with everything below them.
    """
    plain = {path: entry for path, entry in entries.items() if _is_proper(path)}
    folders = {path[:at] for path in plain for at, sign in enumerate(path) if sign == "/"}
    torn = folders & plain.keys()
    if not torn:
        return plain
    return {
        path: entry for path, entry in plain.items() if not any(part in torn for part in (path, *_folders_of(path)))
    }


def _is_proper(path: str) -> bool:
    parts = path.split("/")
    # Some file systems treat these names as ".git": they ignore case or have short names.
    return not any(part in ("", ".", "..") or part.lower() in (".git", "git~1") for part in parts) and "\0" not in path


def _folders_of(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


class CommitTree(Disk):
    """A file system that shows the files of a commit in place of the folder ``top``, whose links are resolved.

    ``files`` maps paths from the root to contents (bytes) or targets of symbolic links (str). Everything outside of
    ``top`` is read from disk, with the same restrictions as for any plan.
    """

    def __init__(self, top: Path, files: Mapping[str, bytes | str]) -> None:
        self.top = top
        self.files = proper(files)
        self.folders: dict[str, dict[str, None]] = {"": {}}
        for path in self.files:
            name = path
            while name:
                above, _, last = name.rpartition("/")
                known = above in self.folders
                self.folders.setdefault(above, {})[last] = None
                if known:
                    break
                name = above

    def real(self, path: Path) -> Path:
        inner = self._resolved(path)
        return inner if isinstance(inner, Path) else self.top / inner

    def is_file(self, path: Path) -> bool:
        try:
            inner = self._resolved(path)
        except OSError:
            return False
        return inner.is_file() if isinstance(inner, Path) else isinstance(self.files.get(inner), bytes)

    def read(self, path: Path) -> bytes:
        inner = self._resolved(path)
        if isinstance(inner, Path):
            return super().read(inner)
        content = self.files.get(inner)
        if isinstance(content, bytes):
            return content[: MAX_BYTES + 1]
        fault = errno.EISDIR if inner in self.folders else errno.ENOENT
        raise (IsADirectoryError if inner in self.folders else FileNotFoundError)(fault, os.strerror(fault))

    def entries(self, folder: Path) -> Iterable[FolderEntry]:
        try:
            inner = self._resolved(folder)
        except OSError:
            return ()
        if isinstance(inner, Path):
            return super().entries(inner)
        return [_TreeEntry(self, folder, name) for name in self.folders.get(inner, ())]

    def is_dir(self, path: Path) -> bool:
        """Whether ``path`` is a folder, links followed."""
        try:
            inner = self._resolved(path)
        except OSError:
            return False
        return inner.is_dir() if isinstance(inner, Path) else inner in self.folders

    def is_symlink(self, path: Path) -> bool:
        """Whether ``path`` itself is a symbolic link."""
        inner = self._resolved(path.parent)
        return not isinstance(inner, Path) and isinstance(self.files.get(_joined(inner, path.name)), str)

    def _resolved(self, path: Path) -> str | Path:
        """The path with links resolved: from the root (str), or on disk (Path) if it is outside.

        Raises OSError for a cycle of links and for a link that leaves the repository: what it led to when it was
        committed is unknown.
        """
        if not path.is_relative_to(self.top):
            path = path.resolve()
            if not path.is_relative_to(self.top):
                return path
        waiting = list(reversed(path.relative_to(self.top).parts))
        found: list[str] = []
        followed = 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if found:
                    found.pop()
                    continue
                if followed:
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
                return self._resolved(Path(os.path.normpath(self.top.parent.joinpath(*reversed(waiting)))))
            target = self.files.get("/".join((*found, part)))
            if not isinstance(target, str):
                found.append(part)
                continue
            followed += 1
            if followed > MAX_LINKS or len(target) > LONGEST_LINK:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if posixpath.isabs(target):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            waiting += reversed(target.split("/"))
        return "/".join(found)


class _TreeEntry:
    """An entry of a folder of a commit."""

    def __init__(self, tree: CommitTree, folder: Path, name: str) -> None:
        self._tree, self._path, self._name = tree, folder / name, name

    @property
    def name(self) -> str:
        return self._name

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return (follow_symlinks or not self.is_symlink()) and self._tree.is_dir(self._path)

    def is_symlink(self) -> bool:
        return self._tree.is_symlink(self._path)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
