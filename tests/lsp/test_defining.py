"""Where a word of a plan is defined."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from lsp.asked import PLAN, analysed, symbol, written

from kpi.lsp.definitions import Definition, definitions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def goes(folder: Path, before: str, text: str = PLAN) -> list[tuple[str, str]]:
    """Where a word is defined: the file, and the text at the very characters."""
    analysis = analysed(folder, text)
    found = symbol(analysis, before)
    assert found is not None
    return [(one.path.relative_to(folder).as_posix(), characters(one)) for one in definitions(analysis, found)]


def characters(definition: Definition) -> str:
    place, lines = definition.place, definition.lines
    start = lines.start(place.line - 1) + place.column - 1
    return lines.text[start : lines.start(place.end_line - 1) + place.end_column - 1]


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("    goal: t", [("kpi.yaml", "tea")]),
        ("formula: rev", [("kpi.yaml", "revenue")]),
        ("guardrails: [ret", [("kpi.yaml", "returns")]),
        ("sum(ord", [("kpi.yaml", "orders")]),
        ("from Ord", [("kpi.yaml", "orders")]),
        ("least bud", [("kpi.yaml", "budget")]),
        ("orders.n", [("kpi.yaml", "net")]),
        ("net: tot", [("kpi.yaml", "total")]),
        ("columns: {to", [("data/orders-1.csv", "Café, total")]),
        ("[st", [("data/orders-1.csv", "state")]),
        ("until: l", [("staff.jsonl", "left")]),
        ("count(raw[si", [("kpi.yaml", "raw")]),
        ("    path: [da", [("data/orders-1.csv", ""), ("data/orders-2.csv", "")]),
        ("vers", []),
        ("revenue: su", []),
    ],
)
def test_a_word_is_defined(folder: Path, before: str, wanted: list[tuple[str, str]]) -> None:
    assert goes(folder, before) == wanted


def test_a_header_is_found_in_whatever_way_the_file_is_written(folder: Path) -> None:
    text = PLAN.replace(
        "date: day\n    owner", "date: day\n    read: {skip_rows: 2, encoding: utf-16, delimiter: ;}\n    owner"
    )
    written = 'Orders of tea\r\n\r\nstate;"Order; no";day;\'x;"Café, total"\r\npaid;1;2026-06-01;2;3\r\n'
    for number in (1, 2):
        (folder / "data" / f"orders-{number}.csv").write_bytes(codecs.BOM_UTF16_LE + written.encode("utf-16-le"))
    assert goes(folder, "columns: {to", text) == [("data/orders-1.csv", "Café, total")]
    assert goes(folder, "where: st", text) == [("data/orders-1.csv", "state")]
    assert goes(folder, "date: d", text) == [("data/orders-1.csv", "day")]


def test_what_is_not_there_is_defined_nowhere(folder: Path) -> None:
    assert goes(folder, "goal: x", PLAN.replace("goal: tea", "goal: xx")) == []
    assert goes(folder, "sum(orders.x", PLAN.replace("orders.net", "orders.xx")) == []
    assert goes(folder, "sum(x", PLAN.replace("orders.net", "xx.net")) == []


def test_the_column_of_a_split_is_defined_in_the_source(folder: Path) -> None:
    line = "formula: revenue / previous(revenue)"
    for split in ("split: state", "split: {limit: 2, by: state}"):
        text = PLAN.replace(line, f"{line}\n    {split}")
        before = split.removesuffix("tate}").removesuffix("tate")
        assert goes(folder, before, text) == [("data/orders-1.csv", "state")]
