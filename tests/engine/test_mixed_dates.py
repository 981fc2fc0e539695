"""Hints for dates that are written in other or in several ways: written as they say, every row has its date (R9)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from engine.support import Project, to_parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AS_OF = "2026-12-31"


def put(project: Project, written: list[str], **fields: object) -> None:
    """A source with these dates; the n-th row counts 2**n."""
    rows = "".join(f'"{text}",{2**place}\n' for place, text in enumerate(written))
    project.write("o.csv", f"day,n\n{rows}".encode())
    project.source("o", **{"types": None} | fields)


def follow(project: Project, said: str, written: list[str]) -> None:
    """Write what a message says, but for what it says of another reading."""
    types = re.search(r"say how it is written: (types: \{[^}]*\})", said)
    if types:
        put(project, written, **yaml.safe_load(types[1]))
        return
    found = re.search(r"say (computed: \{[^}]*\}) and (date: \w+)", said)
    assert found, said
    where = re.search(r"add (where: \w+ is not None)", said)
    parts = [found[1], found[2], *([where[1]] if where else [])]
    fields = {key: value for part in parts for key, value in yaml.safe_load(part).items()}
    put(project, written, **fields)


def by_day(project: Project) -> dict[str, float]:
    project.plan.pop("kpis", None)
    history = project.history("sum(o.n)", AS_OF, every="day", periods=800)
    return {label: value for label, value in history.items() if value}


def test_R9_two_ways_of_writing_month_first(project: Project) -> None:
    written = ["01-11-2021", "1/30/2021"]
    put(project, written)
    said = project.problem("sum(o.n)")
    assert (
        """computed: {day_date: 'coalesce(date(day, "%m-%d-%Y"), date(day, "%m/%d/%Y"))'} and date: day_date""" in said
    )
    assert 'if "01-11-2021" has the day first, write "%d-%m-%Y" instead of "%m-%d-%Y"' in said
    assert "skip" not in said
    follow(project, said, written)
    assert project.values(["sum(o.n)"], "2021-01-31") == [3]


def test_R9_a_zone_beside_plain_days(project: Project) -> None:
    written = ["2026-05-05", "2026-05-15 23:00:00 +0200", "2026-05-06"]
    put(project, written)
    said = project.problem("sum(o.n)")
    assert said.startswith('o.csv:3: o.day: "2026-05-15 23:00:00 +0200" is not a date like 2026-06-30')
    follow(project, said, written)
    project.calendar(timezone="Europe/Berlin")
    assert by_day(project) == {"2026-05-05": 1, "2026-05-15": 2, "2026-05-06": 4}


def test_R9_a_declared_format_that_does_not_fit_every_row(project: Project) -> None:
    written = ["13/05/2026", "2026-05-14"]
    put(project, written, types={"day": "date %d/%m/%Y"})
    said = project.problem("sum(o.n)")
    assert "take day out of types" in said
    follow(project, said, written)
    assert by_day(project) == {"2026-05-13": 1, "2026-05-14": 2}


def test_R9_what_is_no_date_is_left_out_by_a_condition(project: Project) -> None:
    written = ["13/05/2026", "TBD", "2026-05-14"]
    put(project, written)
    said = project.problem("sum(o.n)")
    assert '"TBD"' in said
    follow(project, said, written)
    assert by_day(project) == {"2026-05-13": 1, "2026-05-14": 4}


def test_R9_both_orders_in_one_way_of_writing_are_a_question_for_who_wrote_them(project: Project) -> None:
    put(project, ["13/05/2026", "05/14/2026", "05/06/2026"])
    said = project.problem("sum(o.n)")
    assert '"05/14/2026" and "13/05/2026" cannot both be read' in said
    assert "coalesce" not in said
    assert "types:" not in said


@pytest.mark.parametrize(
    ("written", "days"),
    [
        (["20260513", "20260514"], ["2026-05-13", "2026-05-14"]),
        (["13.05.26", "31.05.26"], ["2026-05-13", "2026-05-31"]),
        (["2026-05", "2026-06"], ["2026-05-01", "2026-06-01"]),
        (["May 2026", "June 2026"], ["2026-05-01", "2026-06-01"]),
        (["2026-05-15 12:00:00 +0200", "2026-05-16 12:00:00 +0200"], ["2026-05-15", "2026-05-16"]),
        (["13/05/2026", "13/05/2026 14:00", "14 May 2026"], ["2026-05-13", "2026-05-13", "2026-05-14"]),
    ],
)
def test_R9_what_is_advised_reads_every_row(project: Project, written: list[str], days: list[str]) -> None:
    put(project, written)
    follow(project, project.problem("sum(o.n)"), written)
    expected: dict[str, float] = {}
    for place, day in enumerate(days):
        expected[day] = expected.get(day, 0) + 2**place
    assert by_day(project) == expected


def test_R9_numbers_of_parquet(project: Project) -> None:
    to_parquet(project, "o.parquet", "select unnest([20260502, 20260503]) as day, 1 as n")
    project.source("o", path="o.parquet")
    said = project.problem("sum(o.n)")
    assert said.endswith('say how it is written: types: {day: "date %Y%m%d"}')


def test_no_format_is_offered_that_reads_nothing(project: Project) -> None:
    put(project, ["Mai 2026", "Juni 2026"])
    said = project.problem("sum(o.n)")
    assert "only English ones are read" in said
    assert "%B" not in said


def iso_zoned(day: date) -> str:
    return f"{datetime(day.year, day.month, day.day, 12, tzinfo=timezone(timedelta(hours=2))):%Y-%m-%d %H:%M:%S %z}"


WAYS = {
    "iso": date.isoformat,
    "day first, slashes": lambda day: f"{day:%d/%m/%Y}",
    "month first, dashes": lambda day: f"{day:%m-%d-%Y}",
    "day first, points": lambda day: f"{day.day}.{day.month}.{day.year}",
    "words": lambda day: f"{day:%d %B %Y}",
    "zoned": iso_zoned,
}  # fmt: skip
# Days that show which of their numbers is the month.
days = st.dates(date(2026, 1, 1), date(2026, 12, 20)).map(lambda day: day.replace(day=13 + day.day % 15))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(sorted(WAYS)), days), min_size=2, max_size=8, unique_by=lambda one: one[1]))
def test_R9_any_mixture_is_read_as_advised(tmp_path: Path, rows: list[tuple[str, date]]) -> None:
    """The days are those that Python wrote."""
    project = Project(tmp_path)
    written = [WAYS[way](day) for way, day in rows]
    put(project, written)
    project.kpi("k", "sum(o.n)")
    problem = project.results(AS_OF).series["k"].problem
    if problem is not None:
        if len({way for way, _ in rows}) > 4:
            return
        follow(project, problem, written)
    assert by_day(project) == {day.isoformat(): 2.0**place for place, (_, day) in enumerate(rows)}
