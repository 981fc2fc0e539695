"""Balances on dated sources, and snapshots (B2, B3)."""

from __future__ import annotations

import random
from datetime import date

import pytest
from engine.support import Project, days

STOCK = """
    day,shop,units
    2026-03-31,a,1
    2026-05-30,a,5
    2026-05-30,b,7
    2026-06-10,a,100
    2026-06-28,a,3
    2026-06-28,b,4
    2026-06-28,b,
"""


def test_B2_every_aggregate_takes_the_rows_of_that_date(project: Project) -> None:
    project.table("stock", STOCK)
    asked = {
        "at_end(sum(stock.units))": 7, "at_end(count(stock))": 3, "at_end(avg(stock.units))": 3.5,
        "at_end(max(stock.units))": 4, "at_end(median(stock.units))": 3.5, "at_end(count_distinct(stock.shop))": 2,
        "at_end(stddev(stock.units))": pytest.approx(0.5**0.5), "at_end(last(stock.units[shop == 'a']))": 3,
        "at_end(first(stock.units[shop == 'b']))": 4, "at_end(percentile(stock.units, 100))": 4,
        "at_start(sum(stock.units))": 12, "at_start(count(stock[units > 5]))": 1,
        "at_end(sum(stock.units)) - at_start(sum(stock.units))": -5,
        "(at_start(sum(stock.units)) + at_end(sum(stock.units))) / 2": 9.5,
        "previous(at_end(sum(stock.units)))": 12, "previous(at_start(sum(stock.units)))": 1,
        "at_end(-sum(stock.units) * 2)": -14,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())


def test_B2_the_date_is_that_of_the_window_and_not_of_the_period(project: Project) -> None:
    project.table("stock", STOCK)
    assert project.value("at_start(sum(stock.units))", window="2 months") == 1
    assert project.value("at_end(sum(stock.units))", window="2 months") == 7
    assert project.value("at_start(sum(stock.units))", window="all time") is None
    assert project.history("at_end(sum(stock.units))") == {
        "2026-03": 1, "2026-04": None, "2026-05": 12, "2026-06": 7,
    }  # fmt: skip


def test_B2_V3_a_window_without_rows_has_no_balance(project: Project) -> None:
    """Nobody has counted in April, so nobody knows."""
    project.table("stock", STOCK)
    assert project.values(["at_end(sum(stock.units))", "at_start(sum(stock.units))"], "2026-04-30") == [None, None]
    project.source("stock", no_rows="zero")
    assert project.values(["at_end(sum(stock.units))", "at_end(avg(stock.units))"], "2026-04-30") == [0, None]


def test_B2_the_first_date_has_no_start(project: Project) -> None:
    project.table("stock", STOCK)
    assert project.values(["at_start(sum(stock.units))", "at_end(sum(stock.units))"], "2026-03-31") == [None, 1]


def test_B2_T1_the_last_date_is_not_after_as_of(project: Project) -> None:
    project.table("stock", STOCK)
    assert project.value("at_end(sum(stock.units))", "2026-06-15", to_date=True) == 100


@pytest.mark.parametrize("every", ["week", "month", "quarter"])
def test_B2_against_plain_python(project: Project, every: str) -> None:
    chance = random.Random(2)
    rows = [(chance.choice(days("2026-01-01", 181)), chance.choice("abc"), chance.randrange(50)) for _ in range(90)]
    project.rows("stock.csv", "day,shop,units", rows)
    project.source("stock", where="units != 7")
    rows = [row for row in rows if row[2] != 7]
    start, end = {
        "week": (date(2026, 6, 22), date(2026, 6, 29)),
        "month": (date(2026, 6, 1), date(2026, 7, 1)),
        "quarter": (date(2026, 4, 1), date(2026, 7, 1)),
    }[every]

    before = {"week": date(2026, 6, 15), "month": date(2026, 5, 1), "quarter": date(2026, 1, 1)}[every]

    def balance(since: date, moment: date) -> float | None:
        if not any(start <= day < end for day, _, _ in rows):
            return None
        last = max(day for day, _, _ in rows if day < moment)
        units = [units for day, shop, units in rows if day == last and shop == "a"]
        if not units and any(since <= day < moment and shop == "a" for day, shop, _ in rows):
            return None
        return sum(units)

    asked = [f'{moment}(sum(stock.units[shop == "a"]))' for moment in ("at_start", "at_end")]
    assert project.values(asked, every=every) == [balance(before, start), balance(start, end)]


