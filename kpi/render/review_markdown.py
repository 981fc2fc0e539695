"""``kpi review --format markdown``, for a wiki or a chat."""

from __future__ import annotations

from kpi.render.output import Page
from kpi.render.review_view import (
    facts,
    kinds_in_words,
    known_in_words,
    outcome_in_words,
    owner_of,
    quiet_in_words,
    sections,
    title_of,
)
from kpi.render.status_icons import SIGNS
from kpi.render.status_markdown import escape
from kpi.review import Agenda, Exceptional
from kpi.values.date_words import day_in_full


def render_review_markdown(view: Agenda, _: Page) -> str:
    """The whole agenda as GitHub's Markdown; no line break at the end."""
    parts = [f"# {escape(title_of(view))} · review of {day_in_full(view.as_of)}"]
    parts += [part for one in view.exceptions for part in _exception(one)]
    parts += [escape(text) for text in (known_in_words(view), quiet_in_words(view)) if text]
    if view.due:
        parts.append("## What became of decisions")
        entries = (outcome_in_words(view, outcome) for outcome in view.due)
        parts.append("\n".join(f"- {escape(first)}  \n  {escape(second)}" for first, second in entries))
    for head, texts in sections(view):
        parts += [f"## {head}", "\n".join(f"- {escape(text)}" for text in texts)]
    return "\n\n".join(parts)


def _exception(one: Exceptional) -> list[str]:
    row = one.row
    values = " · ".join(escape(text) for text in (row.display or "–", row.change_display, row.target_display) if text)
    owner = owner_of(row)
    head = f"{SIGNS[row.status]} {row.status} · {kinds_in_words(one)}" + (f" · {escape(owner)}" if owner else "")
    known = "\n".join(f"- {name}: {escape(text)}" for name, text in facts(one))
    return [f"## {escape(row.name)}: {values}", head, *([known] if known else [])]
