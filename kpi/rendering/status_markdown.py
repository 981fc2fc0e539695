"""``kpi status`` as Markdown: a table a group, for pull requests and wikis."""

from __future__ import annotations

from kpi.judging import STATUSES
from kpi.periods.words import day_in_full, day_in_words
from kpi.rendering.marks import SIGNS
from kpi.rendering.plain import one_line
from kpi.reporting import Group, KpiRow, StatusView

# A backslash before what Markdown reads as markup; HTML as entities, so that no tag gets through.
_ESCAPES = str.maketrans({sign: "\\" + sign for sign in "\\`*_[]#|~"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"})

HEAD = ("KPI", "Value", "Change", "Target", "Status", "Period")
RULE = ("---", "---:", "---", "---", "---", "---")


def escape(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML would read as markup."""
    return one_line(text).translate(_ESCAPES)


def render_status_markdown(view: StatusView) -> str:
    """The view as GitHub's Markdown; no line break at the end."""
    counts = [f"{view.summary[status]} {status}" for status in STATUSES if view.summary[status]]
    until = ", periods still running" if view.to_date else ""
    heading = f"# {escape(view.title or 'KPIs')} · {day_in_full(view.as_of)}{until}"
    parts = [heading, ", ".join(counts) or "No KPI to show."]
    for group in view.groups:
        parts += _group(group)
    return "\n\n".join(parts)


def _group(group: Group) -> list[str]:
    facts = [f"{SIGNS[group.status]} {group.status}"]
    facts += [escape(group.owner)] if group.owner else []
    facts += [f"due {day_in_words(group.due)}"] if group.due else []
    table = [HEAD, RULE, *map(_cells, group.rows)]
    notes = [f"- {escape(row.name)}: {escape(note)}" for row in group.rows for note in _notes(row)]
    parts = [f"## {escape(group.title)}", " · ".join(facts), "\n".join(f"| {' | '.join(cells)} |" for cells in table)]
    return [*parts, "\n".join(notes)] if notes else parts


def _cells(row: KpiRow) -> tuple[str, ...]:
    pace = f", {row.pace}" if row.pace else ""
    return (
        escape(row.name),
        escape(row.display or "–"),
        escape(row.change_display or ""),
        escape(row.target_display or ""),
        f"{SIGNS[row.status]} {row.status}{pace}",
        row.period.label,
    )


def _notes(row: KpiRow) -> list[str]:
    notes = [row.message, *row.warnings, row.kpi.when_red if row.status == "red" else None]
    return [note for note in notes if note]
