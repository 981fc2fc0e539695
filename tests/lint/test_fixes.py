"""What --fix changes, and that it leaves every other character alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint.linted import TODAY

from kpi.data import check_plan
from kpi.lint import Options, review
from kpi.lint.fixes import applied, diff, edits
from kpi.lint.target_style import canonical
from kpi.plan.loading import read_plan
from kpi.values import parse_unit


def fixed(text: str) -> str:
    """The text after all edits."""
    read = read_plan(Path("kpi.yaml"), text=text)
    made = review(check_plan(read), read.texts, Options(TODAY))
    found = edits(made.context, made.findings, read.texts)
    return applied(text, found)


def codes(text: str) -> list[str]:
    read = read_plan(Path("kpi.yaml"), text=text)
    return [one.code for one in review(check_plan(read), read.texts, Options(TODAY)).findings]


@pytest.mark.parametrize(
    ("text", "unit", "baseline", "expected"),
    [
        (">= 30%", "%", None, None),
        (">=30%", "%", None, "at least 30%"),
        (">=30 %", "%", None, "at least 30%"),
        ("=> 30%", "%", None, "at least 30%"),
        ("≥ 30%", "%", None, None),
        ("≥30%", "%", None, "at least 30%"),
        (">90", "points", None, "above 90"),
        ("=< 3 by 2026-12-31", None, None, "at most 3 by 2026-12-31"),
        ("<$5k", "USD", None, "below $5k"),
        ("= 4", None, None, "exactly 4"),
        ("90 %", "%", 0.5, "at least 90%"),
        ("40 % by 2026-12-31", "%", 0.5, "at most 40% by 2026-12-31"),
        ("at least 90 %", "%", None, "at least 90%"),
        ("between 10 % and 20 %", "%", None, "between 10% and 20%"),
        ("90 %", "%", None, None),
        (">90", "%", None, None),
        ("at least 90%", "%", None, None),
        ("no less than 90%", "%", None, None),
        ("20% more by 2026-12-31", "points", 5.0, None),
        ("at least budget", None, None, None),
        ("> about 5", None, None, None),
        ("TBD", None, None, None),
    ],
)
def test_targets_are_respelt_only_where_the_meaning_is_sure(
    text: str, unit: str | None, baseline: float | None, expected: str | None
) -> None:
    assert canonical(text, parse_unit(unit), baseline) == expected


PLAN = """\
# A comment with >= 30 %.
version: 1
kpis:
  a: {name: "A >= 3 %", unit: "%", target: ">= 30 %", thresholds: {green: "> 29 %", yellow: '>=20%'}}   # >= 30 %
  b:
    name:   B
    unit: points
    target: >90      # unquoted
  c: {name: C, unit: points, target: {2027-Q1: "=>3", 2027-Q2: at least 5}}
  d:
    name: D
    unit: "%"
    baseline: 10%
    target: 90 %
  e: {name: E, unit: $, target: ">5"}
"""
FIXED = """\
# A comment with >= 30 %.
version: 1
kpis:
  a: {name: "A >= 3 %", unit: "%", target: "at least 30%", thresholds: {green: "above 29%", yellow: 'at least 20%'}}   # >= 30 %
  b:
    name:   B
    unit: points
    target: above 90      # unquoted
  c: {name: C, unit: points, target: {2027-Q1: "at least 3", 2027-Q2: at least 5}}
  d:
    name: D
    unit: "%"
    baseline: 10%
    target: at least 90%
  e: {name: E, unit: $, target: ">5"}
