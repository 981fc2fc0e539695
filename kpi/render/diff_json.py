"""The stable JSON of ``kpi diff``, version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.diff.changes import Change
from kpi.render.diff_highlights import highlights
from kpi.render.diff_view import DiffView, affected, values_of
from kpi.render.output import Page
from kpi.render.sanitize import json_number, json_text

if TYPE_CHECKING:
    from kpi.status.value_changes import Pair, ValueChange


def render_diff_json(view: DiffView, _: Page) -> str:
    """The comparison as JSON; no line break at the end."""
    content = {
        "version": 1,
        "from": view.before_id,
        "to": view.after_id,
        "changes": [_change(view, change) for change in view.comparison.changes],
        "affected": [
            {"subject": one.subject, "because": list(one.because), **_values(view, one.values)}
            for one in affected(view)
        ],
        "summary": highlights(view),
    }  # fmt: skip
    return json_text(content)


def change_as_json(change: Change) -> dict[str, object]:
    """One change, with exactly the keys that the design fixes."""
    return {
        "class": change.kind,
        "subject": change.subject,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "file": change.place.file,
        "line": change.place.line,
    }


def values_as_json(values: ValueChange) -> dict[str, object]:
    """The values and statuses before and after; ``problem_before`` and ``problem_after`` only where one could not be
    computed, ``notes`` only where there are any."""
    found: dict[str, object] = {
        "before": json_number(values.shown.before),
        "after": json_number(values.shown.after),
        "status_before": values.status_before,
        "status_after": values.status_after,
    }
    if values.unknown:
        found["problem_before"], found["problem_after"] = values.failed
    if values.notes:
        found["notes"] = list(values.notes)
    if values.history:
        found["history"] = [_pair(pair) for pair in values.history]
    return found


def _change(view: DiffView, change: Change) -> dict[str, object]:
    values = values_of(view, change.subject) if change.counts else None
    return {**change_as_json(change), **_values(view, values)}


def _values(view: DiffView, values: ValueChange | None) -> dict[str, object]:
    """Return the key ``values`` if they were requested; null if a change cannot affect them."""
    if view.values is None:
        return {}
    return {"values": None if values is None else values_as_json(values)}


def _pair(pair: Pair) -> dict[str, object]:
    start = pair.start.isoformat()
    return {"period": pair.period, "start": start, "before": json_number(pair.before), "after": json_number(pair.after)}
