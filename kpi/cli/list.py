"""``kpi list``."""

from __future__ import annotations

from kpi.cli.common import FileOption, OutsideOption, TextOrJson, open_checked, show_view

EXAMPLES = (
    ("kpi list", "shows the id, name, goal and owner of each KPI"),
    ("kpi list --format json", "the same for a program"),
)


def list_(
    file: FileOption = None,
    format: TextOrJson = "text",  # noqa: A002
    allow_outside: OutsideOption = None,
) -> None:
    """List the KPIs with their ids, names, goals and owners."""
    from kpi.status.kpi_list import KpiList

    plan = open_checked(file, allow_outside).plan
    show_view(KpiList(tuple(plan.kpis.values()), dict(plan.goals)), format)
