"""The text of a drafted plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap

from kpi.drafting.kpis import Proposal
from kpi.drafting.tables import DraftTable
from kpi.plan.yaml.round_trip import scalar

_WIDTH = 110
GOAL = "first_goal"


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
    yield "goals:"
    yield from goal_lines()
    yield ""
    yield "kpis:" if kpis else "kpis: {}"
    for place, one in enumerate(kpis):
        if place:
            yield ""
        yield from (f"  # {line}" for line in wrap(one.why, _WIDTH))
        yield f"  {one.id}:"
        yield f"    name: {scalar(one.name)}"
        yield f"    goal: {GOAL}"
        fields = (("question", one.question), ("indicator", one.indicator), ("kind", one.kind), ("unit", one.unit))
        yield from (f"    {field}: {scalar(text)}" for field, text in fields if text is not None)
        yield f"    every: {one.every}"
        if one.window is not None:
            yield f"    window: {one.window}"
        yield f"    formula: {_formula(one.formula)}"
        if one.better is not None:
            yield f"    # target: {one.better} …"


def goal_lines() -> Iterator[str]:
    """The entry of a goal that is to be filled in."""
    yield f"  {GOAL}:"
    yield "    # What should change, for whom, and by when? A goal per purpose is better than one for all."
    yield "    name: Name the goal that these numbers serve"
    yield "    # owner: you@example.com"
    yield "    # due: 2027-12-31"
    yield "    # questions: [What do you want to know each month?]"


def _formula(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if ": " in text or " #" in text else text
