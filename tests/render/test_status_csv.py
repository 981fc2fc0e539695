from __future__ import annotations

import csv
from io import StringIO

import pytest
from helpers.builders import at_least, kpi_of, plan_of, results_of, series_of
from helpers.shop import shop

from kpi.render.output import render
from kpi.status import StatusView, status_view


def rows(view: StatusView) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(StringIO(render(view, "csv")), strict=True)}


def test_a_row_has_everything_in_flat_columns() -> None:
    assert rows(shop())["repurchase_rate"] == {
        "id": "repurchase_rate",
        "name": "Repurchase rate",
        "goal": "loyalty",
        "owner": "ana@acme.example",
        "indicator": "lagging",
        "unit": "%",
        "every": "month",
        "period": "2026-06",
        "period_start": "2026-06-01",
        "period_end": "2026-07-01",
        "complete": "true",
        "partial": "false",
        "value": "0.262",
        "previous": "0.258",
        "change": "0.004",
        "target": "at least 30% by 2026-12-31",
        "target_op": ">=",
        "target_value": "0.3",
        "target_upper": "",
        "target_by": "2026-12-31",
        "expected_now": "0.259671232877",
        "status": "yellow",
        "pace": "on pace",
        "message": "yellow by its thresholds; on pace",
        "notes": 'improved while its guardrail "Refund rate" got worse (red)',
    }


def test_each_kpi_has_one_row_also_under_several_tags() -> None:
    plan = plan_of([kpi_of("a", tags=("x", "y")), kpi_of("b")])
    view = status_view(plan, results_of([series_of(1.0, id_="a"), series_of(1.0, id_="b")]), by="tag")
    assert render(view, "csv").count("\n") == 2


def test_a_range_has_both_ends() -> None:
    queue = rows(shop())["queue"]
    assert (queue["target_value"], queue["target_upper"]) == ("20", "30")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_guarded(start: str) -> None:
    view = status_view(plan_of([kpi_of(name=f"{start}1+1", owner=f"{start}x")]), results_of([series_of(1.0)]))
    row = rows(view)["sales"]
    assert row["name"].startswith("'")
    assert row["owner"].startswith("'")


def test_numbers_stay_numbers() -> None:
    view = status_view(plan_of([kpi_of(target=at_least(1e-7))]), results_of([series_of(2.5e-7, -1234567.25)]))
    row = rows(view)["sales"]
    assert (row["value"], row["previous"], row["target_value"]) == ("-1234567.25", "0.00000025", "0.0000001")


def test_quotes_and_separators_in_text_do_not_break_rows() -> None:
    view = status_view(plan_of([kpi_of(name='a,"b"\nc')]), results_of([series_of(1.0)]))
    assert rows(view)["sales"]["name"] == 'a,"b" c'
