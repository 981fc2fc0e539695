"""The view that every renderer reads: what is to be said about a plan's KPIs, without any format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.plan.model import Kpi
from kpi.run.series import Against, Point
from kpi.status.result import Pace, Status, TargetNow
from kpi.values import Period
from kpi.values.date_words import day_in_full


@dataclass(frozen=True)
class KpiRow:
    """One KPI as it stands. Values are in its own scale, rounded to 12 digits; None where there is none.

    ``point`` is the period and value shown: the last fresh ones when the status is stale. ``display`` is the value for
    people, ``change`` the difference to the value of ``previous``, which it is measured against, ``target_display``
    the target's direction and number in signs. ``message`` says what the status does not; ``warnings`` are what else a
    reader should know, a sentence each. ``history`` is oldest first and ends before ``point``. ``parts`` are what it is
    for each value of the column ``by``, where it is split; ``is_part``: this is one of them.
    """

    kpi: Kpi
    point: Point
    status: Status
    display: str | None = None
    previous: Point | None = None
    change: float | None = None
    change_display: str | None = None
    target: TargetNow | None = None
    target_display: str | None = None
    pace: Pace | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()
    history: tuple[Point, ...] = ()
    by: str | None = None
    parts: tuple[PartRow, ...] = ()
    is_part: bool = False

    @property
    def rows(self) -> tuple[KpiRow, ...]:
        """This row and those of its parts, for tables."""
        return (self, *(part.row for part in self.parts))

    @property
    def name(self) -> str:
        """What people call it; its id where it has no name."""
        return self.kpi.name or self.kpi.id

    @property
    def period(self) -> Period:
        """The period of the value shown."""
        return self.point.period


@dataclass(frozen=True)
class PartRow:
    """A part of a KPI that is split: the KPI over the rows with one value of the column, with no value there, or with
    any other one (``values`` is how many these are). The name in ``row`` is what people call the part."""

    row: KpiRow
    kind: Literal["value", "empty", "other"] = "value"
    values: int = 1


@dataclass(frozen=True)
class Group:
    """KPIs that stand together: those of a goal, an owner, a perspective, a level or a tag.

    ``status`` is that of its worst KPI (rule S8). ``above`` are the names of the goals above, topmost first; ``owner``
    and ``due`` are the goal's.
    """

    title: str
    status: Status
    rows: tuple[KpiRow, ...]
    above: tuple[str, ...] = ()
    owner: str | None = None
    due: date | None = None


@dataclass(frozen=True)
class StatusView:
    """Everything that ``kpi status`` says. ``rows`` holds each KPI once, in the order of the file; ``groups`` may hold
    one several times (by tag). ``summary`` counts the KPIs of each of the six statuses. ``to_date``: running periods.
    ``against``: what changes are measured against.
    """

    title: str | None
    as_of: date
    rows: tuple[KpiRow, ...]
    groups: tuple[Group, ...]
    summary: Mapping[Status, int]
    to_date: bool = False
    against: Against = "previous period"

    @property
    def moment(self) -> str:
        """The day that the view is of, and what is unusual about it, in words."""
        running = ", periods still running" if self.to_date else ""
        return day_in_full(self.as_of) + running + (", against a year ago" if self.against == "year ago" else "")


def short_owner(owner: str) -> str:
    """The person's part of an e-mail address, for where room is scarce; anything else as it is."""
    name, at, _ = owner.partition("@")
    return name if at and name else owner
