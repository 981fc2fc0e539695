"""The SQL that ``kpi show --sql`` prints runs where the plan lies."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from kpi.cli.app import run

PLAN = """\
version: 1
as_of: 2026-06-30
sources:
  orders: {path: ../data/ord*.csv, date: day}
kpis:
  basket: {name: Basket, unit: EUR, formula: median(orders.amount)}
"""


@pytest.mark.parametrize("start", ["plans", "."])
def test_the_sql_of_a_kpi_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], start: str
) -> None:
    shop = tmp_path / "it's a shop"
    (shop / ".git").mkdir(parents=True)
    (shop / "data").mkdir()
    (shop / "data" / "ord'ers.csv").write_text("day,amount\n2026-06-02,3\n2026-06-20,4\n", encoding="utf-8")
    (shop / "plans").mkdir()
    (shop / "plans" / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(shop / start)
    assert run(["-f", str(shop / "plans" / "kpi.yaml"), "show", "basket", "--sql"]) == 0
    printed = capsys.readouterr().out
    assert str(tmp_path) not in printed
    assert "'../data/ord''ers.csv'" in printed
    monkeypatch.chdir(shop / "plans")
    _, heading, sql = printed.partition("\nSQL\n")
    assert heading
    with duckdb.connect() as pasted:
        rows = pasted.execute(sql).fetchall()
    assert 3.5 in [row[1] for row in rows]
