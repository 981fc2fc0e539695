"""A status as an HTML table for notebooks: no style of its own but colour, no script, every text escaped."""

from __future__ import annotations

from html import escape

from kpi.render.sanitize import one_line
from kpi.render.status_icons import SIGNS
from kpi.status import StatusView
from kpi.status.columns import with_even_precision
from kpi.values.date_words import day_in_full

COLORS = {"green": "#14702f", "yellow": "#7d5700", "red": "#b3261e"}
HEADS = ("KPI", "Value", "Change", "Target", "Status", "Period")


def render_status_html(view: StatusView) -> str:
    """Return the table of all KPIs, with their notes below it."""
    view = with_even_precision(view)
    lines = [f"<table><caption>{_text(view.title or 'KPIs')} · {day_in_full(view.as_of)}</caption>"]
    lines.append("<thead><tr>" + "".join(f"<th>{head}</th>" for head in HEADS) + "</tr></thead><tbody>")
    for row in (one for whole in view.rows for one in whole.rows):
        pace = f", {row.pace}" if row.pace else ""
        color = COLORS.get(row.status)
        style = f' style="color:{color}"' if color else ""
        name = ("↳ " if row.is_part else "") + row.name
        cells = [
            f"<td>{_text(name)}</td>",
            f"<td>{_text(row.display or '–')}</td>",
            f"<td>{_text(row.change_display or '')}</td>",
            f"<td>{_text(row.target_display or '')}</td>",
            f"<td{style}>{SIGNS[row.status]} {row.status}{pace}</td>",
            f"<td>{_text(row.period.label)}</td>",
        ]
        lines.append("<tr>" + "".join(cells) + "</tr>")
    notes = [
        f"<li>{_text(row.name)}: {_text(note)}</li>" for row in view.rows for note in (row.message, *row.notes) if note
    ]
    return "\n".join([*lines, "</tbody></table>", *(["<ul>", *notes, "</ul>"] if notes else [])])


def _text(text: str) -> str:
    return escape(one_line(text))
