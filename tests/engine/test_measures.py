"""Measures, KPIs in formulas, typed-in values, and what targets name (N1, S3)."""

from __future__ import annotations

import pytest
from engine.support import Project, days


@pytest.fixture
def shop(project: Project) -> Project:
    """One order a day in 2026, worth its number in the year; every tenth is sent back."""
    rows = [(day, number, "yes" if number % 10 == 0 else None) for number, day in enumerate(days("2026-01-01", 200), 1)]
    project.rows("orders.csv", "day,n,returned", rows)
    project.source("orders")
    return project


def total(first: int, last: int) -> int:
    return sum(range(first, last + 1))


# The numbers of the days: June is 152 to 181, May 121 to 151, April 91 to 120.


def test_N1_a_measure_is_computed_in_the_every_and_window_of_its_user(shop: Project) -> None:
    shop.measure("revenue", "sum(orders.n)")
    shop.measure("average", "revenue / count(orders)")
    shop.kpi("monthly", "revenue")
    shop.kpi("quarterly", "revenue", every="quarter")
    shop.kpi("rolling", "revenue", window="2 months")
    shop.kpi("mean", "average", every="quarter")
    series = shop.results().series
    assert {name: one.shown.value for name, one in series.items()} == {
        "monthly": total(152, 181), "quarterly": total(91, 181), "rolling": total(121, 181), "mean": 136,
    }  # fmt: skip


def test_N1_a_kpi_in_a_formula_keeps_its_own_window(shop: Project) -> None:
    shop.kpi("rolling", "sum(orders.n)", window="2 months")
    shop.measure("through_a_measure", "rolling / 2")
    asked = {
        "rolling": total(121, 181),
        "sum(orders.n) / rolling": total(152, 181) / total(121, 181),
        "previous(rolling)": total(91, 151),
        "through_a_measure": total(121, 181) / 2,
    }
    assert shop.values(asked) == pytest.approx(list(asked.values()), rel=1e-11)
    # Also where the user has another window.
    assert shop.value("sum(orders.n) - rolling", window="3 months") == total(91, 181) - total(121, 181)


def test_N1_V7_a_kpi_in_a_formula_is_rounded_as_it_is_shown(shop: Project) -> None:
    shop.kpi("third", "count(orders) / (count(orders) * 3)")
    assert shop.value("third * 3") == 0.999999999999


def test_N1_balances_of_measures(shop: Project) -> None:
    shop.measure("revenue", "sum(orders.n)")
    shop.measure("both", "revenue + count(orders)")
    shop.measure("later", "at_end(revenue)")
    asked = {
        "at_end(revenue)": 181, "at_start(revenue)": 151, "at_end(both)": 182, "later - at_start(both)": 181 - 152,
        "previous(at_end(revenue))": 151, "at_end(revenue) / revenue": 181 / total(152, 181), "later": 181,
    }  # fmt: skip
    assert shop.values(asked) == pytest.approx(list(asked.values()), rel=1e-11)


def test_N1_the_same_formula_in_two_places_is_computed_alike(shop: Project) -> None:
    shop.measure("a", "count(orders[returned is not None])")
    shop.measure("b", "count(orders[returned is not None])")
    assert shop.values(["a", "b", "a - b", "a / count(orders)"]) == [3, 3, 0, 0.1]


def test_typed_in_values(shop: Project) -> None:
    shop.kpi("nps", values={"2026-Q1": 41, "2026-Q2": 44, "2026-Q3": 99}, every="quarter")
    series = shop.series("nps")
    assert (series.shown.value, series.fresh) == (44, True)
    assert series.previous is not None
    assert series.previous.value == 41
    assert [point.value for point in series.history] == [41]
    found = shop.values(["nps", "nps - previous(nps)", "previous(nps, 2)", "nps / count(orders)"], every="quarter")
    assert found == [44, 3, None, 0.483516483516]


def test_typed_in_values_of_weeks_and_fiscal_quarters(project: Project) -> None:
    project.kpi("w", values={"2026-W25": 1, "2026-W26": 2}, every="week")
    assert project.series("w", "2026-06-28").shown.value == 2
    project.calendar(week_starts="sunday", fiscal_year_starts="april")
    project.plan["kpis"] = {}
    project.kpi("w", values={"2026-06-14": 1, "2026-06-21": 2}, every="week")
    project.kpi("q", values={"FY2026-Q4": 3, "FY2027-Q1": 4}, every="quarter")
    project.kpi("d", values={"2026-06-30": 5}, every="day")
    series = project.results("2026-06-30").series
    assert {name: one.shown.value for name, one in series.items()} == {"w": 2, "q": 4, "d": 5}


