"""Changes against a year ago, held against plain Python over the same rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from engine.support import Project, days

ROWS = [(day, place % 9 * 1.5) for place, day in enumerate(days("2024-11-03", 600))]


def total(start: date, end: date) -> float:
    return sum(amount for day, amount in ROWS if start <= day < end)


@pytest.fixture
def shop(project: Project) -> Project:
    project.rows("orders.csv", "day,amount", ROWS)
    project.source("orders")
    return project


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        ("month", "2025-05-01", "2025-06-01"),
        ("quarter", "2025-01-01", "2025-04-01"),
        ("week", "2025-05-26", "2025-06-02"),
        ("day", "2025-05-31", "2025-06-01"),
    ],
)
def test_T6_a_year_ago(shop: Project, every: str, start: str, end: str) -> None:
    shop.kpi("sales", "sum(orders.amount)", every=every)
    series = shop.series("sales", "2026-05-31", against="year ago")
    assert series.previous is not None
    first, after = date.fromisoformat(start), date.fromisoformat(end)
    assert (series.previous.period.start, series.previous.period.end) == (first, after)
    assert series.previous.value == total(first, after)
    usual = shop.series("sales", "2026-05-31")
    assert replace(usual, previous=series.previous) == series


def test_T6_a_window_is_moved_by_a_year(shop: Project) -> None:
    shop.kpi("sales", "sum(orders.amount)", window="3 months")
    series = shop.series("sales", "2026-05-31", against="year ago")
    assert series.previous is not None
    assert series.previous.value == total(date(2025, 3, 1), date(2025, 6, 1))


def test_T7_the_same_part_a_year_ago(shop: Project) -> None:
    shop.kpi("sales", "sum(orders.amount)")
    series = shop.series("sales", "2026-05-12", against="year ago", to_date=True)
    assert series.previous is not None
    assert series.previous.value == total(date(2025, 5, 1), date(2025, 5, 13))


def test_T2_there_is_no_change_from_before_the_data(shop: Project) -> None:
    shop.kpi("sales", "avg(orders.amount)", window="6 months")
    assert shop.series("sales", "2026-05-31", against="year ago").previous is not None
    assert shop.series("sales", "2025-11-30", against="year ago").previous is None
    assert shop.series("sales", "2025-11-30").previous is not None


def test_a_value_typed_in_a_year_ago(project: Project) -> None:
    project.kpi("nps", values={"2025-06": 40, "2026-05": 41, "2026-06": 44})
    series = project.series("nps", against="year ago")
    assert series.previous is not None
    assert series.previous.value == 40
    assert series.previous.period.start == date(2026, 6, 1) - timedelta(days=365)