# Snapshots.


@pytest.fixture
def staff(project: Project) -> Project:
    project.table("staff", "name,team,pay\nann,a,10\nbob,a,\ncay,b,30", date=None)
    return project


def test_B3_a_snapshot_has_a_value_for_the_period_of_as_of_only(staff: Project) -> None:
    asked = {
        "count(staff)": 3, "sum(staff.pay)": 40, "avg(staff.pay)": 20, "median(staff.pay)": 20,
        'count(staff[team == "a"])': 2, 'sum(staff.pay[team == "z"])': 0, 'avg(staff.pay[team == "z"])': None,
        "count_distinct(staff.team)": 2, "sum(staff.pay) / count(staff)": 13.3333333333,
    }  # fmt: skip
    for as_of in ("2020-01-31", "2026-06-30"):
        assert staff.values(asked, as_of) == list(asked.values())
    staff.kpi("k", "count(staff)")
    series = staff.series("k")
    assert series.history == ()
    assert series.previous is not None
    assert series.previous.value is None
    assert not series.shown.partial
    assert staff.value("count(staff)", "2026-06-15", to_date=True) == 3


def test_B3_without_any_row_there_is_no_value(project: Project) -> None:
    project.table("staff", "name,pay", date=None)
    assert project.values(["count(staff)", "sum(staff.pay)"]) == [None, None]
    project.table("staff", "name,pay\nann,5", date=None, where="pay > 9")
    assert project.values(["count(staff)", "sum(staff.pay)"]) == [None, None]


@pytest.mark.parametrize(
    "formula",
    [
        "previous(count(staff))", "year_ago(count(staff))", "at_end(count(staff))", "at_start(sum(staff.pay))",
        "first(staff.pay)", "last(staff.pay)", "started(count(staff))", "ended(count(staff))", "previous(heads)",
        "at_end(heads)", "year_ago(k)",
    ],
)  # fmt: skip
def test_B3_what_needs_a_date_is_an_error(staff: Project, formula: str) -> None:
    staff.measure("heads", "count(staff)")
    staff.kpi("k", "count(staff)")
    staff.kpi("asked", formula)
    assert any(mistake.startswith("E053") for mistake in staff.mistakes())


def test_B3_windows_and_first_dates_are_errors(staff: Project) -> None:
    staff.kpi("asked", "count(staff)", window="3 months")
    assert any(mistake.startswith("E053") for mistake in staff.mistakes())
    del staff.plan["kpis"]["asked"]["window"]
    assert staff.mistakes() == []
    staff.source("staff", date=None, computed={"since": "first_date(team)"})
    assert any(mistake.startswith("E053") for mistake in staff.mistakes())


def test_B3_a_snapshot_beside_dated_rows(staff: Project) -> None:
    """What each of the people sold: known for the period of as_of, since nobody knows who was there before."""
    staff.rows("sales.csv", "day,n", [(day, 1) for day in days("2026-01-01", 181)])
    staff.source("sales")
    staff.kpi("each", "sum(sales.n) / count(staff)")
    series = staff.series("each")
    assert series.shown.value == 10
    assert series.history == ()
    assert series.previous is not None
    assert series.previous.value is None
    # Only what looks back has to leave the snapshot out.
    assert staff.value("previous(sum(sales.n)) / count(staff)") == pytest.approx(31 / 3, rel=1e-11)


def test_B3_a_query_without_a_date_is_a_snapshot(staff: Project) -> None:
    staff.source("teams", query="select team, count(*) as n from staff group by 1", date=None)
    assert staff.values(["count(teams)", "max(teams.n)"]) == [2, 2]
