"""Files elsewhere: from which hosts a plan may fetch some, and what was fetched for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class FetchedFile(NamedTuple):
    """A copy of a file. ``version`` is what its server calls this content (ETag, time and size; "" where it says
    neither of the first two), ``checked`` when the server was last asked (time.monotonic), ``size`` in bytes."""

    path: Path
    version: str
    checked: float
    size: int


@dataclass
class RemoteAccess:
    """The ``hosts`` from which files may be fetched, as addresses name them, and the copies in this process.

    ``files`` has the copies by address, ``names`` how each is called in messages, ``folder`` where they are. They are
    deleted with this object. Two are equal if they have the same hosts: an editor computes values again only if a plan
    has changed.
    """

    hosts: frozenset[str] = frozenset()
    files: dict[str, FetchedFile] = field(default_factory=dict, compare=False)
    names: dict[Path, str] = field(default_factory=dict, compare=False)
    folder: Path | None = field(default=None, compare=False)


class Allowed(tuple[Path, ...]):
    """What a plan may read besides its project: folders, and files of the hosts of ``remote``."""

    remote: RemoteAccess

    def __new__(cls, folders: Iterable[Path] = (), hosts: Iterable[str] = ()) -> Allowed:
        allowed = super().__new__(cls, folders)
        allowed.remote = RemoteAccess(frozenset(host.lower() for host in hosts))
        return allowed

    def __bool__(self) -> bool:
        return len(self) > 0 or len(self.remote.hosts) > 0


def remote_access(allowed: Iterable[Path]) -> RemoteAccess:
    """The access of what is allowed: none for plain folders."""
    return allowed.remote if isinstance(allowed, Allowed) else RemoteAccess()
