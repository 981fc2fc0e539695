"""Targets and thresholds that name measures and KPIs (rule S3)."""

from __future__ import annotations

from pathlib import Path

from helpers.marked_text import found_in, messages


def test_S3_an_unknown_name_in_a_target_is_E044_at_its_characters(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  budget: 5
  at: 3
kpis:
  a: {name: A, formula: budget * 2, target: at least «buget» by 2026-12-31}
  b: {name: B, formula: budget * 2, target: between «low» and «high»}
  c: {name: C, formula: budget * 2, target: "{at most 95% of «plan»"}
  d:
    name: D
    formula: budget * 2
    target: {2026-Q1: at least budget, 2026-Q2: at least «budgt»}
    thresholds: {green: at least «goal», yellow: at least budget}
  e: {name: E, formula: budget * 2, target: at least at}
""".replace('"{at', '"at'),
        "E044", "E044", "E044", "E044", "E044", "E044",
    )  # fmt: skip
    assert messages(found)[0] == 'there is no measure or KPI "buget"; did you mean "budget"?'
    assert [each.subject for each in found[-2:]] == ["kpis.d.target.2026-Q2", "kpis.d.thresholds.green"]


def test_S3_a_target_that_is_the_value_itself_is_E045_with_the_whole_way(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  same: a * 1.1
  last_year: year_ago(c)
kpis:
  a: {name: A, formula: 1 + 1, target: at least «same»}
  b: {name: B, formula: 1 + 1, target: at least 90% of «b»}
  c: {name: C, formula: 1 + 1, target: at least 110% of last_year}
""",
        "E045", "E045",
    )  # fmt: skip
    assert [each.message for each in found] == [
        'the target of "a" depends on its own value: a → same → a',
        'the target of "b" depends on its own value: b → b',
    ]


def test_S3_two_kpis_may_be_measured_against_each_other(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        """
kpis:
  earned: {name: Earned, formula: 1 + 1, target: at least spent}
  spent: {name: Spent, formula: 1 + 1, target: at most earned}
""",
    )


def test_N1_a_target_of_another_every_is_E054(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  plan: yearly * 2
kpis:
  yearly: {name: Y, every: year, values: {2026: 1}}
  a: {name: A, formula: 1 + 1, target: at least «yearly»}
  b: {name: B, formula: 1 + 1, target: at least «plan»}
""",
        "E054", "E054",
    )  # fmt: skip
    assert found[0].message == '"yearly" is yearly, but "a" is monthly'
