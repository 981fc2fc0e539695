"""The view of ``kpi goals``: the tree of goals with what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from kpi.plan.model import Goal, Plan
from kpi.plan.model.goal import Framework, Perspective
from kpi.status.grouping import PERSPECTIVES
from kpi.status.result import Status, worst
from kpi.status.score import is_scored, kpi_score, weighted
from kpi.status.selection import lineage
from kpi.status.view import KpiRow, StatusView
from kpi.values import Calendar, Period, parse_label

if TYPE_CHECKING:
    from kpi.status.explain import ExplainView
    from kpi.status.kpi_view import ShowView

Advice = Literal["close", "carry over", "rethink"]

_ADVICE: dict[Status, Advice] = {"green": "close", "yellow": "carry over", "red": "rethink"}


@dataclass(frozen=True)
class KeyResult:
    """A KPI of a goal with its score; ``counts`` is whether it is part of the score of the goal."""

    row: KpiRow
    score: float | None
    counts: bool


@dataclass(frozen=True)
class GoalNode:
    """A goal with its KPIs and the goals below it.

    ``status`` is that of the worst KPI of the goal and of the goals below it (rule S8), None if there is none.
    ``score`` is the weighted mean of their scores, or the one set in the file; None if nothing has one. ``band`` is
    the status of the score as an OKR.
    """

    goal: Goal
    status: Status | None
    score: float | None
    band: Status | None
    results: tuple[KeyResult, ...]
    children: tuple[GoalNode, ...]

    @property
    def name(self) -> str:
        """The name of the goal, or its id."""
        return self.goal.name or self.goal.id

    @property
    def rows(self) -> tuple[KpiRow, ...]:
        """The KPIs of the goal itself."""
        return tuple(one.row for one in self.results)

    @property
    def parts(self) -> tuple[KeyResult | GoalNode, ...]:
        """What the score is computed from: the KPIs of the goal, then the goals right below."""
        return (*self.results, *self.children)

    @property
    def missing(self) -> int:
        """How many KPIs and goals right below count as 0 in the score because they have no value; none where the file
        sets the score."""
        if self.score is None or self.goal.score is not None:
            return 0
        return sum(one.counts and one.score is None for one in self.parts)

    @property
    def counts(self) -> bool:
        """Whether the goal is part of the score of the goal above."""
        if self.goal.weight == 0:
            return False
        return self.goal.score is not None or any(one.counts for one in self.parts)

    @property
    def advice(self) -> Advice | None:
        """What to do with an objective at the end of its cycle, by its score."""
        return None if self.band is None else _ADVICE.get(self.band)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, GoalNode]]:
        """This goal and all below it, each with its depth, in the order of the tree."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True)
class Detail:
    """More of the one metric: its history as ``kpi show`` has it, and what moved it, if that is known."""

    show: ShowView
    moved: ExplainView | None = None


@dataclass(frozen=True)
class Cause:
    """A line of cause and effect: a KPI ``leads`` to another, ``lag`` later if the file says so; or a goal ``serves``
    the one above it. ``cause`` and ``effect`` are ids."""

    cause: str
    effect: str
    kind: Literal["leads", "serves"]
    lag: str | None = None


@dataclass(frozen=True)
class GoalsView:
    """The goals of a plan as a tree: ``roots`` are those without a parent. ``loose`` are the KPIs without a goal,
    ``perspectives`` the perspective of each goal, its own or that of the nearest goal above. ``framework`` is the one
    whose goals are shown, None for all; ``cycle`` the period in which they are due, if one was asked for. ``details``
    are those of the KPIs that are shown large, by id.
    """

    title: str | None
    as_of: date
    roots: tuple[GoalNode, ...]
    loose: tuple[KpiRow, ...]
    perspectives: Mapping[str, Perspective]
    framework: Framework | None = None
    cycle: Period | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)

    def nodes(self) -> Iterator[tuple[int, GoalNode]]:
        """All goals with their depth, in the order of the tree."""
        for root in self.roots:
            yield from root.walk()

    @property
    def parents(self) -> dict[str, GoalNode]:
        """The goal above each goal that has one."""
        return {child.goal.id: node for _, node in self.nodes() for child in node.children}

    @property
    def rows(self) -> dict[str, KpiRow]:
        """All KPIs by id."""
        rows = [row for _, node in self.nodes() for row in node.rows]
        return {row.kpi.id: row for row in (*rows, *self.loose)}

    def chosen(self) -> list[GoalNode]:
        """The goals of the framework that are due in the cycle, in the order of the tree. A scorecard has all goals
        with a perspective."""
        found = [node for _, node in self.nodes() if self._is_of_framework(node.goal)]
        if self.cycle is None:
            return found
        return [node for node in found if node.goal.due and self.cycle.start <= node.goal.due < self.cycle.end]

    def _is_of_framework(self, goal: Goal) -> bool:
        if self.framework == "bsc" and goal.id in self.perspectives:
            return True
        return self.framework is None or goal.framework == self.framework


