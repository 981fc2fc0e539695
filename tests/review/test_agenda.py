"""What is an exception and what is not, on one page, and how many exceptions stable KPIs make."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from helpers.builders import at_least, at_most, checked_of, day, kpi_of, plan_of, results_of, series_of

from kpi.plan.model import Decision, Goal, Kpi, Plan, Review
from kpi.render.layout import width_of
from kpi.render.review_text import PAGE, review_lines
from kpi.render.style import as_plain
from kpi.review import Agenda, Expiring, agenda
from kpi.run.series import Series
from kpi.status import status_view
from kpi.status.insights import with_insights
from kpi.values import Calendar, period_of, shift

STEADY = [
    12.0, 12.0, 10.0, 9.0, 9.0, 10.0, 9.0, 8.0, 10.0, 10.0, 11.0, 9.0, 10.0, 10.0, 8.0, 11.0, 10.0, 13.0, 10.0, 10.0,
]  # fmt: skip


def agenda_of(*pairs: tuple[Kpi, Series], as_of: str = "2026-06-30", suppressions: Any = (), **fields: Any) -> Agenda:
    plan = plan_of([kpi for kpi, _ in pairs], **fields)
    results = results_of([series for _, series in pairs], as_of)
    view = with_insights(status_view(plan, results), results, checked_of(plan), 12)
    return agenda(plan, view, results, suppressions)


def one(*values: float | None, id_: str = "sales", **fields: Any) -> tuple[Kpi, Series]:
    return kpi_of(id_, **{"name": id_.title(), **fields}), series_of(*values, id_=id_)


def kinds(*pairs: tuple[Kpi, Series], **fields: Any) -> dict[str, tuple[str, ...]]:
    return {found.row.kpi.id: found.kinds for found in agenda_of(*pairs, **fields).exceptions}


def decision(kpi: str = "sales", **fields: Any) -> Decision:
    there = {"date": day("2026-06-02"), "decided": "call them", "by": "ana", "until": day("2026-08-01")}
    return Decision(**{**there, "kpi": kpi, **fields})


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (30.0, at_least(5), ("improving",)), (-9.0, at_least(5), ("concerning",)), (30.0, at_most(50), ("concerning",)),
        (30.0, None, ("changed",)), (10.5, at_least(5), None),
    ],
)  # fmt: skip
def test_a_signal_is_an_exception(value: float, target: Any, expected: tuple[str, ...] | None) -> None:
    assert kinds(one(*STEADY, value, target=target)).get("sales") == expected


def test_within_the_usual_range_a_worse_status_is_none() -> None:
    pair = one(*STEADY[:-1], 11.0, 9.0, target=at_least(10))
    found = agenda_of(pair)
    assert found.exceptions == ()
    assert [row.status for row in found.known] == ["red"]


def test_with_too_few_values_a_worse_status_is_one_and_an_old_one_is_known() -> None:
    assert kinds(one(11, 12, 9, target=at_least(10))) == {"sales": ("turned worse",)}
    assert agenda_of(one(11, 12, 9, target=at_least(10))).exceptions[0].was == "green"
    found = agenda_of(one(11, 8, 9, target=at_least(10)))
    assert (found.exceptions, [row.kpi.id for row in found.known]) == ((), ["sales"])


def test_a_better_status_and_the_first_value_are_none() -> None:
    assert kinds(one(9, 12, target=at_least(10))) == {}
    assert kinds(one(9, target=at_least(10))) == {}
    assert kinds(one(None, 9, target=at_least(10))) == {}


def test_a_target_that_will_probably_be_missed_is_one() -> None:
    values = [10.0 + place / 10 for place in range(24)]
    far, near = at_least(30, by="2026-12-31"), at_least(12.5, by="2026-12-31")
    assert "target unlikely" in kinds(one(*values, target=far, baseline=10))["sales"]
    assert "target unlikely" not in kinds(one(*values, target=near, baseline=10))["sales"]


def test_a_guardrail_that_broke_is_one() -> None:
    better = one(9, 12, target=at_least(10), guardrails=["refunds"])
    assert kinds(better, one(4, 6, id_="refunds", target=at_most(3))) == {"refunds": ("guardrail broken",)}
    assert kinds(better, one(6, 4, id_="refunds", target=at_most(3))) == {}


def test_what_a_decision_is_open_about_is_known_unless_it_improves() -> None:
    worse, better = one(*STEADY, -9.0, target=at_least(5)), one(*STEADY, 30.0, target=at_least(5))
    assert [row.kpi.id for row in agenda_of(worse, decisions=(decision(),)).known] == ["sales"]
    assert kinds(better, decisions=(decision(),)) == {"sales": ("improving",)}
    past = decision(until=day("2026-06-20"))
    found = agenda_of(worse, decisions=(past,))
    assert [one.row.decision.state for one in found.exceptions if one.row.decision] == ["unknown"]
    assert [outcome.decision for outcome in found.due] == [past]


def test_inputs_come_before_outputs_and_the_worst_first() -> None:
    found = agenda_of(
        one(*STEADY, 30.0, id_="good", target=at_least(5)),
        one(*STEADY, -9.0, id_="bad", target=at_least(5), indicator="lagging"),
        one(*STEADY, 30.0, id_="input", target=at_least(5), indicator="leading"),
    )
    assert [each.row.kpi.id for each in found.exceptions] == ["input", "bad", "good"]


def test_stale_and_missing_data_have_their_own_list() -> None:
    found = agenda_of(one(9, None, target=at_least(10)))
    assert ([row.kpi.id for row in found.stale], found.exceptions, found.known) == (["sales"], (), ())


@pytest.mark.parametrize(("by", "ends"), [("2026-07-31", True), ("2026-08-01", False), ("2026-06-30", False)])
def test_a_target_that_ends_in_the_running_period_ends_soon(by: str, ends: bool) -> None:
    assert bool(agenda_of(one(9, 10, target=at_least(20, by=by), baseline=5)).ending) is ends


def test_goals_and_suppressions() -> None:
    goals = {
        "late": Goal(id="late", name="Late", review=Review(every="month", last=day("2026-05-01"))),
        "top": Goal(id="top", name="Top", review=Review(every="month", last=day("2026-06-20"))),
        "none": Goal(id="none", name="None", parent="top"),
    }
    comments = [Expiring("kpi.yaml", 3, ("S101",), day(until)) for until in ("2026-06-01", "2026-07-30", "2026-08-01")]
    found = agenda_of(one(9, goal="late"), goals=goals, suppressions=comments)
    assert [(one.goal.id, one.due) for one in found.overdue] == [("late", day("2026-06-01"))]
    assert [goal.id for goal in found.unmeasured] == ["none"]
    assert [comment.until for comment in found.expiring] == [day("2026-06-01"), day("2026-07-30")]
    reviewed = agenda_of(one(9, goal="late"), goals=goals, decisions=(decision(),))
    assert reviewed.overdue == ()


# On one page


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("exceptions", [0, 2, 8, 50])
def test_fifty_kpis_fit_on_a_page(width: int, exceptions: int) -> None:
    pairs = [
        one(*STEADY, -9.0 if number < exceptions else 10.0, id_=f"kpi_{number}", target=at_least(5),
            when_red="Call the five largest customers before the next meeting.", goal=f"goal_{number}")
        for number in range(50)
    ]  # fmt: skip
    goals = {
        f"goal_{number}": Goal(id=f"goal_{number}", name="A goal", review=Review(last=day("2026-01-01")))
        for number in range(60)
    }
    old = [decision(f"kpi_{number}", until=day("2026-06-20")) for number in range(12)]
    comments = [Expiring("kpi.yaml", line, ("S101",), day("2026-07-01")) for line in range(1, 9)]
    found = agenda_of(*pairs, goals=goals, decisions=tuple(old), suppressions=comments)
    assert len(found.exceptions) == exceptions
    lines = review_lines(found, width)
    assert len(lines) <= PAGE
    assert max(map(width_of, lines)) <= width
    text = as_plain(lines)
    quiet = 50 - exceptions
    assert (f"{quiet} KPIs in their usual range" in text) is (quiet > 0)
    assert sum(f"Kpi_{number}" in text for number in range(exceptions)) > 0 or exceptions == 0


# On stable KPIs

KPIS, WEEKS, BEFORE = 50, 52, 24


def false_exceptions(seed: int, weeks: int = WEEKS, before: int = BEFORE) -> int:
    """How many exceptions 50 KPIs that never change make in so many weekly reviews.

    Each is noise around its own mean, with a target at that mean, so that its status is red every second week.
    """
    chance, calendar = random.Random(seed), Calendar()
    plan = Plan(kpis={f"k{number}": kpi_of(f"k{number}", every="week", target=at_least(100)) for number in range(KPIS)})
    values = {id_: [chance.gauss(100, 10) for _ in range(before + weeks)] for id_ in plan.kpis}
    last = period_of(day("2026-06-28"), "week", calendar)
    checked = checked_of(plan)
    found = 0
    for week in range(weeks):
        as_of = shift(last, week - weeks + 1, calendar).last_day.isoformat()
        series = [
            series_of(*all_[: before + week + 1], id_=id_, ends=as_of, every="week") for id_, all_ in values.items()
        ]
        results = results_of(series, as_of)
        view = status_view(plan, results)
        rows = tuple(replace(row, signs=_signs(row, results, checked)) for row in view.rows)
        found += len(agenda(plan, replace(view, rows=rows), results).exceptions)
    return found


def _signs(row: Any, results: Any, checked: Any) -> Any:
    from kpi.status.signs import signs_of

    return signs_of(row.kpi, results.series[row.kpi.id], (*row.history, row.point), checked)


@pytest.mark.slow
def test_stable_kpis_make_at_most_one_false_exception_a_week_on_average() -> None:
    found = [false_exceptions(seed) for seed in range(4)]
    assert 0 < sum(found) / len(found) / WEEKS <= 1, found
