"""``kpi list --format json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.sanitize import json_text
from kpi.status.kpi_list import KpiList

if TYPE_CHECKING:
    from kpi.render.output import Page


def render_list_json(view: KpiList, page: Page) -> str:
    """Return the KPIs as JSON, each with its goal as the plan has it."""
    return json_text(
        {
            "version": 1,
            "kpis": [
                {
                    "id": kpi.id,
                    "name": kpi.name,
                    "goal": kpi.goal,
                    "goal_name": view.goals[kpi.goal].name if kpi.goal is not None and kpi.goal in view.goals else None,
                    "owner": kpi.owner,
                    "unit": kpi.unit,
                    "every": kpi.every,
                }
                for kpi in view.kpis
            ],
        }
    )
