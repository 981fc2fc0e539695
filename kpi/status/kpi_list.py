"""The KPIs of a plan without their values, as ``kpi list`` shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kpi.plan.model import Goal, Kpi


class KpiList(NamedTuple):
    """The KPIs in the order of the file, and the goals that they serve, by id."""

    kpis: tuple[Kpi, ...]
    goals: Mapping[str, Goal]
