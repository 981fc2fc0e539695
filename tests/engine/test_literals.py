"""Texts and numbers in conditions that no row has (V9), over files and over a DuckDB file as a warehouse."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import duckdb
import pytest
from engine.support import Project

from kpi.run import Series
from kpi.run import incremental as by_file

COMPOSED, DECOMPOSED = normalize("NFC", "payé"), normalize("NFD", "payé")
HEADER = "day,region,profit,kind,n"
ROWS = [
    ("2026-06-01", "West", -1, COMPOSED, 1),
    ("2026-06-02", "East", 2, DECOMPOSED, 3),
    ("2026-06-03", "East", -2, "other", 7),
]


@pytest.fixture(params=["files", "warehouse"])
def orders(
    request: pytest.FixtureRequest, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """Three orders; ``fields`` of the source are added with ``declare``."""
    if request.param == "files":
        project.rows("o.csv", HEADER, ROWS)
        project.source("o")
        return project
    monkeypatch.setenv("KPI_TEST_LITERALS", f"duckdb://{tmp_path / 'w.duckdb'}")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("CREATE TABLE o (day date, region text, profit integer, kind text, n integer)")
        connection.executemany("INSERT INTO o VALUES (?, ?, ?, ?, ?)", ROWS)
    project.source("o", connection="${KPI_TEST_LITERALS}", table="o")
    return project


def declare(project: Project, **fields: object) -> None:
    project.plan["sources"]["o"] |= fields


def asked(project: Project, formula: str, **fields: object) -> Series:
    project.kpi("asked", formula, **fields)
    return project.series("asked")


@pytest.mark.parametrize(
    ("formula", "value", "notes"),
    [
        ('count(o[region == "west" and profit < 0])', 0, ['no row of o has region == "west"; did you mean "West"?']),
        ('count(o["west" == region])', 0, ['no row of o has region == "west"; did you mean "West"?']),
        ('count(o[region == "West" and profit < 0])', 1, []),
        ('count(o[lower(region) == "West"])', 0, ['no row of o has lower(region) == "West"; did you mean "west"?']),
        ('count(o[region in ("West", "Noth")])', 1, ['no row of o has region == "Noth"; known here: East, West']),
        ("count(o[n in (1, 6)])", 1, ["no row of o has n == 6; the nearest number is 7"]),
        ("count(o[profit == -3])", 0, ["no row of o has profit == -3; the nearest number is -2"]),
        ('sum(o.n if o.region == "west" else 0)', 0, ['no row of o has region == "west"; did you mean "West"?']),
        (
            'count(per(o.kind, count(o[region == "east"]))[value == 9])',
            0,
            ['no row of o has region == "east"; did you mean "East"?'],
        ),
        # These compare with nothing that has to occur.
        ('count(o[region != "west"])', 3, []),
        ('count(o[region not in ("west",)])', 3, []),
        ("count(o[n > 100])", 0, []),
        ('count(o[day == "2026-06-09"])', 0, []),
        ("count(o[day == window_end])", 0, []),
    ],
)
def test_V9_a_literal_that_no_row_has_is_a_note(orders: Project, formula: str, value: float, notes: list[str]) -> None:
    series = asked(orders, formula)
    assert (series.shown.value, list(series.notes)) == (value, notes)


def test_V9_letters_are_compared_after_unicode_normalisation(orders: Project) -> None:
    formulas = {
        f'count(o[kind == "{COMPOSED}"])': 2, f'count(o[kind == "{DECOMPOSED}"])': 2,
        f'count(o[kind in ("{COMPOSED}", "other")])': 3, f'count(o[kind != "{DECOMPOSED}"])': 1,
        f'count(o[kind not in ("{DECOMPOSED}",)])': 1, 'count(o[kind == "paye"])': 0,
    }  # fmt: skip
    assert orders.values(formulas) == list(formulas.values())
    series = asked(orders, f'count(o[kind in ("{DECOMPOSED}",)])', split="kind")
    assert series.notes == ()
    assert series.split is not None
    assert {part.value: part.series.shown.value for part in series.split.parts} == {COMPOSED: 2, "other": 0}


def test_V9_computed_columns_and_measures_are_conditions_too(orders: Project) -> None:
    declare(orders, computed={"big": '"y" if n == 8 else "n"', "unused": '"a" if region == "x" else "b"'})
    orders.measure("north", 'count(o[region == "North"])')
    orders.kpi("named", "1 * north")
    series = asked(orders, 'count(o[big == "y"]) + named', target="at most north")
    assert series.notes == (
        'no row of o has big == "y"; known here: n',
        'no row of o has region == "North"; known here: East, West',
        "no row of o has n == 8; the nearest number is 7",
    )
    assert asked(orders, "count(o)", target="at most north").notes == (
        'no row of o has region == "North"; known here: East, West',
    )


@pytest.mark.parametrize(
    ("where", "rows", "notes"),
    [
        ('region == "west"', None, ['no row of o has region == "west"; did you mean "West"?']),
        ('region == "West"', 1, []),
        # Rows that the condition leaves out do not count as missing.
        ('region == "West" and not kind == "other"', 1, []),
        ('region == "West" and not kind == "othr"', 1, ['no row of o has kind == "othr"; did you mean "other"?']),
        ('region == "East" and kind in ("other", "new")', 1,
         [f'no row of o has kind == "new"; known here: other, {COMPOSED}']),
    ],
)  # fmt: skip
def test_V9_where_is_looked_for_in_the_rows_before_it(
    orders: Project, where: str, rows: float | None, notes: list[str]
) -> None:
    declare(orders, where=where)
    series = asked(orders, "count(o)")
    assert (series.shown.value, list(series.notes)) == (rows, notes)


def test_V9_a_source_without_rows_says_nothing_about_its_values(project: Project) -> None:
    project.table("o", f"{HEADER}\n2026-07-09,West,1,x,1")
    assert asked(project, 'count(o[region == "west"])').notes == ()


def test_V9_snapshots_and_intervals(project: Project) -> None:
    project.table("s", "name,team\nann,a\nbob,b", date=None)
    project.table("i", "hired,left,team\n2026-01-01,2026-01-01,Ops", date=None, from_="hired", until="left")
    assert asked(project, 'count(s[team == "A"])').notes == ('no row of s has team == "A"; did you mean "a"?',)
    assert asked(project, 'at_end(count(i[team == "Ops"]))').notes == ()
    assert asked(project, 'at_end(count(i[team == "ops"]))').notes == (
        'no row of i has team == "ops"; did you mean "Ops"?',
    )


def test_V9_the_caches_keep_the_note(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(by_file, "WORTHWHILE", 0)
    project.rows("o-1.csv", HEADER, ROWS[:1])
    project.rows("o-2.csv", HEADER, ROWS[1:])
    project.source("o", path="o-*.csv")
    project.kpi("fine", 'count(o[region == "West"])')
    project.kpi("wrong", 'count(o[region == "west"])')
    for _ in range(2):  # first computed, then from the cache of results
        series = project.results(cache=tmp_path / "cache").series
        assert series["fine"].notes == ()
        assert series["wrong"].notes == ('no row of o has region == "west"; did you mean "West"?',)
    project.rows("o-3.csv", HEADER, [("2026-06-05", "west", 1, "x", 1)])
    assert project.results(cache=tmp_path / "cache").series["wrong"].notes == ()
