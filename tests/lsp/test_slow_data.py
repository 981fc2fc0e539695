"""Data that takes for ever keeps nobody waiting."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from helpers.editor import Editor, span

pytestmark = pytest.mark.slow

PLAN = """\
version: 1
as_of: 2026-06-30
sources:
  endless:
    query: select sum(a.range * b.range) as total from range(100000000) as a, range(100000) as b
    owner: ana@example.com
kpis:
  slow:
    name: Slow
    unit: EUR
    every: month
    formula: sum(endless.total)
"""


def test_findings_and_hovers_come_while_a_value_is_computed_and_the_end_comes_at_once(tmp_path: Path) -> None:
    (tmp_path / "kpi.yaml").write_text(PLAN, encoding="utf-8")
    with Editor(tmp_path) as editor:
        editor.begin()
        editor.open("kpi.yaml")
        assert {one["code"] for one in editor.findings("kpi.yaml")} == {"R101", "A101", "M102"}
        asked = editor.send(
            "textDocument/hover",
            {"textDocument": {"uri": editor.uri("kpi.yaml")}, "position": span(PLAN, "slow")["start"]},
        )
        time.sleep(1)
        typed = PLAN.replace("name: Slow", "name: Slow\n    owners: me")
        editor.change("kpi.yaml", typed)
        assert "E010" in {one["code"] for one in editor.findings("kpi.yaml")}
        shown = editor.answer(asked)["contents"]["value"]
        assert "Its value is still being computed." in shown
        assert "The sum of total in endless." in shown
        assert editor.hover("kpi.yaml", typed, "    unit") is not None
        # Waits less long than the query takes, and fails then.
        assert editor.end() == 0
