"""Every format of every command is in one table, and the commands offer exactly what it holds."""

from __future__ import annotations

import csv
import inspect
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints
from xml.etree import ElementTree

import pytest
from diff.repository import Repository

from kpi.cli.app import COMMANDS, command_function, run
from kpi.render.findings import FindingsView
from kpi.render.output import FORMATS, Page, render, renderer_of

VIEWS = {
    "status": ("StatusView", "Matrix"),
    "show": ("ShowView",),
    "sources": ("SourcesView",),
    "evidence": ("EvidenceView",),
    "explain": ("ExplainView",),
    "diff": ("DiffView",),
    "log": ("LogView",),
    "blame": ("BlameView",),
    "lint": ("FindingsView", "StatisticsView"),
    "rule": ("RulesView",),
    "catalog": ("CatalogView", "CatalogKpiView"),
    "goals": ("GoalsView", "SmartView"),
    "list": ("KpiList",),
    "doctor": ("DoctorView",),
    "review": ("Agenda", "Grid", "Trailing"),
    "import": ("ImportView",),
    "share": ("Digest",),
}
# Pages that a command writes to a file, in the one format that they have.
FILES = {"DashboardView", "MistakeView"}
# Formats of the command that a view does not have; the command refuses them with a hint.
REFUSED = {"SmartView": {"svg"}, "StatisticsView": {"concise", "github", "gitlab", "sarif", "junit"}}
ARGUMENTS = {
    "StatusView": ["status"],
    "Matrix": ["status", "--periods", "3"],
    "ShowView": ["show", "sales"],
    "SourcesView": ["sources"],
    "EvidenceView": ["evidence"],
    "ExplainView": ["explain", "sales"],
    "Agenda": ["review"],
    "Grid": ["review", "--grid"],
    "Trailing": ["review", "--trailing"],
    "DiffView": ["diff", "HEAD~1..HEAD"],
    "LogView": ["log", "sales"],
    "BlameView": ["blame", "sales"],
    "FindingsView": ["lint", "--fail-on", "never"],
    "StatisticsView": ["lint", "--statistics", "--fail-on", "never"],
    "ImportView": ["import", "sheet", "sheet.csv"],
    "Digest": ["share", "--dry-run"],
    "RulesView": ["rule", "S101"],
    "CatalogView": ["catalog", "churn"],
    "CatalogKpiView": ["catalog", "churn_rate"],
    "GoalsView": ["goals"],
    "SmartView": ["goals", "--smart"],
    "KpiList": ["list"],
    "DoctorView": ["doctor"],
}
PLAN = """\
version: 1
as_of: 2026-03-31
sources:
  orders: {path: orders.csv, date: day}
kpis:
  sales: {name: Sales, unit: EUR, formula: sum(orders.amount), target: at least 45}
"""
ALL = [(view, name) for view, formats in FORMATS.items() for name in formats]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path / "shop")
    made.put("sheet.csv", "KPI,Unit,Target\nSales,EUR,at least 45\n")
    made.put("orders.csv", "day,amount\n2026-01-10,40\n2026-02-03,50\n2026-03-12,41\n")
    for day, target in (("2026-01-01", 45), ("2026-03-05", 48)):
        made.put("kpi.yaml", PLAN.replace("at least 45", f"at least {target}"))
        made.commit(f"At least {target}", day=day)
    monkeypatch.chdir(made.root)
    return made


def literals(annotation: object) -> Iterator[str]:
    """The choices of the ``Literal`` in an annotation."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from literals(part)


def offered() -> dict[str, tuple[str, ...]]:
    """The choices of ``--format`` of each command that has this option."""
    found = {}
    for name in COMMANDS:
        hints = get_type_hints(command_function(name), include_extras=True)
        if "format" in hints:
            found[name] = tuple(literals(hints["format"]))
    return found


def test_each_command_offers_the_formats_of_its_views() -> None:
    choices = offered()
    assert choices.keys() == VIEWS.keys()
    for command, views in VIEWS.items():
        for view in views:
            assert set(choices[command]) == FORMATS[view].keys() | REFUSED.get(view, set()), (command, view)
    assert {view for views in VIEWS.values() for view in views} == FORMATS.keys() - FILES


@pytest.mark.parametrize(("view", "name"), ALL)
def test_each_renderer_takes_a_view_and_a_page(view: str, name: str) -> None:
    renderer = renderer_of(type(view, (), {}), name)
    parameters = list(inspect.signature(renderer).parameters.values())
    assert [parameter.annotation for parameter in parameters] == [view, "Page"]
    assert inspect.signature(renderer).return_annotation == "str"


@pytest.mark.parametrize(("view", "name"), [each for each in ALL if each[0] not in FILES])
def test_each_command_writes_each_of_its_formats(
    view: str, name: str, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ARGUMENTS[view], "--format", name]) in (0, 1 if view == "DoctorView" else 0)
    out = capsys.readouterr().out
    assert out.strip()
    if name in ("json", "gitlab", "sarif"):
        assert json.loads(out)
    elif name == "csv":
        assert len({len(row) for row in csv.reader(StringIO(out), strict=True)}) == 1
    elif name == "junit":
        ElementTree.fromstring(out)
    elif name == "github":
        assert all(line.startswith("::") for line in out.splitlines())
    elif name == "markdown":
        assert "#" in out or "|---" in out or "| ---" in out


def test_a_format_that_a_view_lacks_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        render(FindingsView([]), "markdown", Page())
    with pytest.raises(KeyError):
        renderer_of(str, "text")
