"""Every table keeps its columns in line, also where the output lacks the signs that it is drawn with."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from diff.repository import Repository

from kpi.cli.app import run
from kpi.render.fallback import encodable
from kpi.render.output import DEFAULT_PAGE, Page, render

ENCODINGS = ("utf-8", "ascii", "cp437", "cp1252")

PLAN = """\
version: 1
title: Läden – München
as_of: 2026-03-31
sources:
  orders: {path: orders.csv, date: day}
goals:
  growth: {name: "Größere Läden …", owner: søren@shop.example, level: objective, framework: okr, due: 2026-12-31}
  trust: {name: Trust, owner: ann@shop.example, parent: growth, perspective: customer}
kpis:
  sales:
    name: Umsatz “ß”
    goal: growth
    owner: søren@shop.example
    unit: EUR
    formula: sum(orders.amount)
    baseline: 20
    target: at least 45 by 2026-12-31
    notes: {2026-02: "½ closed → €"}
  open:
    name: Open orders
    goal: growth
    unit: INR
    formula: count(orders)
    target: at most 1
    when_red: Call them → today …
  share:
    name: Anteil, der sehr lange heißt und daher gekürzt wird, weil er nicht passt
    goal: trust
    unit: "%"
    formula: count(orders[amount > 40]) / count(orders)
    target: between 20% and 30%
"""
ROWS = "day,shop,amount\n2026-01-10,Łódź,40\n2026-02-03,Köln,50\n2026-03-12,Köln,41\n2026-03-13,Łódź,11\n"
TABLES = {
    "status": "KPI",
    "status --by owner": "KPI",
    "status --split shop": "KPI",
    "status --periods 3": "KPI",
    "status --forecast": "KPI",
    "goals": "Goal",
    "list": "id",
    "explain sales --by shop": "",
    "blame sales": "",
}
# The views without the head of a table, which are only as wide as they may be.
TEXTS = (
    "show sales", "diff HEAD~1..HEAD", "diff --values HEAD~1..HEAD", "log sales", "review", "sources", "evidence",
    "goals --smart", "goals --framework okr", "goals --framework bsc", "goals --framework mbo", "explain sales",
    "catalog churn", "catalog churn_rate", "doctor",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Repository(tmp_path_factory.mktemp("columns") / "shop")
    made.put("orders.csv", ROWS)
    for day, target in (("2026-01-01", 45), ("2026-03-05", 48)):
        made.put("kpi.yaml", PLAN.replace("at least 45", f"at least {target}"))
        made.commit(f"At least {target}", day=day)
    return made.root


@pytest.fixture(scope="module")
def views(folder: Path) -> Iterator[Callable[[str], tuple[object, str, Page]]]:
    """What a command renders, computed once for all encodings and widths."""
    found: dict[str, tuple[object, str, Page]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "stdout", io.StringIO())
        patch.setattr(sys, "stderr", io.StringIO())

        def view_of(command: str) -> tuple[object, str, Page]:
            if command not in found:
                shown: list[tuple[object, str, Page]] = []

                def keep(view: object, format_: str, page: Page = DEFAULT_PAGE) -> str:
                    shown.append((view, format_, page))
                    return ""

                with pytest.MonkeyPatch.context() as inner:
                    inner.setattr("kpi.render.output.render", keep)
                    assert run(command.split()) in (0, 1)
                found[command] = shown[0]
            return found[command]

        yield view_of


def written(shown: tuple[object, str, Page], encoding: str, width: int) -> list[str]:
    view, format_, page = shown
    text = render(view, format_, replace(page, width=width, encoding=encoding, color=False))
    return encodable(text, encoding).splitlines()


def cells(line: str) -> list[tuple[int, int, str]]:
    return [(found.start(), found.end(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", line)]


def out_of_line(lines: list[str], first: str) -> list[str]:
    """The cells that begin where no head begins, and end where none ends, or further right than the next head."""
    at = next(number for number, line in enumerate(lines) if line.split()[:1] == [first])
    heads = cells(lines[at])
    begins, ends = {start for start, _, _ in heads}, {end for _, end, _ in heads}
    rows = [line for line in lines[at + 1 :] if line]
    wrong: list[str] = []
    for row in rows:
        found = cells(row)
        if len(found) < 3 or found[0][0] < heads[0][0] - 2:  # a group's head, a note below a row
            continue
        wrong += [text for start, end, text in found[1:] if start not in begins and end not in ends]
    assert len(rows) > 1
    return wrong


@pytest.mark.parametrize("command", [name for name, head in TABLES.items() if head])
def test_each_cell_begins_or_ends_where_its_head_does(
    command: str, views: Callable[[str], tuple[object, str, Page]]
) -> None:
    for encoding in ENCODINGS:
        for width in (60, 80, 100, 140):
            lines = written(views(command), encoding, width)
            if command != "goals" or width >= 100:  # goals below each other rather than in a table
                assert out_of_line(lines, TABLES[command]) == [], (encoding, width, "\n".join(lines))


@pytest.mark.parametrize("command", [*TABLES, *TEXTS])
def test_no_line_is_wider_where_signs_are_replaced(
    command: str, views: Callable[[str], tuple[object, str, Page]]
) -> None:
    """Lines that cannot be cut, such as a command to type, may be wider in any encoding."""
    widest = {encoding: max(map(len, written(views(command), encoding, 80))) for encoding in ENCODINGS}
    assert max(widest.values()) <= max(80, widest["utf-8"]), widest
