"""How dates and times are recognised, and what is asked of the user when they cannot be (R4, R6)."""

from __future__ import annotations

import pytest
from engine.support import Project


def day_sums(project: Project, *days: str, **fields: object) -> dict[str, float | None]:
    """The sum of n by day, where the rows have these dates and n is 1, 2, 4, 8 …"""
    project.rows("d.csv", "day,n", [(day, 2**number) for number, day in enumerate(days)])
    project.source("d", **fields)
    return {label: value for label, value in project.history("sum(d.n)", every="day").items() if value is not None}


def question(project: Project, *days: str, **fields: object) -> str:
    """What is asked when the rows have these dates."""
    project.rows("d.csv", "day", [(day,) for day in days])
    project.source("d", **fields)
    return project.problem("count(d)")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-06-29", "2026-06-30"), ("2026/06/29", "2026/06/30"), (" 2026-06-29", "2026-06-30 "),
        ("2026-06-29 23:59:59", "2026-06-30 00:00"), ("2026-06-29T10:00:00.123456", "2026-06-30T10:00:00"),
        ("2026-06-29", "2026-06-30 08:00"), ("2026-06-29 8:00", "2026-6-30"),
        ("06/29/2026", "06/30/2026"), ("29/06/2026", "30/06/2026"), ("29.06.2026", "30.06.2026"),
        ("29-06-2026", "30-06-2026"), ("29.6.2026", "30.06.2026"), ("6/29/2026 2:05 PM", "6/30/2026 11:59 PM"),
        ("29/06/2026 14:05", "30/06/2026 09:00"), ("29.06.2026 14:05:59", "30.06.2026 00:00:00"),
        ("June 29, 2026", "June 30, 2026"), ("Jun 29, 2026", "Jun 30, 2026"), ("29 Jun 2026", "30 Jun 2026"),
        ("29-Jun-2026", "30-Jun-2026"), ("29 June 2026", "30 June 2026"), ("Jun 29 2026 10:00", "Jun 30 2026 11:00"),
    ],
)  # fmt: skip
def test_R4_a_shape_that_can_be_read_in_one_way_is_read(project: Project, one: str, other: str) -> None:
    assert day_sums(project, one, other) == {"2026-06-29": 1, "2026-06-30": 2}


def test_R4_one_row_decides_for_all_wherever_it_stands(project: Project) -> None:
    project.rows("d.csv", "day,n", [("06/05/2026", 1)] * 500 + [("06/13/2026", 3)])
    project.source("d")
    assert project.value("sum(d.n)") == 503
    project.rows("d.csv", "day,n", [("06/05/2026", 1)] * 500 + [("13/06/2026", 3)])
    assert project.history("sum(d.n)", every="day", as_of="2026-06-13", periods=40)["2026-06-13"] == 3
    assert project.value("sum(d.n)", "2026-05-31") == 500


def test_R4_one_row_of_another_file_decides_as_well(project: Project) -> None:
    project.rows("a.csv", "day,n", [("05/06/2026", 1)])
    project.rows("b.csv", "day,n", [("30/06/2026", 2)])
    project.source("d", path=["a.csv", "b.csv"])
    assert project.value("sum(d.n)") == 3


def test_R4_days_that_are_also_their_months_have_one_reading(project: Project) -> None:
    assert day_sums(project, "06/06/2026", "05/05/2026") == {}
    assert project.value("sum(d.n)", "2026-06-30") == 1
    assert project.value("sum(d.n)", "2026-05-31") == 2


def test_R4_two_readings_are_a_question_and_each_answer_is_taken(project: Project) -> None:
    asked = question(project, "06/10/2026", "06/11/2026", "06/12/2026")
    assert 'd.day: dates such as "06/10/2026" can be read in two ways, and every row fits both' in asked
    for answer in ('"date %d/%m/%Y"', '"date %m/%d/%Y"'):
        assert answer in asked
    project.source("d", types={"day": "date %d/%m/%Y"})
    assert project.value("count(d)", "2026-12-31") == 1
    project.source("d", types={"day": "date %m/%d/%Y"})
    assert project.value("count(d)", "2026-06-30") == 3


