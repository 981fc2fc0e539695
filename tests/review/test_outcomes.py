"""What became of a decision: against the table of cases in docs/review.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from helpers.builders import at_least, at_most, day, kpi_of, plan_of, series_of

from kpi.plan.decisions import due_decisions, last_review
from kpi.plan.model import Decision, Goal, Review
from kpi.status.build_view import whole_row
from kpi.status.decision import outcome_of
from kpi.status.outcome import Outcome
from kpi.values import Calendar

TODAY = day("2026-07-01")


def decision(**fields: Any) -> Decision:
    there = {"date": day("2026-05-04"), "kpi": "sales", "value": "10", "decided": "call them", "by": "ana"}
    return Decision(**{**there, "until": day("2026-07-01"), **fields})


def outcome(value: float, now: date = TODAY, target: Any = None, unit: str = "orders", **fields: Any) -> Outcome:
    kpi = kpi_of(target=at_least(20) if target is None else target, unit=unit)
    return outcome_of(decision(**fields), whole_row(kpi, series_of(9, value), Calendar()), now)


@pytest.mark.parametrize(
    ("value", "expect", "state", "moved", "met"),
    [
        (15, "at least 12", "worked", "better", True),
        (11, "at least 12", "did not work", "better", False),
        (8, "at least 12", "did not work", "worse", False),
        (10, "at least 10", "worked", "unchanged", True),
        (15, None, "unknown", "better", None),
        (12, "20% more", "worked", "better", True),  # than the value then, not than the baseline
        (11, "20% more", "did not work", "better", False),
        (15, "12", "worked", "better", True),  # the direction of the target
        (15, "plenty", "unknown", "better", None),
    ],
)
def test_it_worked_if_what_was_expected_has_happened(
    value: float, expect: str | None, state: str, moved: str, met: bool | None
) -> None:
    found = outcome(value, expect=expect)
    assert (found.state, found.moved, found.met) == (state, moved, met)
    assert (found.reason is not None) is (state == "unknown")


def test_lower_is_better_where_the_target_says_so() -> None:
    found = outcome(8, target=at_most(5), expect="below 9")
    assert (found.state, found.moved) == ("worked", "better")


def test_it_is_open_until_its_day_and_says_what_is_met_so_far() -> None:
    found = outcome(15, day("2026-06-30"), expect="at least 12")
    assert (found.state, found.met, found.now) == ("open", True, "15")
    assert found.verdict == "10 → 15, better; expected at least 12 (met so far); open until 1 July 2026"


def test_without_a_new_value_nothing_is_known() -> None:
    found = outcome(15, day("2026-07-20"), date=day("2026-07-02"), until=day("2026-07-20"), expect="at least 12")
    assert (found.state, found.now, found.met) == ("unknown", None, None)
    assert found.reason == "there is no new value since"


def test_a_stale_value_says_nothing() -> None:
    row = replace(whole_row(kpi_of(target=at_least(20)), series_of(9, 15), Calendar()), status="stale")
    assert outcome_of(decision(expect="at least 12"), row, TODAY).reason == "there is no current value"


def test_a_value_that_looks_the_same_has_not_moved() -> None:
    assert outcome(10.00000001).moved == "unchanged"


def test_a_decision_about_a_kpi_that_is_gone_is_unknown() -> None:
    assert outcome_of(decision(), None, TODAY).reason == "the KPI is not in the plan"


# Which are due


def due(*decisions: Decision, now: str = "2026-07-01") -> list[str]:
    return [one.decided for one in due_decisions(plan_of([kpi_of()], decisions=decisions), day(now))]


def test_a_decision_is_due_from_its_day_until_another_follows() -> None:
    first = decision(decided="first", until=day("2026-06-01"))
    assert due(first, now="2026-05-31") == []
    assert due(first, now="2026-06-01") == ["first"]
    early = decision(decided="early", date=day("2026-05-20"), until=day("2026-09-01"))
    assert due(first, early) == ["first"]  # made before the day of the first
    assert due(first, decision(decided="then", date=day("2026-06-01"), until=day("2026-09-01"))) == []
    assert due(first, decision(kpi="other", date=day("2026-06-10"), until=day("2026-09-01"))) == ["first"]


def test_the_decisions_of_two_people_on_one_day_are_both_due() -> None:
    assert due(decision(decided="a"), decision(decided="b")) == ["a", "b"]


def test_a_decision_of_the_future_does_not_exist() -> None:
    assert due(decision(date=day("2026-07-02"), until=day("2026-07-03"))) == []


def test_the_last_review_of_a_goal_is_that_of_its_decisions_or_its_own() -> None:
    goal = Goal(id="g", name="G", review=Review(last=day("2026-05-10")))
    plan = plan_of(
        [kpi_of(goal="g"), kpi_of("other", goal="h")],
        decisions=(decision(), decision(kpi="other", date=day("2026-06-20"))),
    )
    assert last_review(plan, goal, TODAY) == day("2026-05-10")
    later = plan.model_copy(update={"decisions": (decision(date=day("2026-06-03")),)})
    assert last_review(later, goal, TODAY) == day("2026-06-03")
    assert last_review(later, goal, day("2026-06-02")) == day("2026-05-10")
    assert last_review(plan_of([]), Goal(id="x", name="X"), TODAY) is None
