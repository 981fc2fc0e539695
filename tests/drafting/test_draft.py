"""What a draft makes of columns: what it never proposes, and what it leaves to people."""

from __future__ import annotations

import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kpi.cli.app import run
from kpi.drafting import draft
from kpi.drafting.plan_text import MOST_ON_GOAL
from kpi.errors import UsageError
from kpi.lint.rules.b101_too_many_kpis_on_goal import MAX_KPIS

TODAY = date(2026, 11, 28)
DAYS = [f"2025-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 9, 17, 25)]


def formulas(text: str) -> list[str]:
    return re.findall(r"^    formula: (.*)$", text, re.MULTILINE)


def drafted(folder: Path, name: str, header: str, rows: list[str]) -> str:
    (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return draft([str(folder / name)], folder / "kpi.yaml", TODAY).text


@pytest.mark.parametrize("header", ["ORDERNUMBER", "Postal Code", "customer_id", "PLZ", "KundenNr", "phone", "Row ID"])
def test_identifiers_are_never_added_up_or_averaged(tmp_path: Path, header: str) -> None:
    rows = [f"{day},{10_000 + 7 * i % 31},5.50" for i, day in enumerate(DAYS)]
    found = formulas(drafted(tmp_path, "sales.csv", f"day,{header},amount", rows))
    column = re.sub(r"\W+", "_", header)
    assert "sum(sales.amount)" in found
    assert not [one for one in found if re.search(rf"(sum|avg|median)\(sales\.{column}\b", one, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("header", "value"),
    [("conversion_rate", "0.25"), ("Marge in Prozent", "12"), ("share", "4%"), ("unit_price", "3.5")],
)
def test_shares_and_prices_are_never_added_up_or_averaged(tmp_path: Path, header: str, value: str) -> None:
    rows = [f"{day},{value},5.50" for day in DAYS]
    found = formulas(drafted(tmp_path, "sales.csv", f"day,{header},amount", rows))
    assert set(found) == {"count(sales)", "sum(sales.amount)"}


def test_dates_that_can_be_read_in_two_ways_are_left_to_people(tmp_path: Path) -> None:
    rows = [f"{1 + i % 9}/{2 + i % 7}/2025,{i % 5}.50" for i in range(48)]
    (tmp_path / "orders.csv").write_text("\n".join(["ordered,amount", *rows, ""]))
    undecided = draft([str(tmp_path / "orders.csv")], tmp_path / "kpi.yaml", TODAY)
    assert len(undecided.doubts) == 1
    assert "date:" not in undecided.text.partition("goals:")[0]
    day_first = draft([str(tmp_path / "orders.csv")], tmp_path / "kpi.yaml", TODAY, "day")
    assert "ordered: date %d/%m/%Y" in day_first.text
    month_first = draft([str(tmp_path / "orders.csv")], tmp_path / "kpi.yaml", TODAY, "month")
    assert "ordered: date %m/%d/%Y" in month_first.text


def test_the_number_of_the_month_proves_the_format(tmp_path: Path) -> None:
    rows = [f"0{1 + i % 2}-0{3 + i % 5}-2025,{3 + i % 5},{i}.50" for i in range(48)]
    text = drafted(tmp_path, "costs.csv", "Date,Month Number,Cost", rows)
    assert "Date: date %d-%m-%Y" in text
    assert "Month Number proves" in text


def test_levels_are_taken_at_the_end_of_the_period(tmp_path: Path) -> None:
    rows = [f"{day},{shop},{10 * i + n}" for i, day in enumerate(DAYS) for n, shop in enumerate(("north", "south"))]
    text = drafted(tmp_path, "inventory.csv", "day,shop,stock", rows)
    assert formulas(text) == ["at_end(sum(inventory.stock))"]
    assert "key: [shop]" in text


def test_rows_that_last(tmp_path: Path) -> None:
    rows = [f"{i},{day},{'' if i % 3 else '2026-01-15'},{20 + i}" for i, day in enumerate(DAYS)]
    text = drafted(tmp_path, "contracts.csv", "contract_id,start_date,end_date,amount", rows)
    assert "from: start_date" in text
    assert "until: end_date" in text
    assert "at_end(count(contracts))" in formulas(text)
    assert not [one for one in formulas(text) if one.startswith("sum(")]


def test_files_of_one_table_are_one_source(tmp_path: Path) -> None:
    for year in (2024, 2025):
        rows = [f"{day.replace('2025', str(year))},{i}.25" for i, day in enumerate(DAYS)]
        (tmp_path / f"orders-{year}.csv").write_text("\n".join(["day,amount", *rows, ""]))
    (tmp_path / "returns.csv").write_text("day,amount\n2025-01-02,3.5\n2025-02-02,4\n2025-03-09,1\n")
    found = draft([str(tmp_path)], tmp_path / "kpi.yaml", TODAY)
    assert {table.id: table.spec.paths for table in found.tables} == {
        "orders": ("orders-*.csv",),
        "returns": ("returns.csv",),
    }


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file"):
        draft([str(tmp_path / "nope.csv")], tmp_path / "kpi.yaml", TODAY)


def test_sources_of_a_file_need_no_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("Tag;Betrag\n01.02.2026;1.234,50\n28.02.2026;3,25\n")
    assert run(["sources", "a.csv"]) == 0
    shown = capsys.readouterr().out
    assert "3.25 … 1234.5" in shown
    assert "1 Feb 2026 to 28 Feb 2026, by Tag" in shown
    assert not Path("kpi.yaml").exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_a_file_whose_name_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.csv").write_text("day,n\n2026-01-01,1\n")
    for given in (tmp_path, tmp_path / "caf\udce9.csv"):
        with pytest.raises(UsageError, match="its name is not UTF-8") as refused:
            draft([str(given)], tmp_path / "kpi.yaml", TODAY)
        assert refused.value.hint == "rename the file"


def test_what_day_it_is_decides_whether_dates_would_be_far_in_the_future(tmp_path: Path) -> None:
    """The days 3 to 9 of January 2027, or the first days of the months March to September."""
    rows = [f"0{3 + i % 7}/01/2027,{i}.50" for i in range(42)]
    (tmp_path / "orders.csv").write_text("\n".join(["ordered,amount", *rows, ""]))
    for today, shape in ((date(2026, 2, 5), "%d/%m/%Y"), (date(2026, 12, 1), "%m/%d/%Y")):
        text = draft([str(tmp_path / "orders.csv")], tmp_path / "kpi.yaml", today).text
        assert f"ordered: date {shape}" in text


@pytest.mark.parametrize("tables", [1, 2, 5])
def test_no_goal_has_more_kpis_than_the_linter_allows(tmp_path: Path, tables: int) -> None:
    header = "day,order,customer,amount,cost,quantity,status,score,delivered"
    for number in range(tables):
        rows = [
            f"{day},{i},{i % 9},{i}.5,{i}.25,{i % 4},{'paid' if i % 3 else 'open'},{i % 5},{day}"
            for i, day in enumerate(DAYS)
        ]
        (tmp_path / f"orders{'abcde'[number]}x.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    found = draft([str(tmp_path / "*.csv")], tmp_path / "kpi.yaml", TODAY)
    goals = Counter(re.findall(r"^    goal: (.*)$", found.text, re.MULTILINE))
    assert max(goals.values()) <= MAX_KPIS.default == MOST_ON_GOAL
    assert len(goals) >= len(found.kpis) / MOST_ON_GOAL > (tables > 1)
    declared = re.findall(r"^  (\w+):\n(?:    #.*\n)*    name: Name the ", found.text, re.MULTILINE)
    assert declared == list(goals)
    assert "first_goal" in goals
    (tmp_path / "kpi.yaml").write_text(found.text, encoding="utf-8")
    assert run(["lint", "-f", str(tmp_path / "kpi.yaml"), "--fail-on", "error"]) == 0
