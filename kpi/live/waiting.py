"""Waits for changes of files. The only importer of watchfiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from watchfiles import awatch, watch

if TYPE_CHECKING:
    from kpi.live.watched import Watched

# step: changes that follow within so many milliseconds are one change. The pause between two looks at the files finds
# what a file system does not report, such as files on a network drive, and the next day.
_OPTIONS: dict[str, Any] = {
    "watch_filter": None, "step": 20, "rust_timeout": 1000, "yield_on_timeout": True, "recursive": False,
    "ignore_permission_denied": True,
}  # fmt: skip


def follow(watched: Watched) -> Iterator[None]:
    """Yield whenever the plan or its data has changed since it was last read. Raises KeyboardInterrupt."""
    while True:
        folders = watched.folders()
        # What changes while the plan is computed is kept by the watch and comes with its next events.
        for events in watch(*folders, **_OPTIONS):
            if watched.changed(path for _, path in events):
                yield
            if watched.folders() != folders:
                break


async def changes(watched: Watched) -> AsyncIterator[None]:
    """As :func:`follow`, for an event loop."""
    while True:
        folders = watched.folders()
        async for events in awatch(*folders, **_OPTIONS):
            if await anyio.to_thread.run_sync(watched.changed, [path for _, path in events]):
                yield
            if watched.folders() != folders:
                break
