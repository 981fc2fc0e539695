"""A formula is read and never evaluated; what it quotes is text to the database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi.cli.app import run

ROWS = "day,amount,kind\n2026-03-02,3,a'); drop table x; --\n2026-03-03,4,b\n"


def plan(folder: Path, formula: str) -> None:
    folder.joinpath("orders.csv").write_text(ROWS, encoding="utf-8")
    folder.joinpath("kpi.yaml").write_text(
        "version: 1\nas_of: 2026-03-31\nsources:\n  orders: {path: orders.csv, date: day}\n"
        f"kpis:\n  a: {{name: A, every: month, formula: {json.dumps(formula)}}}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('touch pwned')",
        "[open('pwned', 'w')]",
        "(lambda: open('pwned', 'w'))()",
        "sum(orders.amount).__class__",
        "f\"{open('pwned', 'w')}\"",
        "sum(orders.amount[read_text('/etc/passwd') == \"\"])",
        "sum(orders.amount); copy orders to 'pwned'",
        "10 ** 10 ** 10",
    ],
)
def test_what_is_no_formula_is_not_run(
    formula: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plan(tmp_path, formula)
    assert run(["status"]) == 2
    assert "internal error" not in capsys.readouterr().err
    assert not (tmp_path / "pwned").exists()


def test_what_is_quoted_is_text_to_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plan(tmp_path, 'sum(orders.amount[kind == "a\'); drop table x; --"])')
    assert run(["status", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["kpis"][0]["value"] == 3
