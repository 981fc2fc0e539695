"""Only the findings on changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint.linted import TODAY

from kpi.data import check_plan
from kpi.lint import Options, review
from kpi.lint.changed_only import on_changes
from kpi.plan.loading import read_plan

BEFORE = """\
version: 1
lint: {select: [S101, A101, B105, L]}
goals:
  a: {name: Robust shops}
  b: {name: Robust teams}
kpis:
  one: {name: Effective visits, goal: a}
  two: {name: Churn, goal: b, kind: proxy}
"""
ALL = {"goals.a", "goals.a.name", "goals.b", "goals.b.name", "kpis.one", "kpis.one.name", "kpis.two", "kpis.two.kind"}


def subjects(after: str, before: str = BEFORE) -> set[str]:
    old = read_plan(Path("kpi.yaml"), text=before)
    new = read_plan(Path("kpi.yaml"), text=after)
    found = review(check_plan(new), new.texts, Options(TODAY))
    return {one.subject for one in on_changes(found, old, new)}


def test_without_a_change_there_is_nothing_and_without_an_older_plan_everything() -> None:
    assert subjects(BEFORE) == set()
    assert subjects(BEFORE, "version: 1\n") == ALL


def test_layout_is_no_change() -> None:
    assert subjects(BEFORE.replace("  a: {name: Robust shops}", "\n  # first\n  a:\n    name: Robust shops")) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: Robust shops", "name: Robust stores", {"goals.a", "goals.a.name"}),
        ("Churn", "Churn rate", {"goals.b", "goals.b.name", "kpis.two", "kpis.two.kind"}),
        ("  one: {name: Effective visits, goal: a}\n", "", {"goals.a", "goals.a.name"}),
        ("kind: proxy}", "kind: proxy}  # kpi: ignore S101", {"kpi.yaml comment"}),
        ("kind: proxy}", "kind: proxi}", {"goals.b", "goals.b.name", "kpis.two", "kpis.two.kind"}),
    ],
)
def test_what_a_change_concerns_is_reported(old: str, new: str, expected: set[str]) -> None:
    assert subjects(BEFORE.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("line", "comment", "expected"),
    [
        ("  a: {name: Robust shops}", "# kpi: ignore S101", {"goals.a.name"}),
        ("  a: {name: Robust shops}", "# kpi: ignore S101 until 2027-01-31 -- for now", {"goals.a.name"}),
        ("  a: {name: Robust shops}", "# kpi: ignore S101, A101", {"goals.a", "goals.a.name"}),
        ("  a: {name: Robust shops}", "# kpi: ignore S101 until 2026-06-30", set()),  # it had expired
        ("  two: {name: Churn, goal: b, kind: proxy}", "# kpi: ignore B105", {"kpis.two.kind"}),
    ],
)
def test_what_a_removed_comment_suppressed_is_new(line: str, comment: str, expected: set[str]) -> None:
    for before in (f"{line}  {comment}", f"  {comment}\n{line}"):
        assert subjects(BEFORE, BEFORE.replace(line, before)) == expected
        assert subjects("version: 1  # a comment\n" + BEFORE.split("\n", 1)[1], BEFORE) == set()


def test_only_what_the_removed_comment_was_for_is_new() -> None:
    before = """\
version: 1
lint: {select: [S101, A101]}
goals:
  a:
    name: Robust shops  # kpi: ignore S101, A101
    questions: [Is it robust?, Is it holistic?]
"""
    assert subjects(before.replace("  # kpi: ignore S101, A101", ""), before) == {"goals.a.name"}


def test_errors_are_always_reported() -> None:
    broken = BEFORE.replace("goal: b", "goall: b")
    assert "kpis.two.goall" in subjects(broken, broken)
