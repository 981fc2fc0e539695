"""Columns that hold durations, and how they meet a KPI's unit (V6)."""

from __future__ import annotations

import pytest
from engine.support import Project


def test_V6_durations_are_read_by_their_format(project: Project) -> None:
    formats = {
        "%H.%M.%S": ("9.12.58", 9 * 3600 + 12 * 60 + 58), "%H:%M:%S": ("36:00:01", 36 * 3600 + 1),
        "%M:%S": ("125:30", 125 * 60 + 30), "%H:%M": ("0:07", 420), "%d %H:%M:%S": ("2 03:04:05", 183845),
        "%S": ("12.5", 12.5), "%M min %S s": ("4 min 30 s", 270), "%H:%M:%S.%f": ("00:00:01.250", 1.25),
        "%Hh%Mm": ("1h05m", 3900), "%dd": ("3d", 259200),
    }  # fmt: skip
    for shape, (text, seconds) in formats.items():
        project.table("calls", f"day,took\n2026-06-01,{text}\n2026-06-02,{text}", types={"took": f"duration {shape}"})
        assert project.value("sum(calls.took)", unit="seconds") == 2 * seconds, shape


def test_V6_a_negative_duration_is_negative(project: Project) -> None:
    project.table("d", "day,late\n2026-06-01,-0:30\n2026-06-02,0:10", types={"late": "duration %H:%M"})
    assert project.value("sum(d.late)", unit="minutes") == -20


@pytest.mark.parametrize("text", ["0.61.30", "0.12.75", "abc", "12:30:00", "1.2", "1.2.3.4.5"])
def test_R6_a_duration_that_cannot_be_read_is_named(project: Project, text: str) -> None:
    project.table("d", f"day,took\n2026-06-01,0.01.00\n2026-06-02,{text}", types={"took": "duration %H.%M.%S"})
    assert f'd.csv:3: d.took: "{text}" is not a duration like %H.%M.%S' in project.problem("sum(d.took)")


CALLS = """
    day,took,breaks
    2026-06-01,00:10:00,5
    2026-06-02,00:30:00,1
    2026-06-03,,2
    2026-05-03,02:00:00,0
"""


@pytest.fixture
def calls(project: Project) -> Project:
    project.table("calls", CALLS, types={"took": "duration %H:%M:%S"})
    return project


def test_V6_a_duration_is_converted_to_the_unit(calls: Project) -> None:
    found = {unit: calls.value("avg(calls.took)", unit=unit) for unit in ("seconds", "minutes", "hours", "days")}
    assert found == {"seconds": 1200, "minutes": 20, "hours": pytest.approx(1 / 3), "days": pytest.approx(20 / 1440)}


def test_V6_every_aggregate_of_a_duration_is_one(calls: Project) -> None:
    asked = {
        "sum(calls.took)": 40, "min(calls.took)": 10, "max(calls.took)": 30, "median(calls.took)": 20,
        "percentile(calls.took, 75)": 25, "first(calls.took)": 10, "last(calls.took)": 30,
        "stddev(calls.took)": 20 / 2**0.5, "at_end(sum(calls.took))": 0,
    }  # fmt: skip
    assert calls.values(asked, unit="minutes") == pytest.approx(list(asked.values()))
    assert calls.values(["count_distinct(calls.took)", "count(calls)"], unit="calls") == [2, 3]


def test_V6_a_plain_number_is_taken_in_the_unit(calls: Project) -> None:
    asked = {
        "sum(calls.breaks)": 8, "sum(calls.took) - sum(calls.breaks)": 32, "5 + max(calls.took)": 35,
        "sum(calls.took) / count(calls)": 40 / 3, "2 * sum(calls.took)": 80, "-sum(calls.took)": -40,
        "previous(sum(calls.took)) - sum(calls.took)": 80,
    }  # fmt: skip
    assert calls.values(asked, unit="minutes") == pytest.approx(list(asked.values()))


def test_V6_a_duration_in_a_duration_is_a_number(calls: Project) -> None:
    assert calls.value("max(calls.took) / sum(calls.took)", unit="%") == 0.75
    assert calls.value("sum(calls.took) / sum(calls.took)") == 1


