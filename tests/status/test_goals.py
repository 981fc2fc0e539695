"""The view of goals: the tree, frameworks and cycles, perspectives, causes, people."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.builders import at_least, day, kpi_of, plan_of, results_of, series_of

from kpi.errors import TextError
from kpi.plan.model import Goal, Kpi, Lead, Split
from kpi.run.series import PartSeries, SplitSeries
from kpi.status import status_view
from kpi.status.goals_view import Cause, GoalsView, by_person, by_perspective, causes, goals_view, guardrails, lacks

Goals = dict[str, dict[str, Any]]


def view_of(goals: Goals, *kpis: Kpi, **asked: Any) -> GoalsView:
    """The view of goals and KPIs, each of which is 6."""
    plan = plan_of(kpis, goals={id_: Goal(id=id_, **{"name": "", **fields}) for id_, fields in goals.items()})
    results = results_of([series_of(6, id_=kpi.id) for kpi in kpis])
    return goals_view(plan, status_view(plan, results), **asked)


def shape(view: GoalsView) -> list[tuple[int, str]]:
    return [(depth, node.goal.id) for depth, node in view.nodes()]


def ids(view: GoalsView) -> list[str]:
    return [node.goal.id for node in view.chosen()]


def test_the_tree_has_each_goal_once_below_its_parent() -> None:
    view = view_of({"c": {"parent": "b"}, "a": {}, "b": {"parent": "a"}, "d": {"parent": "a"}})
    assert shape(view) == [(0, "a"), (1, "b"), (2, "c"), (1, "d")]
    assert {id_: node.goal.id for id_, node in view.parents.items()} == {"b": "a", "c": "b", "d": "a"}


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": "a"}, [(0, "a")]),
        ({"a": "b", "b": "a"}, [(0, "a"), (0, "b")]),
        ({"a": "b", "b": "a", "c": "a"}, [(0, "a"), (1, "c"), (0, "b")]),
        ({"a": "missing"}, [(0, "a")]),
    ],
)
def test_goals_in_a_cycle_are_shown_once(parents: dict[str, str], expected: list[tuple[int, str]]) -> None:
    """A valid file has no cycle; the view of another one ends all the same."""
    assert shape(view_of({id_: {"parent": parent} for id_, parent in parents.items()})) == expected


def test_the_status_is_that_of_the_worst_below() -> None:
    view = view_of(
        {"top": {}, "left": {"parent": "top"}, "right": {"parent": "top"}, "bare": {}},
        kpi_of("a", goal="left", target=at_least(9)),
        kpi_of("b", goal="right", target=at_least(5)),
        kpi_of("c", goal="right"),
    )
    found = {node.goal.id: node.status for _, node in view.nodes()}
    assert found == {"top": "red", "left": "red", "right": "green", "bare": None}


def test_S11_parts_that_are_judged_count_in_the_status_of_a_goal() -> None:
    split = Split(by="region", judge="each")
    kpi = kpi_of("a", goal="g", target=at_least(5), split=split)
    parts = (PartSeries("north", series_of(4, id_="a")), PartSeries("south", series_of(8, id_="a")))
    series = series_of(6, id_="a", split=SplitSeries("region", parts))
    for judged, expected in ((kpi, "red"), (kpi.model_copy(update={"split": Split(by="region")}), "green")):
        plan = plan_of([judged], goals={"g": Goal(id="g", name="G")})
        node = goals_view(plan, status_view(plan, results_of([series]))).roots[0]
        assert node.status == expected


def test_kpis_without_a_goal_are_kept_apart() -> None:
    view = view_of({"g": {}}, kpi_of("a", goal="g"), kpi_of("b"))
    assert [row.kpi.id for row in view.loose] == ["b"]
    assert set(view.rows) == {"a", "b"}


def test_frameworks() -> None:
    goals: Goals = {
        "o": {"framework": "okr"},
        "m": {"framework": "mbo", "perspective": "customer"},
        "s": {"framework": "bsc"},
        "below": {"parent": "m"},
        "plain": {},
    }
    assert ids(view_of(goals)) == ["o", "m", "below", "s", "plain"]
    assert ids(view_of(goals, framework="okr")) == ["o"]
    assert ids(view_of(goals, framework="omtm")) == []
    assert ids(view_of(goals, framework="bsc")) == ["m", "below", "s"], "all with a perspective, also an inherited one"


def test_cycles() -> None:
    goals: Goals = {
        "before": {"due": day("2026-06-30")},
        "first": {"due": day("2026-07-01")},
        "last": {"due": day("2026-09-30")},
        "after": {"due": day("2026-10-01")},
        "never": {},
    }
    view = view_of(goals, cycle="2026-Q3")
    assert ids(view) == ["first", "last"]
    assert (view.cycle and view.cycle.label) == "2026-Q3"
    assert ids(view_of(goals, cycle="2026")) == ["before", "first", "last", "after"]
    assert ids(view_of(goals, cycle="2026-10")) == ["after"]
    with pytest.raises(TextError):
        view_of(goals, cycle="Q3")


def test_a_cycle_is_a_period_of_the_calendar() -> None:
    from kpi.plan.model.plan import CalendarSettings

    plan = plan_of([], goals={"g": Goal(id="g", name="G", due=day("2026-06-30"))})
    fiscal = plan.model_copy(update={"calendar": CalendarSettings.model_validate({"fiscal_year_starts": "april"})})
    view = goals_view(fiscal, status_view(fiscal, results_of([])), cycle="FY2027-Q1")
    assert ids(view) == ["g"]


def test_perspectives_and_what_they_lack() -> None:
    view = view_of(
        {
            "money": {"perspective": "financial"},
            "more": {"parent": "money"},
            "riders": {"perspective": "customer"},
            "process": {"perspective": "internal"},
        },
        kpi_of("a", goal="money", indicator="lagging"),
        kpi_of("b", goal="more", indicator="leading", target=at_least(5)),
        kpi_of("c", goal="riders", indicator="lagging"),
        framework="bsc",
    )
    found = by_perspective(view)
    assert {name: [node.goal.id for node in nodes] for name, nodes in found.items()} == {
        "financial": ["money", "more"], "customer": ["riders"], "internal": ["process"], "learning": [],
    }  # fmt: skip
    assert {name: lacks(nodes) for name, nodes in found.items()} == {
        "financial": [],
        "customer": ["no leading indicator", "no target"],
        "internal": ["no KPI"],
        "learning": ["no goal"],
    }


def test_causes_are_between_what_is_shown() -> None:
    view = view_of(
        {"top": {"perspective": "financial"}, "below": {"parent": "top"}, "other": {"framework": "okr"}},
        kpi_of("a", goal="below", leads=(Lead("b", "3 months"), Lead("elsewhere"))),
        kpi_of("b", goal="top"),
        kpi_of("elsewhere", goal="other", leads=(Lead("b"),)),
        framework="bsc",
    )
    assert causes(view) == [Cause("a", "b", "leads", "3 months"), Cause("below", "top", "serves")]


def test_guardrails_of_a_goal() -> None:
    view = view_of(
        {"g": {}, "other": {}},
        kpi_of("a", goal="g", guardrails=("c", "d")),
        kpi_of("b", goal="g", guardrails=("d",)),
        kpi_of("c", goal="other"),
        kpi_of("d"),
    )
    assert [row.kpi.id for row in guardrails(view, view.roots[0])] == ["c", "d"]


def test_goals_of_people() -> None:
    view = view_of({"a": {"owner": "ana"}, "none": {}, "b": {"owner": "ben"}, "c": {"owner": "ana"}})
    assert [(name, [node.goal.id for node in nodes]) for name, nodes in by_person(view).items()] == [
        ("ana", ["a", "c"]), ("ben", ["b"]), ("", ["none"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reward", "tied"), [(None, None), ("none", None), (" No ", None), ("10% bonus", "10% bonus"), ("-", None)]
)
def test_rewards(reward: str | None, tied: str | None) -> None:
    assert Goal(id="g", name="G", reward=reward).tied_reward == tied
