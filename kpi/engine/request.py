"""What a run asks of a source."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from kpi.formulas import nodes
from kpi.values import Span


class Request(NamedTuple):
    """One aggregate over one window. ``window`` is None for a snapshot. ``bad`` are the bits of the rows that are left
    out, since what the KPI uses of them cannot be read."""

    aggregate: nodes.Aggregate
    window: Span | None
    bad: int = 0

    @property
    def edge(self) -> date:
        """The first day whose rows are too late for the balance that is asked for."""
        assert self.window is not None, "a snapshot has no balances"
        return self.window.end if self.aggregate.moment == "at_end" else self.window.start
