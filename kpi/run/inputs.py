"""What a run is asked for. The engine is not loaded by this file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.frozen import frozen
from kpi.run.series import Against

if TYPE_CHECKING:
    from kpi.plan.checks import Checked


@frozen
class RunInputs:
    """The values that a run computes: those of the ``kpis`` of a checked plan at ``as_of``, a day that counts as over.

    ``to_date`` asks for the running period instead of the last one that is over; ``periods`` is the length of the
    history; ``against`` what a change is measured against.
    """

    checked: Checked
    as_of: date
    kpis: tuple[str, ...]
    to_date: bool = False
    periods: int = 12
    against: Against = "previous period"
