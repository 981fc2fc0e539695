"""Values are computed in the background, once, and never in a warehouse."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from kpi.lsp import values as module
from kpi.lsp.analysis import Analysis
from kpi.lsp.values import Value, Values, Worker, value_of
from kpi.lsp.workspace import Workspace

PLAN = """\
version: 1
sources:
  orders: {path: orders.csv, date: day}
  there: {table: facts, connection: "${WAREHOUSE}", date: day}
kpis:
  sales: {name: Sales, unit: EUR, formula: sum(orders.amount)}
  doubled: {name: Doubled, formula: sales * 2}
  far: {name: Far, formula: sum(there.amount)}
  typed: {name: Typed, values: {2026-05: 3, 2026-06: 4}}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "orders.csv").write_text("day,amount\n2026-06-01,5\n2026-05-01,4\n", encoding="utf-8")
    return Workspace(lambda plan: date(2026, 6, 30))


@pytest.fixture
def analysis(workspace: Workspace, tmp_path: Path) -> Analysis:
    return written(workspace, tmp_path, PLAN)


def written(workspace: Workspace, folder: Path, text: str) -> Analysis:
    workspace.write(folder / "kpi.yaml", text)
    found = workspace.analysis(folder / "kpi.yaml")
    assert found is not None
    return found


def shown(value: Value) -> object:
    return value.problem if value.row is None else value.row.display


def test_a_value_is_that_of_the_text_in_the_editor(analysis: Analysis) -> None:
    assert {kpi: shown(value_of(analysis, kpi)) for kpi in analysis.plan.kpis} == {
        "sales": "€5",
        "doubled": "10",
        "far": "computed in a warehouse; run kpi show far",
        "typed": "4",
    }


def test_a_plan_with_errors_has_none(workspace: Workspace, tmp_path: Path) -> None:
    broken = written(workspace, tmp_path, PLAN.replace("orders.amount", "orders.amuont"))
    assert shown(value_of(broken, "typed")) == "no value while the plan has errors"


def test_an_internal_error_is_reported_and_affects_no_other_request(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("kpi.run.compute", fail)
    assert shown(value_of(analysis, "sales")) == "no value: internal error: ZeroDivisionError: by nothing"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The KPIs computed, in order."""
    asked: list[str] = []

    def count(analysis: Analysis, kpi: str) -> Value:
        asked.append(kpi)
        return value_of(analysis, kpi)

    monkeypatch.setattr(module, "value_of", count)
    return asked


def test_a_value_is_computed_once_until_something_changes_that_it_depends_on(
    workspace: Workspace, tmp_path: Path, counted: list[str]
) -> None:
    values = Values()

    def ask(text: str) -> object:
        return shown(values.ask(written(workspace, tmp_path, text), "sales").result())

    assert [ask(PLAN), ask(PLAN), ask(PLAN + "# a remark\n")] == ["€5", "€5", "€5"]
    assert counted == ["sales"]
    assert ask(PLAN.replace("orders.amount)", "orders.amount) + 1")) == "€6"
    (tmp_path / "orders.csv").write_text("day,amount\n2026-06-01,70\n2026-05-01,4\n", encoding="utf-8")
    assert ask(PLAN) == "€70"
    assert counted == ["sales"] * 3


def test_what_went_wrong_is_looked_at_again(workspace: Workspace, tmp_path: Path, counted: list[str]) -> None:
    plan, values = PLAN.replace("path: orders.csv", "path: gone.csv"), Values()
    for text in (plan, "# a line above\n" + plan):
        row = values.ask(written(workspace, tmp_path, text), "sales").result().row
        assert row is not None
        assert row.message == 'there is no file "gone.csv"'
    assert counted == ["sales"] * 2


def test_cancelled_requests_are_not_computed(workspace: Workspace, tmp_path: Path, counted: list[str]) -> None:
    values, stop = Values(), Event()
    blocked = values.worker.submit(stop.wait)
    old = values.ask(written(workspace, tmp_path, PLAN), "sales")
    new = values.ask(written(workspace, tmp_path, PLAN.replace("sales * 2", "sales * 3")), "doubled")
    stop.set()
    assert blocked.result()
    assert shown(new.result()) == "15"
    assert old.cancelled()
    assert counted == ["doubled"]


def test_a_worker_goes_on_after_a_fault() -> None:
    worker = Worker("test")

    def fail() -> None:
        raise ValueError("no")

    failed, cancelled, fine = worker.submit(fail), worker.submit(lambda: 0), worker.submit(lambda: 7)
    cancelled.cancel()
    with pytest.raises(ValueError, match="no"):
        failed.result()
    assert fine.result() == 7


def test_a_hover_waits_for_a_while_only(
    analysis: Analysis, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kpi.lsp import server

    stop = Event()
    slowly: Callable[[Analysis, str], Value] = lambda analysis, kpi: Value(problem=str(stop.wait()))  # noqa: E731
    monkeypatch.setattr(module, "value_of", slowly)
    server = server.make_server(workspace, patience=0.05)
    assert asyncio.run(server.value(analysis, "sales")) is None
    assert server.values.worker.busy
    stop.set()
    assert analysis.values["sales"].result().problem == "True"
    assert asyncio.run(server.value(analysis, "sales")) == Value(problem="True")
    assert asyncio.run(server.value(analysis, "unknown")) is None
