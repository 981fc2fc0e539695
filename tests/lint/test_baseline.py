"""Baselines."""

from __future__ import annotations

import json

import pytest
from lint.linted import findings as found_in

from kpi.diagnostics import Diagnostic
from kpi.errors import InputError
from kpi.lint.baseline import make_baseline, read_baseline, subtract

PLAN = "version: 1\ngoals:\n  a: {name: Robust and holistic teams, ownr: x}\nkpis:\n  b: {name: Churn, target: TBD}\n"


def findings(text: str, plan: str = "kpi.yaml") -> list[tuple[str, Diagnostic]]:
    return [(plan, found) for found in found_in(text)]


def test_a_baseline_does_not_depend_on_lines() -> None:
    baseline = read_baseline(make_baseline(findings(PLAN)), "baseline.json")
    moved = PLAN.replace("goals:", "\n# moved\ngoals:")
    new, gone = subtract(findings(moved), baseline)
    assert sorted(one.code for _, one in new) == ["E010", "M103"]  # errors cannot be put off
    assert not gone


def test_more_of_the_same_is_new_and_less_is_gone() -> None:
    baseline = read_baseline(make_baseline(findings(PLAN)), "baseline.json")
    more, gone = subtract(findings(PLAN.replace("teams", "seamless teams")), baseline)
    assert ([one.code for _, one in more if one.code == "S101"], gone.total()) == (["S101"], 0)
    less, gone = subtract(
        findings(PLAN.replace("Robust and holistic teams", "Three teams pay for themselves")), baseline
    )
    assert [one.code for _, one in less if one.code == "S101"] == []
    assert gone["kpi.yaml", "goals.a.name", "S101"] == 2


def test_equal_entries_of_two_plans_are_two() -> None:
    baseline = read_baseline(make_baseline([*findings(PLAN, "a/kpi.yaml"), *findings(PLAN, "b/kpi.yaml")]), "x.json")
    new, gone = subtract([*findings(PLAN, "a/kpi.yaml"), *findings(PLAN, "c/kpi.yaml")], baseline)
    assert {plan for plan, one in new if one.code == "S101"} == {"c/kpi.yaml"}
    assert {plan for plan, _, _ in gone} == {"b/kpi.yaml"}


def test_a_baseline_of_before_plans_were_named_is_for_every_plan() -> None:
    old = json.loads(make_baseline(findings(PLAN)))
    for one in old["findings"]:
        del one["plan"]
    baseline = read_baseline(json.dumps(old), "x.json")
    for plan in ("a/kpi.yaml", "kpi.yaml"):
        new, gone = subtract(findings(PLAN, plan), baseline)
        assert sorted(one.code for _, one in new) == ["E010", "M103"]
        assert not gone


def test_a_baseline_is_sorted_json_with_one_finding_a_line() -> None:
    text = make_baseline(findings(PLAN))
    written = json.loads(text)
    assert written["version"] == 1
    assert {"plan": "kpi.yaml", "subject": "goals.a.name", "rule": "S101", "count": 2} in written["findings"]
    assert len(text.splitlines()) == len(written["findings"]) + 2
    keys = [(one["subject"], one["rule"]) for one in written["findings"]]
    assert keys == sorted(keys)
    assert json.loads(make_baseline([])) == {"version": 1, "findings": []}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"x\.json is not a baseline"):
        read_baseline(text, "x.json")
