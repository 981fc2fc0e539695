"""``kpi goals`` as Markdown: tables of the goals, for pull requests and wikis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.render.goals_words import (
    NO_OWNER,
    TITLES,
    agreement_facts,
    cause_texts,
    due_text,
    end_text,
    next_text,
    nothing_text,
    objective_facts,
    objective_remarks,
    score_text,
)
from kpi.render.kpi_notes import notes_of
from kpi.render.status_icons import SIGNS
from kpi.render.status_markdown import escape
from kpi.status import short_owner
from kpi.status.columns import even_rows
from kpi.status.goals_view import GoalNode, GoalsView, by_person, by_perspective, causes, guardrails, lacks
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.render.output import Page
    from kpi.status import KpiRow, Status

HEAD = "| Goal | Status | Score | Owner | Due | Id |\n|---|---|---:|---|---|---|"
RESULTS = "| Key result | Value | Target | Score | Status |\n|---|---:|---|---:|---|"
METRICS = "| KPI | Value | Target | Status |\n|---|---:|---|---|"


def render_goals_markdown(view: GoalsView, _: Page) -> str:
    """Return the goals as GitHub's Markdown; no line break at the end."""
    cycle = "" if view.cycle is None else f" · {view.cycle.label}"
    parts = [f"# {escape(view.title or 'Goals')} · {day_in_full(view.as_of)}{cycle}"]
    if not view.chosen():
        parts.append(escape(nothing_text(view)))
    elif view.framework == "bsc":
        parts += _scorecard(view)
    elif view.framework == "okr":
        parts += [part for node in view.chosen() for part in _objective(node, view)]
    elif view.framework == "omtm":
        parts += [part for node in view.chosen() for part in _one_metric(node, view)]
    elif view.framework == "mbo":
        parts += _people(view)
    else:
        nodes = view.nodes() if view.cycle is None else ((0, node) for node in view.chosen())
        parts.append("\n".join([HEAD, *(_row(node, depth) for depth, node in nodes)]))
    if view.framework is None and view.cycle is None and view.loose:
        parts.append("Without a goal: " + ", ".join(escape(row.name) for row in view.loose))
    shown = [row for node in view.chosen() for row in (*node.rows, *guardrails(view, node))]
    notes = notes_of({row.kpi.id: row for row in shown}.values(), messages=False)
    parts += ["\n".join(f"- {escape(note)}" for note in notes)] if notes else []
    return "\n\n".join(parts)


def _status(status: Status | None) -> str:
    return "no KPI" if status is None else f"{SIGNS[status]} {status}"


def _row(node: GoalNode, depth: int) -> str:
    goal = node.goal
    name = "↳ " * depth + (f"{escape(goal.level)}: " if goal.level else "") + escape(node.name)
    owner = escape(short_owner(goal.owner or ""))
    cells = [name, _status(node.status), score_text(node.score), owner, due_text(goal), escape(goal.id)]
    return f"| {' | '.join(cells)} |"


def _objective(node: GoalNode, view: GoalsView) -> list[str]:
    band = _status(node.status) if node.band is None else f"{SIGNS[node.band]} {node.band}, {score_text(node.score)}"
    parts = [f"## {escape(node.name)}", " · ".join([band, *map(escape, objective_facts(node))])]
    rows = [
        f"| {escape(row.name)} | {escape(row.display or '–')} | {escape(row.target_display or '')} "
        f"| {score_text(one.score) or '–'} | {_status(one.row.status)} |"
        for one, row in zip(node.results, even_rows([one.row for one in node.results]), strict=True)
    ]
    return [*parts, *(["\n".join([RESULTS, *rows])] if rows else []), *map(escape, objective_remarks(node, view))]


def _metrics(rows: Sequence[KpiRow]) -> list[str]:
    lines = [
        f"| {escape(row.name)} | {escape(row.display or '–')} | {escape(row.target_display or '')} "
        f"| {_status(row.status)} |"
        for row in even_rows(rows)
    ]
    return ["\n".join([METRICS, *lines])] if lines else []


def _scorecard(view: GoalsView) -> list[str]:
    parts = []
    for name, nodes in by_perspective(view).items():
        missing = lacks(nodes)
        parts.append(f"## {TITLES[name]}" + (f" ({', '.join(missing)})" if missing else ""))
        if nodes:
            parts.append("\n".join([HEAD, *(_row(node, 0) for node in nodes)]))
        parts += _metrics([row for node in nodes for row in node.rows])
    lines = ["- {} → {} ({})".format(*map(escape, cause_texts(each, view))) for each in causes(view)]
    return [*parts, "## Cause and effect", "\n".join(lines)] if lines else parts


def _one_metric(node: GoalNode, view: GoalsView) -> list[str]:
    rails = _metrics(guardrails(view, node))
    parts = [f"## {escape(node.name)}", escape(end_text(node, view)), *_metrics(node.rows)]
    return [*parts, *(["### Guardrails", *rails] if rails else ["No guardrail."]), f"Next: {escape(next_text(node))}"]


def _people(view: GoalsView) -> list[str]:
    parts = []
    for person, nodes in by_person(view).items():
        parts.append(f"## {escape(person) or NO_OWNER}")
        for node in nodes:
            facts = [_status(node.status), *map(escape, agreement_facts(node, view))]
            parts += [f"### {escape(node.name)}", " · ".join(facts), *_metrics(node.rows)]
    return parts
