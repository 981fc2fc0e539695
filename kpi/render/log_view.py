"""Shared by the renderers of a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kpi.diff.blame import Blamed
from kpi.diff.commit import Commit
from kpi.diff.history import Event

if TYPE_CHECKING:
    from kpi.plan.model import Decision
    from kpi.status.value_changes import ValueChange


class LogView(NamedTuple):
    """The history of one KPI, newest first. ``values`` holds its values on the day of an event, by index in
    ``events``, under the definitions before and after it; None if they were not requested. ``cut_at`` is the commit
    at which a shallow clone ends. ``decisions`` are those about the KPI, newest first."""

    id: str
    name: str
    events: tuple[Event, ...]
    values: Mapping[int, ValueChange] | None = None
    cut_at: str | None = None
    decisions: tuple[Decision, ...] = ()


class BlameView(NamedTuple):
    """The fields of one KPI and the commit that last changed each."""

    id: str
    rows: Sequence[Blamed]


def author_of(commit: Commit) -> str:
    """Return the name of the author, or else the address."""
    return commit.author or commit.email or "unknown"


def afterthought(event: Event, values: ValueChange | None) -> str | None:
    """Return a remark if a target was relaxed after it had been missed, else None."""
    kinds = {change.kind for change in event.changes}
    if values is None or values.status_before not in ("red", "yellow") or not kinds & {"loosened", "later"}:
        return None
    return f"it was {values.status_before} when this was {'loosened' if 'loosened' in kinds else 'put off'}"
