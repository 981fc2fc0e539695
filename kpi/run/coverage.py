"""Whether the rows of sources reach back to the beginning of a window (T2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.engine.request import Request

# A window may begin before the first row by so much of its length: a shop that opened on 2 January has a whole January.
TOLERATED = 0.1


def is_partial(requests: Iterable[Request], first_row: Callable[[Request], date | None]) -> bool:
    """Whether one of the windows begins before the first row of its source by more than a tenth of its length.
    ``first_row`` gives the day of that row."""
    return any(_begins_early(request, first_row(request)) for request in requests)


def _begins_early(request: Request, first: date | None) -> bool:
    window = request.window
    if first is None or window is None or window.start <= date.min:
        return False
    # A balance at the end depends on the last rows alone.
    if request.aggregate.moment == "at_end" or first >= window.end:
        return False
    return (first - window.start).days > TOLERATED * window.days
