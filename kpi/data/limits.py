"""How long a run may take, and how much memory and disk: what a stranger asks for must come to an end as well."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from kpi.errors import KpiError, UsageError

RUN_SECONDS = 600.0
QUERY_SECONDS = 60.0
RUN_TIMEOUT = "KPI_TIMEOUT"
QUERY_TIMEOUT = "KPI_QUERY_TIMEOUT"
# Of memory, and of the disk for what does not fit into it, where nothing else is asked for.
MOST_MEMORY = 4 * 10**9
MOST_DISK = 16 * 10**9
# What a process may take beyond the engine's own limit, which does not count texts and lists while they are made.
BEYOND = 2 * 10**9

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30,
         "TIB": 2**40}  # fmt: skip


class MemoryLimitError(KpiError):
    """What was asked does not fit in the memory that the engine may use, even with the disk."""


class TimeLimitError(KpiError):
    """What was asked takes longer than it may."""


def bytes_of(size: str) -> int | None:
    """The bytes of a size such as ``512MB``, ``1.5 GiB``; None for what is none."""
    import re

    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([KMGT]?I?B)", size.strip(), re.IGNORECASE | re.ASCII)
    if found is None or found[2].upper() not in UNITS:
        return None
    return int(float(found[1]) * UNITS[found[2].upper()])


def seconds_of(variable: str, default: float) -> float:
    """The seconds that an environment variable allows. Raises UsageError for what is no such number."""
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:10]) < 10**9:
        raise UsageError(f'{variable} cannot be "{text}"', hint=f"it is a whole number of seconds, e.g. {default:.0f}")
    return float(text)


def most_disk(folder: Path) -> int:
    """The bytes that may be written to a folder for what does not fit into memory."""
    import shutil

    try:
        return min(MOST_DISK, shutil.disk_usage(folder).free * 9 // 10)
    except OSError:
        return MOST_DISK


_lock = Lock()
_inside = 0
_before: tuple[int, int] | None = None


@contextmanager
def address_space(memory: int) -> Iterator[None]:
    """Lets this process take no more memory than it has now, ``memory`` and some, while the block runs. An allocation
    beyond that fails as one does that the machine has no memory for. Only Linux can do that."""
    if sys.platform != "linux":
        yield
        return
    import resource

    global _inside, _before
    with _lock:
        _inside += 1
        if _inside == 1:
            with suppress(OSError, ValueError):
                pages = int(Path("/proc/self/statm").read_text().split()[0])
                _before = resource.getrlimit(resource.RLIMIT_AS)
                most = pages * resource.getpagesize() + memory + BEYOND
                hard = _before[1]
                old = [limit for limit in _before if limit != resource.RLIM_INFINITY]
                resource.setrlimit(resource.RLIMIT_AS, (min([most, *old]), hard))
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _before is not None:
                with suppress(OSError, ValueError):
                    resource.setrlimit(resource.RLIMIT_AS, _before)
                _before = None
