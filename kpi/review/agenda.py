"""The agenda of a review: which KPIs are exceptions, and what else is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kpi.plan.decisions import due_decisions, last_review, next_day
from kpi.plan.model import Goal, Kpi, Plan
from kpi.run.series import Results, Series
from kpi.status import KpiRow, Status, StatusView, status_then
from kpi.status.build_view import broken_guardrails
from kpi.status.decision import outcome_of
from kpi.status.outcome import Outcome
from kpi.values import Calendar, add_units, last_over, shift

UNLIKELY = 1 / 3  # the chance below which a target is unlikely to be met, as the IPCC uses the word

Kind = Literal["guardrail broken", "concerning", "turned worse", "target unlikely", "changed", "improving"]
# The order of exceptions of the same indicator.
KINDS: tuple[Kind, ...] = (
    "guardrail broken", "concerning", "turned worse", "target unlikely", "changed", "improving",
)  # fmt: skip
# How bad a status is, for those of which one can turn into a worse one.
_RANKS: Mapping[Status, int] = {"green": 0, "yellow": 1, "red": 2}
_MISSING: frozenset[Status] = frozenset({"stale", "no data"})


@dataclass(frozen=True)
class Exceptional:
    """A KPI that needs a look. ``kinds`` are the reasons, the worst first; ``was`` is the status in the period before
    where it turned worse, ``guarded`` the KPIs that improved while this one, their guardrail, got worse."""

    row: KpiRow
    kinds: tuple[Kind, ...]
    was: Status | None = None
    guarded: tuple[KpiRow, ...] = ()


@dataclass(frozen=True)
class Overdue:
    """A goal whose review was ``due``; ``last`` is the day of the last one."""

    goal: Goal
    due: date
    last: date


@dataclass(frozen=True)
class Expiring:
    """A comment in a file that suppresses findings ``until`` a day."""

    file: str
    line: int
    rules: tuple[str, ...]
    until: date


@dataclass(frozen=True)
class Agenda:
    """Everything that ``kpi review`` shows; inputs (leading indicators) come before outputs in every list of KPIs.

    ``exceptions`` need a look. ``known`` are red by routine variation, were red before, or are exceptions about which a
    decision is open. ``usual`` are within their usual range; ``unjudged`` have too few values to tell. ``due`` are the
    decisions whose effect is to be looked at, ``stale`` the KPIs without current data, ``overdue`` the goals to be
    reviewed, ``ending`` the KPIs whose target ends within a period, ``expiring`` the suppressions that end within a
    month, and ``unmeasured`` the goals without a KPI. ``names`` has the name of each KPI by its id.
    """

    title: str | None
    as_of: date
    exceptions: tuple[Exceptional, ...] = ()
    known: tuple[KpiRow, ...] = ()
    usual: tuple[KpiRow, ...] = ()
    unjudged: tuple[KpiRow, ...] = ()
    due: tuple[Outcome, ...] = ()
    stale: tuple[KpiRow, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    ending: tuple[KpiRow, ...] = ()
    expiring: tuple[Expiring, ...] = ()
    unmeasured: tuple[Goal, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def agenda(plan: Plan, view: StatusView, results: Results, suppressions: Iterable[Expiring] = ()) -> Agenda:
    """The agenda from a view with insights (:func:`kpi.status.insights.with_insights`). ``suppressions`` are the
    comments with an end in the files of the plan."""
    calendar, today = plan.calendar.build(), next_day(view.as_of)
    rows = inputs_first(view.rows)
    found: dict[str, list[KpiRow]] = {"known": [], "usual": [], "unjudged": [], "stale": []}
    exceptions = []
    by_id = {row.kpi.id: row for row in rows}
    guarded: dict[str, list[KpiRow]] = {}
    for row in rows:
        for guardrail in broken_guardrails(row, by_id):
            guarded.setdefault(guardrail.kpi.id, []).append(row)
    for row in rows:
        if row.status in _MISSING:
            found["stale"].append(row)
            continue
        one = exception_of(row, guarded.get(row.kpi.id, ()), results.series[row.kpi.id], calendar)
        if one is not None and not (_is_bad(one) and _has_open_decision(row)):
            exceptions.append(one)
        elif one is not None or row.status == "red":
            found["known"].append(row)
        else:
            found["usual" if row.signs and row.signs.variation else "unjudged"].append(row)
    return Agenda(
        title=view.title,
        as_of=view.as_of,
        exceptions=tuple(sorted(exceptions, key=_order)),
        **{name: tuple(each) for name, each in found.items()},
        due=tuple(outcome_of(one, by_id.get(one.kpi), today) for one in due_decisions(plan, today)),
        overdue=tuple(_overdue(plan, view.as_of, today)),
        ending=tuple(row for row in rows if _is_ending(row, view.as_of, calendar)),
        expiring=tuple(sorted(_expiring(suppressions, view.as_of), key=lambda one: (one.until, one.file, one.line))),
        unmeasured=_unmeasured(plan),
        names={id_: kpi.name or id_ for id_, kpi in plan.kpis.items()},
    )


def inputs_first(rows: Iterable[KpiRow]) -> tuple[KpiRow, ...]:
    """Leading indicators first, otherwise in the order of the file."""
    return tuple(sorted(rows, key=lambda row: row.kpi.indicator != "leading"))


def exception_of(row: KpiRow, guarded: Sequence[KpiRow], series: Series, calendar: Calendar) -> Exceptional | None:
    """Why a KPI needs a look; None if it does not. ``guarded`` are those that improved while it, their guardrail, got
    worse.

    A change of status is one only where it is unknown whether the value is within its usual range: within it, a
    status changes by chance.
    """
    kinds: set[Kind] = set()
    variation = None if row.signs is None else row.signs.variation
    if variation is not None and variation != "common cause":
        kinds.add(variation)
    was = status_before(row.kpi, series, calendar) if variation is None else None
    if was is not None and _RANKS.get(row.status, 0) > _RANKS.get(was, 2):
        kinds.add("turned worse")
    if _is_unlikely(row):
        kinds.add("target unlikely")
    if guarded:
        kinds.add("guardrail broken")
    if not kinds:
        return None
    return Exceptional(row, tuple(kind for kind in KINDS if kind in kinds), was, tuple(guarded))


def status_before(kpi: Kpi, series: Series, calendar: Calendar) -> Status | None:
    """The status in the period before the one shown; None if there was no value, or if its target is not known."""
    return status_then(kpi, series, series.history[-1], calendar) if series.history else None


def _is_unlikely(row: KpiRow) -> bool:
    """Whether a target with a date will probably be missed."""
    outlook = row.outlook
    return outlook is not None and outlook.by is not None and outlook.chance is not None and outlook.chance < UNLIKELY


def _is_bad(one: Exceptional) -> bool:
    return one.kinds[0] not in ("changed", "improving")


def _has_open_decision(row: KpiRow) -> bool:
    return row.decision is not None and row.decision.state == "open"


def _order(one: Exceptional) -> tuple[bool, int]:
    return one.row.kpi.indicator != "leading", KINDS.index(one.kinds[0])


def _overdue(plan: Plan, as_of: date, today: date) -> Iterator[Overdue]:
    for goal in plan.goals.values():
        last = None if goal.review is None else last_review(plan, goal, today)
        if goal.review is None or last is None:
            continue
        due = add_units(last, 1, goal.review.every)
        if due < as_of:
            yield Overdue(goal, due, last)


def _is_ending(row: KpiRow, as_of: date, calendar: Calendar) -> bool:
    by = None if row.target is None else row.target.by
    upcoming = shift(last_over(as_of, row.kpi.every, calendar), 1, calendar)
    return by is not None and as_of < by <= upcoming.last_day


def _expiring(suppressions: Iterable[Expiring], as_of: date) -> Iterator[Expiring]:
    end = add_units(as_of, 1, "month")
    return (one for one in suppressions if one.until <= end)


def _unmeasured(plan: Plan) -> tuple[Goal, ...]:
    """The goals without a KPI and without a goal below them."""
    measured = {kpi.goal for kpi in plan.kpis.values()} | {goal.parent for goal in plan.goals.values()}
    return tuple(goal for id_, goal in plan.goals.items() if id_ not in measured)
