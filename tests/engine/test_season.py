"""Rules S10 and T7: what is expected by now in the shape of last year. The numbers are worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from engine.support import Project, days

from kpi.status import StatusResult, evaluate_status, target_lines
from kpi.values import Calendar

# 2024 ends at 100 and 2025 at 140; the straight line of 2025 rises by 40 in 365 days.
YEAR = {"2024-12": 100, "2025-01": 90, "2025-03": 88, "2025-06": 96, "2025-12": 140}
STRAIGHT = "expected by now: a straight line, because last year has no values for its shape"


def judged(project: Project, as_of: str = "2026-06-30", *, to_date: bool = False, periods: int = 12) -> StatusResult:
    checked = project.checked()
    series = project.series("k", as_of, to_date=to_date, periods=periods)
    return evaluate_status(checked.plan.kpis["k"], series, checked.plan.calendar.build())


def expected_now(result: StatusResult) -> float | None:
    assert result.target is not None
    return result.target.expected_now


def by_hand(project: Project, values: dict[str, float], **fields: object) -> None:
    own = {"baseline": 150, "target": "at least 200 by 2026-12-31", "path": "seasonal"}
    project.kpi("k", values=values, **{**own, **fields})


def test_S10_the_line_has_the_shape_of_last_year(project: Project) -> None:
    by_hand(project, {**YEAR, "2026-03": 130, "2026-06": 148})
    # On 1 July 181 of 365 days are over: this year's straight line is at 174.79, last year's was at 119.84.
    line = (150 + 50 * 181 / 365) * 96 / (100 + 40 * 181 / 365)
    found = judged(project)
    assert expected_now(found) == pytest.approx(line, rel=1e-11)
    assert line == pytest.approx(140.03, abs=0.01)
    assert (found.status, found.pace) == ("green", "on pace")
    assert found.message == "expected by now: the shape of last year"
    # In a straight line the same value would be far behind.
    by_hand(project, {**YEAR, "2026-03": 130, "2026-06": 148}, path="linear")
    assert judged(project).status == "red"


@pytest.mark.parametrize("periods", [0, 1, 30])
def test_S10_the_history_that_is_asked_for_does_not_matter(project: Project, periods: int) -> None:
    by_hand(project, {**YEAR, "2026-06": 148})
    assert expected_now(judged(project, periods=periods)) == pytest.approx(140.03, abs=0.01)


@pytest.mark.parametrize("lost", ["2024-12", "2025-06", "2025-12"])
def test_S10_without_last_year_the_line_is_straight_and_says_so(project: Project, lost: str) -> None:
    by_hand(project, {label: value for label, value in YEAR.items() if label != lost} | {"2026-06": 148})
    found = judged(project)
    assert expected_now(found) == pytest.approx(150 + 50 * 181 / 365, rel=1e-11)
    assert found.message == STRAIGHT


@pytest.mark.parametrize(
    "odd", [{"2025-06": -5}, {"2025-12": 0}, {"2024-12": -900}], ids=["negative", "ends at zero", "line below zero"]
)
def test_S10_a_year_without_a_shape(project: Project, odd: dict[str, float]) -> None:
    by_hand(project, {**YEAR, **odd, "2026-06": 148})
    assert judged(project).message == STRAIGHT


def test_S10_the_year_to_date_starts_at_zero(project: Project) -> None:
    # 2025: 10 a month to June, 30 a month from July on: 60 of 240 by the end of June.
    rows = [(f"2025-{month:02}-10", 10 if month < 7 else 30) for month in range(1, 13)]
    rows += [(f"2026-{month:02}-10", 14) for month in range(1, 7)]
    project.rows("d.csv", "day,n", [("2024-01-01", 500), *rows])
    project.source("d")
    fields = {"baseline": 0, "target": "at least 360 by 2026-12-31", "path": "seasonal", "window": "year to date"}
    project.kpi("k", "sum(d.n)", **fields)
    found = judged(project)
    assert found.point.value == 84
    assert expected_now(found) == pytest.approx(360 * 60 / 240, rel=1e-11)


def test_S10_the_line_of_the_chart_ends_at_what_is_expected(project: Project) -> None:
    values = {**YEAR, "2026-01": 140, "2026-03": 130, "2026-06": 148}
    by_hand(project, values)
    checked = project.checked()
    series = project.series("k", periods=24)
    points = (*series.history, series.shown)
    line = dict(zip((point.period.label for point in points), target_lines(
        checked.plan.kpis["k"], series, points, Calendar()
    )[0], strict=True))  # fmt: skip
    assert line["2026-06"] == expected_now(judged(project))
    assert line["2026-03"] == pytest.approx((150 + 50 * 90 / 365) * 88 / (100 + 40 * 90 / 365), rel=1e-11)
    assert line["2026-02"] is None  # nothing is known of February 2025


def test_a_path_that_is_no_shape(project: Project) -> None:
    by_hand(project, YEAR, path="seasonel")
    assert any('"path" should be linear, seasonal or values by period' in each for each in project.mistakes())
    by_hand(project, YEAR, baseline=None)
    assert any("a path leads from a baseline to a target by a date" in each for each in project.mistakes())


# The share of a running period.


def quarters(project: Project) -> None:
    """One row a day: 1 in April and May 2025, 10 in June; 2 a day in 2026."""
    rows: list[tuple[date, float]] = [(day, 10 if day.month == 6 else 1) for day in days("2025-01-01", 365)]
    rows += [(day, 2) for day in days("2026-01-01", 181)]
    project.rows("d.csv", "day,n", rows)
    project.source("d")


def test_T7_a_running_quarter_is_due_by_the_share_of_last_year(project: Project) -> None:
    quarters(project)
    project.kpi("k", "sum(d.n)", every="quarter", target="at least 400")
    found = judged(project, "2026-05-15", to_date=True)
    # April and May 2025 had 61, June 300. By 15 May it was 45 of 361.
    assert found.point.value == 90
    assert expected_now(found) == pytest.approx(400 * 45 / 361, rel=1e-9)
    assert found.status == "green"
    assert found.message == "target prorated: 12.5%, the share of this part of the quarter a year ago"


def test_T7_without_last_year_by_days(project: Project) -> None:
    quarters(project)
    project.kpi("k", "sum(d.n)", every="quarter", target="at least 400")
    found = judged(project, "2025-05-15", to_date=True)
    assert expected_now(found) == pytest.approx(400 * 45 / 91, rel=1e-9)
    assert found.message == "target prorated: 45 of 91 days"


def test_T7_months_are_prorated_by_days(project: Project) -> None:
    quarters(project)
    project.kpi("k", "sum(d.n)", target="at least 60")
    found = judged(project, "2026-05-15", to_date=True)
    assert found.message == "target prorated: 15 of 31 days"


def test_T7_a_year_that_began_with_the_data_has_no_share(project: Project) -> None:
    """The first row is of March 2025, so the whole of 2025 is partial (T2)."""
    rows = [(date(2025, 3, 1) + timedelta(days=number), 1) for number in range(480)]
    project.rows("d.csv", "day,n", rows)
    project.source("d")
    project.kpi("k", "sum(d.n)", every="year", target="at least 365")
    assert judged(project, "2026-05-15", to_date=True).message == "target prorated: 135 of 365 days"