def test_V6_a_duration_without_a_duration_unit_is_an_error(calls: Project) -> None:
    for unit in ("%", "EUR", "calls"):
        assert "the formula gives a duration, and the unit is" in calls.problem("avg(calls.took)", unit=unit)
    assert "a number and a duration cannot be added" in calls.problem("sum(calls.took) + count(calls)")
    assert "two durations cannot be multiplied" in calls.problem("sum(calls.took) * sum(calls.took)")
    assert "a number cannot be divided by a duration" in calls.problem("count(calls) / sum(calls.took)")


def test_V6_a_kpi_that_is_named_keeps_its_unit(calls: Project) -> None:
    calls.kpi("handle_time", "avg(calls.took)", unit="minutes")
    assert calls.value("handle_time", unit="seconds") == 1200
    assert calls.value("handle_time + 1", unit="hours") == pytest.approx(20 / 60 + 1)
    assert calls.value("sum(calls.took) / handle_time") == 2
    calls.kpi("typed_in", unit="hours", values={"2026-06": 2})
    assert calls.value("typed_in + handle_time", unit="minutes") == 140


def test_V6_row_arithmetic_with_durations(calls: Project) -> None:
    calls.source(
        "calls",
        types={"took": "duration %H:%M:%S"},
        computed={
            "net": "minutes(took) - breaks",
            "half": "took / 2",
            "share": "took / (took + took)",
            "done": "day + took",
        },
    )
    assert calls.value("sum(calls.net)", unit="minutes") == 10 + 30 - 5 - 1
    assert calls.value("sum(calls.half)", unit="minutes") == 20
    assert calls.value("sum(calls.share)") == 1
    assert calls.value('count(calls[done == "2026-06-01 00:10:00"])') == 1
    assert calls.value("count(calls[seconds(took) > 600 or took is None])") == 2


SPOKEN = {
    "1:02:03": 3723, "36:00:00": 129_600, "00:01:30.5": 90.5, "-0:00:05": -5, "2 days, 1:02:03": 176_523,
    "1 day 00:00:01": 86_401, "PT1H": 3600, "PT1H30M": 5400, "P1DT2H": 93_600, "pt0.5s": 0.5, "P2W": 1_209_600,
    "-PT5M": -300, "1h 5m": 3900, "1h5m": 3900, "90 min": 5400, "1.5 hours": 5400, "45s": 45, "3 hrs": 10_800,
    "2 days": 172_800, "1 hour and 2 minutes": 3720, "1 week, 2 days": 777_600, "0s": 0,
}  # fmt: skip


def test_V6_durations_that_say_their_units_need_no_format(project: Project) -> None:
    rows = "".join(f'2026-06-01,"{text}"\n' for text in SPOKEN)
    project.write("d.csv", f"day,took\n{rows}".encode())
    project.source("d", types={"took": "duration"})
    assert project.value("sum(d.took)", unit="seconds") == pytest.approx(sum(SPOKEN.values()))


@pytest.mark.parametrize(("text", "seconds"), SPOKEN.items())
def test_V6_each_of_them_is_read_alike_alone_and_is_advised(project: Project, text: str, seconds: float) -> None:
    project.write("d.csv", f'day,took\n2026-06-01,"{text}"\n'.encode())
    project.source("d")
    said = project.problem("sum(d.took)")
    assert "if that is a duration, say types: {took: " in said
    project.source("d", types={"took": "duration"})
    assert project.value("sum(d.took)", unit="seconds") == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["5m 1h", "1h 5", "1:75:00", "1:02", "P1Y", "P1M", "PT", "P", "an hour", "5 mm", "1 day, 2", "-1 day, 23:59:55",
     "1h 1h", "1,5 h", "12", "h", "1:02:03 PM", "5 minutes ago"],
)  # fmt: skip
def test_R6_what_is_no_duration_in_one_way_is_named(project: Project, text: str) -> None:
    project.write("d.csv", f'day,took\n2026-06-01,1h\n2026-06-02,"{text}"\n'.encode())
    project.source("d", types={"took": "duration"})
    said = project.problem("sum(d.took)")
    assert said.startswith(f'd.csv:3: d.took: "{text}" is not a duration like 1:02:03, 1h 5m or PT1H5M')
