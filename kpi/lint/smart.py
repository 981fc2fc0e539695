"""SMART at a glance: for each goal and each letter, whether it is met and which rules say otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.diagnostics import Diagnostic
from kpi.lint.registry import RULES
from kpi.plan.model import Goal, Plan

if TYPE_CHECKING:
    from kpi.status.goals_view import GoalsView

LETTERS = {"S": "specific", "M": "measurable", "A": "assignable", "R": "realistic", "T": "time-bound"}
_LETTER_OF = {rule.code: rule.smart for rule in RULES if rule.smart}


@dataclass(frozen=True)
class Mark:
    """One letter of one goal: the codes of the rules ``against`` it, and of those that only note something (infos)."""

    against: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether no rule is against it."""
        return not self.against


@dataclass(frozen=True)
class SmartGoal:
    """A goal with a mark for each letter. ``serves`` is the goal above it and ``depth`` its place in the tree."""

    goal: Goal
    depth: int
    serves: Goal | None
    marks: Mapping[str, Mark]

    @property
    def met(self) -> bool:
        """Whether all five letters are met."""
        return all(mark.met for mark in self.marks.values())


@dataclass(frozen=True)
class SmartView:
    """The goals with their marks, in the order of the tree. ``rules`` are the names of the rules in them, by code."""

    title: str | None
    as_of: date
    goals: tuple[SmartGoal, ...]
    rules: Mapping[str, str]


def smart_view(
    plan: Plan, tree: GoalsView, findings: Iterable[Diagnostic], only: Collection[str] | None = None
) -> SmartView:
    """The SMART grid of the goals that ``tree`` shows, or of those with an id in ``only``.

    ``findings`` are those of ``kpi lint``. A finding on a KPI counts for the goal that the KPI serves.
    """
    found: dict[tuple[str, str], dict[str, bool]] = {}
    names: dict[str, str] = {}
    for one in findings:
        goal, letter = _goal_of(plan, one.subject), _LETTER_OF.get(one.code)
        if goal is None or letter is None:
            continue
        serious = one.severity != "info"
        codes = found.setdefault((goal, letter), {})
        codes[one.code] = codes.get(one.code, False) or serious
        names[one.code] = one.rule
    depths = {node.goal.id: depth for depth, node in tree.nodes()}
    rows = tuple(
        SmartGoal(
            node.goal,
            depths[node.goal.id],
            plan.goals.get(node.goal.parent or ""),
            {letter: _mark(found.get((node.goal.id, letter), {})) for letter in LETTERS},
        )
        for node in tree.chosen()
        if only is None or node.goal.id in only
    )
    shown = {code for row in rows for mark in row.marks.values() for code in (*mark.against, *mark.notes)}
    return SmartView(plan.title, tree.as_of, rows, {code: names[code] for code in sorted(names) if code in shown})


def _goal_of(plan: Plan, subject: str) -> str | None:
    """The goal that a finding is about."""
    section, _, rest = subject.partition(".")
    id_ = rest.partition(".")[0]
    if section == "goals":
        return id_
    kpi = plan.kpis.get(id_) if section == "kpis" else None
    return None if kpi is None else kpi.goal


def _mark(codes: Mapping[str, bool]) -> Mark:
    return Mark(
        tuple(code for code, serious in sorted(codes.items()) if serious),
        tuple(code for code, serious in sorted(codes.items()) if not serious),
    )
