"""What is shown of the catalog: a list of KPIs, or one whole."""

from __future__ import annotations

from typing import NamedTuple

from kpi.catalog.catalog import Requirement
from kpi.catalog.model import MONEY, CatalogKpi

BETTER = {"up": "higher is better", "down": "lower is better", "range": "neither too low nor too high"}


class CatalogView(NamedTuple):
    """A list of KPIs, as found by ``words`` (best first) or all in the order of the catalog."""

    kpis: tuple[CatalogKpi, ...]
    words: str = ""


class CatalogKpiView(NamedTuple):
    """One KPI with the tables that its formula needs."""

    kpi: CatalogKpi
    needs: tuple[Requirement, ...]

    @property
    def unit(self) -> str:
        """The unit in words."""
        return "your currency" if self.kpi.unit == MONEY else self.kpi.unit
