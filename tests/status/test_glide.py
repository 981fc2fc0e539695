"""Rules S6 and S9: the glide path. The numbers are worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from helpers.builders import at_least, at_most, day, kpi_of, part_of_june, series_of, target
from hypothesis import given
from hypothesis import strategies as st

from kpi.plan.model import Kpi, ScheduleEntry
from kpi.plan.model.kpi import PathPoint
from kpi.status import StatusResult, evaluate_status, target_lines
from kpi.status.target_path import Glide
from kpi.values import Calendar, round12

PLAIN = Calendar()

# From 0 on 1 January to 36.5 by 31 December 2026: 365 days, 0.1 a day. A sixth of the way is 6.0833….
# On 1 July, the end of June, 181 days have gone: the line stands at 18.1.
RISING = kpi_of(baseline=0.0, target=at_least(36.5, by="2026-12-31"))
FALLING = kpi_of(baseline=36.5, target=at_most(0.0, by="2026-12-31"))


def judged(kpi: Kpi, value: float, ends: str = "2026-06-30", calendar: Calendar = PLAIN) -> StatusResult:
    return evaluate_status(kpi, series_of(value, ends=ends, calendar=calendar), calendar)


def expected_now(kpi: Kpi, ends: str = "2026-06-30", calendar: Calendar = PLAIN) -> float | None:
    found = judged(kpi, 1.0, ends, calendar).target
    assert found is not None
    return found.expected_now


def test_S6_the_line_is_read_at_the_end_of_the_period_shown() -> None:
    assert expected_now(RISING) == 18.1
    assert expected_now(RISING, ends="2026-01-31") == 3.1  # 31 days
    assert expected_now(FALLING) == 18.4  # 36.5 - 18.1


def test_S6_the_design_s_own_example() -> None:
    # 22% to 30%: 0.22 + 0.08 * 181 / 365 = 0.259671232876…
    kpi = kpi_of(baseline=0.22, since=day("2026-01-01"), target=at_least(0.3, by="2026-12-31"))
    assert expected_now(kpi) == 0.259671232877
    assert (judged(kpi, 0.262).status, judged(kpi, 0.262).pace) == ("green", "on pace")


@pytest.mark.parametrize(
    ("value", "status", "pace"),
    [
        (18.1, "green", "on pace"),  # on the line
        (18.09, "yellow", "behind"),
        (12.1, "yellow", "behind"),  # 6 behind: less than a sixth of the way
        (12.0, "red", "behind"),  # 6.1 behind: more
        (24.1, "green", "on pace"),  # 6 ahead
        (24.2, "green", "ahead"),  # 6.1 ahead
        (40.0, "green", "ahead"),  # the target itself is met
    ],
)
def test_S6_glide_path_upward(value: float, status: str, pace: str) -> None:
    found = judged(RISING, value)
    assert (found.status, found.pace) == (status, pace)


@pytest.mark.parametrize(
    ("value", "status", "pace"),
    [
        (18.4, "green", "on pace"),
        (18.41, "yellow", "behind"),
        (24.4, "yellow", "behind"),
        (24.5, "red", "behind"),
        (12.4, "green", "on pace"),
        (12.3, "green", "ahead"),
    ],
)
def test_S6_glide_path_downward(value: float, status: str, pace: str) -> None:
    found = judged(FALLING, value)
    assert (found.status, found.pace) == (status, pace)


@pytest.mark.parametrize("scale", [1e-9, 0.1, 0.7, 1.0, 3e5, 1e13])
def test_S6_exactly_a_sixth_is_yellow_and_ahead_in_spite_of_float_noise(scale: float) -> None:
    # Over ten days from 0 to 0.6: at half way 0.3, a sixth is 0.1.
    kpi = kpi_of(
        baseline=0.0, since=day("2026-06-26"), target=at_least(round12(0.6 * scale), by="2026-07-05"), every="month"
    )
    values = [round12(part * scale) for part in (0.2, 0.3, 0.4)]
    found = [(judged(kpi, value).status, judged(kpi, value).pace) for value in values]
    assert found == [("yellow", "behind"), ("green", "on pace"), ("green", "ahead")]


def test_S6_a_line_through_zero_has_no_noise_either() -> None:
    # -0.3 to 0.3 over ten days: 0 at half way; a sixth is 0.1.
    kpi = kpi_of(baseline=-0.3, since=day("2026-06-26"), target=at_least(0.3, by="2026-07-05"))
    found = [(judged(kpi, value).status, judged(kpi, value).pace) for value in (-0.1, 0.0, 0.1)]
    assert found == [("yellow", "behind"), ("green", "on pace"), ("green", "ahead")]


def test_S6_before_its_start_the_line_stands_at_the_baseline() -> None:
    kpi = kpi_of(baseline=10.0, since=day("2026-09-01"), target=at_least(40.0, by="2026-12-31"))
    assert expected_now(kpi) == 10.0
    assert (judged(kpi, 10.0).status, judged(kpi, 4.9).status) == ("green", "red")  # a sixth of 30 is 5


def test_S6_the_line_starts_with_the_fiscal_year_of_the_target_s_date() -> None:
    april = Calendar(fiscal_year_starts=4)
    # 31 March 2027 is in the year from 1 April 2026: 365 days, of which 91 have gone at the end of June.
    kpi = kpi_of(baseline=0.0, target=at_least(36.5, by="2027-03-31"))
    assert expected_now(kpi, calendar=april) == 9.1
    assert expected_now(kpi) == 0.0  # with years from January the line starts in 2027


def test_S6_from_the_date_on_the_target_is_kept() -> None:
    for ends in ("2026-12-31", "2027-01-31"):
        found = judged(RISING, 36.3, ends)
        assert (found.status, found.pace) == ("red", None)
        assert found.target is not None
        assert found.target.expected_now is None
        assert judged(RISING, 36.5, ends).status == "green"


def test_S6_a_period_that_ends_the_day_before_the_date_is_still_on_the_line() -> None:
    kpi = kpi_of(baseline=0.0, target=at_least(33.5, by="2026-12-01"))
    found = judged(kpi, 33.4, "2026-11-30")  # 334 of 335 days
    assert (found.status, found.pace) == ("green", "on pace")
    assert judged(kpi, 33.3, "2026-11-30").status == "yellow"


@pytest.mark.parametrize(("value", "number"), [(1.0, 1), (2.0, 2), (3.0, 3), (4.0, 4), (5.0, 5)])
def test_S6_a_target_by_a_day_is_due_in_the_value_of_that_day(value: float, number: int) -> None:
    kpi = kpi_of(every="day", since=day("2026-01-01"), baseline=0.0, target=at_least(5.0, by="2026-01-05"))

    def on(value: float) -> StatusResult:
        return evaluate_status(kpi, series_of(value, ends=f"2026-01-{number:02d}", every="day"), PLAIN)

    assert (on(value).status, on(value).pace) == ("green", "on pace" if number < 5 else None)
    assert on(value - 0.1).status == ("yellow" if number < 5 else "red")


def test_S6_without_a_baseline_the_target_is_kept() -> None:
    found = judged(kpi_of(target=at_least(36.5, by="2026-12-31")), 36.3)
    assert (found.status, found.pace) == ("red", None)


def test_S6_a_baseline_that_meets_the_target_leaves_nothing_to_glide() -> None:
    kpi = kpi_of(baseline=40.0, target=at_least(36.5, by="2026-12-31"))
    assert (judged(kpi, 38.0).status, judged(kpi, 38.0).pace) == ("green", None)
    assert judged(kpi, 36.3).status == "red"


def test_S6_a_range_is_reached_at_its_nearest_end() -> None:
    by = "2026-12-31"
    below = kpi_of(baseline=0.0, target=target("…", "between", 36.5, 50.0, by=by))
    assert expected_now(below) == 18.1
    above = kpi_of(baseline=86.5, target=target("…", "between", 40.0, 50.0, by=by))
    assert expected_now(above) == 68.4  # 86.5 - 18.1
    assert (judged(above, 68.4).pace, judged(above, 45.0).pace, judged(above, 80.0).status) == (
        "on pace",
        "ahead",
        "red",
    )


def test_S6_beyond_the_far_end_of_a_range_is_neither_ahead_nor_green() -> None:
    kpi = kpi_of(baseline=0.0, target=target("…", "between", 36.5, 50.0, by="2026-12-31"))
    found = [(judged(kpi, value).status, judged(kpi, value).pace) for value in (50.0, 56.0, 57.0)]
    assert found == [("green", "ahead"), ("yellow", None), ("red", None)]  # a sixth of the way is 6.08


def test_S6_an_exact_number_can_be_overshot() -> None:
    kpi = kpi_of(baseline=0.0, target=target("…", "==", 36.5, by="2026-12-31"))
    found = [judged(kpi, value).status for value in (18.1, 36.5, 37.0, 43.0)]
    assert found == ["green", "green", "yellow", "red"]


def test_T7_where_the_line_stands_is_shared_out_for_a_running_sum() -> None:
    # Read on 13 June, after 163 days: 16.3; 12 of 30 days: 6.52. A sixth of the way: 36.5 / 6 * 0.4 = 2.4333.
    for value, status in ((6.52, "green"), (6.5, "yellow"), (4.1, "yellow"), (4.0, "red")):
        found = evaluate_status(RISING, part_of_june(value, last_day=12, additive=True), PLAIN)
        assert found.status == status
        assert found.target is not None
        assert (found.target.expected_now, found.target.value) == (6.52, 36.5)  # what is to be reached stays whole
        assert found.message == "target prorated: 12 of 30 days"


def test_T7_where_the_line_stands_is_not_shared_out_for_a_ratio() -> None:
    found = evaluate_status(RISING, part_of_june(17.0, last_day=12), PLAIN)
    assert found.target is not None
    assert (found.status, found.target.expected_now) == ("green", 16.3)


def test_S9_everything_a_reader_compares_is_told_to_the_display() -> None:
    assert judged(RISING, 18.0).comparisons == ((">=", 18.1), (">=", 36.5))
    assert judged(kpi_of(target=at_most(5.0)), 4.0).comparisons == (("<=", 5.0),)
    assert judged(kpi_of(target=target("…", "between", 2.0, 3.0)), 4.0).comparisons == ((">=", 2.0), ("<=", 3.0))


def test_the_line_of_a_chart_glides_and_then_stays() -> None:
    kpi = kpi_of(baseline=0.0, target=at_least(36.5, by="2026-12-31"))
    series = series_of(*[1.0] * 4, ends="2027-01-31")  # October to January
    line, upper = target_lines(kpi, series, (*series.history, series.shown), PLAIN)
    assert line == (30.4, 33.4, 36.5, 36.5)  # 304 and 334 days; on and after 31 December
    assert upper == (None,) * 4


def test_the_line_of_a_chart_follows_a_schedule_and_knows_ranges() -> None:
    schedule = (
        ScheduleEntry("2026-05", day("2026-05-01"), at_least(24.0)),
        ScheduleEntry("2026-06", day("2026-06-01"), target("…", "between", 20.0, 30.0)),
    )
    series = series_of(1.0, 2.0, 3.0)
    lines = target_lines(kpi_of(target=schedule), series, (*series.history, series.shown), PLAIN)
    assert lines == ((None, 24.0, 20.0), (None, None, 30.0))


numbers = st.floats(-1e9, 1e9, allow_nan=False).map(round12)


@given(numbers, numbers, numbers, st.integers(0, 364))
def test_S6_upward_and_downward_are_mirror_images(baseline: float, goal: float, value: float, days: int) -> None:
    if baseline == goal:
        return
    start, by = day("2026-01-01"), day("2026-12-31")
    here = Glide(start, by, baseline, goal, None)
    there = Glide(start, by, -baseline, -goal, None)
    on = day("2026-01-01").fromordinal(start.toordinal() + days)
    assert here.at(on) == -there.at(on)
    assert here.evaluate(value, here.at(on)) == there.evaluate(-value, there.at(on))


@given(numbers, numbers, st.integers(0, 364))
def test_S6_a_value_on_the_line_is_always_green(baseline: float, goal: float, days: int) -> None:
    if baseline == goal:
        return
    glide = Glide(day("2026-01-01"), day("2026-12-31"), baseline, goal, None)
    line = glide.at(day("2026-01-01").fromordinal(glide.start.toordinal() + days))
    assert glide.evaluate(line, line)[0] == "green"


# From 20 on 1 January through 26 at the end of March (90 days) and 27 at the end of August (243) to 30 (365 days).
BENT = kpi_of(
    baseline=20.0,
    target=at_least(30, by="2026-12-31"),
    path=(PathPoint("2026-03", day("2026-04-01"), 26.0), PathPoint("2026-08", day("2026-09-01"), 27.0)),
)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("2026-01-31", 20 + 6 * 31 / 90),
        ("2026-03-31", 26),
        ("2026-06-30", 26 + (181 - 90) / (243 - 90)),
        ("2026-08-31", 27),
        ("2026-11-30", 27 + 3 * (334 - 243) / (365 - 243)),
    ],
)
def test_S6_a_path_through_points(ends: str, expected: float) -> None:
    assert expected_now(BENT, ends=ends) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "status", "pace"),
    [(26.6, "green", "on pace"), (26.5, "yellow", "behind"), (24.93, "yellow", "behind"), (24.92, "red", "behind")],
)
def test_S6_the_yellow_band_of_a_path_is_a_sixth_of_the_whole_way(value: float, status: str, pace: str) -> None:
    """At the end of June the path is at 26.5948, and a sixth of 10 below it is 24.9281."""
    found = judged(BENT, value)
    assert (found.status, found.pace) == (status, pace)


@given(days=st.lists(st.integers(1, 364), max_size=4, unique=True), place=st.integers(1, 365))
def test_S6_points_on_the_straight_line_change_nothing(days: list[int], place: int) -> None:
    start = day("2026-01-01")
    straight = Glide(start, day("2026-12-31"), 10.0, 375.0, None)
    points = tuple((start + timedelta(days=one), 10.0 + one) for one in sorted(days))
    end = start + timedelta(days=place)
    assert straight._replace(points=points).at(end) == straight.at(end) == 10.0 + place
