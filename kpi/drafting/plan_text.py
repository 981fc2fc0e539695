"""The text of a drafted plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import ceil
from textwrap import wrap

from kpi.drafting.kpis import Proposal
from kpi.drafting.tables import DraftTable
from kpi.formulas import parse_formula
from kpi.formulas.walk import sources
from kpi.plan.yaml.round_trip import scalar

_WIDTH = 110
GOAL = "first_goal"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
MOST_ON_GOAL = 7  # as rule B101 has it


def drafted_plan(title: str, tables: Sequence[DraftTable], kpis: Sequence[Proposal], as_of: date | None) -> str:
    """The plan as text: sources, one goal to be filled in, and KPIs with the reason why each is proposed."""
    return "\n".join(_lines(title, tables, kpis, as_of)) + "\n"


def _lines(title: str, tables: Sequence[DraftTable], kpis: Sequence[Proposal], as_of: date | None) -> Iterator[str]:
    yield "# A draft made of data files. Every KPI is a proposal: keep what helps to decide, delete the rest."
    yield ""
    yield "version: 1"
    yield f"title: {scalar(title)}"
    if as_of is not None:
        yield f"as_of: {as_of}  # the data ends here; take this line out once newer rows come in"
    yield ""
    yield "sources:"
    for table in tables:
        yield from table.spec.lines()
    yield ""
    goals = goals_of(kpis)
    yield "goals:"
    for place, goal in enumerate(dict.fromkeys(goals) or [GOAL]):
        yield from goal_lines(goal) if place == 0 else ("", *goal_lines(goal, advice=False))
    yield ""
    yield "kpis:" if kpis else "kpis: {}"
    for place, (one, goal) in enumerate(zip(kpis, goals, strict=True)):
        if place:
            yield ""
        yield from (f"  # {line}" for line in wrap(one.why, _WIDTH))
        yield f"  {one.id}:"
        yield f"    name: {scalar(one.name)}"
        yield f"    goal: {goal}"
        fields = (("question", one.question), ("indicator", one.indicator), ("kind", one.kind), ("unit", one.unit))
        yield from (f"    {field}: {scalar(text)}" for field, text in fields if text is not None)
        yield f"    every: {one.every}"
        if one.window is not None:
            yield f"    window: {one.window}"
        yield f"    formula: {_formula(one.formula)}"
        if one.better is not None:
            yield f"    # target: {one.better} …"


def goals_of(kpis: Sequence[Proposal]) -> list[str]:
    """The goal of each KPI: one for all, or where they are more than a goal should have, several, each of as many
    sources as go into it."""
    if len(kpis) <= MOST_ON_GOAL:
        return [GOAL] * len(kpis)
    by_source: dict[str, list[int]] = {}
    for place, one in enumerate(kpis):
        source, _ = next(sources(parse_formula(one.formula)), ("", None))
        by_source.setdefault(source, []).append(place)
    parts: list[list[int]] = []
    for places in by_source.values():
        size = ceil(len(places) / ceil(len(places) / MOST_ON_GOAL))  # as even as can be
        parts += [places[at : at + size] for at in range(0, len(places), size)]
    goals = [""] * len(kpis)
    number, size = 0, 0
    for part in parts:
        if size + len(part) > MOST_ON_GOAL:
            number, size = number + 1, 0
        size += len(part)
        for place in part:
            goals[place] = f"{ORDINALS[number]}_goal" if number < len(ORDINALS) else f"goal_{number + 1}"
    return goals


def goal_lines(id_: str = GOAL, *, advice: bool = True) -> Iterator[str]:
    """The entry of a goal that is to be filled in."""
    which = "" if id_ == GOAL else f"{id_.removesuffix('_goal').replace('_', ' ')} "
    yield f"  {id_}:"
    if advice:
        yield "    # What should change, for whom, and by when? A goal per purpose is better than one for all."
    yield f"    name: Name the {which}goal that these numbers serve"
    yield "    # owner: you@example.com"
    yield "    # due: 2027-12-31"
    yield "    # questions: [What do you want to know each month?]"


def _formula(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if ": " in text or " #" in text else text
