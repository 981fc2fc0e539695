"""What the decisions about KPIs say: which are open, which are to be looked at, and when a goal was last reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from kpi.plan.model import Decision, Goal, Plan


def decisions_about(plan: Plan, kpi: str, today: date) -> tuple[Decision, ...]:
    """The decisions about a KPI up to ``today``, oldest first; those of one day in the order of the file."""
    return _in_order(one for one in plan.decisions if one.kpi == kpi and one.date <= today)


def is_open(decision: Decision, today: date) -> bool:
    """Whether the day on which the effect is looked at is still to come."""
    return today < decision.until


def is_reviewed(decision: Decision, decisions: Iterable[Decision]) -> bool:
    """Whether its effect has been looked at: one of ``decisions``, all of one KPI, was made on that day or later."""
    return any(other.date >= decision.until for other in decisions)


def due_decisions(plan: Plan, today: date) -> tuple[Decision, ...]:
    """The decisions whose effect is to be looked at now, those due longest first."""
    about: dict[str, list[Decision]] = {}
    for one in plan.decisions:
        if one.date <= today:
            about.setdefault(one.kpi, []).append(one)
    due = (
        one
        for decisions in about.values()
        for one in decisions
        if not is_open(one, today) and not is_reviewed(one, decisions)
    )
    return tuple(sorted(due, key=lambda one: one.until))


def last_review(plan: Plan, goal: Goal, today: date) -> date | None:
    """The day on which a goal was last reviewed: that of ``review.last`` or of the last decision about one of its KPIs,
    whichever is later. None if there is neither."""
    days = [one.date for one in plan.decisions if one.date <= today and _serves(plan, one.kpi, goal)]
    if goal.review is not None and goal.review.last is not None:
        days.append(goal.review.last)
    return max(days, default=None)


def next_day(day: date) -> date:
    """The day after; the last day of all has none and is returned itself."""
    return day if day == date.max else day + timedelta(days=1)


def _serves(plan: Plan, kpi: str, goal: Goal) -> bool:
    return kpi in plan.kpis and plan.kpis[kpi].goal == goal.id


def _in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    return tuple(sorted(decisions, key=lambda one: one.date))