def test_R4_two_readings_stay_two_when_some_rows_are_no_dates(project: Project) -> None:
    """Whatever the bad rows are, they do not tell which reading is meant."""
    for policy in ("error", "skip"):
        asked = question(project, "06/10/2026", "06/11/2026", "unknown", on_bad_rows=policy)
        assert '"unknown" is not a date that can be read for certain' in asked


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        ("13/06/26", 'types: {day: "date %d/%m/%y"}; if "13/06/26" has the year first, write "%y/%m/%d"'),
        ("12-06-26", 'types: {day: "date %d-%m-%y"}; if "12-06-26" has the month first, write "%m-%d-%y"'),
        ("20260613", 'types: {day: "date %Y%m%d"}'),
        ("2026-06", 'types: {day: "date %Y-%m"}'),
        ("06/2026", 'types: {day: "date %m/%Y"}'),
        ("2026", 'types: {day: "date %Y"}'),
        ("2026-06-13 02:05 PM", 'types: {day: "timestamp %Y-%m-%d %I:%M %p"}'),
        ("2026-06-13 02:05:06 PM", 'types: {day: "timestamp %Y-%m-%d %I:%M:%S %p"}'),
    ],
)
def test_R4_what_is_never_guessed_is_offered_and_works(project: Project, day: str, offered: str) -> None:
    asked = question(project, day, day)
    assert f'd.day: "{day}" is not a date that can be read for certain' in asked
    assert offered in asked
    project.source("d", types={"day": offered.split('"')[1]})
    assert project.value("count(d)", every="year", as_of="2026-12-31") == 2


def test_R4_a_twelve_hour_clock_is_not_taken_for_one_of_24(project: Project) -> None:
    """The engine would read "02:05 PM" as two in the morning."""
    project.table(
        "d",
        "opened,closed\n2026-06-01 11:00 AM,2026-06-01 01:30 PM",
        date="opened",
        types={"opened": "timestamp %Y-%m-%d %I:%M %p", "closed": "timestamp %Y-%m-%d %I:%M %p"},
        computed={"h": "hours(closed - opened)"},
    )
    assert project.value("sum(d.h)") == 2.5


def test_R4_types_may_have_any_format(project: Project) -> None:
    formats = {
        "%d/%m/%y": ("29/06/26", "30/06/26"), "%Y%m%d": ("20260629", "20260630"),
        "%b %d %y": ("Jun 29 26", "Jun 30 26"), "%d.%m.%Y %H:%M": ("29.06.2026 10:00", "30.06.2026 23:59"),
        "week of %d %B %Y": ("week of 29 June 2026", "week of 30 June 2026"),
        "%Y-%j": ("2026-180", "2026-181"), "%A, %d %b %Y": ("Monday, 29 Jun 2026", "Tuesday, 30 Jun 2026"),
    }  # fmt: skip
    for shape, (one, other) in formats.items():
        found = day_sums(project, one, other, types={"day": f"date {shape}"})
        assert found == {"2026-06-29": 1, "2026-06-30": 2}, shape


def test_R6_a_date_that_does_not_exist_is_named_with_its_line(project: Project) -> None:
    for bad, good in (("2026-06-31", "2026-06-01"), ("2026-02-29", "2026-06-01"), ("2026-13-01", "2026-06-01")):
        assert f'd.csv:3: d.day: "{bad}" is not a date' in question(project, good, bad)
    assert 'd.csv:3: d.day: "2026-06-31T10:00:00Z" is not a time' in question(
        project, "2026-06-01T10:00:00Z", "2026-06-31T10:00:00Z"
    )
    assert 'd.csv:4: d.day: "31/06/2026" is not a date like %d/%m/%Y' in question(
        project, "13/06/2026", "30/06/2026", "31/06/2026"
    )
    declared = question(project, "01/06/2026", "31/06/2026", types={"day": "date %d/%m/%Y"})
    assert 'd.csv:3: d.day: "31/06/2026" is not a date like %d/%m/%Y' in declared


