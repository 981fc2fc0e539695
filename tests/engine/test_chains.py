"""KPIs and measures that build on one another: right as deep as it goes, and each worked out once."""

from __future__ import annotations

import pytest
from engine.support import Project

from kpi.run.evaluator import Evaluator

ROWS = "day,amount\n2026-03-31,5\n2026-05-03,2\n2026-06-03,3\n"


@pytest.mark.parametrize("kind", ["kpi", "measure"])
def test_the_longest_chain_has_its_value(project: Project, kind: str) -> None:
    project.table("o", ROWS, date="day")
    add = project.kpi if kind == "kpi" else project.measure
    add("c0", "sum(o.amount)")
    for n in range(1, 99):
        add(f"c{n}", f"c{n - 1} + 1")
    project.kpi("last", "c98")
    series = project.series("last")
    # April has no rows, and so no value for the formulas to add to.
    assert [(point.period.label, point.value) for point in (*series.history, series.shown)] == [
        ("2026-03", 103), ("2026-04", None), ("2026-05", 100), ("2026-06", 101)
    ]  # fmt: skip


def test_a_chain_of_bare_names_has_its_value(project: Project) -> None:
    project.table("o", ROWS, date="day")
    project.kpi("c0", "sum(o.amount)")
    for n in range(1, 200):
        project.kpi(f"c{n}", f"c{n - 1}")
    assert project.series("c199").shown.value == 3


def test_a_kpi_that_many_name_is_worked_out_once_for_each_period(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.table("o", ROWS, date="day")
    project.kpi("k0", "sum(o.amount)")
    for n in range(1, 11):
        project.kpi(f"k{n}", f"k{n - 1} + previous(k{n - 1})")
    worked_out: list[tuple[object, ...]] = []
    one = Evaluator._evaluate
    monkeypatch.setattr(Evaluator, "_evaluate", lambda self, *asked: (worked_out.append(asked), one(self, *asked))[1])
    project.results()
    # Written out there were 2**11 formulas for each of 14 periods. Two looks over the 11 KPIs in the periods shown and
    # up to ten before them.
    assert len(set(worked_out)) <= 11 * 24
    assert len(worked_out) <= 3 * len(set(worked_out))


def test_a_window_that_the_data_does_not_fill_is_noticed_through_a_kpi_that_was_worked_out_before(
    project: Project,
) -> None:
    project.table("o", ROWS, date="day")
    project.kpi("year", "sum(o.amount)", window="1 year")
    project.kpi("same", "year")
    project.kpi("month", "sum(o.amount)")
    results = project.results()
    assert {name: series.shown.partial for name, series in results.series.items()} == {
        "year": True, "same": True, "month": False
    }  # fmt: skip


def test_the_longest_chain_of_computed_columns_has_its_value(project: Project) -> None:
    columns = {
        "c0": "amount",
        **{f"c{n}": f"c{n - 1} / 2 + c{n - 1} / 2 if c{n - 1} > 0 else 0" for n in range(1, 100)},
    }
    project.table("o", ROWS, date="day", computed=columns)
    assert project.value("sum(o.c99)") == 3
