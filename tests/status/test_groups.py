from __future__ import annotations

import pytest
from helpers.builders import at_least, kpi_of, plan_of, results_of, series_of

from kpi.errors import UsageError
from kpi.plan.model import Goal, Plan
from kpi.status import By, Group, select_kpis, status_view

GOALS = {
    "loyalty": Goal(id="loyalty", name="Customers come back", parent="growth", level="objective"),
    "growth": Goal(id="growth", name="Grow", perspective="financial", level="vision", owner="ben@acme.example"),
    "speed": Goal(id="speed", name="", perspective="customer"),
    "idle": Goal(id="idle", name="Nothing measures this"),
}
KPIS = [
    kpi_of("refunds", goal="loyalty", owner="ana@acme.example", tags=("money", "trust"), target=at_least(2.0)),
    kpi_of("alone", owner="Dee"),
    kpi_of("revenue", goal="growth", owner="ben@acme.example", tags=("money",), target=at_least(1.0)),
    kpi_of("wait", goal="speed", owner="ana@acme.example", target=at_least(1.0)),
    kpi_of("back", goal="loyalty", target=at_least(1.0)),
]
PLAN = plan_of(KPIS, goals=GOALS)


def groups(by: By, plan: Plan = PLAN) -> tuple[Group, ...]:
    return status_view(plan, results_of([series_of(1.0, id_=id_) for id_ in plan.kpis]), by=by).groups


def shape(by: By) -> dict[str, list[str]]:
    return {group.title: [row.kpi.id for row in group.rows] for group in groups(by)}


def test_by_goal_in_the_order_of_the_file_those_without_a_kpi_left_out_and_no_goal_last() -> None:
    assert shape("goal") == {
        "Customers come back": ["refunds", "back"],
        "Grow": ["revenue"],
        "speed": ["wait"],
        "No goal": ["alone"],
    }


def test_a_goal_knows_its_owner_and_the_goals_above_it() -> None:
    loyalty, growth, *_ = groups("goal")
    assert (loyalty.above, loyalty.owner) == (("Grow",), None)
    assert (growth.above, growth.owner) == ((), "ben@acme.example")


def test_S8_a_group_is_as_bad_as_its_worst_kpi() -> None:
    assert [group.status for group in groups("goal")] == ["red", "green", "green", "no target"]


def test_by_owner() -> None:
    assert shape("owner") == {
        "ana@acme.example": ["refunds", "wait"],
        "Dee": ["alone"],
        "ben@acme.example": ["revenue"],
        "No owner": ["back"],
    }


def test_by_perspective_in_the_scorecards_order_and_inherited_from_the_goals_above() -> None:
    assert shape("perspective") == {
        "financial": ["refunds", "revenue", "back"],
        "customer": ["wait"],
        "No perspective": ["alone"],
    }


def test_by_level() -> None:
    assert shape("level") == {"objective": ["refunds", "back"], "vision": ["revenue"], "No level": ["alone", "wait"]}


def test_by_tag_a_kpi_stands_under_each_of_its_tags() -> None:
    assert shape("tag") == {"money": ["refunds", "revenue"], "trust": ["refunds"], "No tag": ["alone", "wait", "back"]}


def test_goals_in_a_ring_are_grouped_all_the_same() -> None:
    ring = {"a": Goal(id="a", name="A", parent="b"), "b": Goal(id="b", name="B", parent="a")}
    (group,) = groups("goal", plan_of([kpi_of("x", goal="a")], goals=ring))
    assert group.above == ("B",)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("refunds", "alone", "revenue", "wait", "back")),
        ({"kpis": ["wait", "refunds"]}, ("refunds", "wait")),
        ({"kpis": ["REFUNDS"]}, ("refunds",)),
        ({"goals": ["growth"]}, ("refunds", "revenue", "back")),  # and the goal below it
        ({"goals": ["loyalty", "speed"]}, ("refunds", "wait", "back")),
        ({"owners": ["ana@acme.example"]}, ("refunds", "wait")),
        ({"owners": ["ana", "Dee"]}, ("refunds", "alone", "wait")),
        ({"goals": ["growth"], "owners": ["ana"]}, ("refunds",)),
        ({"kpis": ["alone"], "goals": ["growth"]}, ()),
    ],
)
def test_which_kpis_are_asked_for(asked: dict[str, list[str]], expected: tuple[str, ...]) -> None:
    assert select_kpis(PLAN, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"kpis": ["refund"]}, 'there is no KPI "refund"', 'did you mean "refunds"?'),
        ({"goals": ["grow"]}, 'there is no goal "grow"', 'did you mean "growth"?'),
        ({"owners": ["anna"]}, 'there is no owner of a KPI "anna"', 'did you mean "ana"?'),
    ],
)
def test_an_unknown_name_is_a_mistake(asked: dict[str, list[str]], message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        select_kpis(PLAN, **asked)
    assert (caught.value.message, caught.value.hint) == (message, hint)
