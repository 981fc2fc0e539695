"""Baselines."""

from __future__ import annotations

import json

import pytest
from linting.linted import findings

from kpi.errors import InputError
from kpi.lint.baseline import make_baseline, read_baseline, subtract

PLAN = "version: 1\ngoals:\n  a: {name: Robust and holistic teams, ownr: x}\nkpis:\n  b: {name: Churn, target: TBD}\n"


def test_a_baseline_does_not_depend_on_lines() -> None:
    baseline = read_baseline(make_baseline(findings(PLAN)), "baseline.json")
    moved = PLAN.replace("goals:", "\n# moved\ngoals:")
    new, gone = subtract(findings(moved), baseline)
    assert sorted(one.code for one in new) == ["E010", "M103"]  # errors cannot be put off
    assert gone == 0


def test_more_of_the_same_is_new_and_less_is_gone() -> None:
    baseline = read_baseline(make_baseline(findings(PLAN)), "baseline.json")
    more, gone = subtract(findings(PLAN.replace("teams", "seamless teams")), baseline)
    assert ([one.code for one in more if one.code == "S101"], gone) == (["S101"], 0)
    less, gone = subtract(
        findings(PLAN.replace("Robust and holistic teams", "Three teams pay for themselves")), baseline
    )
    assert [one.code for one in less if one.code == "S101"] == []
    assert gone >= 2


def test_a_baseline_is_sorted_json_with_one_finding_a_line() -> None:
    text = make_baseline(findings(PLAN))
    written = json.loads(text)
    assert written["version"] == 1
    assert {"subject": "goals.a.name", "rule": "S101", "count": 2} in written["findings"]
    assert len(text.splitlines()) == len(written["findings"]) + 2
    keys = [(one["subject"], one["rule"]) for one in written["findings"]]
    assert keys == sorted(keys)
    assert json.loads(make_baseline([])) == {"version": 1, "findings": []}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"x\.json is not a baseline"):
        read_baseline(text, "x.json")
