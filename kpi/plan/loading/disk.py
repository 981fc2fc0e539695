"""Where the files of a plan are read from: the disk, or something else such as a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kpi.plan.loading.paths import FolderEntry, entries, walk
from kpi.plan.yaml.documents import read_bytes


class Disk:
    """The disk. Another place of files overrides all of this."""

    def real(self, path: Path) -> Path:
        """Where a path leads, symbolic links followed. Raises OSError or RuntimeError in a circle of them."""
        return path.resolve()

    def is_file(self, path: Path) -> bool:
        """Whether a path leads to a file."""
        return path.is_file()

    def glob(self, base: Path, parts: tuple[str, ...], real_path: Callable[[Path], str]) -> Iterable[Path]:
        """What the parts of a pattern match below a folder: see :func:`kpi.plan.loading.paths.walk`."""
        return walk(base, parts, real_path, self.entries)

    def entries(self, folder: Path) -> Iterable[FolderEntry]:
        """What is in a folder; nothing when it cannot be read."""
        return entries(folder)

    def read(self, path: Path) -> bytes:
        """The content of a file, at most one byte more than is allowed. Raises OSError."""
        return read_bytes(path)


DISK = Disk()