"""  # noqa: E501


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_everything_else_stays_to_the_character(line_break: str) -> None:
    assert fixed(PLAN.replace("\n", line_break)) == FIXED.replace("\n", line_break)


def test_fixing_twice_changes_nothing_more() -> None:
    assert fixed(FIXED) == FIXED


def test_fixable_errors_are_marked() -> None:
    read = read_plan(Path("kpi.yaml"), text=PLAN)
    found = review(check_plan(read), read.texts, Options(TODAY)).findings
    assert {(one.code, one.subject) for one in found if one.fixable} == {
        ("M114", "kpis.a.target"),
        ("M114", "kpis.a.thresholds.green"),
        ("M114", "kpis.a.thresholds.yellow"),
        ("E002", "kpis.b.target"),
        ("E033", "kpis.c.target.2027-Q1"),
        ("M114", "kpis.d.target"),
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("owner: a@b.c  # kpi: ignore S101", "owner: a@b.c"),
        ("owner: a@b.c # kpi: ignore S101, S102 -- why", "owner: a@b.c"),
        ("name: Robust  # kpi: ignore S102, S101, S103", "name: Robust  # kpi: ignore S101"),
        ("name: Robust  # kpi: ignore S101, S102 -- why", "name: Robust  # kpi: ignore S101 -- why"),
        ("name: Robust  # kpi: ignore S102 S101 until 2027-01-01", "name: Robust  # kpi: ignore S101 until 2027-01-01"),
        ("name: Robust  # kpi: ignore S101", "name: Robust  # kpi: ignore S101"),
        ("owner: a@b.c  # kpi: ignore S999, S101", "owner: a@b.c  # kpi: ignore S999"),
        ("owner: a@b.c  # kpi: ignore S101 until 2020-01-01", "owner: a@b.c  # kpi: ignore S101 until 2020-01-01"),
    ],
)
def test_needless_codes_go(line: str, expected: str) -> None:
    plan = "version: 1\ngoals:\n  a:\n    {}\n    level: x\n"
    assert fixed(plan.format(line)) == plan.format(expected)


def test_removing_a_comment_removes_its_line_if_it_is_alone() -> None:
    text = "version: 1\r\ngoals:\r\n  # kpi: ignore S101 -- why\r\n  a: {name: A}\r\n"
    assert fixed(text) == "version: 1\r\ngoals:\r\n  a: {name: A}\r\n"


def test_a_fixed_finding_is_gone() -> None:
    text = PLAN.replace('  e: {name: E, unit: $, target: ">5"}\n', "")
    assert {"M114", "E002", "E033"} <= set(codes(text))
    assert not {"M114", "E002", "E033"} & set(codes(fixed(text)))


def test_a_diff_shows_the_change() -> None:
    assert diff("kpi.yaml", "a\nb\n", "a\nc") == (
        "--- kpi.yaml\n+++ kpi.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("every: monthly", "every: month"),
        ('every: "fortnightly"', 'every: "2 weeks"'),
        ("unit: €", "unit: EUR"),
        ("unit: pct", 'unit: "%"'),
        ("values: {June 2026: 5}", "values: {2026-06: 5}"),
        ("since: 30 June 2026", "since: 2026-06-30"),
    ],
)
def test_a_value_that_can_mean_one_thing_only_is_written_as_it_is_read(before: str, after: str) -> None:
    """Rule G3: the edit that a hint describes is made where it is certain."""
    plan = "version: 1\ncalendar: { weeks_from: 2026-01-05 }\nkpis:\n  nps:\n    name: NPS  # of customers\n    LINE\n"
    assert fixed(plan.replace("LINE", before)) == plan.replace("LINE", after)
    assert "E" not in {code[0] for code in codes(plan.replace("LINE", after))}


@pytest.mark.parametrize(
    "line",
    [
        "every: mnth", "unit: $", "since: 05/04/2026", "target: at most 8%", "target: from 25 to 35",
        "window: yeer to date", "goal: loyalti", "target: 20% more than last year",
    ],
)  # fmt: skip
def test_a_guess_is_left_to_the_reader(line: str) -> None:
    plan = f"version: 1\ngoals: {{loyalty: {{name: Half come back}}}}\nkpis:\n  nps:\n    name: NPS\n    {line}\n"
    assert fixed(plan) == plan
