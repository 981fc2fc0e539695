"""Six weeks and twelve months beside the year before, against sums in plain Python."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpers.builders import day
from helpers.marked_text import checked_plan
from security.hostile import PAYLOADS, check

from kpi.render.layout import width_of
from kpi.render.output import Page, render
from kpi.render.review_grid import trailing_lines
from kpi.review.trailing import Trailing, lengths, periods_back, restated, trailing
from kpi.run import compute
from kpi.status import status_view

AS_OF = date(2026, 6, 30)
FIRST = date(2024, 5, 6)

PLAN = """\
version: 1
sources:
  orders: {path: orders.csv, date: day}
measures:
  spent: sum(orders.amount)
kpis:
  sales: {name: NAME, formula: spent, unit: EUR, target: at least 100}
  basket: {formula: spent / count(orders), every: week}
  growing: {formula: growth(spent)}
  of_growing: {formula: growing * 2}
  yearly: {formula: spent, every: year}
  typed: {every: day, values: {2026-06-30: 3}}
"""


@pytest.fixture(scope="module")
def rows() -> list[tuple[date, int]]:
    seeded = random.Random(7)
    days = [FIRST + timedelta(days=place) for place in range((AS_OF - FIRST).days + 1)]
    return [(each, seeded.randint(1, 50)) for each in days for _ in range(seeded.randint(1, 2))]


def found_in(folder: Path, rows: list[tuple[date, int]], name: str = "Sales") -> Trailing:
    text = "day,amount\n" + "".join(f"{each},{amount}\n" for each, amount in rows)
    checked = checked_plan(folder, PLAN.replace("NAME", json.dumps(name)), **{"orders.csv": text})
    own = compute(checked, AS_OF, periods=12)
    found = {}
    for every in lengths(checked):
        other, ids = restated(checked, every)
        found[every] = compute(other, AS_OF, kpis=ids, periods=periods_back(every))
    return trailing(checked, status_view(checked.plan, own), found)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[date, int]]) -> Trailing:
    return found_in(tmp_path_factory.mktemp("trailing"), rows)


def amounts(rows: list[tuple[date, int]], start: date, end: date) -> list[int]:
    return [amount for each, amount in rows if start <= each < end]


def cells(found: Trailing, every: str, kpi: str) -> Any:
    (block,) = (block for block in found.blocks if block.every == every)
    (row,) = (one for one in block.rows if one.row.kpi.id == kpi)
    return row


def test_weeks_of_a_monthly_kpi(found: Trailing, rows: list[tuple[date, int]]) -> None:
    row = cells(found, "week", "sales")
    mondays = [date(2026, 6, 22) - timedelta(weeks=back) for back in range(5, -1, -1)]
    week, year = timedelta(weeks=1), timedelta(weeks=52)
    assert [cell.value for cell in row.cells] == [sum(amounts(rows, one, one + week)) for one in mondays]
    assert [cell.before for cell in row.cells] == [sum(amounts(rows, one - year, one - year + week)) for one in mondays]
    last = row.cells[-1]
    assert row.trend == ("better" if last.value > last.before else "worse")


def test_months_of_a_weekly_kpi(found: Trailing, rows: list[tuple[date, int]]) -> None:
    row = cells(found, "month", "basket")
    starts = [date(2025 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(7, 20)]
    for place, cell in enumerate(row.cells):
        some = amounts(rows, starts[place], starts[place + 1])
        assert cell.value == pytest.approx(sum(some) / len(some), rel=1e-11)
        start, end = starts[place].replace(year=starts[place].year - 1), starts[place + 1]
        some = amounts(rows, start, end.replace(year=end.year - 1))
        assert cell.before == pytest.approx(sum(some) / len(some), rel=1e-11)


def test_a_kpi_keeps_its_own_periods_where_others_would_change_its_meaning(found: Trailing) -> None:
    assert [block.every for block, _ in found.of(next(r for r in found.rows if r.kpi.id == "growing"))] == ["month"]
    assert [block.every for block, _ in found.of(next(r for r in found.rows if r.kpi.id == "of_growing"))] == ["month"]
    assert [block.every for block, _ in found.of(next(r for r in found.rows if r.kpi.id == "yearly"))] == ["year"]
    assert [row.kpi.id for row in found.left_out] == ["typed"]


def test_the_plan_itself_is_not_changed(tmp_path: Path) -> None:
    checked = checked_plan(tmp_path, PLAN, **{"orders.csv": "day,amount\n2026-06-01,3\n"})
    other, ids = restated(checked, "week")
    assert ids == ("sales", "basket")
    assert (other.plan.kpis["sales"].every, checked.plan.kpis["sales"].every) == ("week", "month")
    assert (other.plan.kpis["sales"].target, other.plan.kpis["growing"].every) == (None, "month")


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_all_periods_are_there_in_every_width(found: Trailing, width: int) -> None:
    lines = ["".join(piece.text for piece in one) for one in trailing_lines(found, width)]
    assert all(width_of(one) <= width for one in trailing_lines(found, width))
    sales = cells(found, "month", "sales")
    said = "\n".join(lines).partition("Twelve months")[2].partition("\nYear\n")[0]
    for cell in sales.cells:
        assert cell.display in said
        assert cell.before_display in said


def test_json_has_the_numbers(found: Trailing) -> None:
    said = {one["id"]: one for one in json.loads(render(found, "json"))["trailing"]}
    assert set(said["sales"]["periods"]) == {"week", "month"}
    assert [one["value"] for one in said["sales"]["periods"]["week"]] == [
        cell.value for cell in cells(found, "week", "sales").cells
    ]
    assert said["typed"]["periods"] == {}


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_text_of_others_is_only_shown(found: Trailing, text: str) -> None:
    from dataclasses import replace

    row = next(one for one in found.rows if one.kpi.id == "sales")
    hostile = replace(row, kpi=row.kpi.model_copy(update={"name": text, "owner": text}), notes=(text,))
    blocks = tuple(
        replace(block, rows=tuple(one._replace(row=hostile) for one in block.rows)) for block in found.blocks
    )
    view = Trailing(text, day("2026-06-30"), (hostile,), blocks)
    for format_ in ("text", "markdown", "html", "json"):
        check(format_, render(view, format_, Page()), "")
