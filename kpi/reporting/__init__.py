"""One view model that every renderer reads."""

from kpi.reporting.build import status_view
from kpi.reporting.groups import By
from kpi.reporting.select import select_kpis
from kpi.reporting.view import Group, KpiRow, PartRow, StatusView, short_owner

__all__ = [
    "By", "Group", "KpiRow", "PartRow", "StatusView", "select_kpis", "short_owner", "status_view",
]  # fmt: skip
