"""The view that every renderer reads: the content of the status report, independent of the output format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from kpi.frozen import frozen
from kpi.plan.model import Kpi
from kpi.run.series import Against, Point
from kpi.status.direction import direction_of
from kpi.status.result import ActiveTarget, Pace, Status
from kpi.status.target_text import share_in_words
from kpi.values import Period
from kpi.values.date_words import day_in_full

if TYPE_CHECKING:
    from kpi.status.outcome import Outcome
    from kpi.status.outlook import Outlook
    from kpi.status.signs import Signs


@frozen
class KpiRow:
    """One KPI with its value and status. Values are in the KPI's scale and rounded to 12 digits; None if there is none.

    ``point`` is the period and value shown: the last fresh one if the status is stale. ``display`` is the formatted
    value, which meets exactly those of the ``bounds`` that the value meets, ``change`` its difference to the value of
    ``previous``, ``target_display`` the formatted target,
    ``expected_display`` what is expected by now on the way to it, None if that is the target itself.
    ``message`` explains the status; ``notes`` are what else bears on the number, one sentence each (rule G2).
    ``history`` is oldest first and ends before ``point``. ``parts`` are the rows for the values of the column
    ``by`` if the KPI is split; ``is_part`` is true for such a row. ``outlook`` is the forecast and ``signs``
    say whether the value is news, where these were asked for. ``decision`` is the last decision about the KPI and what
    became of it.
    """

    kpi: Kpi
    point: Point
    status: Status
    display: str | None = None
    previous: Point | None = None
    change: float | None = None
    change_display: str | None = None
    bounds: tuple[tuple[str, float], ...] = ()
    target: ActiveTarget | None = None
    target_display: str | None = None
    expected_display: str | None = None
    pace: Pace | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()
    history: tuple[Point, ...] = ()
    by: str | None = None
    parts: tuple[PartRow, ...] = ()
    is_part: bool = False
    outlook: Outlook | None = None
    signs: Signs | None = None
    decision: Outcome | None = None

    @property
    def rows(self) -> tuple[KpiRow, ...]:
        """This row and those of its parts, for tables."""
        return (self, *(part.row for part in self.parts))

    def shortened(self, history: int) -> KpiRow:
        """The row with at most the last ``history`` values before the one shown."""
        parts = tuple(replace(part, row=part.row.shortened(history)) for part in self.parts)
        return replace(self, history=self.history[max(len(self.history) - history, 0) :], parts=parts)

    @property
    def target_and_expected(self) -> str | None:
        """``≥ 30% by Dec 2026 (26% by now)``: the target, and what is expected by now (rule S10)."""
        expected = f" ({self.expected_display} by now)" if self.expected_display else ""
        return None if self.target_display is None else self.target_display + expected

    @property
    def judged(self) -> tuple[KpiRow, ...]:
        """The rows that count in goals and summaries: this one, and its parts where each is judged (rule S11)."""
        split = self.kpi.split
        return self.rows if split is not None and split.judge == "each" else (self,)

    @property
    def name(self) -> str:
        """The name of the KPI, or its id if it has no name."""
        return self.kpi.name or self.kpi.id

    @property
    def period(self) -> Period:
        """The period of the value shown."""
        return self.point.period

    @property
    def trend(self) -> Literal["better", "worse"] | None:
        """Whether the change is for the better or for the worse; None without a change or a direction. With a range or
        an exact number as the target, it is better to be nearer to it."""
        direction = direction_of(self.kpi)
        moved = direction * (self.change or 0) if direction else self._approach()
        return None if not moved else "better" if moved > 0 else "worse"

    def _approach(self) -> float:
        """By how much the value came nearer to a range or an exact number; 0 without one."""
        target, now = self.target, self.point.value
        before = None if self.previous is None else self.previous.value
        if self.change is None or target is None or target.value is None or before is None or now is None:
            return 0.0
        low, high = target.value, target.value if target.op == "==" else target.upper
        if high is None:
            return 0.0
        return max(low - before, before - high, 0.0) - max(low - now, now - high, 0.0)

    @property
    def attainment(self) -> float | None:
        """The value as a fraction of a target that is to be kept; None on the way to a target, for ranges and exact
        numbers, and without a target."""
        target, value = self.target, self.point.value
        if target is None or target.op not in (">=", ">", "<=", "<"):
            return None
        if target.by is not None and target.expected_now is not None:
            return None
        return None if value is None or target.value is None or target.value <= 0 else value / target.value

    @property
    def attainment_display(self) -> str | None:
        """``104% of target``, with as many decimals as it takes not to contradict the status (rule S9)."""
        share, target = self.attainment, self.target
        return None if share is None or target is None else f"{share_in_words(share, target.op)} of target"


@frozen
class PartRow:
    """A part of a split KPI: the KPI over the rows with one value of the column (``value``), without a value
    (``empty``), or with any of the remaining values (``other``; ``values`` is their number). ``row.name`` is the name
    of the part."""

    row: KpiRow
    kind: Literal["value", "empty", "other"] = "value"
    values: int = 1


@frozen
class Group:
    """The KPIs of one goal, owner, perspective, level or tag.

    ``status`` is the status of the worst KPI (rule S8). ``above`` are the names of the goals above, topmost first;
    ``owner`` and ``due`` are those of the goal.
    """

    title: str
    status: Status
    rows: tuple[KpiRow, ...]
    above: tuple[str, ...] = ()
    owner: str | None = None
    due: date | None = None


@frozen
class StatusView:
    """Everything that ``kpi status`` shows.

    ``rows`` holds each KPI once, in the order of the file; a KPI can be in several ``groups`` (by tag). ``summary`` is
    the number of KPIs per status, parts that are judged each included. ``to_date`` is true for running periods.
    ``against`` is what changes are relative to.
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
        """The day of the view and its options, in words."""
        running = ", periods still running" if self.to_date else ""
        return day_in_full(self.as_of) + running + (", against a year ago" if self.against == "year ago" else "")


def short_owner(owner: str) -> str:
    """The part of an e-mail address before the ``@``; any other text unchanged."""
    name, at, _ = owner.partition("@")
    return name if at and name else owner
