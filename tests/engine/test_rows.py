"""Row expressions, and what empty values mean in them and in aggregates (V1, V2, V6, V8)."""

from __future__ import annotations

import pytest
from engine.support import Project

ROWS = """
    day,a,b,flag,state,note
    2026-06-01,1,1,true,paid,Blue Whale
    2026-06-02,2,1,false,open,
    2026-06-03,,2,,,red fox
    2026-06-04,4,,TRUE,paid,RED
"""


@pytest.fixture
def rows(project: Project) -> Project:
    project.table("d", ROWS)
    return project


def counted(project: Project, *conditions: str) -> list[float | None]:
    return project.values([f"count(d[{condition}])" for condition in conditions])


@pytest.mark.parametrize(
    "condition",
    [
        "a < 3", "a >= 2", "a != 1", "a == b", "a < b", "1 <= a < 3", 'state == "paid"', 'state != "paid"', "flag",
        'state in ("paid", "open")', 'state not in ("paid", "open")', "state is None", "flag == True", "flag != True",
        'contains(note, "e")', 'lower(note) == "red"', "a / b > 1", "a + b != 3", 'day >= "2026-06-02"', "not flag",
        "flag and a < 3", "flag or a < 3", 'extract(note, "^(\\\\w+) ") == "Blue"', "(a > 1 if flag else b > 1)",
        "coalesce(a, b) > 1", "number(note) > 0", "-a < -1", "day + a >= window_end",
    ],
)  # fmt: skip
def test_V1_a_filter_and_its_not_make_the_whole(rows: Project, condition: str) -> None:
    kept, dropped = counted(rows, condition, f"not ({condition})")
    assert kept is not None
    assert dropped is not None
    assert kept + dropped == 4


def test_V2_integers_divide_with_fractions(project: Project) -> None:
    project.table("d", "day,a,b\n2026-06-01,7,2", computed={"half": "a / b", "third": "1 / 4"})
    assert project.values(["sum(d.half)", "sum(d.third)", "count(d) / 4"]) == [3.5, 0.25, 0.25]


def test_V2_division_by_zero_over_aggregates_is_no_data(rows: Project) -> None:
    asked = [
        "sum(d.a) / (count(d) - 4)",
        "0 / count(d[a > 99])",
        "1 + 1 / count(d[a > 99])",
        "count(d[a > 99]) / sum(d.a)",
    ]
    assert rows.values(asked) == [None, None, None, 0]


def test_V6_elapsed_time_has_fractions(project: Project) -> None:
    project.table(
        "calls",
        """
        opened,closed
        2026-06-01 10:00:50,2026-06-01 10:01:10
        2026-06-01 23:50,2026-06-02 00:20:00
        2026-06-03,2026-06-04 12:00
        2026-06-05 08:00,
        """,
        date="opened",
        computed={"took": "closed - opened", "m": "minutes(closed - opened)", "late": "hours(closed - opened) > 0.5"},
    )
    seconds = [20, 30 * 60, 36 * 3600]
    asked = ["sum(calls.m)", "max(calls.m)", "count(calls[late])", "count(calls[seconds(took) == 20])"]
    assert project.values(asked) == pytest.approx([sum(seconds) / 60, 36 * 60, 1, 1])
    assert project.value("count(calls[days(closed - opened) == 1.5])") == 1
    # The column itself is a duration: it meets the KPI's unit.
    assert project.value("avg(calls.took)", unit="hours") == pytest.approx(sum(seconds) / 3 / 3600)


def test_V8_date_and_number_are_days(project: Project) -> None:
    project.table(
        "d",
        """
        day,due,wait
        2026-02-27,2026-03-01,2
        2026-06-01,2026-06-30,30
        2026-06-10,2026-06-10,0
        2026-06-11,,1
        """,
        computed={"planned": "day + wait", "before": "due - 1", "sooner": "7 + day"},
    )
    conditions = ["planned == due", 'before == "2026-06-29"', 'sooner >= "2026-06-18"', "due - day == planned - day"]
    counted_ = [f"count(d[{condition}])" for condition in conditions]
    # 27 February + 2 days is 1 March; 1 June + 30 days is 1 July.
    assert project.values(counted_, window="all time") == [2, 1, 1, 2]
    assert project.value("count(d[days(due - day) <= 2])", window="all time") == 2