def goals_view(
    plan: Plan,
    status: StatusView,
    *,
    framework: Framework | None = None,
    cycle: str | None = None,
    details: Mapping[str, Detail] | None = None,
) -> GoalsView:
    """The view of the goals of ``plan``, with the KPIs of ``status``.

    Raises TextError if ``cycle`` is not a period.
    """
    rows: dict[str, list[KpiRow]] = {}
    for row in status.rows:
        rows.setdefault(row.kpi.goal or "", []).append(row)
    below: dict[str | None, list[str]] = {}
    for goal in plan.goals.values():
        # A parent that is below its own child is no parent: the file has a cycle.
        parent = goal.parent if goal.parent in plan.goals and goal.id not in lineage(plan, goal.parent or "") else None
        below.setdefault(parent, []).append(goal.id)
    calendar: Calendar = plan.calendar.build()
    return GoalsView(
        plan.title,
        status.as_of,
        tuple(_node(plan, id_, below, rows) for id_ in below.get(None, [])),
        tuple(row for row in status.rows if row.kpi.goal not in plan.goals),
        {id_: found for id_ in plan.goals if (found := _perspective(plan, id_))},
        framework,
        None if cycle is None else parse_label(cycle, calendar),
        {} if details is None else details,
    )


def _node(plan: Plan, id_: str, below: Mapping[str | None, list[str]], rows: Mapping[str, list[KpiRow]]) -> GoalNode:
    goal = plan.goals[id_]
    children = tuple(_node(plan, child, below, rows) for child in below.get(id_, []))
    results = tuple(KeyResult(row, kpi_score(row), is_scored(row)) for row in rows.get(id_, []))
    statuses = [each.status for one in results for each in one.row.judged]
    statuses += [child.status for child in children if child.status is not None]
    scores = [(one.score, one.row.kpi.weight) for one in results if one.counts]
    scores += [(child.score, child.goal.weight) for child in children if child.counts]
    score = goal.score if goal.score is not None else weighted(scores)
    return GoalNode(goal, worst(statuses) if statuses else None, score, _band(plan, goal, score), results, children)


def _band(plan: Plan, goal: Goal, score: float | None) -> Status | None:
    """The status of a score: a committed objective is only green at 1.0."""
    if score is None:
        return None
    green = 1.0 if goal.commitment == "committed" else plan.okr.green
    return "green" if score >= green else "yellow" if score >= plan.okr.yellow else "red"


def _perspective(plan: Plan, id_: str) -> Perspective | None:
    return next((found for each in lineage(plan, id_) if (found := plan.goals[each].perspective)), None)


def by_perspective(view: GoalsView) -> dict[Perspective, list[GoalNode]]:
    """The goals of each of the four perspectives."""
    found: dict[Perspective, list[GoalNode]] = {name: [] for name in PERSPECTIVES}
    for node in view.chosen():
        if (name := view.perspectives.get(node.goal.id)) is not None:
            found[name].append(node)
    return found


def lacks(nodes: list[GoalNode]) -> list[str]:
    """What a perspective of a balanced scorecard lacks, in words."""
    if not nodes:
        return ["no goal"]
    rows = [row for node in nodes for row in node.rows]
    if not rows:
        return ["no KPI"]
    kinds = {row.kpi.indicator for row in rows}
    found = [f"no {kind} indicator" for kind in ("leading", "lagging") if kind not in kinds]
    return [*found, *(["no target"] if all(row.kpi.target is None for row in rows) else [])]


def causes(view: GoalsView) -> list[Cause]:
    """The lines of cause and effect between the KPIs (``leads``) and the goals (``parent``) that are shown."""
    nodes = {node.goal.id: node for node in view.chosen()}
    rows = {row.kpi.id: row for node in nodes.values() for row in node.rows}
    found = [
        Cause(row.kpi.id, lead.kpi, "leads", lead.lag)
        for row in rows.values()
        for lead in row.kpi.leads
        if lead.kpi in rows
    ]
    above = view.parents
    return found + [
        Cause(id_, above[id_].goal.id, "serves") for id_ in nodes if id_ in above and above[id_].goal.id in nodes
    ]


def guardrails(view: GoalsView, node: GoalNode) -> list[KpiRow]:
    """The guardrails of the KPIs of a goal, each once."""
    rows = view.rows
    names = dict.fromkeys(name for row in node.rows for name in row.kpi.guardrails)
    return [rows[name] for name in names if name in rows]


def by_person(view: GoalsView) -> dict[str, list[GoalNode]]:
    """The goals of each owner, in order of appearance; those without an owner last, under an empty name."""
    found: dict[str, list[GoalNode]] = {}
    for node in sorted(view.chosen(), key=lambda each: each.goal.owner is None):
        found.setdefault(node.goal.owner or "", []).append(node)
    return found
