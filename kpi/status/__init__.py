"""Computes status and pace from series and targets, and builds the view that every renderer reads. Pure functions."""

from kpi.status.build_view import status_view
from kpi.status.evaluation import evaluate_status, status_then
from kpi.status.grouping import By
from kpi.status.result import STATUSES, WORST_FIRST, ActiveTarget, Pace, Status, StatusResult, worst
from kpi.status.selection import select_kpis
from kpi.status.target_lines import target_lines
from kpi.status.view import Group, KpiRow, PartRow, StatusView, short_owner

__all__ = [
    "STATUSES",
    "WORST_FIRST",
    "ActiveTarget",
    "By",
    "Group",
    "KpiRow",
    "Pace",
    "PartRow",
    "Status",
    "StatusResult",
    "StatusView",
    "evaluate_status",
    "select_kpis",
    "short_owner",
    "status_then",
    "status_view",
    "target_lines",
    "worst",
]  # fmt: skip
