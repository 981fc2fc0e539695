"""Rules S1 to S4: which target holds and what its numbers are."""

from __future__ import annotations

import pytest
from helpers.builders import at_least, day, kpi_of, part_of_june, series_of, target

from kpi.plan.model import Kpi, Op, Reference, Relative, ScheduleEntry
from kpi.status import evaluate_status
from kpi.values import Calendar

PLAIN = Calendar()


def status(kpi: Kpi, value: float, **fields: object) -> str:
    return evaluate_status(kpi, series_of(value, **fields), PLAIN).status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        (">=", "red", "green", "green"),
        (">", "red", "red", "green"),
        ("<=", "green", "green", "red"),
        ("<", "green", "red", "red"),
        ("==", "red", "green", "red"),
    ],
)
def test_S1_a_target_has_a_direction(op: Op, below: str, at: str, above: str) -> None:
    kpi = kpi_of(target=target("…", op, 12.0))
    assert [status(kpi, value) for value in (11.9, 12.0, 12.1)] == [below, at, above]


def test_S1_between_includes_both_ends() -> None:
    kpi = kpi_of(target=target("between 20 and 30", "between", 20.0, 30.0))
    values = (19.9, 20.0, 25.0, 30.0, 30.1)
    assert [status(kpi, value) for value in values] == ["red", "green", "green", "green", "red"]


@pytest.mark.parametrize(
    ("baseline", "share", "bound"),
    [
        (50.0, 0.2, 60.0),  # 50 + 0.2 * 50
        (50.0, -0.2, 40.0),
        (-50.0, 0.2, -40.0),  # of the absolute value: -50 + 0.2 * 50, so more is always upward
        (0.1, 0.1, 0.11),  # and not 0.11000000000000001
    ],
)
def test_S1_relative_bounds_are_of_the_baselines_absolute_value(baseline: float, share: float, bound: float) -> None:
    kpi = kpi_of(baseline=baseline, target=target("…", ">=", Relative(share)))
    found = evaluate_status(kpi, series_of(1.0), PLAIN).target
    assert found is not None
    assert found.value == bound


def test_S3_a_target_may_name_a_measure() -> None:
    kpi = kpi_of(target=target("at least 95% of budget", ">=", Reference("budget", 0.95)))
    found = evaluate_status(kpi, series_of(1900.0, references={"budget": 2000.0}), PLAIN)
    assert (found.status, found.target and found.target.value) == ("green", 1900.0)  # 0.95 * 2000
    assert status(kpi, 1899.0, references={"budget": 2000.0}) == "red"


@pytest.mark.parametrize("references", [{}, {"budget": None}])
def test_S3_a_target_that_names_what_has_no_value_is_no_target(references: dict[str, float | None]) -> None:
    kpi = kpi_of(target=target("at least budget", ">=", Reference("budget")))
    found = evaluate_status(kpi, series_of(5.0, references=references), PLAIN)
    assert found.status == "no target"
    assert found.message == 'the target refers to "budget", which has no value'
    assert found.target is not None
    assert (found.target.text, found.target.value) == ("at least budget", None)


def test_S3_ends_of_a_range_that_changed_places_are_put_in_order() -> None:
    kpi = kpi_of(target=target("between low and 30", "between", Reference("low"), 30.0))
    assert status(kpi, 35.0, references={"low": 40.0}) == "green"


SCHEDULE = (
    ScheduleEntry("2026-Q3", day("2026-07-01"), at_least(24.0)),
    ScheduleEntry("2026-Q4", day("2026-10-01"), at_least(26.0)),
)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("2026-06-30", "no target"),  # before the first entry
        ("2026-07-31", "green"),  # 25 is at least 24
        ("2026-09-30", "green"),
        ("2026-10-31", "red"),  # 25 is less than 26
        ("2027-10-31", "red"),  # the last entry holds on
    ],
)
def test_S4_each_entry_of_a_schedule_holds_until_the_next(ends: str, expected: str) -> None:
    assert evaluate_status(kpi_of(target=SCHEDULE), series_of(25.0, ends=ends), PLAIN).status == expected


def test_S4_T3_a_week_belongs_to_the_entry_in_which_its_last_day_lies() -> None:
    # Monday 28 September to Sunday 4 October 2026: the fourth quarter.
    found = evaluate_status(
        kpi_of(target=SCHEDULE, every="week"), series_of(25.0, ends="2026-10-04", every="week"), PLAIN
    )
    assert found.target is not None
    assert found.target.value == 26.0


def test_S4_T3_a_running_part_belongs_where_its_whole_period_does() -> None:
    schedule = (
        ScheduleEntry("before", day("2026-01-01"), at_least(1.0)),
        ScheduleEntry("mid-June", day("2026-06-15"), at_least(2.0)),
    )
    found = evaluate_status(kpi_of(target=schedule), part_of_june(1.5, last_day=10), PLAIN)
    assert found.target is not None
    assert found.target.value == 2.0


def test_V7_a_kept_bound_carries_no_float_noise() -> None:
    # 0.1 * 3 is 0.30000000000000004 in floats, which 0.3 would miss.
    kpi = kpi_of(target=target("at least 300% of x", ">=", Reference("x", 3.0)))
    assert status(kpi, 0.3, references={"x": 0.1}) == "green"


def test_T7_the_target_of_a_sum_is_shared_out_by_days() -> None:
    # 12 of June's 30 days: 1000 * 12 / 30 = 400.
    kpi = kpi_of(target=at_least(1000.0))
    found = evaluate_status(kpi, part_of_june(400.0, last_day=12, additive=True), PLAIN)
    assert found.target is not None
    assert (found.status, found.target.value) == ("green", 400.0)
    assert found.message == "target prorated: 12 of 30 days"
    assert evaluate_status(kpi, part_of_june(399.0, last_day=12, additive=True), PLAIN).status == "red"


def test_T7_the_target_of_a_ratio_is_not_shared_out() -> None:
    found = evaluate_status(kpi_of(target=at_least(1000.0)), part_of_june(400.0, last_day=12), PLAIN)
    assert found.target is not None
    assert (found.status, found.target.value, found.message) == ("red", 1000.0, None)


def test_T7_a_complete_period_has_its_whole_target() -> None:
    found = evaluate_status(kpi_of(target=at_least(1000.0)), series_of(400.0, additive=True), PLAIN)
    assert (found.status, found.message) == ("red", None)


def test_T7_a_named_measure_is_that_of_the_whole_period_and_shared_out_as_well() -> None:
    kpi = kpi_of(target=target("at least budget", ">=", Reference("budget")))
    found = evaluate_status(kpi, part_of_june(400.0, last_day=12, additive=True, references={"budget": 950.0}), PLAIN)
    assert found.target is not None
    assert (found.status, found.target.value) == ("green", 380.0)  # 950 * 12 / 30
    assert found.message == "target prorated: 12 of 30 days"
