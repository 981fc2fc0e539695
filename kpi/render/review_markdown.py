"""``kpi review --format markdown``, for a wiki or a chat."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.render.kpi_notes import notes_of
from kpi.render.output import Page
from kpi.render.review_view import (
    UNKNOWN_STATUS,
    YEAR_ON_YEAR,
    facts,
    grid_signs,
    grid_title,
    has_unknown,
    kinds_in_words,
    known_in_words,
    outcome_in_words,
    owner_of,
    quiet_in_words,
    sections,
    title_of,
    trailing_title,
)
from kpi.render.status_icons import SIGNS
from kpi.render.status_markdown import escape, table
from kpi.review import Agenda, Exceptional
from kpi.review.grid import Grid, GridCell
from kpi.review.trailing import Trailing
from kpi.status import KpiRow
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


def render_grid_markdown(view: Grid, _: Page) -> str:
    """The grid as GitHub's Markdown, a table for each length of period; no line break at the end."""
    parts = [f"# {escape(view.title or 'Review')} · {grid_title(view)}"]
    for block in view.blocks:
        head = ("KPI", *(period.label for period in block.periods), "Target", "Owner")
        rows = [
            (
                escape(one.row.name),
                *(_cell(cell) for cell in one.cells),
                escape(one.row.target_display or ""),
                escape(owner_of(one.row)),
            )
            for one in block.rows
        ]
        rule = ("---", *["---:"] * len(block.periods), "---", "---")
        parts += [*([f"## {block.heading}"] if block.heading else []), table([head, rule, *rows])]
    parts.append(" · ".join(f"{SIGNS[status]} {status}" for status in grid_signs(view)) or "No KPI to show.")
    parts += [UNKNOWN_STATUS] if has_unknown(view) else []
    return "\n\n".join([*parts, *_notes([one.row for one in view.rows])])


def render_trailing_markdown(view: Trailing, _: Page) -> str:
    """Six weeks and twelve months as GitHub's Markdown; no line break at the end."""
    parts = [f"# {escape(view.title or 'Review')} · {trailing_title(view)}"]
    for block in view.blocks:
        head = ("KPI", *(period.label for period in block.periods), YEAR_ON_YEAR)
        rows = []
        for one in block.rows:
            name = f"{SIGNS[one.row.status]} {escape(one.row.name)}"
            change = escape(" ".join(filter(None, (one.change, one.trend))))
            rows.append((name, *(escape(cell.display or "–") for cell in one.cells), change))
            rows.append(("↳ a year before", *(escape(cell.before_display or "–") for cell in one.cells), ""))
        rule = ("---", *["---:"] * len(block.periods), "---")
        parts += [f"## {block.heading}", table([head, rule, *rows])]
    if view.left_out:
        parts.append("Not in these periods: " + ", ".join(escape(row.name) for row in view.left_out))
    return "\n\n".join([*parts, *_notes(view.rows)])


def _cell(cell: GridCell) -> str:
    sign = "" if cell.status is None else f" {SIGNS[cell.status]}"
    return escape(cell.display or "–") + sign


def _notes(rows: Sequence[KpiRow]) -> list[str]:
    notes = notes_of(rows)
    return ["\n".join(f"- {escape(note)}" for note in notes)] if notes else []
