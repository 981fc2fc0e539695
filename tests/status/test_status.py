"""Rules S5, S7 and S8: the order in which a status is found."""

from __future__ import annotations

import pytest
from helpers.builders import at_least, at_most, kpi_of, period, series_of, stale_series, target

from kpi.plan.model import Reference, Target, Thresholds
from kpi.run.series import Point, Series
from kpi.status import STATUSES, evaluate_status, worst
from kpi.values import Calendar

PLAIN = Calendar()


def test_S5_no_value_at_all_is_no_data_whatever_the_target_says() -> None:
    found = evaluate_status(kpi_of(target=at_most(5.0)), series_of(None), PLAIN)
    assert (found.status, found.point.value) == ("no data", None)
    assert found.message == "no data to compute it from in this period"


def test_S5_why_there_is_no_value_is_told() -> None:
    found = evaluate_status(kpi_of(), series_of(None, problem="data/orders.csv is not there", failed=True), PLAIN)
    assert (found.status, found.message) == ("no data", "data/orders.csv is not there")


def test_S5_a_value_that_could_not_be_computed_whole_is_never_shown() -> None:
    found = evaluate_status(
        kpi_of(target=at_least(1.0)), series_of(2.0, failed=True, problem="row 7 is unreadable"), PLAIN
    )
    assert (found.status, found.point.value, found.message) == ("no data", None, "row 7 is unreadable")


def test_S5_stale_shows_the_last_fresh_value_and_its_period() -> None:
    found = evaluate_status(kpi_of(target=at_least(1.0)), stale_series(9.0), PLAIN)
    assert (found.status, found.point.value, found.point.period.label) == ("stale", 9.0, "2026-04")
    assert found.message == "no rows of orders since 12 May 2026"
    assert found.pace is None


def test_S5_a_value_of_the_period_shown_does_not_help_when_the_source_is_behind() -> None:
    # The export broke off on 12 June: June has a value, but not of all its days.
    series = stale_series(9.0, newest="2026-06-12", shown=Point(period("2026-06-30"), 3.0))
    found = evaluate_status(kpi_of(target=at_least(1.0)), series, PLAIN)
    assert (found.status, found.point.value) == ("stale", 9.0)


def test_S5_behind_without_any_fresh_value_is_no_data() -> None:
    series = stale_series(None, newest="2026-06-12", shown=Point(period("2026-06-30"), 3.0))
    found = evaluate_status(kpi_of(target=at_least(1.0)), series, PLAIN)
    assert (found.status, found.point.value) == ("no data", None)
    assert found.message == "no rows of orders since 12 June 2026"


def test_S5_a_source_that_never_had_a_row_is_no_data() -> None:
    found = evaluate_status(kpi_of(), stale_series(None, newest=None), PLAIN)
    assert (found.status, found.message) == ("no data", "no rows of orders")


def test_S5_values_typed_in_by_hand_can_be_behind_too() -> None:
    found = evaluate_status(kpi_of(target=at_least(1.0)), stale_series(9.0, newest="2026-04-30", behind=None), PLAIN)
    assert (found.status, found.message) == ("stale", "no value since 30 Apr 2026")


def test_S5_stale_comes_before_no_target() -> None:
    assert evaluate_status(kpi_of(), stale_series(9.0), PLAIN).status == "stale"


def test_S5_without_a_target_there_is_no_green() -> None:
    assert evaluate_status(kpi_of(), series_of(5.0), PLAIN).status == "no target"


def test_S5_thresholds_alone_are_no_target() -> None:
    kpi = kpi_of(thresholds=Thresholds(green=at_least(1.0)))
    assert evaluate_status(kpi, series_of(5.0), PLAIN).status == "no target"


def test_S5_a_target_that_is_kept_is_green_or_red_and_never_yellow() -> None:
    kpi = kpi_of(target=at_least(5.0))
    assert evaluate_status(kpi, series_of(5.0), PLAIN).status == "green"
    assert evaluate_status(kpi, series_of(4.999), PLAIN).status == "red"
    assert evaluate_status(kpi, series_of(5.0), PLAIN).pace is None


@pytest.mark.parametrize(("value", "expected"), [(30.0, "green"), (29.0, "green"), (28.9, "yellow"), (24.9, "red")])
def test_S7_thresholds_decide_where_they_are_given(value: float, expected: str) -> None:
    kpi = kpi_of(target=at_least(30.0), thresholds=Thresholds(green=at_least(29.0), yellow=at_least(25.0)))
    assert evaluate_status(kpi, series_of(value), PLAIN).status == expected


