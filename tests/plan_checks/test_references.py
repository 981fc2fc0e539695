"""References between goals and KPIs."""

from __future__ import annotations

from pathlib import Path

from helpers.marked_text import found_in, messages


def test_an_unknown_goal_or_parent_is_E040_with_a_suggestion(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
goals:
  growth: {name: Growth}
  loyalty: {name: Customers come back, parent: «grwth»}
kpis:
  nps: {name: NPS, goal: «loyality»}
  rate: {name: Rate, goal: «Customers come back»}
""",
        "E040", "E040", "E040",
    )  # fmt: skip
    assert messages(found) == [
        'there is no goal "grwth"; did you mean "growth"?',
        'there is no goal "loyality"; did you mean "loyalty"?',
        'there is no goal "Customers come back"; its id is "loyalty"',
    ]
    assert [each.subject for each in found] == ["goals.loyalty.parent", "kpis.nps.goal", "kpis.rate.goal"]
    assert {each.rule for each in found} == {"unknown-goal"}


def test_unknown_guardrails_and_leads_are_E041(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
measures:
  revenue: 1
kpis:
  refunds: {name: Refund rate}
  nps:
    name: NPS
    guardrails: [refunds, «refund», «revenue»]
    leads:
      - «Refund rate»
""",
        "E041", "E041", "E041",
    )  # fmt: skip
    assert messages(found) == [
        'there is no KPI "refund"; did you mean "refunds"?',
        '"revenue" is a measure, and a KPI is needed here; only KPIs have a goal, a target and an owner',
        'there is no KPI "Refund rate"; its id is "refunds"',
    ]


def test_a_kpi_is_neither_its_own_guardrail_nor_leads_itself(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
kpis:
  nps: {name: NPS, guardrails: [«nps»], leads: [«nps»]}
""",
        "E045", "E045",
    )  # fmt: skip
    assert messages(found)[0] == '"nps" is its own guardrail; name another KPI'


def test_two_kpis_may_guard_each_other(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        """
kpis:
  a: {name: A, guardrails: [b], leads: [b]}
  b: {name: B, guardrails: [a], leads: [a]}
""",
    )


def test_parents_in_a_circle_are_E045_once_with_the_whole_circle(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        """
goals:
  top: {name: Top}
  tail: {name: Tail, parent: b}
  a: {name: A, parent: «b»}
  b: {name: B, parent: c}
  c: {name: C, parent: a}
  own: {name: Own, parent: «own»}
""",
        "E045", "E045",
    )  # fmt: skip
    assert [each.message for each in found] == [
        "parents form a cycle: a → b → c → a",
        "parents form a cycle: own → own",
    ]


def test_a_declared_entry_with_mistakes_is_not_unknown(tmp_path: Path) -> None:
    found_in(
        tmp_path,
        """
goals:
  loyalty: «[1, 2]»
kpis:
  nps: «3»
  rate: {name: Rate, goal: loyalty, guardrails: [nps], formula: nps * 2}
""",
        "E011", "E011",
    )  # fmt: skip
