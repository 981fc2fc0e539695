"""What the formats of ``kpi goals`` that people read have in common: scores, and sentences about a goal."""

from __future__ import annotations

from math import floor

from kpi.plan.model import Goal
from kpi.plan.model.goal import Perspective
from kpi.status import short_owner
from kpi.status.goals_view import Advice, Cause, GoalNode, GoalsView
from kpi.values import format_digits, round12
from kpi.values.date_words import day_in_full, day_in_words

TITLES: dict[Perspective, str] = {
    "financial": "Financial",
    "customer": "Customer",
    "internal": "Internal processes",
    "learning": "Learning and growth",
}
ADVICE: dict[Advice, str] = {
    "close": "close it, and set the next ambition",
    "carry over": "carry it over, or change how it is pursued",
    "rethink": "drop it, or set another objective",
}
SOON = 14  # days before the end of a cycle in which its end is announced
NO_OWNER = "no owner"


def score_text(score: float | None) -> str:
    """A score with two decimals, rounded down so that a missed band does not look met; empty without a score."""
    return "" if score is None else format_digits(f"{floor(round12(score * 100)) / 100:.2f}")


def due_text(goal: Goal) -> str:
    """The date of a goal, or nothing."""
    return day_in_words(goal.due) if goal.due else ""


def objective_facts(node: GoalNode) -> list[str]:
    """What the file says of an objective."""
    goal = node.goal
    facts = [goal.commitment or "", short_owner(goal.owner or ""), goal.id]
    facts += [f"ambition {goal.ambition} of 10"] if goal.ambition else []
    facts += [f"due {due_text(goal)}"] if goal.due else []
    facts += ["score set in the file"] if goal.score is not None else []
    return [fact for fact in facts if fact]


def objective_remarks(node: GoalNode, view: GoalsView) -> list[str]:
    """What is to be noticed about an objective: results without a value, and what to do at the end of its cycle."""
    found = []
    if node.missing:
        parts = "1 part" if node.missing == 1 else f"{node.missing} parts"
        verbs = ("has", "counts") if node.missing == 1 else ("have", "count")
        found.append(f"! {parts} of the score {verbs[0]} no value and {verbs[1]} as 0.0")
    due, advice = node.goal.due, node.advice
    if due is None or advice is None:
        return found
    left = (due - view.as_of).days
    if left < 0:
        found.append(f"→ its cycle ended on {day_in_words(due)}: {ADVICE[advice]}")
    elif left == 0:
        found.append(f"→ its cycle ends today: {ADVICE[advice]}")
    elif left <= SOON:
        found.append(f"→ its cycle ends in {days(left)}: at this score, {ADVICE[advice]}")
    return found


def days(count: int) -> str:
    """``1 day``, ``8 days``."""
    return f"{count} day{'' if count == 1 else 's'}"


def agreement_facts(node: GoalNode, view: GoalsView) -> list[str]:
    """With whom and when a goal was agreed, whose goal it serves, and whether a reward is tied to it."""
    goal, above = node.goal, view.parents.get(node.goal.id)
    agreed = "! not agreed with anyone"
    if goal.agreed_with is not None:
        when = "" if goal.agreed_on is None else f" on {day_in_words(goal.agreed_on)}"
        agreed = f"agreed with {short_owner(goal.agreed_with)}{when}"
    facts = [agreed, *([f"due {due_text(goal)}"] if goal.due else [])]
    if above is not None:
        whose = f" ({short_owner(above.goal.owner)})" if above.goal.owner else ""
        facts.append(f"serves {above.name}{whose}")
    reward = goal.tied_reward
    facts.append("no reward tied to it" if reward is None else f"! tied to a reward: {reward}")
    if goal.review is not None and goal.review.last is not None:
        facts.append(f"last reviewed {day_in_words(goal.review.last)}")
    return facts


def end_text(node: GoalNode, view: GoalsView) -> str:
    """When the one metric ends."""
    due = node.goal.due
    if due is None:
        return "no end: set `due` to the day on which another metric may replace it"
    left = (due - view.as_of).days
    if left < 0:
        return f"ended on {day_in_full(due)}"
    return f"until {day_in_full(due)}" + (f", {days(left)} left" if left else ", its last day")


def next_text(node: GoalNode) -> str:
    """What comes after the one metric."""
    return node.goal.next or "not decided: set `next`"


def cause_texts(cause: Cause, view: GoalsView) -> tuple[str, str, str]:
    """The names of cause and effect, and how they are joined: ``leads, 3 months later``."""
    if cause.kind == "leads":
        rows = view.rows
        return rows[cause.cause].name, rows[cause.effect].name, "leads" + (f", {cause.lag} later" if cause.lag else "")
    names = {node.goal.id: node.name for _, node in view.nodes()}
    return names[cause.cause], names[cause.effect], "serves"


def nothing_text(view: GoalsView) -> str:
    """What is said where there is no goal to show."""
    which = {"bsc": " with a perspective"}.get(view.framework or "", f" with framework: {view.framework}")
    cycle = "" if view.cycle is None else f" due in {view.cycle.label}"
    return f"There is no goal{'' if view.framework is None else which}{cycle}."
