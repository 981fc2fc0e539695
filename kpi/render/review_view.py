"""The words of a review that all formats share. Nothing is made safe here: each format does that in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpi.plan.model import Goal
from kpi.review import Agenda, Exceptional
from kpi.review.agenda import Expiring, Overdue
from kpi.review.grid import Grid
from kpi.review.trailing import Trailing
from kpi.status import STATUSES, KpiRow, Status, short_owner
from kpi.status.outcome import Outcome
from kpi.values.date_words import day_in_full, day_in_words

YEAR_ON_YEAR = "Year on year"  # the heading of the changes of the last period against a year before

UNKNOWN_STATUS = "Without a sign: the target names other values, which are only known for the last period."


def title_of(view: Agenda) -> str:
    """What the review is of."""
    return view.title or "Review"


def kinds_in_words(one: Exceptional) -> str:
    """``concerning, target unlikely``."""
    return ", ".join(one.kinds)


def facts(one: Exceptional) -> list[tuple[str, str]]:
    """What is known about an exception, as (heading, text): why, since when, forecast, what to do, last decision."""
    row = one.row
    found = [("why", f"guardrail of {other.name}, which improved while this got worse") for other in one.guarded]
    if "turned worse" in one.kinds:
        found.append(("why", f"{row.status} in {row.period.label}, {one.was} the {row.kpi.every} before"))
    if row.signs is not None and row.signs.sentence is not None:
        found.append(("value", row.signs.sentence))
    if row.outlook is not None and row.outlook.period is not None:
        found.append(("forecast", row.outlook.sentence))
    found += [("note", note) for note in (row.message, *row.notes) if note]
    if row.status == "red" and row.kpi.when_red:
        found.append(("when red", row.kpi.when_red))
    if row.decision is not None:
        found.append(("decision", row.decision.sentence))
    return found


def outcome_in_words(view: Agenda, outcome: Outcome) -> tuple[str, str]:
    """A decision that is due: the KPI with what became of the decision, and the decision."""
    said = outcome.decision
    return (
        f"{view.names.get(said.kpi, said.kpi)}: {outcome.verdict}",
        f"{day_in_words(said.date)}, {said.by}: {said.decided}; due {day_in_words(said.until)}",
    )


def quiet_in_words(view: Agenda) -> str:
    """How many KPIs need no look."""
    parts = []
    if view.usual:
        parts.append(f"{count(len(view.usual), 'KPI')} in {'its' if len(view.usual) == 1 else 'their'} usual range")
    if view.unjudged:
        parts.append(f"{count(len(view.unjudged), 'KPI')} with too few values to tell")
    return ", ".join(parts)


def known_in_words(view: Agenda) -> str:
    """The KPIs off target within their usual range, or as before, and those under an open decision, on one line."""
    names = [row.name + _until(row) for row in view.known]
    return f"{len(names)} off target as before, or under a decision: {', '.join(names)}" if names else ""


def _until(row: KpiRow) -> str:
    if row.decision is not None and row.decision.state == "open":
        return f" (until {day_in_words(row.decision.decision.until)})"
    return ""


def stale_in_words(view: Agenda) -> list[str]:
    """The KPIs without current data, those with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for row in view.stale:
        by_reason.setdefault(row.message or row.status, []).append(row.name)
    return [f"{', '.join(names)}: {reason}" for reason, names in by_reason.items()]


def overdue_in_words(one: Overdue) -> str:
    return f"{goal_name(one.goal)}{_of(one.goal.owner)}: due {day_in_words(one.due)}, last {day_in_words(one.last)}"


def ending_in_words(row: KpiRow) -> str:
    """A target that ends soon, and whether it will be met."""
    said = f"{row.name}{_of(row.kpi.owner)}: {row.display or 'no value'}, {row.target_display}"
    chance = None if row.outlook is None or row.outlook.chance is None else row.outlook.arrival
    return said + (f"; {chance}" if chance else "")


def expiring_in_words(one: Expiring, view: Agenda) -> str:
    verb = "ended" if one.until < view.as_of else "ends"
    return f"{one.file}:{one.line}: {', '.join(one.rules)} {verb} {day_in_words(one.until)}"


def unmeasured_in_words(goal: Goal) -> str:
    return goal_name(goal) + _of(goal.owner)


def sections(view: Agenda) -> list[tuple[str, list[str]]]:
    """What is due besides exceptions and decisions, as (heading, one text an entry)."""
    every = [
        ("Data", stale_in_words(view)),
        ("Targets that end", [ending_in_words(row) for row in view.ending]),
        ("Reviews of goals that are overdue", [overdue_in_words(one) for one in view.overdue]),
        ("Suppressions that end", [expiring_in_words(one, view) for one in view.expiring]),
        ("Goals without a KPI", [unmeasured_in_words(goal) for goal in view.unmeasured]),
    ]
    return [(head, texts) for head, texts in every if texts]


def grid_title(view: Grid) -> str:
    """What the grid is of, after the title of the plan."""
    return (
        f"the last {max((len(block.periods) for block in view.blocks), default=0)} periods to {day_in_full(view.as_of)}"
    )


def trailing_title(view: Trailing) -> str:
    """What six weeks and twelve months are of, after the title of the plan."""
    return f"up to {day_in_full(view.as_of)}, beside the year before"


def grid_signs(view: Grid) -> list[Status]:
    """The statuses that occur in a grid, as its legend."""
    found = {cell.status for row in view.rows for cell in row.cells}
    return [status for status in STATUSES if status in found]


def has_unknown(view: Grid) -> bool:
    """Whether a grid has a value whose status is not known."""
    return any(cell.display and cell.status is None for row in view.rows for cell in row.cells)


def goal_name(goal: Goal) -> str:
    return goal.name or goal.id


def owner_of(row: KpiRow) -> str:
    """The owner of a KPI in short; "" without one."""
    return short_owner(row.kpi.owner or "")


def count(number: int, noun: str) -> str:
    """``1 KPI``, ``41 KPIs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(texts: Sequence[str], most: int) -> Iterable[str]:
    """At most ``most`` texts; of more, the first ones and how many are left."""
    if len(texts) <= most:
        return texts
    return [*texts[: most - 1], f"and {len(texts) - most + 1} more"]


def _of(owner: str | None) -> str:
    return f" ({short_owner(owner)})" if owner else ""
