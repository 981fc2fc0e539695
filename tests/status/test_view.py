from __future__ import annotations

from typing import Any

import pytest
from helpers.builders import (
    at_least,
    at_most,
    day,
    kpi_of,
    part_of_june,
    period,
    plan_of,
    results_of,
    series_of,
    stale_series,
    target,
)

from kpi.plan.model import Kpi, Reference, Relative
from kpi.run.series import Point, Series
from kpi.status import KpiRow, status_view


def row_of(kpi: Kpi, series: Series) -> KpiRow:
    (row,) = status_view(plan_of([kpi]), results_of([series])).rows
    return row


def test_a_change_carries_no_float_noise() -> None:
    row = row_of(kpi_of(unit="%"), series_of(0.258, 0.262))
    assert (row.change, row.change_display) == (0.004, "▲ 0.4 pt")
    assert row.previous is not None
    assert row.previous.value == 0.258


def test_a_change_too_large_for_a_number_is_none() -> None:
    assert row_of(kpi_of(), series_of(-1.7e308, 1.7e308)).change is None


@pytest.mark.parametrize("previous", [None, Point(period("2026-05-31"), None)])
def test_without_a_value_before_there_is_no_change(previous: Point | None) -> None:
    row = row_of(kpi_of(), series_of(1.0, previous=previous))
    assert (row.previous, row.change, row.change_display) == (None, None, None)


def test_S5_a_stale_row_has_the_last_fresh_value_its_history_and_no_change() -> None:
    series = stale_series(9.0, previous=Point(period("2026-05-31"), 8.0))
    row = row_of(kpi_of(target=at_least(1.0)), series)
    assert (row.status, row.display, row.period.label) == ("stale", "9", "2026-04")
    assert (row.change, row.previous) == (None, None)
    assert [point.value for point in row.history] == [7.0]


@pytest.mark.parametrize(
    ("unit", "value", "notes"),
    [
        ("%", 12.0, ('the value is 1,200% in 2026-06; 1 means 100%: divide by 100, or remove unit: "%"',)),
        ("%", -10.5, ('the value is -1,050% in 2026-06; 1 means 100%: divide by 100, or remove unit: "%"',)),
        ("%", 10.0, ()),
        ("minutes", -3.0, ("the value is negative in 2026-06: -3 minutes; look for rows that end before they begin",)),
        ("minutes", 3.0, ()),
        ("EUR", -3e9, ()),
        ("%", None, ()),
    ],
)
def test_V14_a_value_that_lint_would_doubt_bears_that_doubt(
    unit: str, value: float | None, notes: tuple[str, ...]
) -> None:
    assert row_of(kpi_of(unit=unit), series_of(value)).notes == notes


def test_no_value_is_shown_as_none_not_as_a_number() -> None:
    row = row_of(kpi_of(target=at_least(1.0)), series_of(2.0, None))
    assert (row.display, row.change_display, row.change, row.status) == (None, None, None, "no data")


@pytest.mark.parametrize(
    ("unit", "bound", "value", "display"),
    [
        ("%", at_least(0.3), 0.29996, "29.996%"),
        ("%", at_least(0.3), 0.2996, "29.96%"),
        ("%", target("below 5%", "<", 0.05), 0.04999, "4.999%"),
        ("USD", at_most(12400.0), 12400.4, "$12.4004k"),
        (None, at_least(44.0), 43.9999, "43.9999"),
    ],
)
def test_S9_what_is_shown_never_contradicts_the_status(unit: str, bound: Any, value: float, display: str) -> None:
    assert row_of(kpi_of(unit=unit, target=bound), series_of(value)).display == display


def test_S9_holds_against_the_glide_path_as_well() -> None:
    # The line stands at 18.1 (see test_glide); 18.0996 would round to 18.1 and look on pace.
    kpi = kpi_of(baseline=0.0, target=at_least(36.5, by="2026-12-31"))
    row = row_of(kpi, series_of(18.0996))
    assert (row.status, row.display) == ("yellow", "18.0996")


@pytest.mark.parametrize(
    ("unit", "bound", "shown"),
    [
        ("%", at_least(0.3, by="2026-12-31"), "≥ 30% by Dec 2026"),
        ("%", at_most(0.1234), "≤ 12.34%"),
        ("%", target("below 5%", "<", 0.05), "< 5%"),
        ("points", target("above 4.5", ">", 4.5, by="2026-11-15"), "> 4.5 by 15 Nov 2026"),
        ("points", target("exactly 3", "==", 3.0), "= 3"),
        ("points", target("between 20 and 30", "between", 20.0, 30.0), "20 – 30"),
        ("EUR", at_least(12345.0), "≥ €12,345"),
        ("minutes", at_most(4.5), "≤ 4 min 30 s"),
    ],
)
def test_targets_are_shown_in_signs_with_all_their_digits(unit: str, bound: Any, shown: str) -> None:
    assert row_of(kpi_of(unit=unit, target=bound), series_of(1.0)).target_display == shown


