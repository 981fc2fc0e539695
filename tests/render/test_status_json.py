from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.builders import kpi_of, plan_of, results_of, series_of
from helpers.shop import shop

from kpi.render.output import render
from kpi.status import StatusView, status_view


def parsed(view: StatusView) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(render(view, "json"), parse_constant=refuse)


def kpi(id_: str) -> Any:
    return next(kpi for kpi in parsed(shop())["kpis"] if kpi["id"] == id_)


def test_the_keys_are_those_of_the_contract_in_its_order() -> None:
    content = parsed(shop())
    assert list(content) == ["version", "title", "as_of", "summary", "kpis"]
    assert list(content["summary"]) == ["green", "yellow", "red", "stale", "no data", "no target"]
    for one in content["kpis"]:
        assert list(one) == [
            "id", "name", "goal", "owner", "indicator", "unit", "every", "period", "value", "display", "previous",
            "change", "trend", "target", "attainment", "status", "pace", "message", "notes", "history",
        ]  # fmt: skip
        assert list(one["period"]) == ["label", "start", "end", "complete", "partial"]
        assert one["target"] is None or list(one["target"]) == ["text", "op", "value", "by", "expected_now"]
        assert all(list(point) == ["period", "start", "value"] for point in one["history"])


def test_one_kpi_whole() -> None:
    found = kpi("repurchase_rate")
    history = found.pop("history")
    assert found == {
        "id": "repurchase_rate",
        "name": "Repurchase rate",
        "goal": "loyalty",
        "owner": "ana@acme.example",
        "indicator": "lagging",
        "unit": "%",
        "every": "month",
        "period": {
            "label": "2026-06", "start": "2026-06-01", "end": "2026-07-01", "complete": True, "partial": False,
        },
        "value": 0.262,
        "display": "26.2%",
        "previous": 0.258,
        "change": 0.004,
        "trend": "better",
        "attainment": None,
        "target": {
            "text": "at least 30% by 2026-12-31",
            "op": ">=",
            "value": 0.3,
            "by": "2026-12-31",
            "expected_now": 0.259671232877,
        },
        "status": "yellow",
        "pace": "on pace",
        "message": "yellow by its thresholds; on pace",
        "notes": ['improved while its guardrail "Refund rate" got worse (red)'],
    }  # fmt: skip
    assert history[0] == {"period": "2025-07", "start": "2025-07-01", "value": 0.22}
    assert history[-1] == {"period": "2026-05", "start": "2026-05-01", "value": 0.258}


def test_what_does_not_exist_is_null() -> None:
    found = kpi("orders")
    assert [found[key] for key in ("value", "display", "previous", "change", "target", "pace")] == [None] * 6
    assert kpi("clv")["history"][2]["value"] is None


def test_S5_a_stale_kpi_has_its_last_fresh_period() -> None:
    found = kpi("sales")
    assert (found["status"], found["value"], found["period"]["label"]) == ("stale", 9000, "2026-04")
    assert found["message"] == "no rows of orders since 12 May 2026"
    assert found["change"] is None


def test_a_range_has_two_numbers() -> None:
    assert kpi("queue")["target"]["value"] == [20, 30]


def test_whole_numbers_are_written_without_a_point() -> None:
    assert '"value": 44,' in render(shop(), "json")
    assert "44.0" not in render(shop(), "json")


@pytest.mark.parametrize("value", [1e15, 123456789012.5, 1e-12, 1.5e300])
def test_large_and_small_numbers_keep_their_digits(value: float) -> None:
    view = status_view(plan_of([kpi_of()]), results_of([series_of(value)]))
    assert parsed(view)["kpis"][0]["value"] == value


def test_text_keeps_its_script_and_loses_what_steers_a_terminal_without_being_changed() -> None:
    name = "顧客 \x9b31m \x1b[1m \u202e \x7f"
    text = render(status_view(plan_of([kpi_of(name=name)]), results_of([series_of(1.0)])), "json")
    assert "顧客" in text
    assert not set(text) & set("\x9b\x1b\u202e\x7f")
    assert json.loads(text)["kpis"][0]["name"] == name