def test_V7_values_have_twelve_digits(shop: Project) -> None:
    shop.kpi("typed", values={"2026-06": 0.1234567890123456})
    assert shop.value("typed * 1") == 0.123456789012
    assert shop.values(["1 / 3 * count(orders) / count(orders)", "1e15 / 7 * count(orders) / 30"]) == [
        0.333333333333, 142857142857000,
    ]  # fmt: skip
    assert shop.values(["0.1 + 0.2 + 0 * count(orders)", "0 * count(orders) * -1"]) == [0.3, 0]


def test_S3_what_a_target_names_is_computed_in_the_kpi_s_own_way(shop: Project) -> None:
    shop.table("plan", "day,amount\n2026-05-01,100\n2026-06-01,200")
    shop.measure("budget", "sum(plan.amount)")
    shop.kpi("limit", "max(orders.n)")
    shop.kpi(
        "sold",
        "sum(orders.n)",
        target="at least 95% of budget",
        thresholds={"green": "at least limit", "yellow": "at least 1"},
    )
    shop.kpi("rolling", "sum(orders.n)", window="2 months", target="between budget and limit")
    series = shop.results(kpis=["sold", "rolling"]).series
    assert series["sold"].references == {"budget": 200, "limit": 181}
    assert series["rolling"].references == {"budget": 300, "limit": 181}


def test_S4_a_schedule_may_name_measures(shop: Project) -> None:
    shop.measure("low", "count(orders)")
    shop.measure("high", "max(orders.n)")
    shop.kpi("sold", "sum(orders.n)", target={"2026-01": "at least low", "2026-06": "at least high"})
    assert shop.series("sold").references == {"low": 30, "high": 181}


def test_S3_a_target_whose_measure_cannot_be_computed_is_told(shop: Project) -> None:
    shop.source("plan", path="gone.csv")
    shop.table("bad", "day,amount\n2026-06-01,5 or so")
    shop.measure("budget", "sum(plan.amount)")
    shop.measure("limit", "sum(bad.amount)")
    shop.kpi("sold", "sum(orders.n)", target="at least budget", thresholds={"green": "at least limit"})
    results = shop.results()
    assert results.series["sold"].shown.value == total(152, 181)
    assert results.series["sold"].references == {"budget": None, "limit": None}
    assert results.problems == (
        'there is no file "gone.csv"',
        'bad.csv:2: bad.amount: "5 or so" is not a number; on_bad_rows: skip leaves such rows out and says how many',
    )


def test_one_faulty_formula_leaves_the_others(shop: Project) -> None:
    shop.kpi("good", "sum(orders.n)")
    shop.kpi("bad", "sum(orders.returned)")
    shop.kpi("worse", "bad + good")
    results = shop.results()
    assert results.series["good"].shown.value == total(152, 181)
    for name in ("bad", "worse"):
        assert results.series[name].failed
        assert "sum needs numbers, and orders.returned holds text" in (results.series[name].problem or "")


def test_only_what_is_asked_for_is_computed(shop: Project) -> None:
    shop.source("gone", path="gone.csv")
    shop.kpi("good", "sum(orders.n)")
    shop.kpi("bad", "count(gone)")
    results = shop.results(kpis=["good"])
    assert list(results.series) == ["good"]
    assert results.problems == ()
    assert list(results.sources) == ["orders"]


@pytest.mark.parametrize("used", ["one", "other", "longer"])
def test_an_error_in_one_of_several_like_measures_points_at_the_one_that_is_used(project: Project, used: str) -> None:
    """The same text is one tree and the same aggregate is computed once; the place is that of the measure used."""
    project.table("o", "day,note\n2026-06-01,late\n2026-06-02,early\n")
    project.measure("one", "2 * sum(o.note)")
    project.measure("other", "2 * sum(o.note)")
    project.measure("longer", "count(o) + 10 * sum(o.note)")
    project.kpi("first", "one")  # computed before, so that the error is found in its text
    project.kpi("asked", used)
    problem = project.results(kpis=["first", "asked"]).series["asked"].problem
    assert problem is not None
    file, line, column, _ = problem.split(":", 3)
    written = (project.folder / file).read_text().splitlines()[int(line) - 1]
    assert written.strip().startswith(f"{used}:")
    assert written[int(column) - 1 :].startswith("note")
