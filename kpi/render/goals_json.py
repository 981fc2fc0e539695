"""The stable JSON of ``kpi goals``, version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.sanitize import json_number, json_text
from kpi.render.status_json import day_text
from kpi.status.goals_view import GoalNode, GoalsView, by_perspective, causes, guardrails, lacks

if TYPE_CHECKING:
    from kpi.render.output import Page


def render_goals_json(view: GoalsView, _: Page) -> str:
    """Return the goals as JSON, in the order of the tree; with ``perspectives`` and ``causes`` for a scorecard."""
    content: dict[str, object] = {
        "version": 1,
        "title": view.title,
        "as_of": view.as_of.isoformat(),
        "framework": view.framework,
        "cycle": None if view.cycle is None else view.cycle.label,
        "goals": [_goal(node, view) for node in view.chosen()],
        "kpis_without_goal": [row.kpi.id for row in view.loose],
    }
    if view.framework == "bsc":
        content["perspectives"] = {
            name: {"goals": [node.goal.id for node in nodes], "lacks": lacks(nodes)}
            for name, nodes in by_perspective(view).items()
        }
        content["causes"] = [
            {"from": each.cause, "to": each.effect, "kind": each.kind, "lag": each.lag} for each in causes(view)
        ]
    return json_text(content)


def _goal(node: GoalNode, view: GoalsView) -> dict[str, object]:
    goal = node.goal
    return {
        "id": goal.id,
        "name": node.name,
        "level": goal.level,
        "parent": goal.parent,
        "framework": goal.framework,
        "perspective": view.perspectives.get(goal.id),
        "owner": goal.owner,
        "due": day_text(goal.due),
        "weight": json_number(goal.weight),
        "status": node.status,
        "score": json_number(node.score),
        "score_set": goal.score is not None,
        "band": node.band,
        "missing": node.missing,
        "commitment": goal.commitment,
        "ambition": goal.ambition,
        "agreed_with": goal.agreed_with,
        "agreed_on": day_text(goal.agreed_on),
        "reward": goal.tied_reward,
        "next": goal.next,
        "ended": goal.due is not None and goal.due <= view.as_of,
        "advice": node.advice,
        "guardrails": [row.kpi.id for row in guardrails(view, node)],
        "kpis": [
            {
                "id": one.row.kpi.id,
                "name": one.row.name,
                "status": one.row.status,
                "pace": one.row.pace,
                "value": json_number(one.row.point.value),
                "display": one.row.display,
                "score": json_number(one.score),
                "weight": json_number(one.row.kpi.weight),
                "counts": one.counts,
                "notes": list(one.row.notes),
            }
            for one in node.results
        ],
    }
