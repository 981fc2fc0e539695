"""When what values entered by hand measure was changed between two of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kpi.data import check_plan
from kpi.diff.commit import Commit
from kpi.diff.compare import compare
from kpi.diff.history import Event, History
from kpi.diff.redefined import redefined
from kpi.diff.versions import Version
from kpi.plan.loading import read_plan
from kpi.values import Calendar

OLD = "{2026-01: 41, 2026-02: 44}"
NEW = "{2026-01: 41, 2026-02: 44, 2026-03: 60}"
MARKED = "notes: {2026-03: {break: B}}"
COMMIT = Commit("3f2a1bc" + "0" * 33, "Ana", "ana@acme.example", date(2026, 3, 9), "Ask of the last visit")


def version(fields: str) -> Version:
    text = f"version: 1\nsources:\n  o: {{path: o.csv, date: day}}\nkpis:\n  nps: {{name: NPS, {fields}}}\n"
    return Version("", None, read_plan(Path("kpi.yaml"), text=text))


def found(before: str, after: str, now: str) -> tuple[str, ...]:
    """What is said of one change, with the plan as it is now."""
    one, other = version(before), version(after)
    changes = compare(check_plan(one.read), check_plan(other.read)).changes
    event = Event(COMMIT, "nps", one, other, tuple(changes), ())
    return redefined(History("nps", (event,)), version(now).read.plan.kpis["nps"], Calendar())


def test_another_question_with_the_same_values() -> None:
    before, after = f"question: Us?, values: {OLD}", f"question: The last visit?, values: {OLD}"
    (said,) = found(before, after, f"values: {NEW}")
    assert said == (
        "question was changed on 9 Mar 2026 (3f2a1bc, Ana) while the values up to 2026-02 stayed as they are; if these "
        "cannot be compared with those after, write notes: {2026-03: {break: …}}"
    )


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        (f"unit: points, values: {OLD}", f"unit: stars, values: {OLD}", f"values: {OLD}"),  # no value since
        (f"question: A?, values: {OLD}", "question: B?, values: {2026-01: 4, 2026-02: 5}", f"values: {NEW}"),
        (f"question: A?, values: {OLD}", f"question: B?, values: {OLD}", f"{MARKED}, values: {NEW}"),
        (f"owner: ana, values: {OLD}", f"owner: bo, values: {OLD}", f"values: {NEW}"),
        ("question: A?, formula: count(o)", f"question: B?, values: {OLD}", f"values: {NEW}"),
        ("question: A?, formula: count(o)", "question: B?, formula: count(o)", "formula: count(o)"),
    ],
    ids=["no value since", "rewritten", "marked", "owner", "from a formula", "formula"],
)  # fmt: skip
def test_nothing_is_said(before: str, after: str, now: str) -> None:
    assert found(before, after, now) == ()


def test_unit_and_kind_together() -> None:
    (said,) = found(f"unit: a, values: {OLD}", f"unit: b, kind: proxy, values: {OLD}", f"values: {NEW}")
    assert said.startswith("unit and kind were changed on 9 Mar 2026")
