"""The value of every function (rule V13 and its sisters) over files, against values worked out by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from engine import function_cases as cases
from engine.split_rows import parts_of
from engine.support import Project

ASKED = [*(case for listed in cases.CASES.values() for case in listed), *cases.OPERATORS]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    project = a_project(tmp_path_factory.mktemp("functions"))
    formulas = list(dict.fromkeys(formula for formula, _ in ASKED))
    return dict(zip(formulas, project.values(formulas), strict=True))


def a_project(folder: Path) -> Project:
    project = Project(folder)
    project.rows("f.csv", ",".join(cases.COLUMNS), [list(row) for row in cases.ROWS])
    project.source("f", **cases.SOURCE)
    project.rows("crew.csv", ",".join(cases.CREW_COLUMNS), [list(row) for row in cases.CREW])
    project.source("crew", **{"date": None, "from": "hired", "until": "gone"})
    return project


@pytest.mark.parametrize(("formula", "expected"), ASKED, ids=[formula for formula, _ in ASKED])
def test_a_function_gives_the_value_worked_out_by_hand(
    found: dict[str, object], formula: str, expected: float | None
) -> None:
    value = found[formula]
    assert value == (None if expected is None else pytest.approx(expected, rel=1e-12))


@pytest.mark.parametrize(
    ("text", "digits", "rounded"),
    [("0.5", 0, 1), ("1.5", 0, 2), ("-0.5", 0, -1), ("0.4999999999", 0, 0), ("1234.5", -2, 1200),
     ("1250", -2, 1300), ("-1250", -2, -1300), ("2.345", 1, 2.3),
     ("8.895", 2, 8.9), ("1.005", 2, 1.01), ("-1.005", 2, -1.01),
     ("1e22", 3, 1e22)],
)  # fmt: skip
def test_V2_round_takes_halves_away_from_zero(project: Project, text: str, digits: int, rounded: float) -> None:
    project.table("d", f"day,n\n2026-06-01,{text}\n", types={"n": "number"}, computed={"r": f"round(n, {digits})"})
    assert project.value("sum(d.r)") == rounded


def test_round_takes_numbers_as_they_are_written(project: Project) -> None:
    """Decimal arithmetic is the oracle, on every multiple of a thousandth up to 100 and some larger ones."""
    numbers = [Decimal(n) / 1000 for n in (*range(-3000, 100_000, 7), *range(10**9, 10**9 + 500), 10**12 + 5)]
    project.rows("d.csv", "day,n,r", [(f"2026-06-{1 + n % 30:02}", n_, half_up(n_)) for n, n_ in enumerate(numbers)])
    project.source("d", types={"n": "number", "r": "number"})
    assert project.values(["count(d[round(n, 2) == r])", "count(d)"]) == [len(numbers)] * 2


def half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_nested_functions_that_repeat_their_argument_are_refused_before_they_fill_the_memory(project: Project) -> None:
    nested = "n"
    for _ in range(40):
        nested = f"round({nested})"
    project.table("d", "day,n\n2026-06-01,1\n", computed={"deep": nested})
    assert "this expression is too complex; compute a part of it as a column" in project.problem("sum(d.deep)")
    project.table("d", "day,n\n2026-06-01,1\n", types={"n": "text"}, computed={"deep": nested.replace("round", "trim")})
    assert project.value('count(d[deep == "1"])') == 1


def test_V4_mode_of_a_breakdown_is_that_of_each_part(project: Project) -> None:
    project.table("d", "day,part,n\n2026-06-01,a,1\n2026-06-02,a,1\n2026-06-02,a,5\n2026-06-03,b,7\n2026-06-03,b,3\n")
    project.kpi("k", "mode(d.n)", split="part")
    series = project.results().series["k"]
    assert series.shown.value == 1
    assert {name: part.series.shown.value for name, part in parts_of(series).items()} == {"a": 1, "b": 3}


def test_mode_may_be_asked_of_a_source_without_dates(project: Project) -> None:
    project.table("d", "n\n4\n2\n4\n", date=None)
    assert project.value("mode(d.n)") == 4
