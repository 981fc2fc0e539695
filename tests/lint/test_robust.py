"""No plan, however broken, makes a rule crash or lose its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.cpu_time import ALLOWED_RATIO, REFERENCE, cpu_time
from hypothesis import given, settings
from hypothesis import strategies as st
from lint.linted import TODAY, findings

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/kpi.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in EXAMPLES]
ODD = st.sampled_from(
    [
        "",
        "TBD",
        ">= 5",
        "90 %",
        "x",
        "[]",
        "{}",
        "null",
        "2026-13-01",
        "everyone",
        "# kpi: ignore S101",
        "by Q4 best",
        '"',
        "é",
    ]
)


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=60, deadline=None)
def test_a_broken_plan_is_still_reviewed(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(":")
        match data.draw(st.sampled_from(["drop", "value", "twice"])):
            case "drop":
                del lines[at]
            case "value":
                lines[at] = f"{key}{colon} {data.draw(ODD)}"
            case "twice":
                lines.insert(at, lines[at])
        if not lines:
            return
    broken = "\n".join(lines)
    ends = [len(line) for line in broken.splitlines()]
    for found in findings(broken, today=TODAY):
        place = found.location
        if place.file == "kpi.yaml":
            assert 1 <= place.line <= len(ends) + 1
            assert place.column >= 1
        if not found.code.startswith("E"):
            assert place.line == place.end_line


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["effective ", "<>", "from 1 ", "by 1 ", "'", "“", "1,", "and increase x ", "end of the ", "€"]
)
def test_a_hostile_text_takes_no_time(part: str) -> None:
    text = json.dumps(part * 20_000)
    plan = f"version: 1\ngoals: {{a: {{name: {text}}}}}\nkpis: {{b: {{name: {text}, target: {text}, owner: {text}}}}}\n"
    found, spent = cpu_time(lambda: findings(plan))
    assert len(found) < 500
    _, ruler = cpu_time(lambda: findings(REFERENCE))
    assert spent < ALLOWED_RATIO * ruler
