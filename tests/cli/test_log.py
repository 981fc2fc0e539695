"""``kpi log`` and ``kpi blame`` from the command line to their exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from diff.repository import Repository

from kpi.cli.app import run

ORDERS = "day,amount\n2026-01-10,40\n2026-02-03,50\n2026-03-12,41\n"
PLAN = """\
version: 1
sources:
  orders: {path: orders.csv, date: day}
kpis:
  sales: {name: Sales, unit: EUR, formula: sum(orders.amount), target: at least 45}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A target that is met in February is tightened in March, and loosened in April."""
    made = Repository(tmp_path / "shop")
    made.put("orders.csv", ORDERS)
    for day, target in (("2026-01-01", 45), ("2026-03-05", 48), ("2026-04-05", 40)):
        made.put("kpi.yaml", PLAN.replace("at least 45", f"at least {target}"))
        made.commit(f"At least {target}", day=day)
    monkeypatch.chdir(made.root)
    return made


def events(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    assert run(["log", "sales", "--format", "json", *arguments]) == code
    found = json.loads(capsys.readouterr().out)["events"]
    assert isinstance(found, list)
    return found


def test_values_are_those_of_the_day_of_each_commit(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    found = [one["values"] for one in events(capsys)]
    assert [(one["period"], one["after"], one["status_before"], one["status_after"]) for one in found] == [
        ("2026-03", 41, "red", "green"),
        ("2026-02", 50, "green", "green"),
        ("2025-12", None, None, "no data"),
    ]
    assert [one["moved_after_miss"] for one in found] == [True, False, False]
    assert [one["target"] for one in found] == ["≥ €40", "≥ €48", "≥ €45"]


def test_values_are_computed_on_todays_data(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("orders.csv", ORDERS.replace("2026-03-12,41", "2026-03-12,141"))
    assert events(capsys)[0]["values"]["after"] == 141


def test_what_is_not_committed_is_as_of_the_plan(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("kpi.yaml", PLAN.replace("version: 1", "version: 1\nas_of: 2026-02-28"))
    first = events(capsys)[0]
    assert first["commit"] is None
    assert (first["values"]["period"], first["values"]["after"]) == ("2026-02", 50)


def test_without_values_nothing_is_computed(
    repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("kpi.run.compute", refuse)
    assert all("values" not in one for one in events(capsys, "--no-values"))


def test_a_value_that_cannot_be_computed_is_said_and_fails(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.put("orders.csv", ORDERS.replace("amount", "total"))
    assert run(["log", "sales"]) == 2
    printed = capsys.readouterr()
    assert "loosened" in printed.out
    assert printed.err.count("kpi: 2026-04-05: ") == 1
    assert "amount" in printed.err


def test_a_change_that_touches_no_value_has_none(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    text = (repository.root / "kpi.yaml").read_text(encoding="utf-8")
    repository.put("kpi.yaml", text.replace("name: Sales", "name: Sales of tea"))
    assert events(capsys)[0]["values"] is None


def test_a_kpi_that_is_gone_still_has_its_log_but_no_blame(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.put("kpi.yaml", "version: 1\n")
    repository.commit("No more sales", day="2026-05-01")
    assert [change["class"] for change in events(capsys)[0]["changes"]] == ["removed"]
    assert run(["blame", "sales"]) == 2
    assert 'there is no KPI "sales"' in capsys.readouterr().err


@pytest.mark.parametrize("command", ["log", "blame"])
def test_a_name_that_never_was_gets_a_hint(
    repository: Repository, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "slaes"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert 'there is no KPI "slaes"' in printed.err
    assert 'did you mean "sales"?' in printed.err


@pytest.mark.parametrize("command", ["log", "blame"])
def test_where_a_shallow_clone_ends_the_command_says_so_and_fails(
    repository: Repository,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clone = Repository(tmp_path / "clone", init=False)
    clone.git("clone", "-q", "--depth", "2", repository.root.as_uri(), ".")
    monkeypatch.chdir(clone.root)
    assert run([command, "sales"]) == 2
    printed = capsys.readouterr()
    assert "at least 40" in printed.out
    assert "is not in this shallow clone" in printed.err
    assert "git fetch --unshallow" in printed.err


@pytest.mark.parametrize("command", ["log", "blame"])
def test_outside_of_a_repository(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run([command, "sales"]) == 2
    assert "not in a git repository" in capsys.readouterr().err


def test_blame_needs_a_valid_plan(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.put("kpi.yaml", PLAN.replace("at least 45", "at least many"))
    assert run(["blame", "sales"]) == 2
    assert "E044" in capsys.readouterr().err


def test_blame_names_the_commit_of_each_field(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["blame", "sales", "--format", "json"]) == 0
    fields = {one["field"]: one["commit"]["message"] for one in json.loads(capsys.readouterr().out)["fields"]}
    assert fields == {
        "id": "At least 45", "name": "At least 45", "unit": "At least 45", "formula": "At least 45",
        "target": "At least 40",
    }  # fmt: skip


@pytest.mark.parametrize("asked", ["Sales", "sal", " SALES "])
def test_a_kpi_is_found_by_its_name_or_how_it_begins(
    repository: Repository, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    for command in ("log", "blame"):
        options = ["--no-values"] if command == "log" else []
        assert run([command, asked, "--format", "json", *options]) == 0
        assert json.loads(capsys.readouterr().out)["kpi"] == "sales"


def test_the_id_of_a_removed_kpi_wins_over_how_another_one_begins(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.put("kpi.yaml", "version: 1\nkpis:\n  sales_eu: {name: Sales in Europe, values: {2026-03: 4}}\n")
    repository.commit("Other sales", day="2026-05-05")
    assert len(events(capsys, "--no-values")) == 4
    assert run(["log", "sales_", "--no-values", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["kpi"] == "sales_eu"


def test_names_that_fit_several_kpis_are_refused(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = "  a: {name: Same, values: {2026-03: 4}}\n", "  b: {name: same, values: {2026-03: 4}}\n"
    repository.put("kpi.yaml", f"version: 1\nkpis:\n{one}{two}")
    for command in ("log", "blame", "explain"):
        assert run([command, "Same"]) == 2
        assert capsys.readouterr().err == 'kpi: "Same" may be a, b\n  write the id of one of them\n'
