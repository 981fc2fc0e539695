"""Whether a file is the one that was read before, without reading it; and which program reads it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import kpi
from kpi import __version__, clock

# How long after a change the next one may carry the same time: clocks of file systems tick in steps of up to 10 ms,
# and those that keep whole seconds (FAT: even ones) in steps of 2 s.
_TICK = 100_000_000
_COARSE_TICK = 2_000_000_000


class Identity(NamedTuple):
    """What distinguishes a file from every other and from itself after a change: its path, its size in bytes, when its
    content and when anything about it was last changed (ns; the second cannot be set by hand), and its inode."""

    path: str
    size: int
    modified: int
    changed: int
    inode: int
    device: int

    def settled(self, now: int) -> bool:
        """Whether a change after ``now`` (ns since 1970) would show. One in the same tick of the file system's clock
        as the last might not: git calls such files racy."""
        newest = max(self.modified, self.changed)
        coarse = self.modified % 1_000_000 == 0
        return newest + (_COARSE_TICK if coarse else _TICK) < now


def identity_of(path: Path) -> Identity | None:
    """The identity of a file now, links followed; None when it is not there."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return Identity(str(path), facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_dev)


def now() -> int:
    """The time by the clock that stamps files (ns since 1970)."""
    return clock.stamp()


def program() -> list[object]:
    """What computes: the version, how its files look (an installation for development changes without a new version),
    and which engine is installed."""
    looks: list[object] = [__version__]
    package = Path(kpi.__file__).parent
    for folder, _, names in os.walk(package):
        files = sorted((name, Path(folder, name).stat()) for name in names if name.endswith(".py"))
        looks.append([(name, facts.st_size, facts.st_mtime_ns) for name, facts in files])
    engine = find_spec("duckdb")
    if engine is not None and engine.origin is not None:
        facts = Path(engine.origin).stat()
        looks.append((engine.origin, facts.st_size, facts.st_mtime_ns))
    return looks
