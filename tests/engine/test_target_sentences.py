"""Sentences that people want to say of their targets and periods, checked against pandas."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from engine.support import Project

from kpi.run import compute
from kpi.status import KpiRow, status_view

FIRST = date(2024, 1, 1)


@pytest.fixture
def orders(tmp_path: Path) -> tuple[Project, pd.DataFrame]:
    return made_orders(tmp_path)


def made_orders(folder: Path) -> tuple[Project, pd.DataFrame]:
    """Two and a half years of orders in four regions, a few a day, as a source and as a data frame."""
    rows = [
        (FIRST + timedelta(days=n // 3), ("North", "South", "East", "West")[n % 4], (n * 37) % 101 + n // 50)
        for n in range(2_700)
    ]
    project = Project(folder, as_of="2026-06-14")
    project.rows("orders.csv", "day,region,amount", rows)
    project.source("orders")
    frame = pd.DataFrame(rows, columns=["day", "region", "amount"])
    frame["day"] = pd.to_datetime(frame["day"])
    return project, frame


@pytest.mark.parametrize("fiscal", ["january", "april"])
def test_T10_half_year_sales(orders: tuple[Project, pd.DataFrame], fiscal: str) -> None:
    project, frame = orders
    project.plan["calendar"] = {"fiscal_year_starts": fiscal}
    project.kpi("sales", formula="sum(orders.amount)", every="half", unit="EUR")
    series = project.series("sales", periods=3)
    first_month = {"january": 1, "april": 4}[fiscal]
    months = (frame["day"].dt.year * 12 + frame["day"].dt.month - first_month) // 6
    sums = frame["amount"].groupby(months).sum()
    for point in (*series.history, series.shown):
        start = point.period.start
        assert point.value == sums[(start.year * 12 + start.month - first_month) // 6]
    labels = [point.period.label for point in (*series.history, series.shown)]
    expected = {
        "january": ["2024-H1", "2024-H2", "2025-H1", "2025-H2"],
        "april": ["FY2025-H1", "FY2025-H2", "FY2026-H1", "FY2026-H2"],
    }
    assert labels == expected[fiscal]


def test_T10_sprint_velocity_every_two_weeks(orders: tuple[Project, pd.DataFrame]) -> None:
    project, frame = orders
    project.plan["calendar"] = {"weeks_from": "2026-01-07"}
    project.kpi("velocity", formula="sum(orders.amount)", every="2 weeks", unit="points")
    series = project.series("velocity", periods=60)
    sums = frame.set_index("day")["amount"].resample("14D", origin=pd.Timestamp("2026-01-07")).sum()
    points = [*series.history, series.shown]
    assert series.shown.period.last_day == date(2026, 6, 9)
    assert series.previous is not None
    assert series.previous.period.label == "2026-05-13"
    assert len(points) > 50
    for point in points:
        assert point.period.span.days == 14
        assert point.value == sums[pd.Timestamp(point.period.label)]


def test_T10_T7_a_sprint_to_date_is_compared_with_the_same_part_of_the_one_before(
    orders: tuple[Project, pd.DataFrame],
) -> None:
    project, frame = orders
    project.plan["calendar"] = {"weeks_from": "2026-01-07"}
    project.kpi("velocity", formula="sum(orders.amount)", every="2 weeks", unit="points")
    series = project.series("velocity", to_date=True)

    def total(first: str, last: str) -> int:
        return int(frame["amount"][frame["day"].between(first, last)].sum())

    assert series.shown.value == total("2026-06-10", "2026-06-14")
    assert series.previous is not None
    assert series.previous.value == total("2026-05-27", "2026-05-31")


@pytest.mark.parametrize(
    ("window", "first"),
    [
        ("week to date", "2026-06-08"), ("month to date", "2026-06-01"), ("quarter to date", "2026-04-01"),
        ("year to date", "2026-01-01"),
    ],
)  # fmt: skip
def test_T9_windows_to_date(orders: tuple[Project, pd.DataFrame], window: str, first: str) -> None:
    project, frame = orders
    project.kpi("sales", formula="sum(orders.amount)", every="day", window=window, unit="EUR")
    expected = frame["amount"][frame["day"].between(first, "2026-06-14")].sum()
    assert project.series("sales").shown.value == expected


def row_of(project: Project, kpi: str, **options: Any) -> KpiRow:
    checked = project.checked()
    results = compute(checked, date.fromisoformat(project.as_of), **options)
    return next(row for row in status_view(checked.plan, results).rows if row.kpi.id == kpi)


def month_sums(frame: pd.DataFrame) -> pd.Series:
    return frame["amount"].groupby(frame["day"].dt.strftime("%Y-%m")).sum()


@pytest.mark.parametrize(
    ("target", "before", "factor", "op"),
    [
        ("20% more than a year ago", "2025-05", 1.2, ">="),
        ("15% less than a year ago", "2025-05", 0.85, "<="),
        ("at most 5% more than the period before", "2026-04", 1.05, "<="),
        ("above 0% more than  the period  before", "2026-04", 1.0, ">"),
    ],
)
def test_S3_a_target_against_an_earlier_value(
    orders: tuple[Project, pd.DataFrame], target: str, before: str, factor: float, op: str
) -> None:
    project, frame = orders
    project.kpi("sales", formula="sum(orders.amount)", unit="EUR", target=target)
    row, sums = row_of(project, "sales"), month_sums(frame)
    assert row.target is not None
    assert (row.target.op, row.target.value) == (op, pytest.approx(sums[before] * factor))
    met = {">=": sums["2026-05"] >= sums[before] * factor, ">": sums["2026-05"] > sums[before] * factor}
    met["<="] = sums["2026-05"] <= sums[before] * factor
    assert row.status == ("green" if met[op] else "red")


def test_S3_T7_a_running_sum_is_measured_against_the_same_part_of_a_year_ago(
    orders: tuple[Project, pd.DataFrame],
) -> None:
    project, frame = orders
    project.kpi("sales", formula="sum(orders.amount)", unit="EUR", target="10% more than a year ago")
    row = row_of(project, "sales", to_date=True)
    assert row.target is not None
    expected = frame["amount"][frame["day"].between("2025-06-01", "2025-06-14")].sum() * 1.1
    assert row.target.value == pytest.approx(expected)
    assert row.message is None


def test_S3_segments_are_measured_against_their_own_earlier_values(orders: tuple[Project, pd.DataFrame]) -> None:
    project, frame = orders
    split = {"by": "region", "targets": {"each": "20% more than a year ago"}}
    project.kpi("sales", formula="sum(orders.amount)", unit="EUR", split=split)
    parts = row_of(project, "sales").parts
    assert len(parts) == 4
    for part in parts:
        sums = month_sums(frame[frame["region"] == part.row.name])
        assert part.row.target is not None
        assert part.row.target.value == pytest.approx(sums["2025-05"] * 1.2)
        assert part.row.status == ("green" if sums["2026-05"] >= sums["2025-05"] * 1.2 else "red")


def test_S3_without_an_earlier_value_there_is_no_target(orders: tuple[Project, pd.DataFrame]) -> None:
    project, _ = orders
    project.as_of = "2024-05-31"
    project.kpi("sales", formula="sum(orders.amount)", unit="EUR", target="20% more than a year ago")
    row = row_of(project, "sales")
    assert (row.status, row.message) == (
        "no target",
        "the target is relative to a year ago, and there is no value a year ago",
    )


@pytest.mark.parametrize(("spent", "status"), [(1_000, "green"), (900, "yellow"), (899, "red")])
def test_S3_at_least_90_percent_of_the_budget_is_yellow_under_a_scheduled_target(
    tmp_path: Path, spent: int, status: str
) -> None:
    project = Project(tmp_path, as_of="2026-06-30")
    project.rows("sales.csv", "day,amount", [("2026-05-03", 700), ("2026-06-03", spent)])
    project.rows("plan.csv", "day,budget", [("2026-05-01", 800), ("2026-06-01", 1_000)])
    project.source("sales")
    project.source("plan")
    project.measure("budget", "sum(plan.budget)")
    project.kpi(
        "revenue", formula="sum(sales.amount)", unit="EUR",
        target={"2026-05": "at least 750", "2026-06": "at least budget"},
        thresholds={"green": "at least target", "yellow": "at least 90% of target"},
    )  # fmt: skip
    assert row_of(project, "revenue").status == status
    project.as_of = "2026-05-31"
    assert row_of(project, "revenue").status == "yellow"  # 700 of 750


@pytest.mark.parametrize("target", ["at least 95% of budget", "at least 105% of budget"])
def test_S3_a_share_of_a_negative_number_is_no_target(tmp_path: Path, target: str) -> None:
    project = Project(tmp_path, as_of="2026-06-30")
    project.rows("sales.csv", "day,profit,budget", [("2026-06-03", -96, -100)])
    project.source("sales")
    project.measure("budget", "sum(sales.budget)")
    project.kpi("profit", formula="sum(sales.profit)", unit="EUR", target=target)
    row = row_of(project, "profit")
    share = target.split()[2]
    assert row.status == "no target"
    assert row.message == f'{share} of "budget" is not a target, because it is negative (-100)'
    project.kpi("profit", formula="sum(sales.profit)", unit="EUR", target="at least budget")
    assert row_of(project, "profit").status == "green"


def test_S11_red_if_any_region_misses_its_target(orders: tuple[Project, pd.DataFrame]) -> None:
    project, frame = orders
    by_region = frame[frame["day"].dt.strftime("%Y-%m") == "2026-05"].groupby("region")["amount"].sum()
    bar = int(by_region.median())
    red = sorted(by_region.index[by_region < bar])
    assert 0 < len(red) < 4
    project.plan["goals"] = {"growth": {"name": "Sell in every region"}}
    split = {"by": "region", "targets": {"each": f"at least {bar}"}}
    project.kpi("sales", formula="sum(orders.amount)", unit="EUR", goal="growth", target="at least 1", split=split)
    checked = project.checked()
    results = compute(checked, date.fromisoformat(project.as_of))
    assert status_view(checked.plan, results).groups[0].status == "green"
    project.plan["kpis"]["sales"]["split"]["judge"] = "each"
    checked = project.checked()
    view = status_view(checked.plan, compute(checked, date.fromisoformat(project.as_of)))
    assert sorted(part.row.name for part in view.rows[0].parts if part.row.status == "red") == red
    assert view.groups[0].status == "red"
    assert (view.summary["red"], view.summary["green"]) == (len(red), 1 + 4 - len(red))


def test_S11_no_value_is_put_together_with_others_where_each_is_judged(tmp_path: Path) -> None:
    project = Project(tmp_path, as_of="2026-06-30")
    project.rows("sales.csv", "day,shop,amount", [("2026-06-03", f"shop {n}", 100 + n) for n in range(30)])
    project.source("sales")
    split = {"by": "shop", "judge": "each", "targets": {"each": "at least 101"}}
    project.kpi("sales", formula="sum(sales.amount)", unit="EUR", target="at least 1", split=split)
    row = row_of(project, "sales")
    assert [part.row.name for part in row.parts if part.row.status == "red"] == ["shop 0"]
    assert len(row.parts) == 30
