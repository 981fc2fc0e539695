"""Times with a zone: which day they are on, and how long things took (T5, V6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from engine.support import Project

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("shape", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00", "%Y-%m-%dT%H:%M:%S.500+0000"])
def test_T5_the_day_is_that_of_the_calendar_s_zone(project: Project, zone: str, shape: str) -> None:
    """Every 50 minutes around both changes of the clock and the turn of the year, against Python's own zones."""
    moments = [
        datetime.fromisoformat(f"{start}T12:00:00+00:00") + timedelta(minutes=50 * number)
        for start in ("2026-03-07", "2026-03-28", "2026-10-24", "2026-12-31")
        for number in range(60)
    ]
    expected: dict[date, int] = {}
    for moment in moments:
        day = moment.astimezone(ZoneInfo(zone)).date()
        expected[day] = expected.get(day, 0) + 1
    project.rows("d.csv", "at,n", [(moment.strftime(shape), 1) for moment in moments])
    project.source("d", date="at")
    project.calendar(timezone=zone)
    found: dict[date, float] = {}
    for as_of in ("2026-04-01", "2026-10-31", "2027-01-05"):
        history = project.history("count(d)", as_of, every="day", periods=30)
        found |= {date.fromisoformat(label): value for label, value in history.items() if value is not None}
    assert found == expected


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-30T22:30:00Z", "2026-06-30 22:30Z", "2026-06-30 22:30:00 UTC", "2026-07-01T00:30:00+02:00",
        "2026-07-01 00:30:00+02", "2026-07-01 00:30:00 Europe/Berlin", "2026-06-30T18:30:00-0400",
        "2026-07-01T04:00:00.000+05:30",
    ],
)  # fmt: skip
def test_T5_a_zone_can_be_written_in_many_ways(project: Project, written: str) -> None:
    project.rows("d.csv", "at", [(written,), (written,)])
    project.source("d", date="at")
    assert project.history("count(d)", "2026-07-01", every="day")["2026-07-01"] is None
    assert project.value("count(d)", "2026-06-30", every="day") == 2
    project.calendar(timezone="Europe/Berlin")
    assert project.value("count(d)", "2026-07-01", every="day") == 2


@pytest.mark.parametrize("plain", ["2026-06-30 22:30:00", "2026-06-30"])
@pytest.mark.parametrize("many", [1, 3, 400])
def test_T5_zoned_and_plain_times_do_not_mix(project: Project, plain: str, many: int) -> None:
    project.rows("d.csv", "at", [("2026-06-29T21:30:00Z",)] * many + [(plain,)])
    project.source("d", date="at")
    assert "d.at mixes times with a zone and times without one" in project.problem("count(d)")
    project.rows("d.csv", "at", [(plain,)] * many + [("2026-06-29T21:30:00Z",)])
    assert "d.at mixes times with a zone and times without one" in project.problem("count(d)")


def test_T5_two_files_do_not_mix_either(project: Project) -> None:
    project.rows("a.csv", "at", [("2026-06-29T21:30:00Z",)])
    project.rows("b.csv", "at", [("2026-06-29T21:30:00",)])
    project.source("d", path=["a.csv", "b.csv"], date="at")
    assert "mixes times with a zone and times without one" in project.problem("count(d)")


def test_T5_plain_times_stay_where_they_are(project: Project) -> None:
    project.table("d", "at\n2026-06-30 23:59\n2026-06-30 00:00", date="at")
    for zone in ZONES:
        project.calendar(timezone=zone)
        assert project.value("count(d)", every="day") == 2


def test_T5_formats_with_a_zone(project: Project) -> None:
    project.table("d", "at\n29/06/2026 23:30 +0000\n30/06/2026 22:30 +0000", date="at")
    project.calendar(timezone="Europe/Berlin")
    for kind in ("timestamp", "date"):
        project.source("d", date="at", types={"at": f"{kind} %d/%m/%Y %H:%M %z"})
        assert project.history("count(d)", "2026-07-01", every="day") == {"2026-06-30": 1, "2026-07-01": 1}


