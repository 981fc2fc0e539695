"""Balances by key (B5), balances without one that the rows leave open (B2), and rows that tie (V5): over files, over a
DuckDB file as a warehouse, and against plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from engine.support import Project, days

from kpi.run import Series
from kpi.run import incremental as by_file

Rows = Sequence[tuple[Any, ...]]
Fill = Callable[..., None]


@pytest.fixture(params=["files", "warehouse"])
def fill(request: pytest.FixtureRequest, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Puts rows where an engine finds them, and declares the source: ``fill("stock", {"day": "date"}, rows)``."""

    def files(name: str, columns: dict[str, str], rows: Rows, **fields: Any) -> None:
        project.rows(f"{name}.csv", ",".join(columns), rows)
        project.source(name, **fields)

    def warehouse(name: str, columns: dict[str, str], rows: Rows, **fields: Any) -> None:
        file = tmp_path / "w.duckdb"
        monkeypatch.setenv("KPI_TEST_KEYS", f"duckdb://{file}")
        with duckdb.connect(str(file)) as connection:
            declared = ", ".join(f'"{column}" {type_}' for column, type_ in columns.items())
            connection.execute(f"CREATE TABLE {name} ({declared})")
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in columns)})", rows)
        project.source(name, connection="${KPI_TEST_KEYS}", table=name, **fields)

    return files if request.param == "files" else warehouse


STOCK = {"day": "date", "shop": "text", "units": "integer"}
TWO_SHOPS = [("2026-01-30", "North", 100), ("2026-01-31", "South", 40)]
TIMES = {"at": "timestamp", "units": "integer"}
TWICE = [("2026-01-31 08:00:00", 100), ("2026-01-31 20:00:00", 90)]


def asked(project: Project, formula: str, as_of: str = "2026-01-31", **fields: Any) -> Series:
    """The series of one formula, with or without a problem."""
    project.kpi("asked", formula, **fields)
    return project.results(as_of).series["asked"]


# With a key.


def test_B5_the_last_row_of_each_key_counts(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, TWO_SHOPS, key="shop")
    wanted = {
        "at_end(sum(stock.units))": 140, "at_end(count(stock))": 2, "at_end(avg(stock.units))": 70,
        "at_end(max(stock.units))": 100, "at_end(median(stock.units))": 70,
        "at_end(stddev(stock.units))": 42.4264068712,
        "at_end(count_distinct(stock.shop))": 2, "at_end(percentile(stock.units, 100))": 100,
        "at_end(last(stock.units))": 40, "at_end(first(stock.units))": 100, "at_end(mode(stock.units))": 40,
        'at_end(sum(stock.units[shop == "North"]))': 100, 'at_end(count(stock[shop == "East"]))': 0,
        "at_end(sum(stock.units[day < window_end - 1]))": 100, "at_start(sum(stock.units))": None,
        "sum(stock.units)": 140,
    }  # fmt: skip
    assert project.values(wanted, "2026-01-31") == list(wanted.values())


