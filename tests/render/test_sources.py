"""The page of ``kpi sources`` fits whatever the width, and nothing in the data steers the terminal."""

from __future__ import annotations

import json
from datetime import date

import pytest

from kpi.plan.checks.source_facts import FileFacts
from kpi.plan.model import Source
from kpi.render.output import render
from kpi.render.sanitize import columns
from kpi.render.sources_text import sources_lines
from kpi.render.style import as_plain
from kpi.run.profile import ColumnProfile, SourceProfile
from kpi.status.source_view import SourcesView, SourceView

COLUMNS = (
    ColumnProfile("customer", "text", False, 0, ("\x1b[31mred\x1b[0m", "顧客の待ち時間", "x" * 400)),
    ColumnProfile("a_rather_long_name_for_a_column", "number", True, 12_345, (-0.5, 1234567.25)),
    ColumnProfile("at", "instant", False, 0, ("2026-06-01 10:00:00+00", "2026-06-30 23:59:59.5+00")),
    ColumnProfile("waited", "duration", False, 3, (4.5, 272.0)),
    ColumnProfile("paid", "boolean", False, 0, (True, False)),
    ColumnProfile("note", "empty", False, 20_000, ()),
)
FILES = tuple(f"data/orders-{year}.csv" for year in range(2019, 2027))


def view_of(problem: str | None = None, **fields: object) -> SourcesView:
    surveyed = SourceProfile(
        "orders", problem, 20_000, "dated", date(2019, 1, 1), date(2026, 6, 20), 2, ("2 rows: no date",), COLUMNS
    )
    source = Source(id="orders", path=FILES, date="at", owner="data@example.com", updated="weekly")
    written = FileFacts(None, "cp1252", "\t", '"', (), (), 2)  # type: ignore[arg-type]
    given = {
        "source": source, "kind": "csv", "files": FILES, "written": written, "headers": {"customer": "The Customer"},
        "reads": (), "kpis": ("sales", "returns"), "found": surveyed, "due": date(2026, 6, 23),
    }  # fmt: skip
    return SourcesView("Acme \x07Shop", date(2026, 6, 30), (SourceView(**(given | fields)),))  # type: ignore[arg-type]


@pytest.mark.parametrize("problem", [None, "orders.csv:3: " + "a long reason " * 12])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_and_none_steers_it(width: int, problem: str | None) -> None:
    text = as_plain(sources_lines(view_of(problem), width))
    assert all(columns(line) <= width for line in text.splitlines())
    assert text.replace("\n", "").isprintable()


AT_80 = """\
Acme �Shop · 30 June 2026                                               1 source

orders · data@example.com                                 20,000 rows · ◌ behind
  files     data/orders-2019.csv, 6 more, data/orders-2026.csv
  written   cp1252, fields separated by tabs, header in line 3
  dates     1 Jan 2019 to 20 June 2026, by at; updated weekly, 3 days late
  skipped   2 rows: no date
  used by   sales, returns

  customer (The Customer)     text       �[31mred�[0m, 顧客の待ち…
  a_rather_long_name_for_a_…  number     -0.5 … 1234567.25          12,345 empty
  at                          timestamp  2026-06-01 … 2026-06-30
  waited                      duration   4.5 s … 4 min 32 s              3 empty
  paid                        boolean    true, false
  note                        empty                                    all empty
"""


def test_at_80_columns() -> None:
    assert as_plain(sources_lines(view_of(), 80)) + "\n" == AT_80


def test_json_has_plain_values() -> None:
    found = json.loads(render(view_of("no\x9bgood"), "json"))["sources"][0]
    assert found["problem"] == "no\x9bgood"
    assert [column["examples"] for column in found["columns"]][1:5] == [
        [-0.5, 1234567.25], ["2026-06-01 10:00:00+00", "2026-06-30 23:59:59.5+00"], [4.5, 272], [True, False],
    ]  # fmt: skip
    assert [column["header"] for column in found["columns"]][:3] == ["The Customer", None, "at"]
    assert [column["type"] for column in found["columns"]][2] == "timestamp"
    assert (found["rows"], found["fresh"], found["first"]) == (20_000, None, "2019-01-01")


def test_json_is_escaped_where_it_could_steer_a_terminal() -> None:
    assert "\x9b" not in render(view_of("no\x9bgood"), "json")