def test_V8_a_date_moved_out_of_the_calendar_is_empty(project: Project) -> None:
    project.table(
        "d", "day,wait\n2026-06-01,1000000000000\n2026-06-02,-900000\n2026-06-03,1", computed={"due": "day + wait"}
    )
    assert project.values(["count(d[due is None])", 'count(d[due > "2026-06-01"])']) == [2, 1]


def test_rows_of_text(rows: Project) -> None:
    conditions = [
        'contains(note, "e")', 'contains(lower(note), "red")', 'lower(note) == "red"', 'note == "red"',
        'extract(note, "(?i)^(r\\\\w+)") is not None', 'extract(note, "zzz(.)") is None', "filename == \"d.csv\"",
    ]  # fmt: skip
    assert counted(rows, *conditions) == [2, 2, 1, 0, 2, 4, 4]


def test_rows_of_numbers_in_text(project: Project) -> None:
    project.table(
        "d",
        'day,size\n2026-06-01,12 GB\n2026-06-02,"1,500 MB"\n2026-06-03,none',
        computed={"amount": 'number(extract(size, "^([\\\\d,.]+)"))', "unit": 'extract(size, " (\\\\w+)$")'},
    )
    assert project.values(["sum(d.amount)", 'sum(d.amount[unit == "GB"])', "count(d[unit is None])"]) == [1512, 12, 1]


def test_rows_number_reads_the_marks_of_the_source(project: Project) -> None:
    project.table(
        "d",
        'day;size\n2026-06-01;"1.500,5 kg"',
        computed={"kg": 'number(extract(size, "^(\\\\S+)"))'},
        read={"decimal": ","},
    )
    assert project.values(["sum(d.kg)", 'sum(d.kg[number(extract(size, "^(\\\\S+)")) > 1500])']) == [1500.5, 1500.5]


def test_rows_of_choices_and_defaults(project: Project) -> None:
    computed = {
        "fee": '2 if state == "paid" else 0.5',
        "sure": "coalesce(a, b, 0)",
        "sign": "1 if a > 1 else -1 if a > 0 else 0",
        "name": 'coalesce(state, "none")',
        "big": "True if a > 1 else flag",
    }
    project.table("d", ROWS, computed=computed)
    asked = ["sum(d.fee)", "sum(d.sure)", "sum(d.sign)", 'count(d[name == "none"])', "count(d[big])"]
    assert project.values(asked) == [5, 9, 1, 1, 3]


def test_rows_of_years_and_months(project: Project) -> None:
    project.table(
        "d",
        "day,born\n2026-06-01,1990-05-31\n2026-06-02,2000-12-01\n2026-06-03,",
        computed={"age": "year(day) - year(born)"},
    )
    asked = ["sum(d.age)", "count(d[month(born) == 12])", "count(d[month(day) == 6 and year(day) == 2026])"]
    assert project.values(asked) == [62, 1, 3]


def test_rows_times_meet_dates_as_days_and_times_as_times(project: Project) -> None:
    project.table(
        "d",
        """
        at,due,until
        2026-06-29 23:59,2026-06-30,2026-06-30 08:00
        2026-06-30 00:00,2026-06-30,2026-06-30 08:00
        2026-06-30 14:05,2026-06-30,2026-06-30 08:00
        """,
        date="at",
        computed={"either": "coalesce(until, due)", "or_else": "due if at == due else at"},
    )
    conditions = [
        'at == "2026-06-30"', 'at <= "2026-06-30"', 'at > "2026-06-29"', 'at >= "2026-06-30 14:05"', "at <= due",
        "at < until", 'at in ("2026-06-29", "2026-07-01")', 'at not in ("2026-06-30",)', 'at != "2026-06-30"',
        "hours(either - at) < 0", 'or_else == "2026-06-29 23:59"', "minutes(or_else - at) == 0",
    ]  # fmt: skip
    assert counted(project, *conditions) == [2, 3, 2, 1, 3, 2, 1, 1, 1, 1, 1, 2]


