"""What fetching files from elsewhere may cost, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from kpi.errors import KpiError

MOST_BYTES = 4_000_000_000  # of all files of one command
MOST_SECONDS = 600.0
SILENT_SECONDS = 30


class FetchError(KpiError):
    """A file that cannot be fetched."""


class NotThereError(FetchError):
    """A server that knows no such file."""

    def __init__(self) -> None:
        super().__init__("there is no such file")


class Response(NamedTuple):
    """What was fetched: ``version`` as in FetchedFile, and its ``size``. ``unchanged``: nothing was, since it is the
    file that is there already."""

    version: str
    size: int
    unchanged: bool = False


class Budget:
    """The bytes and seconds that are left for files from elsewhere."""

    def __init__(self, used: int) -> None:
        self._bytes = MOST_BYTES - used
        self._until = monotonic() + MOST_SECONDS

    def write(self, blocks: Iterable[bytes], target: Path) -> int:
        """Write blocks to a file. Returns its size. Raises FetchError when the budget is spent."""
        size = 0
        with target.open("wb") as out:
            for block in blocks:
                size += len(block)
                if size > self._bytes:
                    hint = "keep the file in the project, or read it through a warehouse"
                    message = f"it has more than the {MOST_BYTES // 10**9} GB that are fetched at most"
                    raise FetchError(message, hint=hint)
                if monotonic() > self._until:
                    raise FetchError(f"it takes longer than {MOST_SECONDS:.0f} s")
                out.write(block)
        return size
