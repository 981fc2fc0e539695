"""Waits for changes of files. The only importer of watchfiles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from watchfiles import awatch, watch

if TYPE_CHECKING:
    from kpi.live.watched import Watched

# step: changes that follow within so many milliseconds are one change. The pause between two looks at the files finds
# what a file system does not report, such as files on a network drive, and the next day.
_OPTIONS: dict[str, Any] = {
    "watch_filter": None, "step": 50, "rust_timeout": 2000, "yield_on_timeout": True, "recursive": False,
    "ignore_permission_denied": True,
}  # fmt: skip


def wait(watched: Watched) -> None:
    """Return when the plan or its data has changed. Raises KeyboardInterrupt."""
    if watched.changed():
        return
    for events in watch(*watched.folders(), **_OPTIONS):
        if watched.changed(path for _, path in events):
            return


async def changes(watched: Watched) -> AsyncIterator[None]:
    """Yield whenever the plan or its data has changed since it was last read."""
    while True:
        if await anyio.to_thread.run_sync(watched.changed):
            yield
        async for events in awatch(*watched.folders(), **_OPTIONS):
            paths = [path for _, path in events]
            if await anyio.to_thread.run_sync(watched.changed, paths):
                break
        yield