def test_rows_of_columns_without_any_value(project: Project) -> None:
    """A column that is empty so far is no reason to fail, whatever it is used for."""
    project.table(
        "d",
        "day,a,gone,note,size,other\n2026-06-01,1,,,,\n2026-06-02,2,,,,",
        computed={
            "took": "gone - day",
            "total": "a + size",
            "ratio": "a / size",
            "back": "size / a",
            "left": "coalesce(other, a)",
            "choice": "other if a > 1 else a",
        },
    )
    asked = {
        "count(d[gone is None])": 2, "sum(d.size)": 0, "avg(d.size)": None, "count_distinct(d.note)": 0,
        "count(d[gone > day])": 0, "count(d[not other])": 2, "sum(d.total)": 0, "avg(d.ratio)": None,
        "avg(d.back)": None, "sum(d.left)": 3, "sum(d.choice)": 1, 'count(d[note == "x"])': 0,
        'count(d[note != "x"])': 2, "count(d[size == 3])": 0, "count(d[minutes(took) > 1])": 0,
        'count(d[note in ("x", "y")])': 0, 'count(d[contains(note, "x")])': 0, "count(d[day < gone + 7])": 0,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ('a == "one"', "a number cannot be compared with text; if a holds codes, say types: {a: text}"),
        ("day - day > 3", "a duration cannot be compared with a number; write seconds(day - day), or minutes, hours"),
        (
            "state == 1 and a > 0",
            "compared with a number; text is written in quotation marks; number(state) makes a number of text",
        ),
        ("state", "a condition is needed here, not text"),
        ("a + state > 1", "text and a number cannot be added; to join texts say types: {a: text}"),
        ("day > 20260601", "a date cannot be compared with a number"),
    ],
)
def test_rows_that_do_not_go_together_are_explained(rows: Project, condition: str, message: str) -> None:
    assert message in rows.problem(f"count(d[{condition}])", valid=False)


def test_rows_a_fault_points_at_its_characters(rows: Project) -> None:
    """Computing itself points, since only it knows that ``a`` holds numbers."""
    rows.kpi("k", 'count(d[b > 0 and a == "one"])')
    problem = rows.results(valid=False).series["k"].problem or ""
    place, line, column, _ = problem.split(":", 3)
    text = (rows.folder / "kpi.yaml").read_text().splitlines()[int(line) - 1]
    assert place.endswith("kpi.yaml")
    assert text[int(column) - 1 :].startswith('a == "one"')


def test_rows_a_choice_may_leave_a_value_empty_whatever_its_kind(project: Project) -> None:
    project.rows(
        "d.csv",
        "opened,closed,state,amount",
        [
            ("2026-05-04", "2026-05-09", "closed", 5),
            ("2026-06-04", "2026-06-09", "waiting", 7),
            ("2026-06-05", None, None, 9),
        ],
    )
    project.source(
        "d",
        date=None,
        from_="opened",
        until="gone",
        computed={
            "gone": 'closed if state == "closed" else None',
            "paid": 'None if state == "waiting" else amount',
            "word": "state if amount > 5 else None",
            "late": "True if amount > 5 else None",
            "week": "opened + 7 if amount > 5 else None",
        },
    )
    asked = {
        "at_end(count(d))": 2, "at_end(sum(d.paid))": 9, "at_end(count(d[paid is None]))": 1,
        "at_end(count_distinct(d.word))": 1, "at_end(count(d[late]))": 2, 'at_end(count(d[week > "2026-06-11"]))': 1,
    }  # fmt: skip
    assert project.values(asked) == list(asked.values())