def test_R6_a_word_among_dates_is_named_with_its_line(project: Project) -> None:
    asked = question(project, "13/06/2026", "n/a", "30/06/2026")
    assert 'd.csv:3: d.day: "n/a" is not a date like %d/%m/%Y' in asked
    assert 'read: {null_values: ["n/a"]}' in asked


def test_R6_a_year_of_two_digits_among_those_of_four_is_named(project: Project) -> None:
    assert 'd.csv:3: d.day: "30/06/26" is not a date' in question(project, "13/06/2026", "30/06/26", "30/06/2026")


def test_R4_a_column_that_is_compared_with_a_date_is_read_as_dates(project: Project) -> None:
    """As text "13/06/2026" would be less than "2026-01-01", and never equal to any date."""
    project.table(
        "d",
        "day,due\n2026-06-01,13/06/2026\n2026-06-01,30/06/2026\n2026-06-01,\n2026-06-01,01/07/2026",
    )
    conditions = [
        'due >= "2026-06-13"', 'due == "2026-06-30"', 'due in ("2026-06-30", "2026-07-01")', "due < window_end",
        'due != "2026-06-30"', '"2026-06-13" < due',
    ]  # fmt: skip
    assert project.values([f"count(d[{condition}])" for condition in conditions]) == [3, 1, 2, 2, 3, 2]
    project.table("d", "day,due\n2026-06-01,05/06/2026\n2026-06-01,06/06/2026")
    assert "can be read in two ways" in project.problem('count(d[due < "2026-06-05"])')
    # Where it is only counted, or declared as text, it is nothing but text.
    assert project.value("count_distinct(d.due)") == 2
    project.source("d", types={"due": "text"})
    assert project.value('count(d[due == "05/06/2026"])') == 1


def test_R2_the_date_may_be_computed(project: Project) -> None:
    project.table(
        "d",
        "ordered,paid,delay,n\n2026-05-30,2026-06-02,0,1\n2026-06-10,,0,2\n2026-06-29,,2,4",
        date="counts_on",
        computed={"counts_on": "coalesce(paid, ordered + delay)"},
    )
    assert project.history("sum(d.n)", "2026-07-31") == {"2026-06": 3, "2026-07": 4}
    project.source("d", date="at", computed={"at": "paid"})
    assert "d.at is empty, so the row is in no period" in project.problem("sum(d.n)")
    project.source("d", date="at", computed={"at": "paid"}, on_bad_rows="skip up to 70%")
    project.kpi("n", "sum(d.n)")
    results = project.results()
    assert results.series["n"].shown.value == 1
    assert (results.sources["d"].rows, results.sources["d"].skipped) == (1, 2)


def test_R2_a_computed_date_that_is_text_says_which_column_to_declare(project: Project) -> None:
    project.table("d", "a,b\n13/06/2026,14/06/2026", date="either", computed={"either": "coalesce(a, b)"})
    asked = project.problem("count(d)")
    assert "d.either holds text, and date: needs a date" in asked
    assert 'types: {a: "date %d/%m/%Y"}' in asked


def test_R4_a_number_or_truth_value_is_no_date(project: Project) -> None:
    assert 'd.day: "46203" is not a date that can be read for certain' in question(project, "46203", "46204")
    assert "d.day:" in question(project, "true", "false")


def test_R4_an_empty_file_has_no_rows_and_no_problem(project: Project) -> None:
    project.table("d", "day,n")
    project.kpi("n", "sum(d.n)")
    series = project.series("n")
    assert (series.shown.value, series.history, series.last) == (None, (), None)
