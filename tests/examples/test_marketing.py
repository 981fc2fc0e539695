"""Every number of the brand, computed again by hand-written SQL on the files themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pytest
from helpers.oracle import EXAMPLES, ExpectedKpi, Value

FILE = "examples/marketing/kpi.yaml"
# A usual day; 29 February; a first window of three months that is partial; the months around the missing weeks.
DAYS = ("2026-06-30", "2024-02-29", "2024-01-31", "2024-09-30")


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """A database of its own with both files as tables."""
    folder = str(EXAMPLES / "marketing" / "data").replace("'", "''")
    found = duckdb.connect()
    found.execute(f"create table panel as from read_csv('{folder}/panel-*.csv', union_by_name = true)")
    found.execute(f"create table media as from read_csv('{folder}/media.csv')")
    return found


def ask(statement: str, start: date, end: date) -> Value:
    """The one number that a statement yields for the weeks that end from ``start`` to the day before ``end``."""
    row = engine().execute(statement, {"start": start, "end": end}).fetchone()
    return row[0] if row else None


def share_of_market(start: date, end: date) -> Value:
    statement = """
        with brands as (
          select brand, sum(sales) as sold from panel
          where week_ending >= $start and week_ending < $end group by brand)
        select max(sold) filter (where brand = 'Havre') / sum(sold) from brands"""
    return ask(statement, start, end)


def share_of_voice(start: date, end: date) -> Value:
    statement = """
        with brands as (
          select brand, sum(spend) as spent from media
          where week_ending >= $start and week_ending < $end group by brand)
        select max(spent) filter (where brand = 'Havre') / sum(spent) from brands"""
    return ask(statement, start, end)


def excess_share_of_voice(start: date, end: date) -> Value:
    voice, market = share_of_voice(start, end), share_of_market(start, end)
    return None if voice is None or market is None else 100 * voice - 100 * market


def relative_price(start: date, end: date) -> Value:
    statement = """
        select (sum(if(brand = 'Havre', sales, 0)) / sum(if(brand = 'Havre', packs, 0))) * (sum(packs) / sum(sales))
        from panel where week_ending >= $start and week_ending < $end"""
    return ask(statement, start, end)


def cost_per_thousand_contacts(start: date, end: date) -> Value:
    statement = """
        select sum(spend) / (sum(contacts) / 1000)
        from media where brand = 'Havre' and week_ending >= $start and week_ending < $end"""
    return ask(statement, start, end)


FIRST = date(2024, 1, 7)
KPIS = {
    "share_of_market": ExpectedKpi("month", share_of_market, months=3, first=FIRST),
    "relative_price": ExpectedKpi("month", relative_price, months=3, first=FIRST),
    "share_of_voice": ExpectedKpi("month", share_of_voice, months=3, first=FIRST),
    "excess_share_of_voice": ExpectedKpi("month", excess_share_of_voice, months=3, first=FIRST),
    "cost_per_thousand_contacts": ExpectedKpi("month", cost_per_thousand_contacts, months=3, first=FIRST),
}


def test_first_days_are_as_assumed() -> None:
    for table in ("panel", "media"):
        assert engine().execute(f"select min(week_ending) from {table}").fetchone() == (FIRST,)


@pytest.mark.parametrize("as_of", DAYS)
def test_numbers_equal_the_expected_values(compare: Callable[..., None], as_of: str) -> None:
    compare(FILE, as_of, KPIS)


def test_statuses(status: Callable[..., dict[str, dict[str, Any]]]) -> None:
    """By hand. At the end of June 181 of 364 days are over."""
    found = {name: (kpi["status"], kpi["pace"]) for name, kpi in status(FILE).items()}
    assert found == {
        "share_of_market": ("green", "on pace"),  # 13.46%; line 12.5 + 1.7 x 181/364 = 13.35, ahead from 13.63
        "relative_price": ("green", None),  # 104%, between 100 and 110
        "share_of_voice": ("yellow", None),  # 15.6%, between 15 and 17
        "excess_share_of_voice": ("red", None),  # 2.15 points, under 2.5
        "cost_per_thousand_contacts": ("green", None),  # 9.84, not over 10
    }
