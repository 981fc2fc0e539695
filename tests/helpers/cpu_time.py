"""The CPU time of an operation, for tests that limit it to a multiple of the time that a reference plan takes, so
that neither the machine nor other processes matter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# About 130 kB that are read, checked and reviewed without a syntax error.
REFERENCE = "version: 1\nkpis:\n" + "".join(
    f"  k{number}: {{name: Number {number}, unit: EUR, values: {{2026-01: {number}}}}}\n" for number in range(2_000)
)
# Some texts of these tests take twenty times as long as the reference. What takes time that grows with the square of
# their length takes hundreds of times as long.
ALLOWED_RATIO = 100


def cpu_time(work: Callable[[], T]) -> tuple[T, float]:
    """Run ``work`` and return its result and the CPU time of this process in seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start