@pytest.mark.parametrize(("value", "expected"), [(5.0, "green"), (5.1, "yellow"), (8.0, "yellow"), (8.1, "red")])
def test_S7_thresholds_where_lower_is_better(value: float, expected: str) -> None:
    kpi = kpi_of(target=at_most(5.0), thresholds=Thresholds(green=at_most(5.0), yellow=at_most(8.0)))
    assert evaluate_status(kpi, series_of(value), PLAIN).status == expected


@pytest.mark.parametrize(("value", "expected"), [(25.0, "green"), (19.0, "yellow"), (31.0, "yellow"), (9.0, "red")])
def test_S7_thresholds_of_ranges(value: float, expected: str) -> None:
    green, yellow = target("…", "between", 20.0, 30.0), target("…", "between", 10.0, 40.0)
    assert (
        evaluate_status(
            kpi_of(target=green, thresholds=Thresholds(green=green, yellow=yellow)), series_of(value), PLAIN
        ).status
        == expected
    )


def test_S7_without_yellow_there_is_only_green_and_red() -> None:
    kpi = kpi_of(target=at_least(30.0), thresholds=Thresholds(green=at_least(29.0)))
    assert [evaluate_status(kpi, series_of(value), PLAIN).status for value in (29.0, 28.9)] == ["green", "red"]


def test_S7_thresholds_decide_the_status_and_the_glide_path_still_the_pace() -> None:
    # From 0 at the start of 1 January to 36.5 at the end of 31 December, 365 days: 18.1 after 181 days, at the end of
    # June. 18 is a little behind, but the thresholds call it green.
    kpi = kpi_of(baseline=0.0, target=at_least(36.5, by="2026-12-31"), thresholds=Thresholds(green=at_least(15.0)))
    found = evaluate_status(kpi, series_of(18.0), PLAIN)
    assert (found.status, found.pace) == ("green", "behind")
    assert found.target is not None
    assert found.target.expected_now == 18.1
    assert found.message == "green by its thresholds; behind"  # S10
    on_pace = evaluate_status(kpi, series_of(18.1), PLAIN)
    assert (on_pace.status, on_pace.pace, on_pace.message) == ("green", "on pace", None)


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        (40.0, "green", None),
        (25.0, "yellow", "yellow by its thresholds; ahead"),
        (18.1, "red", "red by its thresholds; on pace"),
        (10.0, "red", None),
    ],
)
def test_S10_where_the_thresholds_and_the_line_disagree_the_row_says_both(
    value: float, status: str, message: str | None
) -> None:
    thresholds = Thresholds(green=at_least(30.0), yellow=at_least(20.0))
    kpi = kpi_of(baseline=0.0, target=at_least(36.5, by="2026-12-31"), thresholds=thresholds)
    found = evaluate_status(kpi, series_of(value), PLAIN)
    assert (found.status, found.message) == (status, message)


def test_S7_thresholds_that_name_what_has_no_value_judge_nothing() -> None:
    kpi = kpi_of(
        target=at_least(1.0), thresholds=Thresholds(green=Target("at least budget", ">=", Reference("budget")))
    )
    assert evaluate_status(kpi, series_of(5.0, references={"budget": None}), PLAIN).status == "no target"


def test_T2_a_window_that_begins_before_the_data_is_said_to() -> None:
    series = Series("sales", Point(period("2026-06-30"), 5.0, partial=True))
    found = evaluate_status(kpi_of(target=at_least(1.0)), series, PLAIN)
    assert (found.status, found.message) == ("green", "the window starts before the first row of the data")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (STATUSES, "red"),
        (("green", "yellow", "stale", "no data", "no target"), "stale"),
        (("green", "yellow", "no data", "no target"), "no data"),
        (("green", "yellow", "no target"), "yellow"),
        (("no target", "green"), "green"),
        (("no target", "no target"), "no target"),
    ],
)
def test_S8_a_goal_is_as_bad_as_its_worst_kpi(statuses: tuple[str, ...], expected: str) -> None:
    assert worst(statuses) == expected  # type: ignore[arg-type]


def test_S8_nothing_has_no_status() -> None:
    with pytest.raises(ValueError):
        worst([])
