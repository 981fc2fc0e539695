"""The grid of a review: which value and status each period has, and what fits in which width."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.builders import at_least, at_most, kpi_of, plan_of, results_of, series_of, stale_series, target
from security.hostile import PAYLOADS, check

from kpi.plan.model import Kpi, Reference, Relative, ScheduleEntry
from kpi.render.layout import width_of
from kpi.render.output import Page, render
from kpi.render.review_grid import grid_lines
from kpi.review.grid import GRID, Grid, grid, periods_back
from kpi.run.series import Series
from kpi.status import status_view

MONTHS = [40.0 + place for place in range(GRID)]  # of June 2025 to June 2026: 40 to 52


def grid_of(*pairs: tuple[Kpi, Series]) -> Grid:
    plan, results = plan_of([kpi for kpi, _ in pairs]), results_of([series for _, series in pairs])
    return grid(plan, status_view(plan, results), results)


def one(*values: float | None, id_: str = "sales", every: str = "month", **fields: Any) -> tuple[Kpi, Series]:
    return kpi_of(id_, every=every, **{"name": id_.title(), **fields}), series_of(*values, id_=id_, every=every)


def statuses(*pairs: tuple[Kpi, Series]) -> list[str | None]:
    return [cell.status for cell in grid_of(*pairs).rows[0].cells]


def test_each_period_has_the_status_of_its_value() -> None:
    assert statuses(one(*MONTHS, target=at_least(45))) == ["red" if value < 45 else "green" for value in MONTHS]
    assert statuses(one(*MONTHS, target=at_most(45))) == ["red" if value > 45 else "green" for value in MONTHS]
    assert statuses(one(*MONTHS)) == ["no target"] * GRID


def test_a_status_is_that_of_the_target_of_its_period() -> None:
    schedule = (
        ScheduleEntry("2025-09", start=day_of(2025, 9), target=at_least(0)),
        ScheduleEntry("2026-01", start=day_of(2026, 1), target=at_least(99)),
    )
    assert statuses(one(*MONTHS, target=schedule)) == ["no target"] * 3 + ["green"] * 4 + ["red"] * 6


def test_a_glide_path_judges_each_value_by_where_it_should_have_been() -> None:
    """From 40 on 1 January 2026 to 52 on 31 December: 40 + 12 * days / 365."""
    values = [40.0] * 7 + [41.0, 42.0, 42.0, 42.0, 44.0, 46.0]
    kpi = one(*values, target=at_least(52, by="2026-12-31"), baseline=40.0)
    ends = [(31, 41.0), (59, 42.0), (90, 42.0), (120, 42.0), (151, 44.0), (181, 46.0)]
    expected = []
    for days, value in ends:
        line = 40 + 12 * days / 365
        expected.append("green" if value >= line else "yellow" if value >= line - 2 else "red")
    assert statuses(kpi)[7:] == expected
    assert set(expected) == {"green", "yellow"}


def test_a_target_relative_to_earlier_values_is_computed_from_them() -> None:
    values = [10.0, 11.0] * 6 + [float(value) for value in range(8, 8 + GRID)]
    year = one(*values, target=target("10% more than a year ago", ">=", Relative(0.1, "a year ago")))
    found = grid_of(year).rows[0].cells
    before = dict(zip(range(len(values)), values, strict=True))
    for place, cell in enumerate(found[:-1], start=len(values) - GRID):
        assert cell.status == ("green" if before[place] >= 1.1 * before[place - 12] else "red"), cell.period.label
    assert periods_back(plan_of([year[0]])) == GRID - 1 + 12


def test_the_status_of_a_target_that_names_other_values_is_not_made_up() -> None:
    kpi, series = one(*MONTHS, target=target("at least budget", ">=", Reference("budget")))
    series = Series(**{**vars(series), "references": {"budget": 60.0}})
    found = grid_of((kpi, series))
    assert [cell.status for cell in found.rows[0].cells] == [None] * (GRID - 1) + ["red"]
    assert "Without a sign" in render(found, "text", Page(width=160))


def test_empty_and_stale_periods() -> None:
    gap = grid_of(one(*MONTHS[:-3], None, *MONTHS[-2:], target=at_least(1))).rows[0].cells
    assert [(cell.display, cell.status) for cell in gap[-3:]] == [(None, None), ("51", "green"), ("52", "green")]
    stale = grid_of((kpi_of(target=at_least(1)), stale_series(44.0))).rows[0].cells
    assert (stale[-1].value, stale[-1].status) == (None, "stale")


def test_leading_indicators_come_first() -> None:
    found = grid_of(one(1, 2, id_="output"), one(1, 2, id_="input", indicator="leading"))
    assert [(block.heading, [row.row.kpi.id for row in block.rows]) for block in found.blocks] == [
        ("Leading indicators", ["input"]), ("Other KPIs", ["output"]),
    ]  # fmt: skip
    assert [block.heading for block in grid_of(one(1, 2)).blocks] == [""]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 160, 200])
def test_it_fits_and_every_period_keeps_its_sign(width: int) -> None:
    found = grid_of(
        one(*MONTHS, target=at_least(45), name="A KPI with quite a long name indeed", owner="ana@acme.example"),
        one(*[value * 1e4 for value in MONTHS], id_="money", unit="EUR", target=at_most(1e9, by="2026-12-31")),
    )
    lines = grid_lines(found, width)
    assert all(width_of(one) <= width for one in lines)
    texts = ["".join(piece.text for piece in one) for one in lines]
    if width >= 40:
        row = next(text for text in texts if text.strip().startswith("A K"))
        assert (row.count("✖"), row.count("●")) == (5, 8)
        assert any("wider terminal" in text for text in texts) == (width < 160)


def test_json_has_value_and_status_of_every_period() -> None:
    (found,) = json.loads(render(grid_of(one(*MONTHS, target=at_least(45))), "json"))["grid"]
    assert [(each["value"], each["status"]) for each in found["periods"]] == [
        (value, "red" if value < 45 else "green") for value in MONTHS
    ]
    assert found["periods"][0]["period"] == "2025-06"


@pytest.mark.parametrize("format_", ["text", "markdown", "html", "json"])
@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_text_of_others_is_only_shown(format_: str, text: str) -> None:
    kpi, series = one(*MONTHS, target=at_least(45), name=text, owner=text)
    check(format_, render(grid_of((kpi, Series(**{**vars(series), "notes": (text,)}))), format_), "")


def test_no_kpi() -> None:
    empty = grid_of()
    assert "No KPI to show." in render(empty, "text")
    assert "No KPI to show." in render(empty, "markdown")
    assert "No KPI to show." in render(empty, "html")


def day_of(year: int, month: int) -> Any:
    from datetime import date

    return date(year, month, 1)
