"""The history of a definition, and who wrote its fields, as JSON; both version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.diff.commit import Commit
from kpi.diff.history import Event
from kpi.render.diff_json import change_as_json, values_as_json
from kpi.render.log_view import BlameView, LogView, afterthought
from kpi.render.output import Page
from kpi.render.sanitize import json_text

if TYPE_CHECKING:
    from kpi.status.value_changes import ValueChange


def render_log_json(view: LogView, _: Page) -> str:
    """The events, newest first; no line break at the end."""
    events = [
        _event(event, view.values is not None, (view.values or {}).get(number))
        for number, event in enumerate(view.events)
    ]
    decisions = {"decisions": [one.fields_as_text() for one in view.decisions]} if view.decisions else {}
    return json_text({"version": 1, "kpi": view.id, "events": events, "cut_at": view.cut_at, **decisions})


def render_blame_json(view: BlameView, _: Page) -> str:
    """The fields with who wrote them; no line break at the end."""
    fields = [
        {"field": row.field, "text": row.text, "known": row.is_known, "commit": _commit(row.commit)}
        for row in view.rows
    ]
    return json_text({"version": 1, "kpi": view.id, "fields": fields})


def _event(event: Event, with_values: bool, values: ValueChange | None) -> dict[str, object]:
    found: dict[str, object] = {
        "commit": _commit(event.commit),
        "id": event.id,
        "changes": [change_as_json(change) for change in event.changes],
        "because": [change_as_json(change) for change in event.because],
        "unreadable": [commit.hash for commit in event.unreadable],
    }
    if with_values:
        found["values"] = None
        if values is not None:
            found["values"] = {
                "period": values.shown.period,
                **values_as_json(values),
                "target": values.target,
                "moved_after_miss": afterthought(event, values) is not None,
            }
    return found


def _commit(commit: Commit | None) -> dict[str, str] | None:
    if commit is None:
        return None
    return {
        "hash": commit.hash,
        "author": commit.author,
        "email": commit.email,
        "date": commit.day.isoformat(),
        "message": commit.subject,
    }