def test_V6_hours_are_counted_across_a_change_of_the_clock(project: Project) -> None:
    """In Berlin 29 March 2026 had 23 hours and 25 October has 25; what took a day took 24 all the same."""
    project.table(
        "tickets",
        """
        opened,closed
        2026-03-28T12:00:00Z,2026-03-29T12:00:00Z
        2026-10-24T12:00:00Z,2026-10-25T12:00:00Z
        2026-10-25T00:30:00Z,2026-10-25T01:30:00Z
        """,
        date="opened",
        computed={"took": "closed - opened", "due": "opened + 1"},
    )
    for zone in ("UTC", "Europe/Berlin"):
        project.calendar(timezone=zone)
        found = project.values(
            ["sum(tickets.took)", "count(tickets[hours(closed - opened) == 24])", "count(tickets[days(took) == 1])"],
            "2026-12-31", every="year", unit="hours",
        )  # fmt: skip
        assert found == [24 + 24 + 1, 2, 2]


def test_V5_the_order_is_that_of_the_moments_in_the_hour_that_comes_twice(project: Project) -> None:
    project.calendar(timezone="Europe/Berlin")
    # 02:45 summer time, then 02:15 and 02:30 winter time.
    project.table("d", "at,n\n2026-10-25T01:15:00Z,2\n2026-10-25T00:45:00Z,1\n2026-10-25T01:30:00Z,3", date="at")
    assert project.values(["first(d.n)", "last(d.n)"], "2026-10-31") == [1, 3]


def test_T5_filters_see_the_calendar_s_zone(project: Project) -> None:
    project.calendar(timezone="Europe/Berlin")
    project.table(
        "d",
        """
        at,n
        2026-06-29T21:59:00Z,1
        2026-06-29T22:00:00Z,2
        2026-06-30T21:59:59Z,4
        2025-12-31T23:30:00Z,8
        """,
        date="at",
    )
    conditions = {
        'at == "2026-06-30"': 6, 'at < "2026-06-30"': 9, 'at >= "2026-06-30 23:00"': 4, "at >= window_start": 7,
        "at < window_end - 1": 9, "year(at) == 2026": 15, "month(at) == 6": 7, 'at in ("2026-06-29", "2026-01-01")': 9,
    }  # fmt: skip
    asked = [f"sum(d.n[{condition}])" for condition in conditions if "window" not in condition]
    expected = [value for condition, value in conditions.items() if "window" not in condition]
    assert project.values(asked, window="all time") == expected
    assert project.values(["sum(d.n[at >= window_start])", "sum(d.n[at < window_end - 1])"]) == [7, 1]


def test_T5_V8_the_first_date_is_a_day_in_the_calendar_s_zone(project: Project) -> None:
    project.calendar(timezone="America/New_York")
    project.table(
        "orders",
        "at,who\n2026-06-02T03:30:00Z,ann\n2026-06-02T15:00:00Z,ann\n2026-06-02T20:00:00Z,bob",
        date="at",
        computed={"first": "first_date(who)"},
    )
    # Ann's first order was on 1 June in New York.
    assert project.values(["count(orders[at == first])", "count(orders[at > first])"]) == [2, 1]


def test_N3_T5_a_query_has_the_calendar_s_zone_too(project: Project) -> None:
    project.calendar(timezone="Europe/Berlin")
    project.table("d", "at,n\n2026-06-30T22:30:00Z,1\n2026-06-30T21:30:00Z,2", date="at")
    project.source("q", query="select date_trunc('day', \"at\") as day, sum(n) as n from d group by 1", date="day")
    project.source("p", query='select cast("at" as date) as day, n, "at" from d', date="day")
    assert project.history("sum(q.n)", "2026-07-01", every="day") == {"2026-06-30": 2, "2026-07-01": 1}
    assert project.history("sum(p.n[at == day])", "2026-07-01", every="day") == {"2026-06-30": 2, "2026-07-01": 1}
