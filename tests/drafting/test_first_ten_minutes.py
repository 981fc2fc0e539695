"""The first ten minutes of a new user, typed into a real terminal: from a folder with one file to a plan that lints
without errors, and a table with the right numbers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest

pexpect = pytest.importorskip("pexpect")

KPI = [sys.executable, "-m", "kpi"]
PROMPT = "first> "


class Terminal:
    """A shell in a terminal."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PS1": PROMPT, "COLUMNS": "120", "NO_COLOR": "1", "TERM": "xterm", "CI": ""}
        self.shell = pexpect.spawn(
            "/bin/sh", cwd=str(folder), env=environment, encoding="utf-8", timeout=120, dimensions=(50, 120), echo=False
        )
        self.shell.expect_exact(PROMPT)

    def type(self, command: str) -> str:
        """Type a command and return what it shows."""
        self.shell.sendline(command)
        self.shell.expect_exact(PROMPT)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.shell.before)

    def kpi(self, arguments: str) -> str:
        """Type a command of kpi."""
        return self.type(f"{sys.executable} -m kpi {arguments}")


def values_of(folder: Path) -> dict[str, tuple[float, str, str]]:
    """The values of the plan by formula, each with the first day of its period and the day after its last."""
    found = subprocess.run(
        [*KPI, "status", "--format", "json"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    text = (folder / "kpi.yaml").read_text()
    formulas = dict(re.findall(r"^  (\w+):\n(?:    .*\n)*?    formula: (.*)$", text, re.MULTILINE))
    return {
        formulas[one["id"]]: (one["value"], one["period"]["start"], one["period"]["end"])
        for one in json.loads(found)["kpis"]
    }


def lints_without_errors(folder: Path) -> None:
    found = subprocess.run([*KPI, "lint", "--format", "json"], cwd=folder, capture_output=True, text=True, check=False)
    findings = json.loads(found.stdout)["findings"]
    assert not [one for one in findings if one["severity"] == "error"], findings


def orders(rows: int = 600) -> pd.DataFrame:
    """Orders of a shop in 2023, every day."""
    random = Random(7)
    days = [date(2023, 1, 1) + timedelta(days=i * 365 // rows) for i in range(rows)]
    return pd.DataFrame(
        {
            "Order No": [f"A{1000 + i}" for i in range(rows)],
            "Order Date": days,
            "Customer ID": [f"C{random.randrange(90):03}" for _ in range(rows)],
            "Net Amount": [round(random.uniform(3, 2500), 2) for _ in range(rows)],
            "Items": [random.randrange(1, 8) for _ in range(rows)],
            "Status": [random.choice(["paid", "paid", "paid", "cancelled"]) for _ in range(rows)],
        }
    )


def check_orders(folder: Path, table: str, data: pd.DataFrame, names: dict[str, str]) -> None:
    """The values of each period that is shown, by pandas."""
    amount, items, customer, status, cancelled = (names[n] for n in ("amount", "items", "customer", "status", "gone"))
    expected: dict[str, Callable[[pd.DataFrame], float]] = {
        f"count({table})": len,
        f"sum({table}.{amount})": lambda rows: rows["Net Amount"].sum(),
        f"sum({table}.{items})": lambda rows: rows["Items"].sum(),
        f"count_distinct({table}.{customer})": lambda rows: rows["Customer ID"].nunique(),
        f'count({table}[{status} == "{cancelled}"]) / count({table})': lambda rows: (
            rows["Status"] == "cancelled"
        ).mean(),
    }
    shown = values_of(folder)
    days = data["Order Date"].map(str)
    for formula, compute in expected.items():
        value, start, end = shown[formula]
        assert value == pytest.approx(compute(data[(days >= start) & (days < end)]), rel=1e-9), formula


ENGLISH = {"amount": "net_amount", "items": "Items", "customer": "customer_id", "status": "Status", "gone": "cancelled"}


def test_from_an_empty_folder_with_one_csv(tmp_path: Path) -> None:
    data = orders()
    data.to_csv(tmp_path / "orders.csv", index=False)
    terminal = Terminal(tmp_path)
    shown = terminal.kpi("init --from orders.csv")
    assert "Wrote kpi.yaml" in shown
    assert "as_of: 2023-12-31" in shown
    assert "31 December 2023" in shown
    assert "Number of orders" in shown
    lints_without_errors(tmp_path)
    check_orders(tmp_path, "orders", data, ENGLISH)
    # Numbers as they are in the table on the terminal.
    month = data[pd.to_datetime(data["Order Date"]).dt.month == 12]
    assert re.search(rf"Number of orders +{len(month)} ", shown)
    assert re.search(rf"Items +{month['Items'].sum()} ", shown)
    assert re.search(rf"Active customers +{month['Customer ID'].nunique()} ", shown)
    paid = month[month["Status"] == "paid"]["Net Amount"].mean()
    assert re.search(rf"Average order value +{paid:,.2f} ", shown)
    assert "already exists" in terminal.kpi("init --from orders.csv")
    assert "Wrote kpi.yaml" in terminal.kpi("init --from orders.csv --force")


def test_from_a_messy_german_export(tmp_path: Path) -> None:
    """Semicolons, decimal commas, thousands marks, Windows-1252, a preamble, and a row of totals at the end."""
    data = orders()

    def german(value: float) -> str:
        return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")

    lines = [
        "Umsatzübersicht Müller & Söhne;;;;;",
        "erstellt am 02.01.2024;;;;;",
        "Beleg;Datum;Kunde;Betrag (€);Menge;Status",
    ]
    for row in data.itertuples(index=False):
        day, status = row[1], {"paid": "bezahlt", "cancelled": "storniert"}[row[5]]
        lines.append(f"{row[0]};{day:%d.%m.%Y};{row[2]} Grüße;{german(row[3])};{row[4]};{status}")
    lines.append(f"Summe;;;{german(data['Net Amount'].sum())};{data['Items'].sum()};")
    (tmp_path / "Umsätze 2023.csv").write_bytes("\r\n".join([*lines, ""]).encode("cp1252"))
    shown = Terminal(tmp_path).kpi('init --from "Umsätze 2023.csv"')
    assert "Wrote kpi.yaml" in shown
    text = (tmp_path / "kpi.yaml").read_text()
    for option in ('delimiter: ";"', 'decimal: ","', "encoding: cp1252", "skip_rows: 2"):
        assert option in text
    lints_without_errors(tmp_path)
    names = {"amount": "betrag", "items": "Menge", "customer": "Kunde", "status": "Status", "gone": "storniert"}
    check_orders(tmp_path, "umsaetze", data, names)


def test_from_a_workbook(tmp_path: Path) -> None:
    data = orders()
    data.to_excel(tmp_path / "orders.xlsx", index=False)
    shown = Terminal(tmp_path).kpi("init --from orders.xlsx")
    assert "Wrote kpi.yaml" in shown
    lints_without_errors(tmp_path)
    check_orders(tmp_path, "orders", data, ENGLISH)