def test_S9_the_number_of_a_target_is_told_from_a_value_near_it() -> None:
    kpi = kpi_of(target=target("at least budget", ">=", Reference("budget")))
    row = row_of(kpi, series_of(12345.0, references={"budget": 12345.678912}))
    assert (row.status, row.display, row.target_display) == ("red", "12.3k", "≥ 12.35k")


@pytest.mark.parametrize(
    ("bound", "references", "shown"),
    [
        (target("5% more", ">=", Relative(0.05)), {}, "≥ 32.93"),  # 31.361 + 5% is 32.92905
        (target("at least budget", ">=", Reference("budget")), {"budget": 12174.8}, "≥ 12.2k"),
        (target("between low and high", "between", Reference("low"), 40.25), {"low": 30.123456}, "30.12 – 40.25"),
    ],
)
def test_a_computed_target_has_no_more_digits_than_tell_it_from_the_value(
    bound: Any, references: dict[str, float], shown: str
) -> None:
    row = row_of(kpi_of(baseline=31.361, target=bound), series_of(33.0, references=references))
    assert row.target_display == shown


def test_T7_a_target_that_is_shared_out_is_a_computed_one() -> None:
    row = row_of(kpi_of(target=at_least(1000.0)), part_of_june(10.0, last_day=7, additive=True))
    assert row.target_display == "≥ 233.33"  # 1000 * 7 / 30


def test_a_target_without_a_number_now_is_shown_as_written() -> None:
    kpi = kpi_of(target=target("at least budget", ">=", Reference("budget")))
    assert row_of(kpi, series_of(1.0)).target_display == "at least budget"


def test_the_summary_counts_every_status_in_its_order() -> None:
    kpis = [kpi_of(f"k{n}", target=None if n == 0 else at_least(2.0)) for n in range(4)]
    values = [1.0, 2.0, 1.0, None]
    view = status_view(
        plan_of(kpis, title="Acme"), results_of([series_of(v, id_=f"k{n}") for n, v in enumerate(values)])
    )
    assert list(view.summary.items()) == [
        ("green", 1), ("yellow", 0), ("red", 1), ("stale", 0), ("no data", 1), ("no target", 1),
    ]  # fmt: skip
    assert view.title == "Acme"
    assert view.as_of == day("2026-06-30")


def test_only_what_was_computed_is_shown_in_the_order_of_the_file() -> None:
    plan = plan_of([kpi_of("b"), kpi_of("a"), kpi_of("c")])
    view = status_view(plan, results_of([series_of(1.0, id_="a"), series_of(1.0, id_="b")]))
    assert [row.kpi.id for row in view.rows] == ["b", "a"]


def guarded(own: tuple[float, float], other: tuple[float, float], **fields: Any) -> tuple[str, ...]:
    kpis = [
        kpi_of("own", target=at_least(1.0), guardrails=("other",)),
        kpi_of("other", name="Refund rate", target=at_most(5.0), **fields),
    ]
    series = [series_of(*own, id_="own"), series_of(*other, id_="other")]
    return status_view(plan_of(kpis), results_of(series)).rows[0].notes


def test_a_guardrail_that_broke_while_the_kpi_got_better_is_told() -> None:
    assert guarded((1.0, 2.0), (5.0, 6.0)) == ('improved while its guardrail "Refund rate" got worse (red)',)


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ((2.0, 1.0), (5.0, 6.0)),  # it did not get better
        ((1.0, 2.0), (7.0, 6.0)),  # the guardrail is red, but got better
        ((1.0, 2.0), (3.0, 4.0)),  # it got worse, but is green
    ],
)
def test_a_guardrail_is_silent_where_nothing_is_certain(own: tuple[float, float], other: tuple[float, float]) -> None:
    assert guarded(own, other) == ()


def test_T7_the_view_knows_that_periods_are_running() -> None:
    view = status_view(plan_of([kpi_of(target=at_least(5.0))]), results_of([part_of_june(1.0, 12)]), to_date=True)
    assert view.to_date
    assert not view.rows[0].period.whole


def test_a_kpi_without_a_name_goes_by_its_id() -> None:
    assert row_of(kpi_of("sales"), series_of(1.0)).name == "sales"
