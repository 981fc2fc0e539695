"""From series and targets to a status and a pace, and the one view that every renderer reads. Pure functions."""

from kpi.status.build_view import status_view
from kpi.status.evaluation import judge
from kpi.status.grouping import By
from kpi.status.result import STATUSES, WORST_FIRST, Judgement, Pace, Status, TargetNow, worst
from kpi.status.selection import select_kpis
from kpi.status.target_lines import target_lines
from kpi.status.view import Group, KpiRow, PartRow, StatusView, short_owner

__all__ = [
    "STATUSES", "WORST_FIRST", "By", "Group", "Judgement", "KpiRow", "Pace", "PartRow", "Status", "StatusView",
    "TargetNow", "judge", "select_kpis", "short_owner", "status_view", "target_lines", "worst",
]  # fmt: skip