def test_B5_V10_V11_expressions_and_groups_take_the_last_row_of_each_key(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2026-01-01", "North", 7), *TWO_SHOPS], key="shop")
    wanted = {
        "at_end(sum(stock.units * 2))": 280, "at_end(count(per(stock.shop, sum(stock.units))[value > 50]))": 1,
        "at_end(sum(per(stock.shop, sum(stock.units))))": 140, "at_end(max(per(stock.shop, last(stock.units))))": 100,
    }  # fmt: skip
    assert project.values(wanted, "2026-01-31") == list(wanted.values())
    series = asked(project, "at_end(sum(per(stock.shop, sum(stock.units))))", split="shop")
    assert series.split is not None
    assert {part.value: part.series.shown.value for part in series.split.parts} == {"North": 100, "South": 40}


def test_B5_a_measure_may_be_named_for_its_balance(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, TWO_SHOPS, key=["shop"])
    project.measure("units", "sum(stock.units)")
    assert project.value("at_end(units) - 1", "2026-01-31") == 139


def test_B5_a_filter_applies_to_the_last_rows(project: Project, fill: Fill) -> None:
    """North had more than 50 until the 20th, and has 10 since: it has not more than 50."""
    rows = [("2026-01-10", "North", 60), ("2026-01-20", "North", 10), ("2026-01-15", "South", 70)]
    fill("stock", STOCK, rows, key="shop")
    assert project.value("at_end(sum(stock.units[units > 50]))", "2026-01-31") == 70


def test_B5_of_several_rows_of_a_day_the_last_by_its_time_counts(project: Project, fill: Fill) -> None:
    columns = {"at": "timestamp", "shop": "text", "units": "integer"}
    rows = [
        ("2026-01-31 08:00:00", "a", 1), ("2026-01-31 20:00:00", "a", 2), ("2026-01-30 23:00:00", "b", 5),
        ("2026-01-30 22:00:00", "b", 50),
    ]  # fmt: skip
    fill("stock", columns, rows, date="at", key="shop")
    assert project.value("at_end(sum(stock.units))", "2026-01-31") == 7


def test_B5_an_empty_key_is_one_of_its_own(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2026-01-02", None, 1), ("2026-01-03", None, 2), ("2026-01-01", "a", 4)], key="shop")
    assert project.value("at_end(sum(stock.units))", "2026-01-31") == 6


@pytest.mark.parametrize("every", ["week", "month", "quarter"])
@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
def test_B5_against_plain_python(project: Project, fill: Fill, every: str, split: bool) -> None:
    """A history of balances with filters, the periods before and a year ago, whole and by the column of the row."""
    chance = random.Random(every)
    all_days = days("2024-06-01", 760)
    rows = [
        (day, chance.choice("abc"), chance.choice("xyz"), chance.choice(["ok", "bad"]), chance.randrange(50))
        for day in sorted(chance.sample(all_days, 120))
    ]
    columns = {"day": "date", "shop": "text", "sku": "text", "state": "text", "units": "integer"}
    fill("stock", columns, rows, key=["shop", "sku"])
    by_day = [(date.fromisoformat(str(day)), *rest) for day, *rest in rows]

    def balance(start: date, end: date, moment: date, keep: Callable[[tuple[Any, ...]], bool]) -> float | None:
        """The sum of the last row of each (shop, sku) before a moment; nothing where the window has no row."""
        if not any(start <= row[0] < end for row in by_day) or not any(row[0] < moment for row in by_day):
            return None
        last = {row[1:3]: row for row in by_day if row[0] < moment}
        return sum(row[4] for row in last.values() if keep(row))

    def in_segment(row: tuple[Any, ...]) -> bool:
        return not split or row[1] == "a"

    kept = {"": in_segment, '[state == "ok"]': lambda row: in_segment(row) and row[3] == "ok"}
    wanted = {(moment, condition): f"{moment}(sum(stock.units{condition}))"
              for moment in ("at_end", "at_start") for condition in kept}  # fmt: skip
    fields = {"every": every} | ({"split": "shop"} if split else {})
    for number, formula in enumerate(wanted.values()):
        project.kpi(f"k{number}", formula, **fields)
    project.kpi("before", "previous(at_end(sum(stock.units)))", **fields)
    project.kpi("ago", "year_ago(at_end(sum(stock.units)))", **fields)
    results = project.results("2026-06-28", periods=60 if every == "week" else 13).series

    def series_of(name: str) -> Series:
        found = results[name]
        assert found.problem is None, found.problem
        if not split:
            return found
        assert found.split is not None
        return next(part.series for part in found.split.parts if part.value == "a")

    for number, (moment, condition) in enumerate(wanted):
        series = series_of(f"k{number}")
        assert len(series.history) > 3
        for point in (*series.history, series.shown):
            start, end = point.period.start, point.period.end
            expected = balance(start, end, end if moment == "at_end" else start, kept[condition])
            assert point.value == expected, (point.period.label, moment, condition)
    ends = series_of("k0")
    assert series_of("before").shown.value == ends.history[-1].value
    back = {"week": 52, "month": 12, "quarter": 4}[every]
    assert series_of("ago").shown.value == ends.history[-back].value


def test_B5_the_cache_of_single_files_gives_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(by_file, "WORTHWHILE", 0)
    project.rows("stock-1.csv", "day,shop,units", TWO_SHOPS)
    project.rows("stock-2.csv", "day,shop,units", [("2026-02-10", "South", 7), ("2026-02-11", "West", 1)])
    project.source("stock", path="stock-*.csv", key="shop")
    project.source("bare", path="stock-*.csv")
    formulas = {
        "keyed": "at_end(sum(stock.units))", "filtered": 'at_end(sum(bare.units[shop == "South"]))',
        "total": "sum(stock.units)", "closing": "last(bare.units)",
    }  # fmt: skip
    for name, formula in formulas.items():
        project.kpi(name, formula)
    expected = {name: one.shown.value for name, one in project.results("2026-02-28").series.items()}
    assert expected == {"keyed": 108, "filtered": None, "total": 8, "closing": 1}
    for names in (list(formulas), *([name] for name in formulas), list(formulas)):
        series = project.results("2026-02-28", kpis=names, cache=tmp_path / "cache").series
        assert {name: series[name].shown.value for name in names} == {name: expected[name] for name in names}
        notes = [note for one in series.values() for note in one.notes if "passes the filter" in note]
        assert len(notes) == ("filtered" in names)


def test_B5_a_key_whose_last_row_is_old_counts_and_is_named(project: Project, fill: Fill) -> None:
    rows = [("2026-01-01", "North", 100), ("2025-11-30", "East", 1), ("2026-01-31", "South", 40)]
    fill("stock", STOCK, rows, key="shop")
    series = asked(project, "at_end(sum(stock.units))")
    assert series.shown.value == 141
    assert series.notes == (
        'of the last rows of stock by shop, 1 row is more than one month old and still counted: "East" of 2025-11-30',
    )
    assert asked(project, "at_end(sum(stock.units))", every="quarter").notes == ()
    assert asked(project, 'at_end(sum(stock.units[shop == "South"]))').notes == ()


def test_B5_only_the_first_keys_are_named(project: Project, fill: Fill) -> None:
    rows = [("2025-01-01", f"s{number}", 1) for number in range(1, 8)]
    fill("stock", STOCK, [*rows, ("2026-01-31", "s8", 1)], key="shop")
    (note,) = asked(project, "at_end(count(stock))").notes
    assert note == (
        'of the last rows of stock by shop, 7 rows are more than one month old and still counted: "s1" of 2025-01-01, '
        '"s2" of 2025-01-01, "s3" of 2025-01-01 and 4 more'
    )


def test_B5_rows_of_one_key_and_time_that_differ_are_an_error(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2026-01-31", "South", 40), ("2026-01-31", "South", 50)], key="shop")
    problem = asked(project, "at_end(sum(stock.units))").problem
    assert problem is not None
    assert problem.endswith(
        'stock has rows with the same key, "South", and time, 2026-01-31: different values: 40 and 50; add the column '
        "that distinguishes them to the key: key: [shop, …]"
    )
    assert asked(project, "at_end(count(stock))").shown.value == 1
    problem = asked(project, "at_end(count(stock[units > 45]))").problem
    assert problem is not None
    assert "only some of them pass the filter" in problem


def test_B5_rows_of_one_key_and_time_that_are_alike_are_one(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2026-01-31", "South", 40), ("2026-01-31", "South", 40)], key="shop")
    assert project.value("at_end(sum(stock.units))", "2026-01-31") == 40


def test_B5_a_period_before_that_is_left_open_has_a_note(project: Project, fill: Fill) -> None:
    rows = [("2025-12-31", "South", 40), ("2025-12-31", "South", 50), ("2026-01-31", "South", 60)]
    fill("stock", STOCK, rows, key="shop")
    series = asked(project, "at_end(sum(stock.units))")
    assert (series.shown.value, series.previous and series.previous.value) == (60, None)
    assert [note[:24] for note in series.notes] == ["2025-12 has no value: st"]


# Without one.


def test_B2_a_filter_that_leaves_no_row_of_the_last_date_gives_no_value(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2025-12-31", "East", 9), *TWO_SHOPS])
    for formula in ('at_end(sum(stock.units[shop == "North"]))', 'at_end(count(stock[shop == "North"]))',
                    'at_end(max(stock.units[shop == "North"]))'):  # fmt: skip
        series = asked(project, formula)
        assert (series.shown.value, series.problem) == (None, None)
        (note,) = series.notes
        assert note == (
            "no row of stock on 2026-01-31, the last date, passes the filter, but rows of earlier dates do: if each "
            'row is about one thing of several, say which with "key" on the source, e.g. key: shop'
        )
    # No row of the window passes: none is a count of zero (V3). East has one, before the window.
    assert asked(project, 'at_end(sum(stock.units[shop == "East"]))').shown.value == 0
    assert asked(project, "at_end(sum(stock.units))").shown.value == 40


def test_B2_the_start_of_a_month_is_the_end_of_the_month_before(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [*TWO_SHOPS, ("2026-02-28", "North", 1)])
    for shop, expected in (("North", None), ("South", 40), ("East", 0)):
        formula = f'(sum(stock.units[shop == "{shop}"]))'
        assert asked(project, f"at_end{formula}").shown.value == expected
        assert asked(project, f"at_start{formula}", "2026-02-28").shown.value == expected


def test_B2_segments_are_filters(project: Project, fill: Fill) -> None:
    fill("stock", STOCK, [("2025-12-31", "East", 9), *TWO_SHOPS])
    series = asked(project, "at_end(sum(stock.units))", split="shop")
    assert series.split is not None
    found = {part.value: part.series.shown.value for part in series.split.parts}
    assert found == {"South": 40, "North": None, "East": 0}
    assert [note.partition(":")[0] for note in series.split.notes] == ["North"]


def test_B2_rows_of_different_times_of_day_need_a_key(project: Project, fill: Fill) -> None:
    fill("stock", TIMES, TWICE, date="at")
    problem = asked(project, "at_end(sum(stock.units))").problem
    assert problem is not None
    assert problem.endswith(
        "the rows of stock on 2026-01-31, the last date, have different times of day: 08:00:00 to 20:00:00; "
        'say with "key" on the source stock which column tells what a row is about; where every row is the whole '
        "balance, write last(stock.units)"
    )
    # What the hint says to write.
    assert asked(project, "at_end(last(stock.units))").shown.value == 90
    assert asked(project, "last(stock.units)").shown.value == 90
    assert asked(project, "sum(stock.units)").shown.value == 190


def test_B2_a_date_whose_rows_have_one_time_is_no_error(project: Project, fill: Fill) -> None:
    fill(
        "stock", TIMES, [("2026-01-30 08:00:00", 1), ("2026-01-31 08:00:00", 2), ("2026-01-31 08:00:00", 3)], date="at"
    )
    assert project.value("at_end(sum(stock.units))", "2026-01-31") == 5


# First and last.


SCORES = {"day": "date", "sex": "text", "value": "integer"}
TIED = [("2026-01-05", "all", 7), ("2026-01-31", "all", 30), ("2026-01-31", "women", 18), ("2026-01-31", "men", 12)]


def test_V5_rows_that_tie_with_different_values_are_an_error(project: Project, fill: Fill) -> None:
    fill("scores", SCORES, TIED)
    problem = asked(project, "last(scores.value)").problem
    assert problem is not None
    assert (
        "last(scores.value): rows of 2026-01-31 have different values: 12 and 30; add a filter that leaves one of them"
        in problem
    )
    assert asked(project, "first(scores.value)").shown.value == 7
    assert asked(project, 'last(scores.value[sex == "all"])').shown.value == 30
    assert asked(project, "max(scores.value)").shown.value == 30
    series = asked(project, "first(scores.value)", split="sex")
    assert series.split is not None
    assert {part.value: part.series.shown.value for part in series.split.parts} == {"all": 7, "women": 18, "men": 12}


def test_V5_rows_that_tie_with_one_value_have_it(project: Project, fill: Fill) -> None:
    fill("scores", SCORES, [("2026-01-31", "a", 3), ("2026-01-31", "b", 3), ("2026-01-31", "c", None)])
    assert project.values(["last(scores.value)", "first(scores.value)"], "2026-01-31") == [3, 3]


def test_V5_a_tie_of_a_segment_leaves_it_without_a_value(project: Project, fill: Fill) -> None:
    rows = [("2026-01-05", "a", 1), ("2026-01-20", "b", 2), ("2026-01-20", "b", 3), ("2026-01-31", "a", 4)]
    fill("scores", SCORES, rows)
    series = asked(project, "last(scores.value)", split="sex")
    assert series.shown.value == 4
    assert series.split is not None
    assert [part.value for part in series.split.parts if part.series.shown.value is not None] == ["a"]
    assert series.split.notes == ("b: last(scores.value): rows of 2026-01-20 have different values: 2 and 3",)


def test_V5_intervals_tie_by_the_day_on_which_they_begin(project: Project, fill: Fill) -> None:
    columns = {"hired": "date", "left": "date", "pay": "integer"}
    fill("staff", columns, [("2025-01-01", None, 5), ("2025-02-01", None, 6), ("2025-02-01", None, 7)],
         from_="hired", until="left", date=None)  # fmt: skip
    assert asked(project, "at_end(first(staff.pay))").shown.value == 5
    assert "different values: 6 and 7" in (asked(project, "at_end(last(staff.pay))").problem or "")


def test_V5_against_plain_python(project: Project, fill: Fill) -> None:
    chance = random.Random(5)
    rows = [(day, chance.choice("ab"), chance.randrange(3)) for day in days("2026-01-01", 31) for _ in range(2)]
    rows += [("2026-02-01", "a", 1), ("2026-02-01", "b", 1)]  # the day shown, without a tie
    fill("scores", SCORES, rows)
    for sex in "ab":
        project.kpi(sex, f'last(scores.value[sex == "{sex}"])', every="day", window="all time")
    series_of = project.results("2026-02-01", periods=40).series
    tied = 0
    for sex in "ab":
        assert series_of[sex].problem is None
        for point in series_of[sex].history:
            near = [row for row in rows if str(row[0]) < str(point.period.end) and row[1] == sex]
            last = max((row[0] for row in near), default=None)
            values = {row[2] for row in near if row[0] == last}
            tied += len(values) > 1
            assert point.value == (values.pop() if len(values) == 1 else None), point
    assert tied > 3


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
def test_V5_V11_ties_of_a_group_are_an_error_that_names_it(project: Project, fill: Fill, split: bool) -> None:
    rows = [
        ("2026-04-30", "b", 1), ("2026-05-31", "a", 3), ("2026-06-30", "a", 4), ("2026-06-30", "b", 6),
        ("2026-06-30", "b", 7), ("2026-06-30", "c", 5), ("2026-06-30", "c", 5),
    ]  # fmt: skip
    fill("o", STOCK, rows)
    fields = {"split": "shop"} if split else {}
    message = 'rows of 2026-06-30 and shop "b" have different values: 6 and 7'
    for formula in ("sum(per(o.shop, last(o.units)))", "count(per(o.shop, first(o.units))[value > 5])"):
        series = asked(project, formula, "2026-06-30", **fields)
        assert series.shown.value is None
        assert message in (series.problem or ""), series
    assert project.value('sum(per(o.shop[shop != "b"], last(o.units)))', "2026-06-30") == 9
    assert project.value("sum(per(o.shop, last(o.units)))", "2026-05-31", window="2 months") == 3 + 1
