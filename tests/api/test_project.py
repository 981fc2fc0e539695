"""The Python interface says what the command line says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from diff.repository import Repository

import kpi
from kpi.cli.app import run
from kpi.errors import InputError, UsageError
from kpi.project import HISTORY_TYPES, STATUS_TYPES

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/kpi.yaml"))
PLAN = """\
version: 1
as_of: 2026-03-31
sources:
  orders: {path: orders.csv, date: day}
goals:
  grow: {name: Grow}
kpis:
  sales: {name: "Sales <b>", unit: EUR, goal: grow, formula: sum(orders.amount), target: at least 45}
  share: {name: Share, unit: "%", formula: 'count(orders[amount > 40]) / count(orders)'}
"""
ROWS = "day,amount\n2026-01-10,40\n2026-02-03,50\n2026-03-12,41\n2026-03-13,2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("plan", EXAMPLES, ids=lambda path: path.parent.name)
def test_values_and_statuses_are_those_of_kpi_status(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["-f", str(plan), "status", "--no-cache", "--format", "json"])
    said = {one["id"]: one for one in json.loads(capsys.readouterr().out)["kpis"]}
    project = kpi.load(plan)
    frame = project.frame().set_index("kpi")
    assert list(frame.index) == list(said) == list(project.kpis)
    for id_, row in frame.iterrows():
        one = said[str(id_)]
        assert row["status"] == one["status"]
        assert row["period"] == one["period"]["label"]
        assert (None if pd.isna(row["value"]) else row["value"]) == one["value"]
        assert (None if pd.isna(row["change"]) else row["change"]) == one["change"]
    history = project.history(periods=13)
    for id_, one in said.items():
        own = history[(history["kpi"] == id_) & history["value"].notna()].set_index("period")["value"].to_dict()
        known = {point["period"]: point["value"] for point in one["history"] if point["value"] is not None}
        assert known.items() <= own.items()


def test_frames_are_typed_even_without_rows(folder: Path) -> None:
    project = kpi.load()
    assert {name: str(kind) for name, kind in project.frame().dtypes.items()} == STATUS_TYPES
    assert {name: str(kind) for name, kind in project.history("sales").dtypes.items()} == HISTORY_TYPES
    (folder / "kpi.yaml").write_text("version: 1\n", encoding="utf-8")
    empty = kpi.load().frame()
    assert len(empty) == 0
    assert {name: str(kind) for name, kind in empty.dtypes.items()} == STATUS_TYPES


def test_history_by_hand(folder: Path) -> None:
    found = kpi.load().history("sales", periods=3)
    assert list(found["value"]) == [40.0, 50.0, 43.0]
    assert list(found["start"]) == list(pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"]))


def test_one_value_and_another_day(folder: Path) -> None:
    project = kpi.load(folder)
    assert project.status()["sales"] == 43.0
    assert project.status(as_of=date(2026, 2, 28), kpis=["sales"])["sales"] == 50.0
    with pytest.raises(KeyError):
        project.status(kpis=["sales"])["share"]


def test_data_that_changed_is_read_again(folder: Path) -> None:
    project = kpi.load()
    assert project.status()["sales"] == 43.0
    (folder / "orders.csv").write_text(ROWS + "2026-03-30,7\n", encoding="utf-8")
    assert project.status()["sales"] == 50.0


def test_an_invalid_plan_raises_its_diagnostics(folder: Path) -> None:
    (folder / "kpi.yaml").write_text(PLAN.replace("orders.amount", "orders.amout"), encoding="utf-8")
    with pytest.raises(kpi.PlanError, match=r"kpi.yaml:8:\d+: .*amout") as caught:
        kpi.load()
    (found,) = caught.value.diagnostics
    assert (found.code, found.location.line, found.meant) == ("E043", 8, "amount")


def test_what_is_not_there_is_an_error_with_advice(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(UsageError, match="sale") as caught:
        kpi.load().status(kpis=["sale"])
    assert caught.value.hint == 'did you mean "sales"?'
    with pytest.raises(InputError):
        kpi.load(tmp_path_factory.mktemp("empty"))


def test_a_problem_in_the_data_is_not_an_exception(folder: Path) -> None:
    (folder / "orders.csv").write_text("day,amount\n2026-03-12,many\n", encoding="utf-8")
    status = kpi.load().status()
    assert status["sales"] is None
    assert any("orders.amount" in problem for problem in status.problems)


def test_lint_finds_what_kpi_lint_finds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "--format", "json"])
    said = json.loads(capsys.readouterr().out)["findings"]
    found = kpi.load("kpi.yaml").lint()
    assert [(one.code, one.location.line, one.message) for one in found] == [
        (one["code"], one["line"], one["message"]) for one in said
    ]


def test_diff_names_what_was_loosened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository(tmp_path / "shop")
    made.put("orders.csv", ROWS)
    made.put("kpi.yaml", PLAN)
    made.commit("First")
    made.put("kpi.yaml", PLAN.replace("at least 45", "at least 40"))
    monkeypatch.chdir(made.root)
    (change,) = kpi.load().diff("HEAD")
    assert (change.kind, change.subject, change.field) == ("loosened", "kpis.sales", "target")


def test_a_notebook_shows_a_table_of_text(folder: Path) -> None:
    page = kpi.load().status()._repr_html_()
    assert "<td>Sales &lt;b&gt;</td><td>€43</td>" in page
    assert "<b>" not in page


def test_the_module_has_nothing_else() -> None:
    assert kpi.__all__ == ["PlanError", "Project", "Status", "__version__", "load"]
    with pytest.raises(AttributeError):
        _ = kpi.lode  # type: ignore[attr-defined]


def test_the_page_shows_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Repository(tmp_path / "shop")
    made.put("orders.csv", ROWS)
    made.put("kpi.yaml", PLAN.replace("sales:", "revenue:"))
    made.commit("First")
    monkeypatch.chdir(made.root)
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert isinstance(names["project"], kpi.Project)


def test_a_status_says_in_one_line_what_it_is(folder: Path) -> None:
    status = kpi.load(folder).status()
    assert repr(status).startswith(f"<kpi status of {status.view.as_of}: ")
    assert all(f"{count} {name}" in repr(status) for name, count in status.view.summary.items() if count)
    assert len(repr(status)) < 100


JUPYTER = """
import sys, types

module = types.ModuleType("IPython")
shell = types.SimpleNamespace(config={"IPKernelApp": {}})
module.get_ipython = lambda: shell
sys.modules["IPython"] = module
import _duckdb

try:
    _duckdb.connect().execute("SET enable_progress_bar = false")
except _duckdb.Error as fault:
    assert "ipywidgets" in str(fault)
else:
    sys.exit("this is not taken for Jupyter")
import kpi

print(kpi.load().status()["sales"])
"""


def test_in_jupyter_without_widgets_values_are_computed(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", JUPYTER], cwd=folder, capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("43.0\n", "")
