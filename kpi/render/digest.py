"""The summary of ``kpi share``: text for chat, and HTML with tables for mail.

Chats get no Markdown: each reads another one, and some of them mentions and links as well.

Mail programs remove style sheets and SVG, so the HTML has attributes and text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape as escape_html
from typing import Literal

from kpi.render.output import Page
from kpi.render.sanitize import inert, one_line
from kpi.render.status_html import COLORS
from kpi.render.status_icons import SIGNS
from kpi.status import WORST_FIRST, KpiRow, short_owner
from kpi.status.digest import Changed, Digest
from kpi.values.date_words import day_in_words

_MENTION = re.compile(r"@(?=\w)")
Form = Literal["text", "html"]
FORMS: tuple[Form, ...] = ("text", "html")
HEADS = ("KPI", "Value", "Change", "Target", "Status", "Owner")
_CELL = 'style="padding:4px 12px 4px 0;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top"'


def title_of(view: Digest) -> str:
    """``Acme Shop · 30 June 2026: 1 red, 2 green``: the subject of a mail, and no link in Markdown."""
    summary = view.view.summary
    counts = [f"{count} {status}" for status in WORST_FIRST if (count := summary.get(status))]
    title = _text(f"{view.view.title or 'KPIs'} · {view.view.moment}: {', '.join(counts) or 'no KPIs'}")
    return title.replace("](", "] (")


def render_digest_text(view: Digest, _: Page) -> str:
    """Return the summary as plain text."""
    return inert("\n\n".join(_sections(view)))


def render_digest_html(view: Digest, _: Page) -> str:
    """Return the summary as HTML for mail."""
    parts = [f"<h2>{_html(title_of(view))}</h2>"]
    if view.changed:
        rows = [(one.row, one.before.status if one.before else "new") for one in view.changed]
        parts.append(_table(_since(view), rows))
    if view.gone:
        parts.append(f"<p>No longer in the plan: {_html(', '.join(view.gone))}</p>")
    rest = [(row, None) for rows in view.rest.values() for row in rows]
    if rest:
        parts.append(_table("The rest" if view.changed else "All KPIs", rest))
    return "\n".join(parts)


def _sections(view: Digest) -> Iterator[str]:
    """The paragraphs of the text."""
    if view.changed:
        yield "\n".join([f"{_since(view)}:", *(_line(one.row, _before(one)) for one in view.changed)])
    if view.gone:
        yield f"No longer in the plan: {_text(', '.join(view.gone))}"
    for status, rows in view.rest.items():
        yield "\n".join([f"{status.capitalize()}:", *(_line(row, None) for row in rows)])


def _line(row: KpiRow, before: str | None) -> str:
    status = row.status + (f", {row.pace}" if row.pace else "") + (f" ({before})" if before else "")
    facts = [f"- {SIGNS[row.status]} {row.name}: {status}", row.display or "no value"]
    facts += [f"{row.change_display} {row.trend or ''}".strip()] if row.change_display else []
    facts += [f"target {row.target_and_expected}"] if row.target_and_expected else []
    facts += [short_owner(row.kpi.owner)] if row.kpi.owner else []
    return "\n".join([_text(" · ".join(facts)), *(f"  {_text(note)}" for note in _notes(row))])


def _text(text: str) -> str:
    """A text on one line that notifies nobody: chats look for names after an @."""
    return _MENTION.sub("@ ", one_line(text))


def _notes(row: KpiRow) -> list[str]:
    action = f"When red: {row.kpi.when_red}" if row.status == "red" and row.kpi.when_red else None
    return [note for note in (row.message, action) if note]


def _before(one: Changed) -> str:
    return f"was {one.before.status}" if one.before else "new"


def _since(view: Digest) -> str:
    return "Changed" if view.since is None else f"Changed since {day_in_words(view.since)}"


def _table(caption: str, rows: Sequence[tuple[KpiRow, str | None]]) -> str:
    lines = [f'<h3>{_html(caption)}</h3>\n<table style="border-collapse:collapse">']
    lines.append("<tr>" + "".join(f"<th {_CELL}>{head}</th>" for head in HEADS) + "</tr>")
    for row, before in rows:
        status = f"{SIGNS[row.status]} {row.status}" + (f", {row.pace}" if row.pace else "")
        color = COLORS.get(row.status)
        cells = [
            f"<b>{_html(row.name)}</b>" + "".join(f"<br>{_html(note)}" for note in _notes(row)),
            _html(row.display or "–"),
            _html(f"{row.change_display or ''} {row.trend or ''}".strip()),
            _html(row.target_and_expected or ""),
            (f'<b style="color:{color}">{status}</b>' if color else status) + (f"<br>({before})" if before == "new" else
                                                                              f"<br>was {before}" if before else ""),
            _html(short_owner(row.kpi.owner or "")),
        ]  # fmt: skip
        lines.append("<tr>" + "".join(f"<td {_CELL}>{cell}</td>" for cell in cells) + "</tr>")
    return "\n".join([*lines, "</table>"])


def _html(text: str) -> str:
    return escape_html(one_line(text))
