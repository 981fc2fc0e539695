"""How much work a text makes, for tests of what must not take long: in CPU time and beside a sound plan, so that
neither the machine nor what else runs on it matters."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Some 130 kB that are read, checked and reviewed without a finding of their syntax.
RULER = "version: 1\nkpis:\n" + "".join(
    f"  k{number}: {{name: Number {number}, unit: EUR, values: {{2026-01: {number}}}}}\n" for number in range(2_000)
)
# Some of the texts of these tests take twenty times as long as the ruler; what grows with the square of one takes
# hundreds of times as long and more.
MOST = 100


def effort(work: Callable[[], T]) -> tuple[T, float]:
    """What ``work`` makes, and the CPU time of this process for it in seconds."""
    start = time.process_time()
    made = work()
    return made, time.process_time() - start
