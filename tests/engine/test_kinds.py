"""What kind of value a column holds (R4), rows that cannot be read (R6), and times with a zone (T5)."""

from __future__ import annotations

import gzip

import pytest
from engine.support import Project


def test_R4_a_column_is_decided_over_all_rows_of_all_files(project: Project) -> None:
    project.write("a.csv", "day,code\n2026-06-01,7\n2026-06-02,8")
    project.write("b.csv", "day,code\n2026-06-03,x9\n2026-06-04,7")
    project.source("t", path=["a.csv", "b.csv"])
    assert project.values(["count_distinct(t.code)", 'count(t[code == "7"])']) == [3, 2]
    assert 'b.csv:2: t.code: "x9" is not a number' in project.problem("count(t[code == lower(code) and code > 5])")


@pytest.mark.parametrize("word", ["Y", "Yes", "t", "1"])
def test_R4_only_true_and_false_are_truth_values(project: Project, word: str) -> None:
    project.table("t", f"day,ok\n2026-06-01,{word}\n2026-06-02,{word}")
    assert "condition" in project.problem("count(t[ok])")
    written = word if word == "1" else f'"{word}"'
    assert project.value(f"count(t[ok == {written}])") == 2


def test_R4_dates_that_one_row_decides_are_read(project: Project) -> None:
    project.table("t", "day,x\n06/01/2026,1\n06/14/2026,2\n07/01/2026,4")
    assert project.value("sum(t.x)") == 3


def test_R4_dates_that_fit_two_readings_ask_for_types(project: Project) -> None:
    project.table("t", "day,x\n06/01/2026,1\n06/02/2026,2")
    problem = project.problem("sum(t.x)")
    assert '"06/01/2026" can be read in two ways' in problem
    assert '"date %d/%m/%Y"' in problem
    assert '"date %m/%d/%Y"' in problem
    project.source("t", types={"day": "date %m/%d/%Y"})
    assert project.value("sum(t.x)") == 3
    project.source("t", types={"day": "date %d/%m/%Y"})
    assert project.value("sum(t.x)", "2026-01-31") == 1


def test_R4_two_digit_years_always_ask_for_types(project: Project) -> None:
    project.table("t", "day,x\n31-05-26,1\n14-06-26,2")
    assert 'types: {day: "date %d-%m-%y"}' in project.problem("sum(t.x)")
    project.source("t", types={"day": "date %d-%m-%y"})
    assert project.value("sum(t.x)") == 2


@pytest.mark.parametrize("value", ["abc", "1,5", "12,34", "nan", "inf", "$5", "1.000,00"])
def test_R6_R7_text_in_a_number_column_is_an_error_with_file_line_and_value(project: Project, value: str) -> None:
    project.rows("t.csv", "day,x", [("2026-06-01", 5), ("2026-06-02", value), ("2026-06-03", 7)])
    project.source("t")
    problem = project.problem("sum(t.x)")
    assert f't.csv:3: t.x: "{value}" is not a number' in problem


def test_R6_skipped_rows_are_counted_and_said(project: Project) -> None:
    project.table("t", "day,x\n2026-06-01,5\nTotal,12\n,3\n2026-06-03,oops\n2026-06-04,7", on_bad_rows="skip up to 90%")
    project.kpi("x", "sum(t.x)")
    results = project.results()
    assert results.series["x"].shown.value == 12
    use = results.sources["t"]
    assert (use.rows, use.skipped) == (2, 3)
    told = " | ".join(use.skipped_reasons)
    for part in ("t.csv:3", '"Total"', "t.csv:5", '"oops"', "t.csv:4", "is empty"):
        assert part in told


def test_R6_an_empty_date_is_an_error_by_default(project: Project) -> None:
    project.table("t", "day,x\n2026-06-01,5\n,3")
    problem = project.problem("sum(t.x)")
    assert "t.csv:3: t.day is empty, so the row is in no period" in problem
    assert "on_bad_rows: skip" in problem


def test_R6_a_day_that_does_not_exist_is_named(project: Project) -> None:
    project.table("t", "day,x\n2026-06-01,5\n2026-06-31,3")
    assert 't.csv:3: t.day: "2026-06-31" is not a date' in project.problem("sum(t.x)")


def test_one_bad_source_takes_only_its_own_kpis_along(project: Project) -> None:
    project.table("good", "day,x\n2026-06-01,5")
    project.table("bad", "day,x\n2026-06-01,five")
    project.kpi("good", "sum(good.x)")
    project.kpi("bad", "sum(bad.x)")
    project.kpi("both", "sum(good.x) + sum(bad.x)")
    series = project.results().series
    assert series["good"].shown.value == 5
    assert series["bad"].failed
    assert series["both"].failed


def test_T5_a_zone_turns_times_into_days_of_the_calendar(project: Project) -> None:
    project.table("t", "at,x\n2026-05-31T22:30:00Z,1\n2026-06-30T21:59:59+00:00,2\n2026-06-30T22:00:00Z,4", date="at")
    assert project.value("sum(t.x)") == 6  # UTC: the first is May, the other two June
    project.calendar(timezone="Europe/Berlin")
    assert project.value("sum(t.x)") == 3  # two hours ahead: the first is June, the last July
    project.calendar(timezone="America/New_York")
    assert project.value("sum(t.x)") == 6  # four hours behind: the first is May


def test_T5_a_source_that_mixes_zoned_and_plain_times_is_an_error(project: Project) -> None:
    project.table("t", "at,x\n2026-06-01T10:00:00Z,1\n2026-06-02T10:00:00,2", date="at")
    assert "with a zone and times without one" in project.problem("sum(t.x)")


def test_packed_tabbed_and_json_files_are_read_alike(project: Project) -> None:
    rows = [("2026-06-01", 5, "a"), ("2026-06-02", 7, "b"), ("2026-05-02", 9, "a")]
    csv = "day,x,who\n" + "\n".join(f"{day},{x},{who}" for day, x, who in rows) + "\n"
    (project.folder / "t.csv.gz").write_bytes(gzip.compress(csv.encode()))
    (project.folder / "t.tsv").write_text(csv.replace(",", "\t"), encoding="utf-8")
    lines = [f'{{"day": "{day}", "x": {x}, "who": "{who}"}}' for day, x, who in rows]
    (project.folder / "t.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (project.folder / "t.json").write_text("[" + ",\n".join(lines) + "]", encoding="utf-8")
    for name in ("t.csv.gz", "t.tsv", "t.jsonl", "t.json"):
        project.source("t", path=name)
        assert project.values(["sum(t.x)", "previous(sum(t.x))", "count_distinct(t.who)"]) == [12, 9, 2], name
