"""A KPI in a warehouse has the parts that it has over files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine.support import Project
from warehouse.engines import VARIABLE, in_files, in_warehouse
from warehouse.servers import Server

from kpi.run import Series

pytestmark = pytest.mark.warehouse

Found = dict[str, Any]
KPIS: dict[str, dict[str, Any]] = {
    "revenue": {"formula": "sum(orders.price)", "split": "channel"},
    "top": {"formula": "sum(orders.price)", "split": {"by": "channel", "limit": 3}},
    "customers": {
        "formula": "count_distinct(orders.customer)",
        "split": {"by": "channel", "limit": 4},
        "window": "3 months",
    },
    "middle": {"formula": "median(orders.amount)", "split": {"by": "vip", "limit": 1}},
    "rate": {"formula": "count(orders[amount > 10]) / count(orders)", "split": {"by": "units", "limit": 3}},
    "spread": {"formula": "max(orders.amount) - min(orders.amount)", "split": "channel"},
    "by_day": {"formula": "count(orders)", "split": {"by": "paid_on", "limit": 2}},
    "late": {"formula": "at_end(count(orders))", "split": "Channel"},
    "sizes": {"formula": "avg(orders.value)", "split": "size"},
    "stock_": {"formula": "at_end(sum(stock.units))", "split": "item"},
    "kept": {"formula": "sum(parts.price)", "split": "kept"},
    "heads": {"formula": "at_end(count(staff))", "split": "team"},
    "turnover": {"formula": "ended(count(staff)) / at_start(count(staff))", "split": {"by": "team", "limit": 1}},
}


def parts(project: Project) -> dict[str, Found]:
    """The parts of every KPI in their order, with all their values."""
    for name, fields in KPIS.items():
        project.kpi(name, **fields)
    results = project.results()
    assert results.problems == ()
    return {name: of_series(series) for name, series in results.series.items()}


def of_series(series: Series) -> Found:
    assert series.split is not None
    return {
        f"{part.value} {part.other} {part.values}": {
            point.period.label: point.value for point in (*part.series.history, part.series.shown)
        }
        for part in series.split.parts
    }


@pytest.fixture(scope="module")
def over_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    return parts(in_files(tmp_path_factory.mktemp("files")))


def test_the_parts_in_postgres_are_those_of_files(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, over_files: dict[str, Found]
) -> None:
    monkeypatch.setenv(VARIABLE, server.url())
    found = parts(in_warehouse(tmp_path))
    for name in KPIS:
        assert list(found[name]) == list(over_files[name]), name
        assert found[name] == over_files[name], name
    assert len(found["revenue"]) > 5
    assert len(found["top"]) == 4


def test_a_column_that_is_not_there_is_a_problem_of_the_split_alone(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server.url())
    project = in_warehouse(tmp_path)
    project.kpi("revenue", "sum(orders.price)", split="chanel")
    results = project.results()
    assert results.series["revenue"].shown.value is not None
    assert results.problems[0].endswith('there is no column "chanel" in orders')
