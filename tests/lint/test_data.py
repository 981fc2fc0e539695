"""``kpi lint --data``: the pages' own examples test each rule; here is what they cannot show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lint.linted import codes

from kpi.cli.app import run

PLAN = """\
version: 1
as_of: 2026-06-30
sources:
  orders: {path: orders.csv, date: day, updated: daily}
kpis:
  orders: {name: Orders, every: month, formula: sum(orders.amount)}
"""


def data_codes(folder: Path, plan: str = PLAN) -> set[str]:
    return {code for code in codes(plan, folder=folder, data=True) if code[0] == "D"}


def test_nothing_is_read_unless_asked(tmp_path: Path) -> None:
    assert not {code for code in codes(PLAN, folder=tmp_path) if code[0] == "D"}
    assert data_codes(tmp_path) == {"D101"}


def test_an_invalid_plan_is_not_computed(tmp_path: Path) -> None:
    assert data_codes(tmp_path, PLAN.replace("sum(orders.amount)", "sum(order.amount)")) == set()


def test_equal_rows_without_a_number_are_no_duplicates(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("day,amount\n2026-06-30,5\n2026-06-30,5\n2026-07-01,5\n", encoding="utf-8")
    assert data_codes(tmp_path) == set()
    (tmp_path / "orders.csv").write_text("no,day,amount\n1,2026-07-01,5\n1,2026-07-01,5\n2,2026-06-30,5\n")
    assert data_codes(tmp_path) == {"D106"}


def test_a_rhythm_is_no_hole(tmp_path: Path) -> None:
    waves = [f"2026-{month:02d}-{day:02d},5" for month in (1, 3, 5, 7) for day in range(1, 8)]
    (tmp_path / "orders.csv").write_text("day,amount\n" + "\n".join(waves) + "\n", encoding="utf-8")
    assert "D105" not in data_codes(tmp_path)


def test_the_command_reads_the_data_on_demand(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "orders.csv").write_text("day,amount\n2026-05-01,5\n", encoding="utf-8")
    command = [sys.executable, "-m", "kpi", "lint", "--format", "json", "--select", "D"]
    plain, with_data = (
        json.loads(
            subprocess.run([*command, *more], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False).stdout
        )["findings"]
        for more in ([], ["--data"])
    )
    assert not [found for found in plain if found["code"][0] == "D"]
    assert [found["code"] for found in with_data if found["code"][0] == "D"] == ["D104"]


def test_missing_files_are_an_info_without_data_and_a_warning_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A repository without its data stays green, and a plan with a misspelt path does not stay silent."""
    plan = tmp_path / "kpi.yaml"
    plan.write_text("version: 1\nsources:\n  orders: {path: [a.csv, b-*.csv], date: day, owner: a@b.example}\n")
    (tmp_path / "b-1.csv").write_text("day\n2026-06-01\n")
    assert run(["lint", "-f", str(plan), "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["code"], found["severity"], found["subject"]) == ("M120", "info", "sources.orders.path.0")
    assert run(["lint", "-f", str(plan), "--data", "--format", "concise"]) == 1
    shown = capsys.readouterr().out
    assert "D101" in shown
    assert "M120" not in shown
    assert run(["lint", "-f", str(plan), "--strict", "--ignore", "M120"]) == 0
