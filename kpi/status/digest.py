"""The summary that ``kpi share`` sends: what has changed since the last one, then the rest, the worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kpi.status.result import WORST_FIRST, Status
from kpi.status.view import KpiRow, StatusView


class Sent(NamedTuple):
    """What was last said of a KPI."""

    status: Status
    display: str | None
    name: str


class LastSummary(NamedTuple):
    """The last summary that was sent: its day, and the KPIs by id."""

    as_of: date
    kpis: Mapping[str, Sent]


class Changed(NamedTuple):
    """A KPI whose status differs from that in the last summary; ``before`` is None for a new one."""

    row: KpiRow
    before: Sent | None


@dataclass(frozen=True)
class Digest:
    """A summary. ``changed`` are the KPIs with another status than in the summary of the day ``since`` (None: there was
    none), ``rest`` all others by status, and ``gone`` the names of those that are no longer in the plan."""

    view: StatusView
    since: date | None
    changed: tuple[Changed, ...]
    gone: tuple[str, ...]
    rest: Mapping[Status, tuple[KpiRow, ...]]

    @property
    def has_changed(self) -> bool:
        """Whether anything differs from the last summary; true without one."""
        return self.since is None or bool(self.changed or self.gone)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.changed or self.gone or self.rest)


def digest(view: StatusView, last: LastSummary | None, only: Collection[Status] = ()) -> Digest:
    """The summary of a status. ``only`` are the statuses to which it is limited, now or in the last summary."""
    known: Mapping[str, Sent] = {} if last is None else last.kpis
    wanted = set(only or WORST_FIRST)
    changed = []
    if last is not None:
        changed = [Changed(row, before) for row in view.rows if (before := known.get(row.kpi.id)) is None or
                   before.status != row.status]  # fmt: skip
    changed = [one for one in changed if one.row.status in wanted or (one.before and one.before.status in wanted)]
    changed.sort(key=lambda one: WORST_FIRST.index(one.row.status))
    listed = {one.row.kpi.id for one in changed}
    ids = {row.kpi.id for row in view.rows}
    gone = tuple(sent.name for id_, sent in known.items() if id_ not in ids and sent.status in wanted)
    rest = {
        status: rows
        for status in WORST_FIRST
        if status in wanted
        and (rows := tuple(row for row in view.rows if row.status == status and row.kpi.id not in listed))
    }
    return Digest(view, None if last is None else last.as_of, tuple(changed), gone, rest)


def summary_of(view: StatusView) -> LastSummary:
    """What is remembered of a summary that was sent."""
    return LastSummary(view.as_of, {row.kpi.id: Sent(row.status, row.display, row.name) for row in view.rows})
