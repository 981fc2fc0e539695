"""How far KPIs and goals have come: scores, weights and bands, each against arithmetic written here."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers.builders import at_least, at_most, kpi_of, plan_of, results_of, series_of, stale_series, target
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.plan.model import Goal, Kpi, Plan, Reference, Target
from kpi.plan.model.plan import OkrSettings
from kpi.run.series import Series
from kpi.status import status_view
from kpi.status.goals_view import GoalNode, goals_view


def node_of(
    *kpis: tuple[Kpi, Series], goals: dict[str, dict[str, Any]] | None = None, **settings: Any
) -> dict[str, GoalNode]:
    """The goals by id; a KPI belongs to the goal "g" if it names no other."""
    found = [(kpi.model_copy(update={"goal": kpi.goal or "g"}), series) for kpi, series in kpis]
    given_goals = {id_: Goal(id=id_, **{"name": "", **fields}) for id_, fields in (goals or {"g": {}}).items()}
    plan: Plan = plan_of([kpi for kpi, _ in found], goals=given_goals, **settings)
    view = goals_view(plan, status_view(plan, results_of([series for _, series in found])))
    return {node.goal.id: node for _, node in view.nodes()}


def scored(value: float | None, id_: str = "sales", **fields: Any) -> tuple[Kpi, Series]:
    return kpi_of(id_, **fields), series_of(value, id_=id_)


def score(value: float | None, **fields: Any) -> float | None:
    return node_of(scored(value, **fields))["g"].results[0].score


BY = "2026-12-31"


@pytest.mark.parametrize(
    ("value", "baseline", "goal", "expected"),
    [
        (22, 22, at_least(30, BY), 0),
        (26, 22, at_least(30, BY), 0.5),  # 4 of 8
        (29, 22, at_least(30, BY), 0.875),  # 7 of 8
        (30, 22, at_least(30, BY), 1),
        (34, 22, at_least(30, BY), 1),  # no more than 1
        (20, 22, at_least(30, BY), 0),  # no less than 0
        (3.2, 4, at_most(2, BY), 0.4),  # 0.8 of 2, downwards
        (2, 4, at_most(2, BY), 1),
        (5, 4, at_most(2, BY), 0),
        (-5, -20, at_least(10, BY), 0.5),  # 15 of 30, across zero
        (21, None, at_least(25), 0.84),  # without a baseline: from zero
        (21, 40, at_least(25), 0.84),  # with one that meets the target: from zero
        (-3, None, at_least(25), 0),
        (3, None, at_most(2), 0),  # less is better and nothing to start from: met or not
        (2, None, at_most(2), 1),
        (3, None, at_least(0), 0.0 + 1),
        (-3, None, at_least(0), 0),
        (15, 10, target("between 20 and 30", "between", 20, 30), 0.5),  # the nearer bound, from below
        (35, 40, target("between 20 and 30", "between", 20, 30), 0.5),  # and from above
        (25, 10, target("between 20 and 30", "between", 20, 30), 1),
        (12, 10, target("exactly 15", "==", 15), 0.4),
        (2, 0, target("above 4", ">", 4), 0.5),
        (4, 8, target("below 4", "<", 4), 1.0),  # all of the way, though the target is below 4
    ],
)
def test_progress(value: float, baseline: float | None, goal: Target, expected: float) -> None:
    found = score(value, baseline=baseline, target=goal)
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_score_in_the_file_takes_the_place_of_the_computed_one() -> None:
    assert score(22, baseline=22, target=at_least(30, BY), score=0.6) == 0.6
    assert score(None, score=0.6) == 0.6


def test_without_value_or_target_there_is_no_score() -> None:
    assert score(None, baseline=22, target=at_least(30, BY)) is None
    assert score(26) is None
    stale = node_of((kpi_of(target=at_least(5)), stale_series(7)))["g"]
    assert stale.results[0].row.display == "7"
    assert (stale.results[0].score, stale.score, stale.band, stale.status) == (None, None, None, "stale")


@given(
    baseline=st.integers(-1000, 1000),
    goal=st.integers(-1000, 1000),
    value=st.integers(-2000, 2000),
)
def test_progress_at_random(baseline: int, goal: int, value: int) -> None:
    """A score is the exact fraction of the way, within 0 and 1, and 1 where and only where the target is met."""
    assume(baseline != goal)
    wanted = at_least(goal, BY) if goal > baseline else at_most(goal, BY)
    found = score(value, baseline=baseline, target=wanted)
    way = Fraction(value - baseline, goal - baseline)
    assert found == pytest.approx(float(min(max(way, Fraction(0)), Fraction(1))), abs=1e-11)
    assert (found == 1) is (value >= goal if goal > baseline else value <= goal)


HALF, FULL, NONE = at_least(10), at_least(5), None  # a value of 5 scores 0.5, 1.0, nothing


def test_the_score_of_a_goal_is_the_weighted_mean() -> None:
    found = node_of(
        scored(5, "a", target=HALF, weight=3), scored(5, "b", target=FULL), scored(2, "c", target=HALF, weight=0.5)
    )["g"]
    assert found.score == pytest.approx((3 * 0.5 + 1 * 1 + 0.5 * 0.2) / 4.5, abs=1e-12)
    assert found.missing == 0


def test_a_kpi_without_a_value_counts_as_zero_and_one_without_a_target_not_at_all() -> None:
    found = node_of(scored(5, "a", target=FULL), scored(None, "b", target=FULL), scored(5, "c"))["g"]
    assert (found.score, found.missing, found.status) == (0.5, 1, "no data")
    assert [one.counts for one in found.results] == [True, True, False]


def test_a_weight_of_zero_leaves_out() -> None:
    found = node_of(scored(5, "a", target=FULL), scored(None, "b", target=FULL, weight=0))["g"]
    assert (found.score, found.missing, found.status) == (1, 0, "no data")
    alone = node_of(scored(5, "a", target=FULL, weight=0))["g"]
    assert (alone.score, alone.status) == (None, "green")


def test_goals_below_count_like_kpis() -> None:
    found = node_of(
        scored(5, "a", target=FULL),
        scored(5, "b", target=HALF, goal="below"),
        scored(None, "c", target=HALF, goal="silent"),
        scored(5, "d", goal="aimless"),
        goals={
            "g": {},
            "below": {"parent": "g", "weight": 2},
            "silent": {"parent": "g"},
            "aimless": {"parent": "g"},
            "empty": {"parent": "g"},
        },
    )
    assert found["below"].score == 0.5
    assert [found[id_].score for id_ in ("silent", "aimless", "empty")] == [None, None, None]
    assert [found[id_].counts for id_ in ("silent", "aimless", "empty")] == [True, False, False]
    assert found["g"].score == pytest.approx((1 + 2 * 0.5 + 0) / (1 + 2 + 1))
    assert found["g"].missing == 1
    assert found["empty"].status is None
    assert found["g"].status == "red"  # of b, which is worse than no data


def test_a_score_set_for_a_goal_rolls_up() -> None:
    found = node_of(scored(5, "a", target=FULL, goal="below"), goals={"g": {}, "below": {"parent": "g", "score": 0.3}})
    assert (found["below"].score, found["below"].missing, found["g"].score) == (0.3, 0, 0.3)


@pytest.mark.parametrize(
    ("value", "commitment", "band", "advice"),
    [
        (7, None, "green", "close"),
        (6.99, None, "yellow", "carry over"),
        (4, None, "yellow", "carry over"),
        (3.99, "stretch", "red", "rethink"),
        (7, "stretch", "green", "close"),
        (10, "committed", "green", "close"),
        (9.99, "committed", "yellow", "carry over"),
        (3, "committed", "red", "rethink"),
    ],
)
def test_bands(value: float, commitment: str | None, band: str, advice: str) -> None:
    found = node_of(scored(value, target=at_least(10)), goals={"g": {"commitment": commitment}})["g"]
    assert (found.band, found.advice) == (band, advice)


def test_bands_of_the_file() -> None:
    found = node_of(scored(7, target=at_least(10)), okr=OkrSettings(green=0.8, yellow=0.75))["g"]
    assert found.band == "red"


def test_sums_of_decimals_do_not_miss_a_band() -> None:
    """0.7 thrice is 2.0999999999999996 in floating point, and a third of that below 0.7."""
    kpis = [scored(7, id_, target=at_least(10)) for id_ in ("a", "b", "c")]
    assert (0.7 + 0.7 + 0.7) / 3 < 0.7
    assert node_of(*kpis)["g"].band == "green"


def test_nothing_without_data_is_green() -> None:
    found = node_of(scored(None, "a", target=FULL), scored(None, "b", target=HALF))["g"]
    assert (found.status, found.score, found.band, found.advice) == ("no data", None, None, None)
    found = node_of()["g"]
    assert (found.status, found.score, found.band) == (None, None, None)


def test_a_reference_without_value_is_no_score() -> None:
    kpi = kpi_of(target=target("at least budget", ">=", Reference("budget")))
    found = node_of((kpi, series_of(5, references={"budget": None})))["g"]
    assert (found.score, found.results[0].counts) == (None, True)
    found = node_of((kpi, series_of(5, references={"budget": 10.0})))["g"]
    assert found.score == 0.5
