"""``kpi status`` as Markdown: a table a group, for pull requests and wikis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpi.render.output import Page
from kpi.render.sanitize import one_line, unlinked
from kpi.render.status_icons import SIGNS
from kpi.status import STATUSES, Group, KpiRow, StatusView
from kpi.status.columns import even_cells, with_even_precision
from kpi.status.matrix import Matrix
from kpi.values.date_words import day_in_words

# A backslash before what Markdown reads as markup; HTML as entities, so that no tag gets through.
_ESCAPES = str.maketrans({sign: "\\" + sign for sign in "\\`*_[]#|~"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"})

HEAD = ("KPI", "Value", "Change", "Target", "Status", "Period")
RULE = ("---", "---:", "---", "---", "---", "---")


def escape(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML would read as markup."""
    return unlinked(one_line(text).translate(_ESCAPES))


def render_status_markdown(view: StatusView, _: Page) -> str:
    """The view as GitHub's Markdown; no line break at the end."""
    view = with_even_precision(view)
    parts = _heading(view)
    for group in view.groups:
        rows = [one for row in group.rows for one in row.rows]
        parts += [*_group(group), table([HEAD, RULE, *map(_cells, rows)]), *_notes_of(group)]
    return "\n\n".join(parts)


def render_matrix_markdown(matrix: Matrix, _: Page) -> str:
    """The last few periods as GitHub's Markdown, in each group a table for each length of period."""
    parts = _heading(matrix.view)
    shown = even_cells(matrix, (one for group in matrix.view.groups for whole in group.rows for one in whole.rows))
    for group in matrix.view.groups:
        parts += _group(group)
        notes = _notes_of(group)
        for periods, rows in matrix.by_length(group.rows):
            head = ("KPI", *(period.label + ("" if period.whole else " …") for period in periods), "Status")
            rule = ("---", *["---:"] * len(periods), "---")
            cells = [
                (_name(row), *(escape(cell.display or "–") for cell in shown[id(row)]), _status(row))
                for whole in rows
                for row in whole.rows
            ]
            parts.append(table([head, rule, *cells]))
        parts += notes
    return "\n\n".join(parts)


def _heading(view: StatusView) -> list[str]:
    counts = [f"{view.summary[status]} {status}" for status in STATUSES if view.summary[status]]
    return [f"# {escape(view.title or 'KPIs')} · {view.moment}", ", ".join(counts) or "No KPI to show."]


def _group(group: Group) -> list[str]:
    facts = [f"{SIGNS[group.status]} {group.status}"]
    facts += [escape(group.owner)] if group.owner else []
    facts += [f"due {day_in_words(group.due)}"] if group.due else []
    return [f"## {escape(group.title)}", " · ".join(facts)]


def table(lines: Iterable[Sequence[str]]) -> str:
    """The lines of a table of cells that are escaped already: the heads, the rule below them, the rows."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _status(row: KpiRow) -> str:
    return f"{SIGNS[row.status]} {row.status}" + (f", {row.pace}" if row.pace else "")


def _cells(row: KpiRow) -> tuple[str, ...]:
    return (
        _name(row),
        escape(row.display or "–"),
        escape(" ".join(filter(None, [row.change_display, row.trend]))),
        escape(row.target_and_expected or ""),
        _status(row),
        "" if row.is_part else row.period.label,
    )


def _name(row: KpiRow) -> str:
    """The name of a KPI, or of a part of the one above."""
    return f"↳ {escape(row.name)}" if row.is_part else escape(row.name)


def _notes_of(group: Group) -> list[str]:
    """The notes of a group's KPIs and their parts as one list, or nothing."""
    notes = []
    for row in group.rows:
        notes += [f"- {escape(row.name)}: {escape(note)}" for note in _notes(row)]
        for part in row.parts:
            name = escape(f"{row.name}, {part.row.name}")
            notes += [f"- {name}: {escape(note)}" for note in part.row.notes if note not in row.notes]
    return ["\n".join(notes)] if notes else []


def _notes(row: KpiRow) -> list[str]:
    forecast = None if row.outlook is None else f"forecast: {row.outlook.sentence}"
    notes = [row.message, forecast, *row.notes, row.kpi.when_red if row.status == "red" else None]
    return [note for note in notes if note]
