"""Over generated plans: a plan differs from itself in nothing, and both directions tell the same story."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import yaml
from diff.made_plans import plan
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.diff.changes import Change
from kpi.diff.compare import compare

pytestmark = pytest.mark.slow

MIRROR = {
    "loosened": "tightened", "tightened": "loosened", "later": "earlier", "earlier": "later", "added": "removed",
    "removed": "added",
}  # fmt: skip
Written = dict[str, Any]

GOALS, MEASURES, KPIS = ("top", "grow", "last"), ("n", "m"), ("a", "b", "c", "d")
numbers = st.sampled_from(["10", "20", "30", "12.5"])
dates = st.sampled_from(["2026-06-30", "2026-12-31", "2027-03-31"])
people = st.sampled_from(["ana", "bo"])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def fields(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    """Some of these fields."""
    every = st.fixed_dictionaries({name: maybe(strategy) for name, strategy in strategies.items()})
    return every.map(lambda values: {name: value for name, value in values.items() if value is not None})


@st.composite
def targets(draw: st.DrawFn, measures: list[str]) -> str:
    words = st.sampled_from(["at least", "above", "at most", "below", "exactly"])
    named = st.sampled_from([f"90% of {name}" for name in measures] + measures) if measures else numbers
    one = st.tuples(words, numbers | named).map(" ".join)
    text = draw(one | st.sampled_from(["between 10 and 30", "between 20 and 40", "20% more", "10% less"]))
    return text + draw(st.just("") | dates.map(" by {}".format))


schedules = st.dictionaries(
    st.sampled_from(["2026-Q3", "2026-Q4", "2027-Q1"]),
    st.tuples(st.sampled_from(["at least", "above"]), numbers).map(" ".join),
    min_size=1,
)
bands = st.sampled_from(
    [
        {"green": "at least 30", "yellow": "at least 20"},
        {"green": "at least 30"},
        {"green": "above 25", "yellow": "above 10"},
        {"green": "at most 10", "yellow": "at most 12.5"},
        {"green": "between 10 and 20", "yellow": "between 5 and 25"},
    ]
)


@st.composite
def kpi_entries(draw: st.DrawFn, goals: list[str], measures: list[str]) -> Written:
    entry: Written = draw(
        fields(
            owner=people,
            unit=st.sampled_from(["EUR", "points", "minutes", "seconds"]),
            window=st.sampled_from(["3 months", "1 year"]),
            every=st.sampled_from(["month", "week"]),
            since=dates,
            tags=st.lists(st.sampled_from("xyz"), unique=True),
            question=st.sampled_from(["Why?", "How?"]),
            thresholds=bands,
            target=targets(measures) | schedules,
            **({"goal": st.sampled_from(goals)} if goals else {}),
        )
    )
    entry["name"] = draw(st.sampled_from(["Sales", "Orders", "Rate"]))
    entry["baseline"] = draw(st.sampled_from(["15", "25"]))
    formulas = [
        "count(orders)",
        "sum(orders.amount) / count(visits)",
        *measures,
        *(f"at_end({name}) * 2" for name in measures),
    ]
    if draw(st.booleans()):
        entry["formula"] = draw(st.sampled_from(formulas))
    elif entry.get("every") != "week" and draw(st.booleans()):
        entry["values"] = draw(st.dictionaries(st.sampled_from(["2026-01", "2026-02"]), numbers, min_size=1))
    return entry


@st.composite
def plans(draw: st.DrawFn) -> Written:
    """A valid plan with few names, so that two of them have much in common."""
    measures = draw(st.lists(st.sampled_from(MEASURES), unique=True))
    goals = draw(st.lists(st.sampled_from(GOALS), unique=True))
    kpis = draw(st.lists(st.sampled_from(KPIS), unique=True))
    simple = st.sampled_from(["count(orders)", "sum(orders.amount)", "count(visits[paid == True])"])
    path = st.fixed_dictionaries({"path": st.sampled_from(["x.csv", "y.csv"]), "date": st.just("day")})
    source = fields(
        owner=people, updated=st.sampled_from(["daily", "weekly"]), where=st.sampled_from(["a > 1", "a > 2"])
    )
    name_ = st.fixed_dictionaries({"name": st.sampled_from(["Win", "Grow"])})
    goal = fields(owner=people, due=dates, why=st.just("So."))
    return {
        "sources": {name: draw(path) | draw(source) for name in ("orders", "visits")},
        "measures": {name: draw(simple) for name in measures},
        "goals": {name: draw(name_) | draw(goal) for name in goals},
        "kpis": {name: draw(kpi_entries(goals, measures)) for name in kpis},
    }


def text_of(written: Written, *, blocks: bool = False) -> str:
    """The plan in JSON, which is YAML and quickly made, or in blocks, as people write it."""
    if blocks:
        return yaml.safe_dump(written, sort_keys=False)
    return "".join(f"{section}: {json.dumps(entries)}\n" for section, entries in written.items())


def shuffled(value: Any, random: Any) -> Any:
    """The same mappings in another order."""
    if not isinstance(value, dict):
        return value
    keys = list(value)
    random.shuffle(keys)
    return {key: shuffled(value[key], random) for key in keys}


def mirrored(change: Change) -> tuple[Any, ...]:
    kind = MIRROR.get(change.kind, change.kind)
    return kind, change.subject_before, change.field, change.after, change.before, change.subject


def as_told(change: Change) -> tuple[Any, ...]:
    return change.kind, change.subject, change.field, change.before, change.after, change.subject_before


@settings(max_examples=60, deadline=None)
@given(plans(), st.booleans(), st.randoms(use_true_random=False))
def test_a_plan_in_another_order_and_layout_is_the_same(written: Written, blocks: bool, random: Any) -> None:
    found = compare(plan(text_of(written)), plan(text_of(shuffled(written, random), blocks=blocks)))
    assert (found.changes, found.affected) == ((), {})


@settings(max_examples=150, deadline=None)
@given(plans(), plans())
def test_both_directions_mirror_each_other(one: Written, other: Written) -> None:
    a, b = plan(text_of(one)), plan(text_of(other))
    there, back = compare(a, b), compare(b, a)
    assert Counter(map(as_told, there.changes)) == Counter(map(mirrored, back.changes))


@settings(max_examples=40, deadline=None)
@given(plans(), plans())
def test_affected_kpis_exist_and_have_a_reason(one: Written, other: Written) -> None:
    found = compare(plan(text_of(one)), plan(text_of(other)))
    subjects = {change.subject for change in found.changes}
    assert set(found.affected) <= set(other["kpis"])
    assert all(because and set(because) <= subjects for because in found.affected.values())
